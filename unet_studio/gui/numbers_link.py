"""Measures the open Mask in the background when the hand rests, and shows no number of an older state."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QObject, QTimer

from unet_studio.editing.document import Document
from unet_studio.gui.canvas import Canvas
from unet_studio.gui.jobs import MEASURE, Jobs, Token
from unet_studio.gui.reading import Reading
from unet_studio.gui.segment_panel import SegmentPanel

REST_MS = 300
MEASURED = ("dice", "hd95", "changed", "components", "locked")


class NumbersLink(QObject):
    """Keeps area, numbers and clock of the segment panel true."""

    def __init__(self, reading: Reading, canvas: Canvas, panel: SegmentPanel, jobs: Jobs) -> None:
        super().__init__(canvas)
        self._reading, self._panel, self._jobs = reading, panel, jobs
        self._document: Document | None = None
        self._token: Token | None = None
        self._shown = False
        self._rest = QTimer(self, singleShot=True, interval=REST_MS)
        self._rest.timeout.connect(self._measure)
        self._second = QTimer(self, interval=1000)
        self._second.timeout.connect(self._tick)
        reading.opened.connect(self._opened)
        reading.edited.connect(self._changed)
        canvas.first_painted.connect(self._tick)

    def _opened(self, _opened: object) -> None:
        if self._document is not None:
            self._document.listeners.remove(self._changed)
        draft = self._reading.draft
        self._document = draft.document if draft is not None else None
        if self._document is not None:
            self._document.listeners.append(self._changed)
        self._changed()
        if self._document is None:
            self._second.stop()
        else:
            self._second.start()
        self._tick()

    def _changed(self, _event: object = None) -> None:
        """What is shown, or being measured, is of an older state."""
        if self._token is not None:
            self._token.cancel()
            self._token = None
        if self._shown:
            self._shown = False
            self._panel.show_area("")
            for name in MEASURED:
                self._panel.numbers.show_number(name, "")
        self._rest.start()

    def _measure(self) -> None:
        case, draft = self._reading.open_case, self._reading.draft
        if draft is None or draft.sliding:
            return  # a slider that is let go tells of an edit again
        document, proposal = draft.document, self._reading.proposal
        spacing = case.image.spacing_mm

        def work(token: Token) -> Any:
            from unet_studio.workflow import measuring
            from unet_studio.workflow.drafting import THRESHOLD

            mask, touched = document.mask, document.touched
            return measuring.measure(mask, touched, spacing, proposal, THRESHOLD, token.cancelled, token.report)

        self._token = self._jobs.run(work, done=self._finish, progress=self._show, lane=MEASURE)

    def _finish(self, found: Any) -> None:
        self._token = None
        self._show(found)

    def _show(self, found: Any) -> None:
        self._shown = True
        self._panel.show_area(found.area)
        show = self._panel.numbers.show_number
        show("components", pixels(found.components))
        show("locked", f"{pixels(found.locked)} px")
        show("changed", "" if found.changed is None else f"{pixels(found.changed)} px")
        show("dice", "" if found.dice is None else f"{found.dice:.3f}")
        show("hd95", "" if found.hd95 is None else f"{found.hd95:.1f} {found.unit}")

    def _tick(self) -> None:
        active, wall = self._reading.clock.read()
        self._panel.numbers.show_number("active", minutes(active) if wall else "")


def pixels(count: int) -> str:
    """A count with narrow gaps between the thousands."""
    return f"{count:,}".replace(",", "\u202f")


def minutes(seconds: float) -> str:
    """Seconds as minutes and seconds, 75.9 as "1:15"."""
    return f"{int(seconds) // 60}:{int(seconds) % 60:02d}"
