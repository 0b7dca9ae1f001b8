"""Asks for the span of a sequence that is worked on: first, last, every n-th frame."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtWidgets import QFormLayout, QLabel, QPushButton, QSpinBox, QWidget

from unet_studio.core.case import Case
from unet_studio.core.sequence import Span, number
from unet_studio.gui.dialogs.frame import Frame
from unet_studio.gui.texts import mark, tr, tr_n

HEADING = mark(
    "Only these frames are on the worklist. Frames that you have worked on stay; the others come back when chosen."
)


class SpanDialog(Frame):
    """Three numbers, and how many frames they choose."""

    def __init__(
        self, parent: QWidget, frames: Sequence[Case], span: Span | None, on_span: Callable[[Span], object]
    ) -> None:
        super().__init__(parent, tr("Choose frames"), tr(HEADING))
        self._frames = frames
        last = frames[0].frames if frames[0].video else number(frames[-1])
        self._whole = Span(1 if frames[0].video else number(frames[0]), last)
        low, high = self._whole.first, self._whole.last
        self.first, self.last = _spin("span_first", low, high), _spin("span_last", low, high)
        self.every = _spin("span_every", 1, max(1, self._whole.count(frames)))
        form = QFormLayout()
        form.addRow(tr("First frame"), self.first)
        form.addRow(tr("Last frame"), self.last)
        form.addRow(tr("Every n-th"), self.every)
        self.body.addLayout(form)
        self.count = QLabel(objectName="quiet")
        self.body.addWidget(self.count)
        use = tr("Use these frames")
        self.offer(use)
        self.use = next(one for one in self.buttons.buttons() if one.text() == use)
        every_frame = QPushButton(tr("All frames"), objectName="span_all")
        every_frame.setAutoDefault(False)
        every_frame.clicked.connect(lambda: self._show(self._whole))
        self.buttons.addButton(every_frame, self.buttons.ButtonRole.ResetRole)
        for spin in (self.first, self.last, self.every):
            spin.valueChanged.connect(self._refresh)
        self._show(span or self._whole)
        self.accepted.connect(lambda: on_span(self._span()))
        self.resize(420, 0)

    def _show(self, span: Span) -> None:
        for spin, value in ((self.first, span.first), (self.last, span.last), (self.every, span.every)):
            spin.setValue(value)
        self._refresh()

    def _span(self) -> Span:
        return Span(self.first.value(), self.last.value(), self.every.value())

    def _refresh(self) -> None:
        chosen, whole = self._span().count(self._frames), self._whole.count(self._frames)
        self.count.setText(tr_n("{chosen} of %n frame", "{chosen} of %n frames", whole, chosen=chosen))
        self.use.setEnabled(chosen > 0)


def _spin(name: str, low: int, high: int) -> QSpinBox:
    spin = QSpinBox(objectName=name)
    spin.setRange(low, high)
    spin.setAccelerated(True)
    return spin
