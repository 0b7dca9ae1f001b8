"""Ties the open case to what shows it: canvas, segment panel, status bar and the window presets."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QObject, QTimer

from unet_studio.core import sequence
from unet_studio.core.image import Voi, Window
from unet_studio.core.target import TARGETS
from unet_studio.gui.action_set import ActionSet
from unet_studio.gui.canvas import Canvas
from unet_studio.gui.canvas.tools import TOOLS
from unet_studio.gui.reading import Opened, Reading
from unet_studio.gui.segment_panel import SegmentPanel
from unet_studio.gui.status_bar import StatusBar
from unet_studio.gui.texts import tr, uncapital

ZOOM = 1.25
FINE = 0.01  # threshold keys
GLANCE_MS = 40  # between two values of what lies under the cursor


class PictureLink(QObject):
    """Shows the open case and passes the reader's looks and window/level on."""

    def __init__(
        self, reading: Reading, canvas: Canvas, panel: SegmentPanel, bar: StatusBar, actions: ActionSet
    ) -> None:
        super().__init__(canvas)
        self._reading, self._canvas, self._panel = reading, canvas, panel
        self._bar, self._actions = bar, actions
        self._window: Voi | None = None
        self._presets: tuple[Voi, ...] = ()
        self._sequence = ""
        self._dragged = [0.0, 0.0]
        self._kept_view: Any = None
        self._chosen: Voi | None = None  # by the reader, for the frames that follow too
        self._inverted = False
        self._repaint = QTimer(self, singleShot=True, interval=0)
        self._repaint.timeout.connect(self._show_window)
        self._spot = (-1, -1)
        self._read_spot = QTimer(self, singleShot=True, interval=GLANCE_MS)
        self._read_spot.timeout.connect(self._show_spot)
        self._connect()
        actions.check("brush", True)
        self._show_zoom(canvas.zoom)

    def _connect(self) -> None:
        canvas, panel, reading = self._canvas, self._panel, self._reading
        reading.opened.connect(self._show)
        reading.edited.connect(self._edited)
        canvas.stroke_finished.connect(self._stroke)
        canvas.hovered.connect(self._hovered)
        canvas.zoom_changed.connect(self._show_zoom)
        canvas.window_dragged.connect(self._drag)
        canvas.brush_size_changed.connect(panel.show_brush)
        canvas.tool_changed.connect(lambda name: self._actions.check(name, True))
        panel.brush_size_changed.connect(canvas.set_brush_size)
        panel.opacity_changed.connect(canvas.set_opacity)
        panel.threshold_moved.connect(reading.move_threshold)
        panel.threshold_set.connect(reading.settle_threshold)

    def handlers(self) -> dict[str, Any]:
        """What the actions of picture and mask do."""
        canvas, reading = self._canvas, self._reading
        found: dict[str, Any] = {
            "undo": reading.undo,
            "redo": reading.redo,
            "swap_tool": canvas.swap,
            "brush_smaller": lambda: canvas.step_brush(-1),
            "brush_larger": lambda: canvas.step_brush(1),
            "hide_mask": lambda on: canvas.set_mask_visible(not on),
            "zoom_fit": canvas.fit,
            "zoom_in": lambda: canvas.zoom_by(ZOOM),
            "zoom_out": lambda: canvas.zoom_by(1 / ZOOM),
            "propose": reading.propose,
            "invert": self._invert,
            "threshold_lower": lambda: self._nudge(-FINE),
            "threshold_higher": lambda: self._nudge(FINE),
        }
        for name in TOOLS:
            found[name] = lambda name=name: canvas.set_tool(name)
        for name in TARGETS:
            found[f"target_{name}"] = lambda name=name: reading.switch_target(name)
        for number in range(1, 10):
            found[f"window_{number}"] = lambda number=number: self._preset(number - 1)
        return found

    # the picture

    @property
    def window(self) -> Voi | None:
        """The window or VOI LUT in force, None without a picture."""
        return self._window

    @property
    def inverted(self) -> bool:
        """Whether bright and dark have changed places."""
        return self._inverted

    @property
    def view(self) -> Any:
        """How the picture lies on the screen; see `keep_view`."""
        return self._canvas.placed

    def keep_view(self, view: Any) -> None:
        """Let the next moving frame lie where a picture lay before."""
        self._kept_view = view

    def show_moving(self, pixels: Any) -> None:
        """Show a frame, uint8 (H, W) or (H, W, 3), of which no case is open."""
        self._canvas.set_image(pixels, keep_view=True)
        self._canvas.set_read_only(True)
        if self._kept_view is not None:
            self._canvas.place(self._kept_view)
            self._kept_view = None

    def _show(self, opened: Opened | None) -> None:
        self._actions.release_all()
        self._spot = -1, -1
        self._show_spot()
        if opened is None:
            self._canvas.set_image(None)
            self._panel.show_note("")
            self._presets = ()
            self._window = None
            self._bar.show_fact("window_level", "")
        else:
            self._show_picture(opened)
        self._show_presets()
        self._edited()

    def _show_picture(self, opened: Opened) -> None:
        case = opened.case
        name, self._sequence = self._sequence, sequence.key(case.case)
        if not name or name != self._sequence:
            self._chosen = None
            self._actions.check("invert", False)
        self._window, self._presets = self._chosen or case.window, opened.presets
        self._canvas.set_image(opened.pixels, keep_view=bool(name) and name == self._sequence)
        self._canvas.set_document(case.draft.document if case.draft is not None else None)
        self._canvas.set_read_only(case.draft is None)
        if case.target in TARGETS:
            self._actions.check(f"target_{case.target}", True)
        else:
            self._actions.uncheck_group("target")
        self._panel.show_note(case.note)
        self._show_window_text()
        if self._chosen is not None or self._inverted:
            self._repaint.start()
        self._show_zoom(self._canvas.zoom)
        self._canvas.setFocus()

    def lock(self, locked: bool) -> None:
        """Put the tools away while the case is being left."""
        self._canvas.set_read_only(locked or self._reading.draft is None)

    def _hovered(self, column: int, row: int) -> None:
        self._spot = column, row
        if not self._read_spot.isActive():  # a stroke's moves come faster than anyone reads
            self._read_spot.start()

    def _show_spot(self) -> None:
        case, (column, row) = self._reading.open_case, self._spot
        if case is None or column < 0:
            self._bar.show_fact("place", "")
            return
        from unet_studio.workflow import viewing

        value = viewing.value_text(case.image, column, row)
        self._bar.show_fact("place", tr("x {column}  y {row}  value {value}", column=column, row=row, value=value))

    def _show_zoom(self, zoom: float) -> None:
        if self._canvas.image_shape == (0, 0):
            self._bar.show_fact("zoom", "")
            return
        ratio = self._canvas.devicePixelRatioF()
        self._bar.show_fact("zoom", f"{zoom * ratio * 100:.0f} %", tr("Zoom: screen px for one picture px"))

    # window/level

    def _drag(self, dx: float, dy: float) -> None:
        self._dragged[0] += dx
        self._dragged[1] += dy
        self._repaint.start()

    def _show_window(self) -> None:
        case, (dx, dy) = self._reading.open_case, self._dragged
        self._dragged = [0.0, 0.0]
        if case is None or self._window is None:
            return
        from unet_studio.workflow import viewing

        if dx or dy:
            self._window = self._chosen = viewing.dragged(self._window, dx, dy, case.image)
        self._canvas.set_shade(case.image.pixels, viewing.shade(case.image, self._window, inverted=self._inverted))
        self._show_window_text()

    def _preset(self, number: int) -> None:
        if number < len(self._presets):
            self._window = self._chosen = self._presets[number]
            self._repaint.start()

    def _invert(self, on: bool) -> None:
        self._inverted = on
        if self._window is not None:
            self._repaint.start()

    def _show_window_text(self) -> None:
        text = "" if self._window is None else _setting(self._window)
        if text and self._inverted:
            text += "  " + tr("inverted")
        self._bar.show_fact("window_level", text, tr("Window width and level; drag with the right button"))

    def _show_presets(self) -> None:
        for number in range(1, 10):
            window = self._presets[number - 1] if number <= len(self._presets) else None
            name = f"{number}" if window is None else preset_name(window)
            self._actions.rename(f"window_{number}", name, visible=window is not None)

    # the mask

    def _stroke(self, _step: Any) -> None:
        draft = self._reading.draft
        if draft is not None:
            if draft.problem:
                self._bar.say(draft.problem, True)
            self._reading.edited.emit()
            self._reading.state_changed.emit()

    def _edited(self) -> None:
        draft = self._reading.draft
        proposed = draft is not None and self._reading.proposal is not None
        self._panel.show_threshold(draft.threshold if draft is not None else 0.5, proposed)
        back, forth = ("", "") if draft is None else (draft.next_undo, draft.next_redo)
        self._actions.reword("undo", tr("Undo {step}", step=tr(uncapital(back))) if back else tr("Undo"))
        self._actions.reword("redo", tr("Redo {step}", step=tr(uncapital(forth))) if forth else tr("Redo"))

    def _nudge(self, by: float) -> None:
        slider = self._panel.threshold.slider
        slider.setValue(slider.value() + round(by * 100))


def preset_name(voi: Voi) -> str:
    """How a window preset is called in the menu; a VOI LUT by the file's own words."""
    said = tr(voi.explanation.capitalize()) if isinstance(voi, Window) else voi.explanation
    return f"{said}  ({_setting(voi)})" if said else _setting(voi)


def _setting(voi: Voi) -> str:
    return f"W {voi.width:.6g}  L {voi.center:.6g}" if isinstance(voi, Window) else tr("VOI LUT")
