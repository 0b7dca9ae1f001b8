"""The U-Net of Ronneberger, Fischer and Brox, "U-Net: Convolutional Networks for Biomedical Image Segmentation" (2015).

arXiv 1505.04597. Figure 1 is the network, section 2 its words, section 3 the initial weights and the dropout.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional as F

LOST = 4  # px that two unpadded 3x3 convolutions take off a side
WIDTHS = (64, 128, 256, 512, 1024)


def border(levels: int = len(WIDTHS)) -> int:
    """Pixels by which the output is smaller than the input on each of the four sides; 92 for five levels."""
    return 6 * (1 << levels - 1) - LOST


def input_side(output: int, levels: int = len(WIDTHS)) -> int:
    """The smallest valid side, in px, of an input whose output is at least `output` px wide; 572 for 388.

    Valid is what every 2x2 pooling halves without a rest (section 2) and what leaves an output of at least one pixel.
    """
    multiple, rest = _grid(levels)
    return rest + -(-(max(1, output) + 2 * border(levels) - rest) // multiple) * multiple


def _grid(levels: int) -> tuple[int, int]:
    """(multiple, rest): halving gives no rest for the sides k * multiple + rest."""
    multiple = 1 << levels - 1
    return multiple, LOST * (multiple - 1)


class ClassicUNet(nn.Module):
    """Unpadded 3x3 convolutions with ReLU, 2x2 max pooling, 2x2 up-convolutions, crop and concatenate.

    widths: channels from full size to the bottom, the paper's by default; `border`: px lost on each side;
    `multiple`: px by which an input may be shifted so that its output is only shifted.
    The last layer is the paper's 1x1 convolution to two classes, here target and background in this order. What comes
    out is the difference of the two logits: its sigmoid is their softmax, its cross-entropy is theirs.
    dropout: of single values, behind the two deepest levels of the contracting path, as the network file that the
    authors released has it (the paper: "at the end of the contracting path"). As in the paper's figure, and unlike in
    that file, no ReLU follows an up-convolution and the last one halves its channels too.
    batch_norm: one behind each 3x3 convolution, which then has no bias; not in the paper.
    """

    def __init__(
        self, channels: int, widths: Sequence[int] = WIDTHS, dropout: float = 0.5, batch_norm: bool = False
    ) -> None:
        super().__init__()
        self.border = border(len(widths))
        self.multiple, _ = _grid(len(widths))
        self.down = nn.ModuleList(
            convolutions(before, after, batch_norm) for before, after in zip([channels, *widths], widths, strict=False)
        )
        self.dropout = nn.Dropout(dropout)
        steps = list(zip(widths[:0:-1], widths[-2::-1], strict=True))
        self.halve = nn.ModuleList(nn.ConvTranspose2d(deep, skip, 2, stride=2) for deep, skip in steps)
        self.up = nn.ModuleList(convolutions(2 * skip, skip, batch_norm) for _, skip in steps)
        self.head = nn.Conv2d(widths[0], 2, 1)
        self.apply(he_initialised)

    def input_side(self, output: int) -> int:
        """The smallest valid side of an input whose output is at least `output` px wide."""
        return input_side(output, len(self.down))

    def forward(self, values: Tensor) -> Tensor:
        """(N, channels, h, w) to (N, 1, h - 2 * border, w - 2 * border) logits.

        Raises ValueError where h or w is not a valid side, naming the next valid ones.
        """
        self._check(values.shape[-2], values.shape[-1])
        last = len(self.down) - 1
        skips: list[Tensor] = []
        for level, block in enumerate(self.down):
            values = block(values if level == 0 else F.max_pool2d(values, 2))
            if level >= last - 1:
                values = self.dropout(values)
            skips.append(values)
        skips.pop()
        for halve, block in zip(self.halve, self.up, strict=True):
            values = halve(values)
            values = block(torch.cat([middle(skips.pop(), values.shape[-2], values.shape[-1]), values], dim=1))
        target, background = self.head(values).split(1, dim=1)
        return torch.as_tensor(target - background)

    def _check(self, rows: int, columns: int) -> None:
        valid = [self.input_side(side - 2 * self.border) for side in (rows, columns)]
        if [rows, columns] != valid:
            raise ValueError(
                f"An input of {rows} x {columns} px does not fit a U-Net without padding; "
                f"give {valid[0]} x {valid[1]} px or call tiles.logits."
            )


def convolutions(inputs: int, outputs: int, batch_norm: bool) -> nn.Sequential:
    """Two unpadded 3x3 convolutions, each with ReLU, and with batch norm between where asked for."""
    layers: list[nn.Module] = []
    for before in (inputs, outputs):
        layers.append(nn.Conv2d(before, outputs, 3, bias=not batch_norm))
        if batch_norm:
            layers.append(nn.BatchNorm2d(outputs))
        layers.append(nn.ReLU(inplace=True))
    return nn.Sequential(*layers)


def middle(values: Tensor, rows: int, columns: int) -> Tensor:
    """(..., h, w) to its middle (..., rows, columns): the paper's crop."""
    top, left = (values.shape[-2] - rows) // 2, (values.shape[-1] - columns) // 2
    bottom, right = values.shape[-2] - rows - top, values.shape[-1] - columns - left
    # the gradient of a slice would not be channels_last; with it a training step took 1.7 times as long
    return F.pad(values, (-left, -right, -top, -bottom))


def he_initialised(layer: nn.Module) -> None:
    """Weights from a Gaussian of deviation sqrt(2 / N), N = values that one output value sees (section 3); bias 0.

    Of an up-convolution whose stride is its kernel's side that is one value a channel."""
    if not isinstance(layer, nn.Conv2d | nn.ConvTranspose2d):
        return
    taps = 1 if isinstance(layer, nn.ConvTranspose2d) else math.prod(layer.kernel_size)
    seen = layer.in_channels * taps
    nn.init.normal_(layer.weight, 0.0, math.sqrt(2.0 / seen))
    if layer.bias is not None:
        nn.init.zeros_(layer.bias)
