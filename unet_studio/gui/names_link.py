"""Ties the names of cases to the window: hidden until the reader asks for them, remembered with the Workspace."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QObject, Signal

from unet_studio.gui import names
from unet_studio.gui.action_set import ActionSet
from unet_studio.gui.preferences import Preferences
from unet_studio.gui.worklist_panel import WorklistPanel


class NamesLink(QObject):
    """Switches between numbers and file names wherever a case is named."""

    changed = Signal()

    def __init__(self, panel: WorklistPanel, actions: ActionSet, parent: QObject) -> None:
        super().__init__(parent)
        self._panel, self._actions = panel, actions
        self.cleaned = names.Cleaned(panel.model.cases)
        names.clean_by(self.cleaned)
        names.show(False)

    def handlers(self) -> dict[str, Callable[..., object]]:
        """What the action of this part does."""
        return {"show_names": self._show}

    def _show(self, on: bool) -> None:
        names.show(on)
        self._panel.show_names()
        self.changed.emit()

    def restore(self, kept: Preferences) -> None:
        """As it was left in this Workspace."""
        self._actions.check("show_names", kept.show_names)
        self._show(kept.show_names)

    def kept(self) -> dict[str, Any]:
        """Fields of the preferences."""
        return {"show_names": self._actions["show_names"].isChecked()}
