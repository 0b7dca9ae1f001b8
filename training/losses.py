"""Losses on logits; targets and weights have the logits' shape (N, 1, h, w)."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F


def bce_dice(logits: Tensor, target: Tensor, weight: Tensor | None = None) -> Tensor:
    """Mean of pixelwise cross-entropy plus soft Dice loss, each picture counted alike.

    target: (N, 1, h, w) float, 0..1 (soft targets allowed); weight: the same shape, 0 where a pixel does not count.
    """
    if weight is None:
        weight = torch.ones_like(target)
    pixels = F.binary_cross_entropy_with_logits(logits, target, reduction="none") * weight
    cross_entropy = pixels.sum() / weight.sum().clamp(min=1.0)
    return cross_entropy + soft_dice(logits, target, weight)


def soft_dice(logits: Tensor, target: Tensor, weight: Tensor, smooth: float = 1.0) -> Tensor:
    """1 - soft Dice per picture, averaged; `smooth` (px) makes an empty proposal on an empty mask cost nothing."""
    probability = torch.sigmoid(logits)
    overlap = (weight * probability * target).sum(dim=(1, 2, 3))
    size = (weight * (probability + target)).sum(dim=(1, 2, 3))
    return 1.0 - ((2.0 * overlap + smooth) / (size + smooth)).mean()
