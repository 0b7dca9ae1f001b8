"""Depthwise convolutions whose gradients are computed in float32 when a CPU computes in bfloat16.

oneDNN has no fast bfloat16 kernels for them: the weights' gradient of a 5 x 5 layer took 5 times, the input's gradient
of a strided layer 20 times as long as in float32, together half of a training step of EfficientNet-Lite2.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable
from torch.nn import functional as F


class _Float32Gradients(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, values: Tensor, weight: Tensor, stride: int, padding: int) -> Tensor:
        low = values.to(torch.bfloat16)
        ctx.save_for_backward(low, weight)
        ctx.dtype, ctx.stride, ctx.padding = values.dtype, stride, padding
        return F.conv2d(low, weight.to(torch.bfloat16), None, stride, padding, groups=len(weight))

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor | None, Tensor | None, None, None]:
        values, weight = ctx.saved_tensors
        for_values, for_weight, _ = torch.ops.aten.convolution_backward(
            gradient.float(),
            values.float(),
            weight.float(),
            None,
            [ctx.stride, ctx.stride],
            [ctx.padding, ctx.padding],
            [1, 1],
            False,
            [0, 0],
            len(weight),
            [ctx.needs_input_grad[0], ctx.needs_input_grad[1], False],
        )
        inputs = None if for_values is None else for_values.to(ctx.dtype)
        return inputs, for_weight, None, None


def depthwise(values: Tensor, weight: Tensor, stride: int, padding: int) -> Tensor:
    """(N, C, h, w) with one (k, k) filter per channel, weight (C, 1, k, k), to (N, C, h', w'); no bias."""
    if values.device.type == "cpu" and torch.is_autocast_enabled("cpu") and torch.is_grad_enabled():
        return torch.as_tensor(_Float32Gradients.apply(values, weight, stride, padding))  # type: ignore[no-untyped-call]
    return F.conv2d(values, weight, None, stride, padding, groups=len(weight))
