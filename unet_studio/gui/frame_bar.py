"""The bar below the picture of a file with several frames: play, slider, number of the frame, how many there are."""

from __future__ import annotations

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSlider, QSpinBox, QToolButton, QWidget

from unet_studio.gui.action_set import ActionSet
from unet_studio.gui.texts import tr


class FrameBar(QWidget):
    """Frames are counted from 1 here, as a reader counts them; `known` of them can be shown by now."""

    moved = Signal(int)  # the slider is being dragged over a frame
    chosen = Signal(int)  # the reader wants this frame

    def __init__(self, actions: ActionSet) -> None:
        super().__init__(objectName="frame_bar")
        self.known = 1  # frames that can be shown by now
        self.play = QToolButton(objectName="frame_play")
        self.play.setDefaultAction(actions["play"])
        self.play.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.slider = QSlider(Qt.Orientation.Horizontal, objectName="frame_slider")
        self.slider.setAccessibleName(tr("Frame"))
        self.slider.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.number = QSpinBox(objectName="frame_number")
        self.number.setAccessibleName(tr("Number of the frame"))
        self.number.setKeyboardTracking(False)
        self.number.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.words = QLabel(objectName="quiet")
        layout = QHBoxLayout(self)
        layout.setContentsMargins(8, 2, 8, 2)
        layout.addWidget(self.play)
        layout.addWidget(self.slider, 1)
        layout.addWidget(self.number)
        layout.addWidget(self.words)
        self.slider.valueChanged.connect(self._slid)
        self.slider.sliderReleased.connect(lambda: self.chosen.emit(self.slider.value()))
        self.number.valueChanged.connect(self._typed)
        self.hide()

    def set_range(self, frames: int, known: int, counted: bool = True) -> None:
        """How many frames there are, or, while they are being counted, are said to be."""
        self.known = max(1, min(known, frames) if counted else known)
        top = frames if counted else max(frames, known)
        with QSignalBlocker(self.slider), QSignalBlocker(self.number):
            self.slider.setRange(1, top)
            self.slider.setPageStep(max(1, top // 20))
            self.number.setRange(1, top)
        if counted:
            words = tr("of {frames}", frames=frames)
        else:
            words = tr("of about {frames}; {known} can be shown", frames=top, known=known)
        self.words.setText(words)

    def set_frame(self, number: int) -> None:
        """Show where the reader is."""
        with QSignalBlocker(self.slider), QSignalBlocker(self.number):
            if not self.slider.isSliderDown():
                self.slider.setValue(number)
            self.number.setValue(number)

    def _slid(self, value: int) -> None:
        number = min(value, self.known)
        if number != value:
            with QSignalBlocker(self.slider):
                self.slider.setValue(number)
        (self.moved if self.slider.isSliderDown() else self.chosen).emit(number)

    def _typed(self, value: int) -> None:
        number = min(value, self.known)
        self.set_frame(number)
        self.chosen.emit(number)
