"""How a Mask differs from its Proposal, in the terms in which slips are told from conventions. Imports cv2 late."""

from __future__ import annotations

import numpy as np

from unet_studio.core.proposal import ONE, Proposal
from unet_studio.core.slip import SURE, Difference


def difference(proposal: Proposal, mask: np.ndarray, threshold: float) -> Difference:
    """How a Mask, (H, W) uint8 0/1, differs from a Proposal; counted at network size, where the Proposal is exact."""
    import cv2

    probability = proposal.probability.astype(np.float32) / ONE
    rows, columns = probability.shape
    small = cv2.resize(mask.astype(np.float32), (columns, rows), interpolation=cv2.INTER_AREA) >= 0.5
    proposed, sure, nothing = probability >= threshold, probability >= SURE, probability <= 1 - SURE
    larger = max(1, int(proposed.sum()), int(small.sum()))
    return Difference(
        sure=float(sure.mean()),
        marked=float(small.mean()),
        removed=float((proposed & ~small).sum() / larger),
        added=float((small & ~proposed).sum() / larger),
        sure_removed=float((sure & ~small).sum() / max(1, int(sure.sum()))),
        sure_added=float((small & nothing).sum() / max(1, int(small.sum()))),
        empty=not mask.any(),
    )
