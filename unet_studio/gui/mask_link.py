"""Ties the toolbox to the window: the strip's options, the commands on the whole mask, and the lock."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QObject, Signal

from unet_studio.editing.own_size import OwnSize
from unet_studio.editing.toolbox import AMOUNTS, TOOLBOX
from unet_studio.gui.action_set import ActionSet
from unet_studio.gui.canvas import Canvas
from unet_studio.gui.canvas.clicking import kept_text
from unet_studio.gui.canvas.tools import IN_HAND
from unet_studio.gui.keys import shown
from unet_studio.gui.option_strip import COMMANDS, OptionStrip
from unet_studio.gui.preferences import Preferences
from unet_studio.gui.reading import Reading
from unet_studio.gui.status_bar import StatusBar
from unet_studio.gui.texts import plain, tr


class MaskLink(QObject):
    """Carries out the commands of the Mask menu and keeps strip, canvas and actions in step."""

    held_back = Signal(int)  # locked pixels that a command has just left as they were

    def __init__(
        self, reading: Reading, canvas: Canvas, strip: OptionStrip, bar: StatusBar, actions: ActionSet
    ) -> None:
        super().__init__(canvas)
        self._reading, self._canvas, self._strip = reading, canvas, strip
        self._bar, self._actions = bar, actions
        self._proposal: Any = None
        reading.opened.connect(self._opened)
        reading.edited.connect(self._give_proposal)
        canvas.said.connect(bar.say)
        canvas.tool_changed.connect(self._take_tool)
        canvas.subtract_changed.connect(strip.show_subtract)
        strip.subtract_chosen.connect(canvas.set_subtract)
        strip.amount_changed.connect(self._amount_changed)
        strip.left.connect(canvas.setFocus)
        self._show_tool(canvas.tool)

    def handlers(self) -> dict[str, Callable[..., object]]:
        """What the actions of the Mask menu do."""
        found: dict[str, Callable[..., object]] = {
            name: lambda name=name: self.run(name) for names, _ in COMMANDS for name in names
        }
        return found | {"unlock_all": self.unlock_all, "show_lock": self._canvas.set_lock_visible}

    def run(self, name: str) -> None:
        """Carry out a command on the whole mask and say what it did."""
        self._reading.settle_threshold()
        draft = self._reading.draft
        if draft is None:
            return
        from unet_studio.editing import commands

        row = TOOLBOX[name]
        amount = self._strip.amounts()[row.amount.name] if row.amount else 0
        outcome = commands.run(draft.document, name, amount)
        count = f"{outcome.changed:,}".replace(",", " ")
        did = tr("{count} px changed", count=count) if outcome.changed else tr("nothing to change")
        self._done(draft, "; ".join(part for part in (f"{tr(row.label)}: {did}", kept_text(outcome.kept)) if part))
        if outcome.kept:
            self.held_back.emit(outcome.kept)

    def unlock_all(self) -> None:
        """Let go of every locked pixel; undo locks them again."""
        self._reading.settle_threshold()
        draft = self._reading.draft
        if draft is None:
            return
        from unet_studio.editing import lock

        _, count = lock.unlock_all(draft.document)
        number = f"{count:,}".replace(",", " ")
        said = tr("{count} pixels unlocked; {undo} locks them again", count=number, undo=shown("undo"))
        self._done(draft, said if count else tr("No pixel is locked"))

    def _done(self, draft: Any, text: str) -> None:
        self._bar.say(draft.problem or text, bool(draft.problem))
        self._reading.edited.emit()
        self._reading.state_changed.emit()

    def _take_tool(self, name: str) -> None:
        self._show_tool(name)
        self._bar.say(f"{self._strip.name.text()}: {tr(IN_HAND[name].hint)}")

    def _show_tool(self, name: str) -> None:
        words = plain(self._actions[name].text())
        self._strip.show_tool(IN_HAND[name], words)

    def _amount_changed(self, name: str, value: int) -> None:
        if name == "level":
            self._canvas.set_level(value / 100)

    def _opened(self, _opened: object) -> None:
        self._proposal = None
        self._give_proposal()

    def _give_proposal(self) -> None:
        proposal = self._reading.proposal
        if proposal is not self._proposal:
            self._proposal = proposal
            self._canvas.set_probability(None if proposal is None else own_size(proposal))

    # looks kept from day to day

    def restore(self, kept: Preferences) -> None:
        """Set what was kept."""
        self._strip.set_amounts({amount.name: getattr(kept, f"amount_{amount.name}") for amount in AMOUNTS})
        self._amount_changed("level", self._strip.amounts()["level"])
        self._actions.check("show_lock", kept.show_lock)

    def kept(self) -> dict[str, Any]:
        """Fields of the preferences."""
        amounts = {f"amount_{name}": value for name, value in self._strip.amounts().items()}
        return {**amounts, "show_lock": self._actions["show_lock"].isChecked()}


def own_size(proposal: Any) -> OwnSize:
    """A proposal's probabilities at the picture's own size."""
    return OwnSize(proposal.probability, proposal.rows, proposal.columns)
