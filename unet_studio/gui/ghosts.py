"""Proposed changes that wait on the picture: shown as islands that the reader takes over or dismisses one by one."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import reduce
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from PySide6.QtCore import QObject, QPointF, Qt, Signal

from unet_studio.editing.document import Document, Event
from unet_studio.editing.rect import NOWHERE, Rect
from unet_studio.editing.toolbox import TOOLBOX
from unet_studio.gui.action_set import ActionSet
from unet_studio.gui.canvas import Canvas
from unet_studio.gui.canvas.clicks import Clicks
from unet_studio.gui.canvas.ghost_layer import ADDS, CHOSEN, REMOVES, GhostLayer, in_ring
from unet_studio.gui.keys import shown
from unet_studio.gui.option_strip import OptionStrip
from unet_studio.gui.reading import Reading
from unet_studio.gui.status_bar import StatusBar
from unet_studio.gui.texts import tr, tr_n

if TYPE_CHECKING:
    from unet_studio.editing.islands import Island

ROW = TOOLBOX["ghost"]
SAME = 0.5  # of an island: one that shares more with a dismissed island is not offered again
SEEN_WELL = 24.0  # widget px, least side of an island that is gone to
NEAR = 0.25  # of the canvas, the side of an island that had to be brought nearer


class Waiting(NamedTuple):
    """An island as it was offered, and what is left of it to be taken over."""

    source: str
    offered: Island
    left: Island


class Ghosts(QObject):
    """The islands that wait on the open picture, by the words that say where they come from.

    An island that was taken over, or painted over, waits no more; it waits again when that is undone. None of its
    pixels that a person touched is ever changed.
    """

    changed = Signal()  # other islands wait than before
    accepted = Signal(str, int)  # source, islands taken over
    dismissed = Signal(str, int)  # source, islands dismissed

    def __init__(
        self, reading: Reading, canvas: Canvas, strip: OptionStrip, bar: StatusBar, actions: ActionSet
    ) -> None:
        super().__init__(canvas)
        self._reading, self._canvas, self._strip, self._bar = reading, canvas, strip, bar
        self._offered: dict[str, list[Island]] = {}
        self._refused: dict[str, list[Island]] = {}
        self._source_words: dict[str, str] = {}
        self._waiting: list[Waiting] = []
        self._chosen: Waiting | None = None
        self._document: Document | None = None
        self._layer = GhostLayer()
        canvas.layers.append(self._layer)
        self._clicks = clicks = Clicks(canvas, lambda at: self._at(at) is not None)
        clicks.yes.connect(lambda at: self._click(at, self.accept))
        clicks.no.connect(lambda at: self._click(at, self.dismiss))
        clicks.over.connect(self._hover)
        canvas.mask_shown.connect(self._set_visible)
        canvas.tool_changed.connect(lambda _name: self._choose(None))
        reading.opened.connect(lambda _opened: self._change_picture())
        # only where the picture has the keyboard: elsewhere Tab goes from control to control
        actions["ghost_next"].setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
        canvas.addAction(actions["ghost_next"])
        actions.with_keys(self._show_words)

    def handlers(self) -> dict[str, Callable[[], object]]:
        """What the actions on proposed islands do."""
        return {
            "ghost_all": self.accept_all,
            "ghost_none": self.dismiss_all,
            "ghost_next": self.go_on,
            "ghost_yes": lambda: self._on_chosen(self.accept),
            "ghost_no": lambda: self._on_chosen(self.dismiss),
        }

    def facts(self) -> set[str]:
        """What holds; see `actions`."""
        return {"ghosts"} if self._waiting else set()

    @property
    def islands(self) -> tuple[Island, ...]:
        """What waits, as it would be changed now."""
        return tuple(one.left for one in self._waiting)

    def show(self, islands: Iterable[Island], source: str, words: str = "") -> int:
        """Offer these islands of the open picture instead of those from the same source; returns how many wait.

        source: where they come from, in English words, as the journal keeps it: "from your strokes"; words: the same
        for the reader. Islands that were dismissed before are left out.
        """
        from unet_studio.editing.islands import overlap

        refused = self._refused.get(source, [])
        self._source_words[source] = words or tr(source)
        self._offered[source] = [
            one for one in islands if not any(overlap(one, other) > SAME * one.area for other in refused)
        ]
        self._follow_document()
        self._refresh()
        return sum(one.source == source for one in self._waiting)

    def clear(self, source: str | None = None) -> None:
        """Offer nothing more from a source, or from any."""
        for name in tuple(self._offered) if source is None else (source,):
            self._offered.pop(name, None)
        self._refresh()

    # the reader's answers

    def accept(self, *chosen: Waiting) -> None:
        """Take islands over in one undo step; touched pixels stay as they are, and none becomes touched."""
        self._reading.settle_threshold()
        draft = self._reading.draft
        if draft is None or not chosen:
            return
        from unet_studio.editing import islands
        from unet_studio.editing.put import put

        wanted = islands.accept(draft.document.mask, *(one.left for one in chosen))
        put(draft.document, ROW.name, ROW.label, *wanted, facts={"source": ", ".join(_sources(chosen))})
        said = tr_n("%n island taken over", "%n islands taken over", len(chosen))
        self._bar.say(draft.problem or said, bool(draft.problem))
        self._reading.edited.emit()
        self._reading.state_changed.emit()
        for source in _sources(chosen):
            self.accepted.emit(source, sum(one.source == source for one in chosen))

    def dismiss(self, *chosen: Waiting) -> None:
        """Offer these islands no more on this picture."""
        for one in chosen:
            self._offered[one.source] = [other for other in self._offered[one.source] if other is not one.offered]
            self._refused.setdefault(one.source, []).append(one.offered)
        self._refresh()
        self._bar.say(tr_n("%n island dismissed", "%n islands dismissed", len(chosen)))
        for source in _sources(chosen):
            self.dismissed.emit(source, sum(one.source == source for one in chosen))

    def accept_all(self) -> None:
        """Take over everything that waits, in one undo step."""
        self.accept(*self._waiting)

    def dismiss_all(self) -> None:
        """Offer nothing of what waits any more."""
        self.dismiss(*self._waiting)

    def go_on(self) -> None:
        """Choose the next island and bring it into sight."""
        if not self._waiting:
            return
        place = next((n for n, one in enumerate(self._waiting) if one is self._chosen), -1)
        chosen = self._waiting[(place + 1) % len(self._waiting)]
        self._choose(chosen)
        self._bring_near(chosen.left.rect)
        said = {
            "area": f"{chosen.left.area:,}".replace(",", " "),
            "yes": shown("ghost_yes"),
            "no": shown("ghost_no"),
        }
        adds = tr("It adds {area} px: {yes} takes it over, {no} dismisses it", **said)
        self._bar.say(
            adds if chosen.left.adds else tr("It removes {area} px: {yes} takes it over, {no} dismisses it", **said)
        )

    def _on_chosen(self, answer: Callable[[Waiting], None]) -> None:
        if self._chosen is None:
            self.go_on()
            return
        place = self._waiting.index(self._chosen)
        answer(self._chosen)
        if self._waiting:
            self._choose(self._waiting[min(place, len(self._waiting) - 1)])

    def _click(self, at: QPointF, answer: Callable[[Waiting], None]) -> None:
        found = self._at(at)
        if found is not None:
            answer(found)

    def _hover(self, at: QPointF | None) -> None:
        if self._waiting:
            self._choose(None if at is None else self._at(at))

    def _at(self, at: QPointF) -> Waiting | None:
        """The island under a widget position, or in whose ring it lies."""
        if not self._waiting or not self._layer.visible:
            return None
        from unet_studio.editing.islands import island_at

        point = self._canvas.to_image(at)
        for one in self._waiting:
            if island_at((one.left,), point) is not None:
                return one
        for one in self._waiting:
            if in_ring(one.left.rect, self._canvas.zoom, point):
                return one
        return None

    # what is shown

    def _change_picture(self) -> None:
        self._refused.clear()
        self._follow_document()
        self.clear()

    def _follow_document(self) -> None:
        document = self._canvas.document
        if document is not self._document:
            if self._document is not None and self._listen in self._document.listeners:
                self._document.listeners.remove(self._listen)
            self._document = document
            if document is not None:
                document.listeners.append(self._listen)

    def _listen(self, event: Event) -> None:
        if event.op != "preview" and self._offered:
            self._refresh()

    def _refresh(self) -> None:
        """Work out what is left of every island, and show it."""
        before, shape = self._waiting, self._canvas.image_shape
        self._waiting = list(self._find())
        if not self._waiting and not before:
            return
        self._clicks.watch(bool(self._waiting))
        kept = None if self._chosen is None else self._chosen.offered
        self._chosen = next((one for one in self._waiting if one.offered is kept), None)
        self._layer.rects = tuple(one.left.rect for one in self._waiting)
        self._layer.plane = np.zeros(shape, np.uint8) if self._waiting else None
        for one in self._waiting:
            self._mark(one)
        self._repaint(before)
        self._repaint(self._waiting)
        self._show_words()
        self.changed.emit()

    def _find(self) -> Iterable[Waiting]:
        document = self._canvas.document
        if document is None or not self._offered:
            return
        from unet_studio.editing.islands import still

        for source, islands in self._offered.items():
            for island in islands:
                left = still(island, document.mask, document.touched)
                if left is not None:
                    yield Waiting(source, island, left)

    def _mark(self, one: Waiting) -> None:
        code = (ADDS if one.left.adds else REMOVES) + (CHOSEN if one is self._chosen else 0)
        if self._layer.plane is not None:
            self._layer.plane[one.left.rect.slices][one.left.bits] = code

    def _choose(self, chosen: Waiting | None) -> None:
        before, self._chosen = self._chosen, chosen
        if before is not chosen:
            changed = [one for one in (before, chosen) if one is not None]
            for one in changed:
                self._mark(one)
            self._repaint(changed)

    def _repaint(self, waiting: Iterable[Waiting]) -> None:
        around = NOWHERE
        for one in waiting:
            around = around.union(one.left.rect)
        rings = round(SEEN_WELL / self._canvas.zoom) + 1
        if not around.empty:
            grown = Rect(around.top - rings, around.left - rings, around.bottom + rings, around.right + rings)
            self._canvas.refresh(grown)

    def _set_visible(self, visible: bool) -> None:
        self._layer.visible = visible
        self._repaint(self._waiting)

    def _bring_near(self, rect: Rect) -> None:
        canvas = self._canvas
        centre = (rect.left + rect.right) / 2, (rect.top + rect.bottom) / 2
        side, room = max(rect.shape), min(canvas.width(), canvas.height())
        small, large = side * canvas.zoom < SEEN_WELL, side * canvas.zoom > room
        where = canvas.to_widget(int(centre[0]), int(centre[1]))
        inside = canvas.rect().adjusted(*(round(NEAR / 4 * room) * sign for sign in (1, 1, -1, -1))).contains(where)
        if small or large or not inside:
            canvas.set_zoom(NEAR * room / side if small or large else canvas.zoom, centre)

    def _show_words(self) -> None:
        self._strip.show_waiting(self._words())

    def _words(self) -> str:
        if not self._waiting:
            return ""
        said = [self._source_words[source] for source in _sources(self._waiting)]
        return tr_n(
            "%n island proposed {source}: click to take over, {all} all, {none} none",
            "%n islands proposed {source}: click to take over, {all} all, {none} none",
            len(self._waiting),
            source=reduce(lambda one, other: tr("{one} and {other}", one=one, other=other), said),
            all=shown("ghost_all").replace("Return", "Enter"),
            none=shown("ghost_none"),
        )


def _sources(waiting: Iterable[Waiting]) -> list[str]:
    return list(dict.fromkeys(one.source for one in waiting))
