"""Gestures that take hold of what is under the click: fill a region, move a component."""

from __future__ import annotations

import numpy as np

from unet_studio.editing.lock import kept
from unet_studio.editing.put import put
from unet_studio.editing.rect import Rect
from unet_studio.editing.step import Bits
from unet_studio.gui.canvas.holding import Aim, Held, Start
from unet_studio.gui.canvas.view import Point
from unet_studio.gui.keys import shown
from unet_studio.gui.texts import mark, tr, tr_n

NO_HOLE = mark("Nothing is enclosed there: click a hole to fill it, or a marked region to remove it")
NO_REGION = mark("No marked region is there to be moved")


def kept_text(count: int) -> str:
    """What the reader is told of locked pixels that stayed, "" for none."""
    number, key = f"{count:,}".replace(",", " "), shown("unlock_all")
    said = tr_n(
        "{number} locked pixel kept; {key} unlocks everything",
        "{number} locked pixels kept; {key} unlocks everything",
        count,
        number=number,
        key=key,
    )
    return said if count else ""


class Fill(Held):
    """Toggles the region under the press when the button is let go."""

    drawn = True

    def __init__(self, start: Start) -> None:
        self._start = start

    def release(self, aim: Aim) -> None:
        """Fill the hole, or remove the component."""
        from unet_studio.editing.regions import flood

        self.done = True
        document, surface, tool = self._start.document, self._start.surface, self._start.tool
        found = flood(document.mask, self._start.aim.point)
        if found is None:
            surface.tell(tr(NO_HOLE))
            return
        locked = kept(document, *found)
        put(document, tool.name, tool.label, *found)
        surface.tell(kept_text(locked))


class Carry(Held):
    """A component goes with the hand, or with the arrow keys, onto whatever is there."""

    def __init__(self, start: Start, component: tuple[Rect, Bits]) -> None:
        self._start, self._component = start, component
        self._gesture = start.document.begin(start.tool.name, start.tool.label)
        self._shift = (0, 0)
        self._from = start.aim.point  # where the hand would be at no shift
        self.end: Point | None = start.aim.point

    def move(self, aim: Aim) -> None:
        """Bring it here, by whole px."""
        self._put(round(aim.point[0] - self._from[0]), round(aim.point[1] - self._from[1]))

    def nudge(self, dx: int, dy: int) -> None:
        """By whole px from where it is."""
        self._from = self._from[0] - dx, self._from[1] - dy
        self._put(self._shift[0] + dx, self._shift[1] + dy)

    def release(self, aim: Aim) -> None:
        """It stays here."""
        self.settle()

    def resume(self, point: Point) -> None:
        """The way to here does not move it."""
        self._from = point[0] - self._shift[0], point[1] - self._shift[1]

    def settle(self) -> None:
        """It stays here: one Step."""
        self.done = True
        x, y = self._start.aim.point
        self.end = x + self._shift[0], y + self._shift[1]
        self._gesture.finish()

    def cancel(self) -> None:
        """It goes back."""
        self.done = True
        self._gesture.cancel()

    def _put(self, dx: int, dy: int) -> None:
        from unet_studio.editing.regions import move_component

        if (dx, dy) == self._shift or not self._gesture.open:
            return
        self._shift = dx, dy
        document = self._start.document
        self._gesture.restore()
        if (dx, dy) == (0, 0):
            return
        rect, wanted, footprint = move_component(document.mask, self._component, dx, dy)
        self._gesture.save(rect)
        np.copyto(document.mask[rect.slices], wanted, where=footprint)
        document.touched[rect.slices] |= footprint
        self._gesture.changed(rect)


def carry(start: Start) -> Held | None:
    """Take hold of the component under the press."""
    from unet_studio.editing.regions import component_at

    component = component_at(start.document.mask, start.aim.point)
    if component is None:
        start.surface.tell(tr(NO_REGION))
        return None
    return Carry(start, component)
