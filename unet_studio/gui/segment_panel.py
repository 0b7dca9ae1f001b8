"""The segment panel: target, proposal, threshold, looks of the mask, area, and what becomes of the picture."""

from __future__ import annotations

import math

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from unet_studio.gui.action_set import ActionSet
from unet_studio.gui.controls import ActionButton, ValueSlider
from unet_studio.gui.keys import shown
from unet_studio.gui.numbers_panel import NumbersPanel
from unet_studio.gui.texts import tr

LEAST_BRUSH, LARGEST_BRUSH, BRUSH_STEPS = 1, 500, 200


def brush_to_step(size: int) -> int:
    """Slider step of a brush size: equal steps are equal factors."""
    share = math.log(size / LEAST_BRUSH) / math.log(LARGEST_BRUSH / LEAST_BRUSH)
    return round(BRUSH_STEPS * share)


def step_to_brush(step: int) -> int:
    """Brush size in image px of a slider step."""
    return round(LEAST_BRUSH * (LARGEST_BRUSH / LEAST_BRUSH) ** (step / BRUSH_STEPS))


class SegmentPanel(QWidget):
    """Shows and sets what concerns the open mask; the verbs are the window's actions."""

    threshold_moved = Signal(float)  # while the slider moves
    threshold_set = Signal()  # the slider was let go
    opacity_changed = Signal(float)
    brush_size_changed = Signal(int)

    def __init__(self, actions: ActionSet, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("segment_panel")
        self.area = QLabel(objectName="area")
        self.note = QLabel(objectName="note")
        self.note.setWordWrap(True)
        self.note.hide()
        self.threshold = ValueSlider(tr("Threshold"), "threshold", "", lambda v: f"{v} %")
        self.threshold.set_range(0, 100, 50)
        self.opacity = ValueSlider(tr("Opacity"), "opacity", tr("How strongly the mask is tinted"), lambda v: f"{v} %")
        self.opacity.set_range(0, 100, 35)
        self.brush = ValueSlider(tr("Brush"), "brush_size", "", lambda v: f"{step_to_brush(v)} px")
        self.brush.set_range(0, BRUSH_STEPS, brush_to_step(20), 10)
        self.numbers = NumbersPanel()
        self._connect()
        self._lay_out(actions)
        actions.with_keys(self._show_tips)

    def _connect(self) -> None:
        slider = self.threshold.slider
        slider.valueChanged.connect(lambda value: self.threshold_moved.emit(value / 100))
        slider.sliderReleased.connect(self.threshold_set)
        self.opacity.slider.valueChanged.connect(lambda value: self.opacity_changed.emit(value / 100))
        self.brush.slider.valueChanged.connect(lambda step: self.brush_size_changed.emit(step_to_brush(step)))

    def _lay_out(self, actions: ActionSet) -> None:
        layout = QVBoxLayout(self)
        layout.setContentsMargins(10, 8, 10, 6)
        layout.setSpacing(7)
        head = QHBoxLayout()
        head.addWidget(QLabel(tr("Segment"), objectName="title"))
        head.addStretch(1)
        head.addWidget(self.area)
        layout.addLayout(head)
        layout.addLayout(self._targets(actions))
        layout.addWidget(self.note)
        layout.addWidget(ActionButton(actions["propose"], kind="main"))
        layout.addWidget(self.threshold)
        looks = QHBoxLayout()
        looks.setSpacing(14)
        for control in (self.opacity, self.brush):
            looks.addWidget(control, 1)
        layout.addLayout(looks)
        layout.addWidget(self.numbers)
        layout.addWidget(ActionButton(actions["accept"], kind="good"))
        layout.addLayout(self._verdicts(actions))

    def _targets(self, actions: ActionSet) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(0)
        for action_id, kind in (("target_lung", "left"), ("target_polyp", "right")):
            row.addWidget(ActionButton(actions[action_id], kind=kind), 1)
        return row

    def _verdicts(self, actions: ActionSet) -> QGridLayout:
        grid = QGridLayout()
        grid.setSpacing(6)
        for place, action_id in enumerate(("accept_empty", "take_back", "later", "exclude")):
            text = {"accept_empty": tr("Empty"), "exclude": tr("Exclude…")}.get(action_id, "")
            grid.addWidget(ActionButton(actions[action_id], text), place // 2, place % 2)
        return grid

    def _show_tips(self) -> None:
        low, high = shown("threshold_lower"), shown("threshold_higher")
        tip = tr("Probability from which a pixel is marked  [{low}] lower  [{high}] higher", low=low, high=high)
        self.threshold.slider.setToolTip(tip)
        low, high = shown("brush_smaller"), shown("brush_larger")
        tip = tr("Diameter in picture px  [{low}] smaller  [{high}] larger", low=low, high=high)
        self.brush.slider.setToolTip(tip)
        self.numbers.show_tips()

    def show_area(self, text: str) -> None:
        """Show the area of the mask."""
        self.area.setText(text)

    def show_note(self, text: str) -> None:
        """Show one line about the open picture, or nothing."""
        self.note.setText(text)
        self.note.setVisible(bool(text))

    def show_threshold(self, threshold: float, enabled: bool) -> None:
        """Show the threshold in force; without a proposal there is none to choose."""
        self.threshold.show_value(round(threshold * 100))
        self.threshold.setEnabled(enabled)

    def show_brush(self, size: int) -> None:
        """Show the brush size in image px."""
        self.brush.show_value(brush_to_step(max(LEAST_BRUSH, min(size, LARGEST_BRUSH))))
        self.brush.value.setText(f"{size} px")
