"""Networks: built from a small description that is stored in the model file."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from training.classic import WIDTHS, ClassicUNet
from training.encoder import LITE, LiteEncoder


def build(architecture: Mapping[str, Any]) -> nn.Module:
    """The network that `architecture` describes, with fresh weights; (N, channels, h, w) -> (N, heads, h, w) logits.

    {"name": "unet", "channels": 1, "widths": [16, 32, 64, 128, 256]},
    {"name": "lite0-unet", "channels": 3, "widths": [128, 64, 48, 32, 16], "heads": 1}; lite1 and lite2 likewise;
    {"name": "unet-2015", "channels": 1, "widths": [64, 128, 256, 512, 1024], "dropout": 0.5, "batch_norm": False}
    answers for the middle of what it sees only; `tiles.logits` calls each of them at any size.
    With several heads the first one is what the program proposes; the others serve other mask conventions in training.
    Raises ValueError for an unknown name.
    """
    name, channels = str(architecture.get("name")), int(architecture.get("channels", 1))
    widths = [int(width) for width in architecture.get("widths", ())]
    if name == "unet":
        return UNet(channels, widths)
    if name == "unet-2015":
        dropout, batch_norm = float(architecture.get("dropout", 0.5)), bool(architecture.get("batch_norm", False))
        return ClassicUNet(channels, widths or WIDTHS, dropout, batch_norm)
    encoder, _, kind = name.partition("-")
    if kind == "unet" and encoder in LITE:
        return LiteUNet(encoder, channels, widths, int(architecture.get("heads", 1)))
    raise ValueError(f"The network {name!r} is not known to this version; update the program or take another model.")


def convolutions(inputs: int, outputs: int) -> nn.Sequential:
    """Two padded 3x3 convolutions, each with batch norm and ReLU."""
    return nn.Sequential(
        nn.Conv2d(inputs, outputs, 3, padding=1, bias=False),
        nn.BatchNorm2d(outputs),
        nn.ReLU(inplace=True),
        nn.Conv2d(outputs, outputs, 3, padding=1, bias=False),
        nn.BatchNorm2d(outputs),
        nn.ReLU(inplace=True),
    )


class UNet(nn.Module):
    """The padded U-Net with batch norm; `widths` are the channels from full size to the bottom."""

    def __init__(self, channels: int, widths: list[int]) -> None:
        super().__init__()
        self.multiple = 2 ** (len(widths) - 1)
        self.down = nn.ModuleList(
            convolutions(before, after) for before, after in zip([channels, *widths], widths, strict=False)
        )
        self.up = nn.ModuleList(
            convolutions(deep + skip, skip) for deep, skip in zip(widths[:0:-1], widths[-2::-1], strict=True)
        )
        self.head = nn.Conv2d(widths[0], 1, 1)

    def forward(self, values: Tensor) -> Tensor:
        """(N, channels, h, w), h and w multiples of `multiple`, to (N, 1, h, w) logits."""
        skips: list[Tensor] = []
        for level, block in enumerate(self.down):
            values = block(values if level == 0 else F.max_pool2d(values, 2))
            skips.append(values)
        skips.pop()
        for block in self.up:
            values = block(torch.cat([F.interpolate(values, scale_factor=2.0), skips.pop()], dim=1))
        return torch.as_tensor(self.head(values))


class LiteUNet(nn.Module):
    """A U-Net whose contracting path is EfficientNet-Lite; `widths` are the expanding path's channels."""

    multiple = 32

    def __init__(self, encoder: str, channels: int, widths: list[int], heads: int = 1) -> None:
        super().__init__()
        self.encoder = LiteEncoder(channels, encoder)
        *skips, deepest = self.encoder.skips.values()
        self.up = nn.ModuleList(
            convolutions(deep + skip, width)
            for deep, skip, width in zip([deepest, *widths[:-1]], [*skips[::-1], 0], widths, strict=True)
        )
        self.head = nn.Conv2d(widths[-1], heads, 1)

    def forward(self, values: Tensor) -> Tensor:
        """(N, channels, h, w), h and w multiples of `multiple`, to (N, heads, h, w) logits."""
        features = self.encoder(values)
        deep = features.pop()
        for block in self.up:
            deep = F.interpolate(deep, scale_factor=2.0)
            deep = block(torch.cat([deep, features.pop()], dim=1) if features else deep)
        return torch.as_tensor(self.head(deep))
