"""The numbers that stand beside an open Mask: its size, and how far it has come from the Proposal."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from unet_studio.core.errors import Cancelled
from unet_studio.core.proposal import Proposal
from unet_studio.workflow.drafting import THRESHOLD
from unet_studio.workflow.viewing import area_text


@dataclass(frozen=True)
class Measures:
    """What is measured of one state of a Mask.

    area: in words. changed (px), dice (0..1) and hd95: against the Proposal as it was put in, None without
    one; hd95 is None too where one of the two is empty. unit: of hd95, "mm" where the spacing is known, else "px".
    """

    area: str
    components: int
    locked: int
    changed: int | None = None
    dice: float | None = None
    hd95: float | None = None
    unit: str = "px"


def measure(
    mask: np.ndarray,
    touched: np.ndarray,
    spacing_mm: tuple[float, float] | None,
    proposal: Proposal | None = None,
    threshold: float = THRESHOLD,
    cancelled: Callable[[], bool] = lambda: False,
    early: Callable[[Measures], object] = lambda found: None,
) -> Measures:
    """Measure an (H, W) uint8 0/1 Mask with its (H, W) bool touched pixels, at full size; up to seconds at 4096 x 4096.

    early: is told all but HD95, which alone takes long. The arrays are copied first. Raises Cancelled where `cancelled`
    asks for it between two measures: whoever changes the arrays meanwhile must ask, as the numbers would be of no one
    state.
    """
    from training import metrics
    from unet_studio.editing.threshold import mask_at

    def still_wanted() -> None:
        if cancelled():
            raise Cancelled

    mask, locked = mask.copy(), int(np.count_nonzero(touched))
    still_wanted()
    area, components = area_text(mask, spacing_mm), metrics.components(mask)
    if proposal is None:
        return Measures(area, components, locked)
    still_wanted()
    proposed = mask_at(proposal.probability, proposal.rows, proposal.columns, threshold)
    changed, dice = int(np.count_nonzero(mask != proposed)), metrics.dice(mask, proposed)
    still_wanted()
    found = Measures(area, components, locked, changed, dice, None, "px" if spacing_mm is None else "mm")
    if not mask.any() or not proposed.any():
        return found
    early(found)
    return replace(found, hd95=metrics.hd95(mask, proposed, spacing_mm or (1.0, 1.0)))
