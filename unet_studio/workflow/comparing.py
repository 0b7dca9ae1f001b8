"""Two versions on the same Corrections: their Masks side by side, and what each would leave to be changed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from unet_studio.core.correction import Correction, QueueState, Side
from unet_studio.core.errors import UserError
from unet_studio.core.model_version import ModelVersion
from unet_studio.workflow import lessons, proposing
from unet_studio.workflow.drafting import THRESHOLD
from unet_studio.workflow.opening import kept_image
from unet_studio.workflow.readers import may_see, without_excluded
from unet_studio.workflow.session import Session
from unet_studio.workspace import store

if TYPE_CHECKING:
    from training.preprocess import InputSpec
    from unet_studio.core.image import Image

SIDE = 512  # px of the pictures that are shown
OUT = (QueueState.WITHDRAWN, QueueState.FLAGGED, QueueState.SET_ASIDE)


@dataclass(frozen=True, eq=False)
class Compared:
    """One Correction and what two versions propose of its picture; pairs of numbers are (one, other).

    name: of the source, to be shown and not kept; picture: (h, w) or (h, w, 3) uint8, its long side at most SIDE px;
    truth, one, other: (h, w) uint8 0/1; dice, hd95 (px of the picture) and pixels_to_change (of the picture): against
    the Correction, measured as the gate does; learned: whether the version learned from this very Correction.
    truth and the numbers made from it are None where it is another reader's and still hidden from this one.
    """

    correction: int
    name: str
    picture: np.ndarray
    truth: np.ndarray | None
    one: np.ndarray
    other: np.ndarray
    dice: tuple[float, float] | None
    hd95: tuple[float, float] | None
    pixels_to_change: tuple[int, int] | None
    changed: bool
    side: Side
    learned: tuple[bool, bool]

    @property
    def hidden(self) -> bool:
        """True where its Mask, and what is measured against it, may not be shown to this reader yet."""
        return self.truth is None

    def row(self) -> dict[str, Any]:
        """The numbers as one JSON object, without the name of the source; null where they are hidden."""
        return {
            "correction": self.correction,
            "side": self.side.value,
            "changed": self.changed,
            "learned": list(self.learned),
            "dice": self.dice and [round(value, 4) for value in self.dice],
            "hd95": self.hd95 and [round(value, 2) for value in self.hd95],
            "pixels_to_change": self.pixels_to_change and list(self.pixels_to_change),
        }


def compare(
    session: Session, target: str, one_id: str, other_id: str, correction_ids: Sequence[int] | None = None
) -> Iterator[Compared]:
    """Compare two versions of a Target on Corrections, one at a time; nothing is kept.

    Without ids: the held-out Corrections that the gate judged `other` by (else `one`, else the gate set), where
    `other` lost most first. Raises ModelError for an unknown or archived version, UserError for one of another Target
    and where there is nothing to compare on.
    """
    pair = [store.version(session.workspace, model_id) for model_id in (one_id, other_id)]
    for version in pair:
        if version.target != target:
            raise UserError(f"{version.id}: it is a version of {version.target}, not of {target}; choose another one.")
        store.weights_path(session.workspace, version.id)  # archived or damaged: said before any work
    ids = held_out(session, target, pair[0], pair[1]) if correction_ids is None else list(correction_ids)
    if not ids:
        raise UserError(f"{target}: no Correction is held out to compare on yet; accept more pictures first.")
    return (_compared(session, pair[0], pair[1], number) for number in ids)


def held_out(session: Session, target: str, one: ModelVersion, other: ModelVersion) -> list[int]:
    """Ids of the Corrections to compare two versions on, the worst of `other` first.

    A Correction that its reader has made anew is taken as it stands now, one that was withdrawn, or whose
    picture is excluded, is left out.
    """
    included = without_excluded(session, store.corrections(session.workspace, target))
    standing = {(found.image_hash, found.reader): found for found in included}
    judged = next((rows for rows in (_judged(other), _judged(one)) if rows), None)
    if judged is None:
        gate = [found for found in standing.values() if found.side is Side.GATE]
        return [found.id for found in gate if found.state not in OUT]
    ids = []
    for number in judged:
        first = store.correction(session.workspace, number)
        found = standing.get((first.image_hash, first.reader))
        if found is not None and found.state not in OUT and found.id not in ids:
            ids.append(found.id)
    return ids


def _judged(version: ModelVersion) -> list[int]:
    """The ids of the Corrections that the gate judged a version by, the largest loss first."""
    rows = [row for row in version.metrics.get("per_picture", ()) if str(row.get("name", "")).isdigit()]
    rows.sort(key=lambda row: float(row.get("candidate_dice", 0.0)) - float(row.get("parent_dice", 0.0)))
    return [int(row["name"]) for row in rows]


def _compared(session: Session, one: ModelVersion, other: ModelVersion, number: int) -> Compared:
    from unet_studio.imaging.thumbnails import thumbnail
    from unet_studio.inference.devices import input_spec

    correction = store.correction(session.workspace, number)
    image = _picture(session, correction)
    truth, step = _truth(session, correction, input_spec(store.weights_path(session.workspace, one.id)))
    masks = [_mask(session, version, image, truth.shape) for version in (one, other)]
    picture = thumbnail(image, SIDE)
    rows, columns = picture.shape[:2]
    seen = may_see(session)(correction)
    dice, hd95, pixels = _measured(masks, truth, step) if seen else (None, None, None)
    return Compared(
        correction=number,
        name=correction.source_name,
        picture=picture,
        truth=_small(truth, rows, columns) if seen else None,
        one=_small(masks[0], rows, columns),
        other=_small(masks[1], rows, columns),
        dice=dice,
        hd95=hd95,
        pixels_to_change=pixels,
        changed=correction.changed,
        side=correction.side,
        learned=(number in one.corrections, number in other.corrections),
    )


def _picture(session: Session, correction: Correction) -> Image:
    image = kept_image(session, correction.image_hash)
    if image is None:
        raise UserError(f"{correction.source_name}: its kept picture is missing; put it back from a backup.")
    return image


def _truth(session: Session, correction: Correction, spec: InputSpec) -> tuple[np.ndarray, float]:
    """The Correction's Mask at the size at which the gate compares, and how many px of the picture one of its is."""
    item = lessons.item(session, correction, spec)
    return item.truth, item.step


def _mask(session: Session, version: ModelVersion, image: Image, shape: tuple[int, ...]) -> np.ndarray:
    """What a version proposes, (rows, columns) uint8 0/1."""
    from training.preprocess import mask_at_own_size
    from unet_studio.core.proposal import ONE

    proposal = proposing.model(session, version.id, "auto").propose(image)
    probability = proposal.probability.astype(np.float32) / np.float32(ONE)
    return np.asarray(mask_at_own_size(probability, shape[0], shape[1], THRESHOLD))


def _measured(
    masks: Sequence[np.ndarray], truth: np.ndarray, step: float
) -> tuple[tuple[float, float], tuple[float, float], tuple[int, int]]:
    """Dice, HD95 (px of the picture) and pixels to change of two Masks; step: px of the picture that one px is."""
    from training.metrics import dice, hd95

    one, other = masks
    return (
        (dice(one, truth), dice(other, truth)),
        (hd95(one, truth, (step, step)), hd95(other, truth, (step, step))),
        (_differing(one, truth, step), _differing(other, truth, step)),
    )


def _differing(mask: np.ndarray, truth: np.ndarray, step: float) -> int:
    return round(float(np.count_nonzero(mask != truth)) * step * step)


def _small(mask: np.ndarray, rows: int, columns: int) -> np.ndarray:
    """(H, W) 0/1 to (rows, columns) 0/1, set where at least half of a px is."""
    from training.preprocess import resize

    return (np.asarray(resize(mask * np.uint8(255), rows, columns)) >= 128).astype(np.uint8)


def means(found: Sequence[Compared], version: int) -> dict[str, Any]:
    """Mean Dice and HD95 of one of the two versions (0 or 1) over Corrections that a person changed, and over all.

    Those that are hidden from this reader are counted and otherwise left out.
    """
    hidden = sum(one.hidden for one in found)
    found = [one for one in found if not one.hidden]
    changed = [one for one in found if one.changed]

    def mean(rows: Sequence[Compared], name: str) -> float | None:
        return round(float(np.mean([getattr(one, name)[version] for one in rows])), 4) if rows else None

    return {
        "pictures": len(found),
        "hidden": hidden,
        "changed": len(changed),
        "dice": mean(found, "dice"),
        "hd95": mean(found, "hd95"),
        "dice_changed": mean(changed, "dice"),
        "hd95_changed": mean(changed, "hd95"),
        "pixels_to_change": mean(found, "pixels_to_change"),
        "learned": sum(one.learned[version] for one in found),
    }
