"""Losses on logits, by name; targets and weights have the logits' shape (N, 1, h, w).

Each takes (logits, target 0..1 float, weight or None) and returns a scalar. A weight says how many times a pixel
counts, 0 = not at all; every loss applies it, so that a pixel of weight 2 is the same as that pixel twice.
"""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor
from torch.nn import functional as F

Loss = Callable[[Tensor, Tensor, Tensor | None], Tensor]

SMOOTH = 1.0  # px: an empty proposal on an empty mask costs nothing, and no division by zero
FALSE_POSITIVES, FALSE_NEGATIVES = 0.3, 0.7  # Salehi 2017, section 3: what is missed costs more than what is too much
FOCUS = 2.0  # Lin 2017, section 3.2
NO_MONAI = 'This loss is taken from MONAI, which is not installed; run pip install "unet-studio[train]".'


def loss_named(name: str) -> Loss:
    """The loss of that name. Raises ValueError for an unknown one, naming the choices."""
    if name not in LOSSES:
        raise ValueError(f"There is no loss {name!r}; choose one of {', '.join(LOSSES)}.")
    return LOSSES[name]


def cross_entropy(logits: Tensor, target: Tensor, weight: Tensor | None = None) -> Tensor:
    """Pixelwise binary cross-entropy: sum(weight * ce) / sum(weight), every pixel of the batch alike without one."""
    return _mean(F.binary_cross_entropy_with_logits(logits, target, reduction="none"), weight)


def border_weighted(logits: Tensor, target: Tensor, weight: Tensor | None = None) -> Tensor:
    """Cross-entropy weighted by `border.border_weights` (Ronneberger 2015, eq. 1 and 2), divided by the weights' sum.

    Raises ValueError without a weight map.
    """
    if weight is None:
        raise ValueError("The loss 'border-weighted' needs a weight for each pixel; take 'cross-entropy' without one.")
    return cross_entropy(logits, target, weight)


def soft_dice(logits: Tensor, target: Tensor, weight: Tensor | None = None, smooth: float = SMOOTH) -> Tensor:
    """1 - soft Dice per picture, averaged (Milletari 2016, section 3, without squares); `smooth` in px."""
    probability = torch.sigmoid(logits)
    counted = torch.ones_like(target) if weight is None else weight
    overlap = (counted * probability * target).sum(dim=(1, 2, 3))
    size = (counted * (probability + target)).sum(dim=(1, 2, 3))
    return 1.0 - ((2.0 * overlap + smooth) / (size + smooth)).mean()


def bce_dice(logits: Tensor, target: Tensor, weight: Tensor | None = None) -> Tensor:
    """Pixelwise cross-entropy over all pictures plus soft Dice loss, each picture counted alike.

    target: (N, 1, h, w) float, 0..1 (soft targets allowed); weight: the same shape, 0 where a pixel does not count.
    """
    return cross_entropy(logits, target, weight) + soft_dice(logits, target, weight)


def tversky(logits: Tensor, target: Tensor, weight: Tensor | None = None) -> Tensor:
    """1 - Tversky index per picture, averaged (Salehi 2017, eq. 3), by MONAI. Raises ValueError without MONAI."""
    try:
        from monai.losses.tversky import TverskyLoss
    except ImportError as error:
        raise ValueError(NO_MONAI) from error
    probability = torch.sigmoid(logits)
    if weight is not None:
        # pixels added behind the last row, proposal 0, bring the target's sum to the weighted one
        probability = torch.cat([weight * probability, torch.zeros_like(target)], dim=2)
        target = torch.cat([target, (weight - 1.0) * target], dim=2)
    index = TverskyLoss(alpha=FALSE_POSITIVES, beta=FALSE_NEGATIVES, smooth_nr=SMOOTH / 2, smooth_dr=SMOOTH / 2)
    return torch.as_tensor(index(probability, target))


def focal(logits: Tensor, target: Tensor, weight: Tensor | None = None) -> Tensor:
    """Focal loss (Lin 2017, eq. 4), gamma 2, by MONAI, weighted mean over all pixels; for targets of 0 and 1.

    It is computed in float32. Raises ValueError without MONAI.
    """
    try:
        from monai.losses.focal_loss import FocalLoss
    except ImportError as error:
        raise ValueError(NO_MONAI) from error
    return _mean(torch.as_tensor(FocalLoss(gamma=FOCUS, reduction="none")(logits, target)), weight)


def _mean(pixels: Tensor, weight: Tensor | None) -> Tensor:
    """The weighted mean, 0 where no pixel counts."""
    if weight is None:
        return pixels.mean()
    return (pixels * weight).sum() / weight.sum().clamp(min=1e-6)


LOSSES: dict[str, Loss] = {
    "cross-entropy": cross_entropy,
    "border-weighted": border_weighted,
    "dice": soft_dice,
    "bce-dice": bce_dice,
    "tversky": tversky,
    "focal": focal,
}
