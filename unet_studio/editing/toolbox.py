"""The table of everything that changes a Mask or its touched pixels: data only.

A touched pixel is locked: only its reader changes it. The threshold within the brush is a stroke that sets the lock:
the reader chose where, saw what came of it and let it stand, so no slider or proposal may take it back unseen.
Commands and clicks that work on whole regions are the reader's too and count as effort, but nobody looked at each of
their pixels: they respect the lock and do not set it.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Amount:
    """A number that goes with a tool or a command; `name` is what the preferences keep it under."""

    name: str
    words: str  # for the strip and its tooltip
    unit: str
    least: int
    most: int
    default: int


@dataclass(frozen=True)
class Row:
    """One way to change a Mask.

    name: the Step's kind. label: its words in the Edit menu, "Undo brush stroke". key: Qt key text.
    sets_lock: the pixels of its footprint become touched, changed or not; touched ones may change.
    respects_lock: touched pixels keep their value and none becomes touched. clears_lock: the Mask stays, pixels are
    touched no more. stroke: a gesture of the reader, counted as effort.
    """

    name: str
    label: str
    key: str = ""
    sets_lock: bool = False
    respects_lock: bool = False
    clears_lock: bool = False
    stroke: bool = True
    amount: Amount | None = None


LEVEL = Amount("level", "Mark from", "%", 1, 99, 30)
COUNT = Amount("largest", "Components that are kept", "", 1, 99, 1)
ISLAND = Amount("island", "Islands smaller than this are removed", "px", 2, 9_999, 50)
RADIUS = Amount("radius", "Grow and shrink by", "px", 1, 100, 1)
SMOOTH = Amount("smooth", "Teeth narrower than about this are evened out", "px", 1, 100, 6)
AMOUNTS = (LEVEL, COUNT, ISLAND, RADIUS, SMOOTH)

ROWS = (
    Row("brush", "Brush stroke", "B", sets_lock=True),
    Row("eraser", "Eraser stroke", "E", sets_lock=True),
    Row("smart_brush", "Smart stroke", "S", sets_lock=True),
    Row("threshold_brush", "Threshold stroke", "A", sets_lock=True, amount=LEVEL),
    Row("pull", "Edge pull", "W", sets_lock=True),
    Row("lasso", "Lasso", "L", sets_lock=True),
    Row("polygon", "Polygon", "G", sets_lock=True),
    Row("rectangle", "Rectangle", "R", sets_lock=True),
    Row("ellipse", "Ellipse", "C", sets_lock=True),
    Row("move", "Move", "M", sets_lock=True),
    Row("fill", "Fill or removal", "F", respects_lock=True),
    Row("fill_holes", "Fill holes", "Shift+F", respects_lock=True),
    Row("keep_largest", "Keep largest", "Shift+L", respects_lock=True, amount=COUNT),
    Row("remove_islands", "Remove islands", "Shift+I", respects_lock=True, amount=ISLAND),
    Row("grow", "Grow", "Shift+G", respects_lock=True, amount=RADIUS),
    Row("shrink", "Shrink", "Shift+S", respects_lock=True, amount=RADIUS),
    Row("smooth", "Smooth outline", "Shift+O", respects_lock=True, amount=SMOOTH),
    Row("copied", "Copied mask", respects_lock=True),
    Row("imported", "Imported mask", respects_lock=True),
    Row("ghost", "Proposed change", respects_lock=True),
    Row("proposal", "Proposal", respects_lock=True, stroke=False),
    Row("threshold", "Threshold", respects_lock=True, stroke=False),
    Row("unlock", "Unlock", "Shift+K", clears_lock=True, stroke=False),
)
TOOLBOX = {row.name: row for row in ROWS}
UNLOCK_ALL = "K"  # the key that unlocks every pixel
