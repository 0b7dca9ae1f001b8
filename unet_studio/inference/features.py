"""What the decoder's last layer holds for one Image: the features that `editing.follow` compares pixels by."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from training.checkpoint import ModelFile
from training.preprocess import Fit, network_input
from training.tiles import logits
from unet_studio.core.image import Image, modality_values

LARGEST = 65504.0  # what float16 can hold

Maps = npt.NDArray[np.float16]


@contextmanager
def last_layer(network: nn.Module) -> Iterator[list[Tensor]]:
    """While it is open, what the network's `head` is given is kept: one (N, C, h, w) tensor for each pass.

    The passes answer as they always do. So a proposal that is being made anyway costs no second pass; whoever opens it
    keeps other threads from the network meanwhile. A network without a `head` fills nothing in.
    """
    kept: list[Tensor] = []
    head = getattr(network, "head", None)
    if not isinstance(head, nn.Module):
        yield kept
        return
    hook = head.register_forward_pre_hook(lambda _, given: kept.append(given[0].detach()))
    try:
        yield kept
    finally:
        hook.remove()


def maps(kept: list[Tensor], fit: Fit) -> Maps:
    """The picture's part of what `last_layer` kept of one pass: (C, h, w) float16 on the grid of its Proposal.

    Values beyond float16's range count as its largest. Where the picture was seen in several tiles, or none was seen,
    there are no features: C is 0.
    """
    rows, columns = fit.content_rows, fit.content_columns
    if len(kept) != 1 or kept[0].shape[-2] < rows or kept[0].shape[-1] < columns:
        return np.zeros((0, rows, columns), np.float16)
    found = kept[0][0, :, :rows, :columns].float().clamp(-LARGEST, LARGEST)
    return np.ascontiguousarray(found.cpu().numpy().astype(np.float16))


def features(network: nn.Module, about: ModelFile, image: Image, device: str = "cpu") -> Maps:
    """The features of one Image by a pass of its own: (C, h, w) float16, h x w as its Proposal's probability.

    network: on `device`, in eval mode. The bundled networks have 16 features: 2 MB for a film at 256 px, 4 MB for a
    frame at 352 px; `editing.follow` needs nothing else of the network.
    """
    values, fit = network_input(modality_values(image), image.transform.inverted, about.input)
    with torch.inference_mode(), last_layer(network) as kept:
        logits(network, torch.from_numpy(values)[None].to(device, memory_format=torch.channels_last))
    return maps(kept, fit)
