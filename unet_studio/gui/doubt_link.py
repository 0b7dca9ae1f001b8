"""Doubt in the window: the map over the picture, and going from doubtful place to doubtful place."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer

from unet_studio.gui.canvas import Canvas
from unet_studio.gui.canvas.doubt_layer import DoubtLayer, DoubtLegend
from unet_studio.gui.keys import shown
from unet_studio.gui.reading import Reading
from unet_studio.gui.second_look import SecondLook
from unet_studio.gui.status_bar import StatusBar
from unet_studio.gui.texts import mark, tr, tr_n

if TYPE_CHECKING:
    from unet_studio.editing.doubt import Stretch

GLIMPSE_MS = 1200  # the map is shown so long where the reader was brought to
REST_MS = 120  # the map follows the Mask when it rests so long
NONE_LEFT = mark("No doubtful place is left on this picture")
AGAIN = mark("every doubtful place was looked at, so from the first one again")
WAIT = mark("Doubt is being worked out; the first doubtful place is shown as soon as it is known")
FIRST = mark("This is the first doubtful place that you looked at")


class DoubtLink(QObject):
    """Shows doubt and walks along it."""

    def __init__(self, reading: Reading, canvas: Canvas, look: SecondLook, bar: StatusBar) -> None:
        super().__init__(canvas)
        self._reading, self._canvas, self._look, self._bar = reading, canvas, look, bar
        self._walk: list[Stretch] = []
        self._at = -1
        self._wanted = self._awaited = False
        self._layer = DoubtLayer()
        canvas.layers.insert(0, self._layer)
        self.legend = DoubtLegend(canvas)
        self._glimpse = QTimer(self, singleShot=True, interval=GLIMPSE_MS)
        self._glimpse.timeout.connect(self._show)
        self._rest = QTimer(self, singleShot=True, interval=REST_MS)
        self._rest.timeout.connect(self._show)
        look.changed.connect(self._take)
        reading.opened.connect(lambda _opened: self._forget())
        reading.edited.connect(self._rest.start)

    def handlers(self) -> dict[str, Callable[..., object]]:
        """What the actions on doubt do."""
        return {"show_doubt": self.set_shown, "doubt_next": self.go_on, "doubt_previous": self.go_back}

    def set_shown(self, shown: bool) -> None:
        """Show the map until it is switched off."""
        self._wanted = shown
        if shown and self._look.doubt is None:
            self._bar.say(self._why_not() or tr("Doubt is being worked out"), bool(self._look.problem))
        self._show()

    def go_on(self) -> None:
        """Bring the next doubtful place so near that it can be judged."""
        if self._look.doubt is None:
            self._awaited = self._look.under_way
            self._bar.say(self._why_not() or tr(WAIT), bool(self._look.problem))
            return
        from unet_studio.editing import doubt

        found = self._stretches()
        for place in range(self._at + 1, len(self._walk)):  # after going back
            if any(doubt.same(self._walk[place], other) for other in found):
                self._go(place, "")
                return
        one = doubt.next_stretch(found, self._walk)
        if one is None:
            self._bar.say(tr(NONE_LEFT))
            return
        left = sum(not any(doubt.same(other, seen) for seen in self._walk) for other in found)
        if not left:
            self._walk.clear()
        self._walk.append(one)
        self._go(len(self._walk) - 1, _left_text(left))

    def go_back(self) -> None:
        """Go back to the place before."""
        if self._at > 0:
            self._go(self._at - 1, "")
        else:
            self._bar.say(tr(FIRST) if self._walk else self._none_before(), bool(self._look.problem))

    def _none_before(self) -> str:
        if self._look.doubt is None:
            return self._why_not() or tr(WAIT)
        return tr("No doubtful place was looked at yet: press {key} for the first", key=shown("doubt_next"))

    def _why_not(self) -> str:
        if self._look.problem or self._look.under_way:
            return self._look.problem
        return tr("There is no proposal to doubt: press {key} first", key=shown("propose"))

    def _stretches(self) -> tuple[Stretch, ...]:
        from unet_studio.editing import doubt

        document, found = self._canvas.document, self._look.doubt
        if document is None or found is None:
            return ()
        return doubt.stretches(document.mask, document.touched, found.probability, found.spread)

    def _go(self, place: int, more: str) -> None:
        self._at = place
        one, canvas = self._walk[place], self._canvas
        rows, columns = canvas.turn.shape(one.rect.shape)
        middle = (one.rect.left + one.rect.right) / 2, (one.rect.top + one.rect.bottom) / 2
        canvas.set_zoom(min(canvas.width() / columns, canvas.height() / rows), middle)
        self._bar.say("; ".join(part for part in (_doubt_text(one), more) if part))
        self._glimpse.start()
        self._show()

    # the map

    def _forget(self) -> None:
        self._walk.clear()
        self._at, self._awaited = -1, False
        self._glimpse.stop()
        self._show()

    def _take(self) -> None:
        self._show()
        if self._look.doubt is not None and self._awaited:
            self._awaited = False
            self.go_on()

    def _show(self) -> None:
        """Draw the map of the Mask as it is, if it is wanted."""
        document, found = self._canvas.document, self._look.doubt
        shown = (self._wanted or self._glimpse.isActive()) and document is not None and found is not None
        if not shown and not self._layer.visible:
            return
        cells = None
        if shown:
            from unet_studio.editing import doubt

            cells = doubt.doubt_map(document.mask, document.touched, found.probability, found.spread)
        self._layer.show(cells, self._canvas.image_shape)
        self._layer.visible = shown
        self.legend.setVisible(shown)
        self._canvas.update()


def _doubt_text(one: Stretch) -> str:
    score = f"{one.score:,.0f}".replace(",", " ")
    if not one.length:
        return tr("Doubtful: a place away from the outline, about {score} px may be wrong", score=score)
    return tr("Doubtful: {length:.0f} px of outline, about {score} px may be wrong", length=one.length, score=score)


def _left_text(left: int) -> str:
    """left: places that were not looked at, with the one that is shown."""
    if left > 1:
        return tr_n("%n more to look at", "%n more to look at", left - 1)
    return tr("the last one") if left else tr(AGAIN)
