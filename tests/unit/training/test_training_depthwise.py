"""Depthwise gradients under bfloat16: the same as float32's within bfloat16's rounding."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from training.depthwise import depthwise

ROUNDING = 2**-8  # of bfloat16, relative


def gradients(values: Tensor, weight: Tensor, out: Tensor, low: bool, stride: int, padding: int) -> list[Tensor]:
    """Result, gradient of the input, gradient of the weights."""
    values, weight = values.clone().requires_grad_(), weight.clone().requires_grad_()
    with torch.autocast("cpu", dtype=torch.bfloat16, enabled=low):
        found = depthwise(values, weight, stride, padding)
    found.backward(out.to(found.dtype))  # type: ignore[no-untyped-call]
    assert values.grad is not None
    assert weight.grad is not None
    return [found.detach(), values.grad, weight.grad]


@pytest.mark.parametrize(("kernel", "stride", "padding"), [(3, 1, 1), (5, 1, 2), (3, 2, 0), (5, 2, 0)])
def test_gradients_are_those_of_float32(kernel: int, stride: int, padding: int) -> None:
    torch.manual_seed(3)
    values, weight = torch.randn(2, 6, 21, 18), torch.randn(6, 1, kernel, kernel)
    rows, columns = ((side + 2 * padding - kernel) // stride + 1 for side in (21, 18))
    out = torch.randn(2, 6, rows, columns)
    exact = gradients(values, weight, out, False, stride, padding)
    rounded = gradients(values, weight, out, True, stride, padding)
    assert [value.dtype for value in rounded] == [torch.bfloat16, torch.float32, torch.float32]
    for one, other in zip(exact, rounded, strict=True):
        assert float((one - other.float()).abs().max()) < 4 * ROUNDING * float(one.abs().max())


def test_without_gradients_and_without_autocast_it_is_the_plain_convolution() -> None:
    values, weight = torch.randn(1, 3, 9, 9), torch.randn(3, 1, 3, 3)
    plain = torch.nn.functional.conv2d(values, weight, padding=1, groups=3)
    assert torch.equal(depthwise(values, weight, 1, 1), plain)
    with torch.inference_mode(), torch.autocast("cpu", dtype=torch.bfloat16):
        assert depthwise(values, weight, 1, 1).dtype == torch.bfloat16
