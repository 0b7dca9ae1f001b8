"""What the model saw: the network's own input in place of the picture, until the reader wants the picture back.

While it is shown no case is open: its pixels are not the picture's, so nothing can be marked on them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QObject, Signal

from unet_studio.core.errors import UserError
from unet_studio.gui.action_set import ActionSet
from unet_studio.gui.canvas import Canvas
from unet_studio.gui.jobs import MODEL, Jobs, Token
from unet_studio.gui.picture_link import PictureLink
from unet_studio.gui.reading import Opened, Reading
from unet_studio.gui.texts import tr


class SeenLink(QObject):
    """Shows the input of the active model for the open picture."""

    changed = Signal()

    def __init__(
        self, reading: Reading, picture: PictureLink, canvas: Canvas, actions: ActionSet, jobs: Jobs, parent: QObject
    ) -> None:
        super().__init__(parent)
        self._reading, self._picture, self._canvas = reading, picture, canvas
        self._actions, self._jobs = actions, jobs
        self.on = self._unchecking = False
        self._case_id = -1
        self._view: Any = None  # where the picture lay
        reading.opened.connect(self._opened)
        reading.cannot_open.connect(lambda _why: self._off())

    def handlers(self) -> dict[str, Callable[..., object]]:
        """What the action of this part does."""
        return {"model_input": self._toggle}

    def facts(self) -> set[str]:
        """What holds; see `actions`."""
        return {"seen"} if self.on or self._reading.open_case is not None else set()

    def _toggle(self, on: bool) -> None:
        if self._unchecking:
            return
        case = self._reading.open_case
        if not on:
            if self.on:
                self._reading.open(self._case_id)
            return
        if case is None or self._reading.busy:
            self._uncheck()
            return
        session = self._reading.session

        def work(_token: Token) -> Any:
            from unet_studio.workflow import proposing

            return proposing.model_input(session, case)

        self._jobs.run(
            work,
            done=lambda seen: self._show(case, seen),
            failed=self._failed,
            lane=MODEL,
            label=tr("Asking the model"),
        )

    def _failed(self, error: UserError) -> None:
        self._uncheck()
        self._jobs.said.emit(str(error), True)

    def _show(self, case: Any, seen: Any) -> None:
        if self._reading.open_case is not case or self._reading.busy or not self._actions["model_input"].isChecked():
            self._uncheck()
            return
        self._case_id, self._view, self.on = case.case.id, self._picture.view, True
        self._reading.close_case()
        self._picture.show_moving(seen.pixels)
        rows, columns = seen.pixels.shape[:2]
        self._jobs.said.emit(
            tr(
                "{model} saw {columns} x {rows} px: the picture takes {width} x {height} of them at the top left",
                model=seen.model_id,
                columns=columns,
                rows=rows,
                width=seen.columns,
                height=seen.rows,
            ),
            False,
        )
        self.changed.emit()

    def _opened(self, opened: Opened | None) -> None:
        if opened is None:
            return
        back = self.on and opened.case.case.id == self._case_id
        self._off()
        if back:
            self._canvas.place(self._view)
        self.changed.emit()

    def _off(self) -> None:
        self.on = False
        self._uncheck()

    def _uncheck(self) -> None:
        self._unchecking = True
        self._actions.check("model_input", False)
        self._unchecking = False
