"""Ties keys and commands to the window: the reader's own keys, the sheet of keys, and the command palette."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QMainWindow

from unet_studio.core.errors import UserError
from unet_studio.gui.action_set import ActionSet
from unet_studio.gui.jobs import Jobs
from unet_studio.gui.keys import Choice, as_json, from_json, in_force
from unet_studio.workflow import hands

RECENT = 8  # commands that stand first in the palette


class KeysLink(QObject):
    """Holds the reader's choice of keys; a change is in force and on the disk at once."""

    def __init__(self, window: QMainWindow, actions: ActionSet, jobs: Jobs) -> None:
        super().__init__(window)
        self._window, self._actions, self._jobs = window, actions, jobs
        self.recent: list[str] = []
        self.choice = Choice()

    def read(self) -> None:
        """Put the kept keys in force; where they cannot be read, say so and go on with the usual ones."""
        try:
            kept = hands.read_keys()
            self.choice = Choice() if kept is None else from_json(kept)
        except (UserError, ValueError) as error:
            self._jobs.said.emit(str(error if isinstance(error, UserError) else hands.damaged_keys()), True)
        self._actions.set_keys(in_force(self.choice))

    def handlers(self) -> dict[str, Callable[..., object]]:
        """What the actions for keys and commands do."""
        return {"palette": self.show_palette, "shortcuts": self.show_sheet, "change_keys": self.change_keys}

    def choose(self, choice: Choice) -> None:
        """Let these keys be in force from now on, and keep them."""
        self.choice = choice
        self._actions.set_keys(in_force(choice))
        value = as_json(choice)
        self._jobs.run(lambda _token: hands.keep_keys(value), must=True)

    def show_palette(self) -> None:
        """Let the reader find a command."""
        from unet_studio.gui.dialogs.palette import Palette, commands

        self.recent = [action_id for action_id in self.recent if action_id in self._actions.keys]
        Palette(self._window, commands(self._actions, self.recent), self.run).open()

    def run(self, action_id: str) -> None:
        """Run a command of the palette, which then stands first in it."""
        self.recent = [action_id, *(one for one in self.recent if one != action_id)][:RECENT]
        self._actions[action_id].trigger()

    def show_sheet(self) -> None:
        """Show all keys."""
        from unet_studio.gui.dialogs.sheet import show_shortcuts

        show_shortcuts(self._window, self._actions, self.change_keys)

    def change_keys(self, action_id: str = "") -> None:
        """Let the reader change keys, beginning with an action."""
        from unet_studio.gui.dialogs.keys import KeysDialog

        KeysDialog(self._window, self._actions, self.choice, self.choose, action_id).open()
