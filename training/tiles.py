"""Any network on a picture of any size: padding for padded networks, mirrored borders and tiles for unpadded ones."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from training.classic import ClassicUNet

TILE = 512  # px; the 2015 network then sees 700 px at a time, about half a gigabyte


def logits(network: nn.Module, values: Tensor, tile: int = TILE) -> Tensor:
    """(N, channels, h, w) of any h, w >= 1 to (N, heads, h, w) logits on the same device; head 0 is the program's.

    A padded network gets zeros, which are mid-gray, below and to the right up to the next multiple of its `multiple`
    (none where there is no such attribute), and they are cut off again. It sees a large picture whole: where a tile
    ended it would see padding instead of the picture, and tiles would leave seams.
    An unpadded network gets the picture with mirrored borders and, where a side is longer than `tile` px, in tiles one
    after the other, each answering for about `tile` px or less: the overlap-tile strategy (Ronneberger 2015, section 2
    and figure 2). Tiles lie on the grid of its poolings, so that the result is that of the whole picture.
    Own code, as MONAI's sliding_window_inference takes the smaller output for a coarser one (docs/decisions/0009).
    Gradients flow through both; with gradients the memory that tiles save is not saved.
    """
    if isinstance(network, ClassicUNet):
        return _overlap_tile(network, values, tile)
    multiple = int(getattr(network, "multiple", 1))
    rows, columns = values.shape[-2:]
    below, right = -rows % multiple, -columns % multiple
    if below or right:
        values = F.pad(values, (0, right, 0, below))
    return torch.as_tensor(network(values)[..., :rows, :columns])


def _overlap_tile(network: ClassicUNet, values: Tensor, tile: int) -> Tensor:
    rows, columns = values.shape[-2:]
    # the longer border is where the next valid side is larger than the picture
    borders = [(network.border, network.input_side(side) - side - network.border) for side in (rows, columns)]
    plane = mirrored(values, *borders)
    across = _tiles(network, columns, tile)
    bands = [
        torch.cat([network(plane[..., down, along])[..., :height, :width] for along, width in across], dim=-1)
        for down, height in _tiles(network, rows, tile)
    ]
    return torch.cat(bands, dim=-2)[..., :rows, :columns]


def _tiles(network: ClassicUNet, side: int, tile: int) -> list[tuple[slice, int]]:
    """Along one axis of the mirrored picture: the part that each input is, and how many px of its output are kept.

    Parts begin on the grid of the poolings; the last one ends where the mirrored picture does.
    """
    lost, grid = 2 * network.border, network.multiple
    whole = network.input_side(side) - lost
    count = -(-side // max(tile, grid))
    one = min(whole, network.input_side(max(-(-whole // count), grid)) - lost)
    begins = [*range(0, whole - one, max(grid, one // grid * grid)), whole - one]
    ends = [*begins[1:], whole]
    return [(slice(begin, begin + one + lost), end - begin) for begin, end in zip(begins, ends, strict=True)]


def mirrored(values: Tensor, rows: tuple[int, int], columns: tuple[int, int]) -> Tensor:
    """(..., h, w) continued by its mirror image, edge pixels not repeated, as numpy.pad(mode="reflect") does.

    rows: px above and below; columns: px left and right; more than the picture has is mirrored back and forth.
    """
    for axis, (before, after) in ((-2, rows), (-1, columns)):
        side = values.shape[axis]
        period = max(1, 2 * side - 2)
        at = torch.arange(-before, side + after, device=values.device).abs() % period
        values = values.index_select(axis, torch.minimum(at, period - at) if side > 1 else at)
    return values
