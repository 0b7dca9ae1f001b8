"""Which keys run which action: the table's own, ready-made sets, and what a reader changed. Values only, no widgets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from PySide6.QtCore import QKeyCombination, Qt
from PySide6.QtGui import QKeySequence

from unet_studio.gui.actions import ACTIONS
from unet_studio.gui.texts import mark

Keys = Mapping[str, tuple[str, ...]]  # portable key texts by action, the first one is shown

RIGHT, LEFT = "right", "left"  # the hand that holds the mouse or pen
# for the mouse in the left hand: what is used in every picture lies under the right one; each pair changes places
LEFT_SWAPS = (
    ("B", "J"), ("E", "K"), ("X", "L"), ("W", "I"), ("A", "O"), ("S", "U"), ("V", "M"), ("D", "Y"),
    ("Shift+D", "Shift+Y"),  # the way back goes with the way on
)  # fmt: skip
LEFT_MORE = {"undo": "Ctrl+Backspace", "redo": "Ctrl+Shift+Backspace"}
FIXED = {  # keys that no action can be given, though the table may give them, and why
    "Space": mark("moves the picture while it is held"),
    "Esc": mark("gives up what is being drawn, and closes dialogs"),
    "Tab": mark("goes from control to control"),
    "Shift+Tab": mark("goes from control to control"),
    "Up": mark("moves a region, and steps through lists"),
    "Down": mark("moves a region, and steps through lists"),
    "Left": mark("moves a region, and steps through lists"),
    "Right": mark("moves a region, and steps through lists"),
    "Shift+Up": mark("moves a region by 10 px"),
    "Shift+Down": mark("moves a region by 10 px"),
    "Shift+Left": mark("moves a region by 10 px"),
    "Shift+Right": mark("moves a region by 10 px"),
}
MODIFIERS = (Qt.Key.Key_Shift, Qt.Key.Key_Control, Qt.Key.Key_Alt, Qt.Key.Key_Meta, Qt.Key.Key_AltGr)

_force: dict[str, tuple[str, ...]] = {}


@dataclass(frozen=True)
class Choice:
    """What a reader chose: a ready-made set, and own keys by action; an empty tuple means no key."""

    hand: str = RIGHT
    own: Keys = field(default_factory=dict)


def portable(key: str) -> str:
    """The one way to write a key, "" for what is none or more than one."""
    sequence = QKeySequence(key)
    known = sequence.count() == 1 and sequence[0].key() not in (0, Qt.Key.Key_unknown, *MODIFIERS)
    return sequence.toString(QKeySequence.SequenceFormat.PortableText) if known else ""


def native(key: str) -> str:
    """A key as this platform writes it."""
    return QKeySequence(key).toString(QKeySequence.SequenceFormat.NativeText)


def pressed(key: int, modifiers: Qt.KeyboardModifier, text: str) -> str:
    """The portable text of a key press; Shift is left out where it only makes the sign, "" for a modifier alone."""
    if key in (0, Qt.Key.Key_unknown, *MODIFIERS):
        return ""
    keys = modifiers & ~(Qt.KeyboardModifier.KeypadModifier | Qt.KeyboardModifier.GroupSwitchModifier)
    if text and text.isprintable() and not text.isalnum() and not text.isspace():
        keys &= ~Qt.KeyboardModifier.ShiftModifier
    if key == Qt.Key.Key_Backtab:
        key = Qt.Key.Key_Tab
    return portable(QKeySequence(QKeyCombination(keys, Qt.Key(key))).toString(QKeySequence.SequenceFormat.PortableText))


def ready_made(hand: str = RIGHT) -> dict[str, tuple[str, ...]]:
    """The keys of a ready-made set; for the left hand pairs of letters change places, so that none is had twice."""
    found = {row.id: tuple(portable(key) for key in row.keys) for row in ACTIONS}
    if hand == LEFT:
        other = {one: two for pair in LEFT_SWAPS for one, two in (pair, pair[::-1])}
        found = {name: tuple(other.get(key, key) for key in keys) for name, keys in found.items()}
        for name, key in LEFT_MORE.items():
            if not holder(found, key):
                found[name] = (*found[name], key)
    return found


def holder(keys: Keys, key: str) -> str:
    """The action that has a key, "" for none."""
    return next((name for name, had in keys.items() if key in had), "")


def in_force(choice: Choice) -> dict[str, tuple[str, ...]]:
    """All keys by action: the reader's own first; a ready-made key that is taken is left out."""
    taken = {key for keys in choice.own.values() for key in keys}
    found = {name: tuple(k for k in keys if k not in taken) for name, keys in ready_made(choice.hand).items()}
    return found | {name: keys for name, keys in choice.own.items() if name in found}


def give(choice: Choice, action_id: str, keys: tuple[str, ...]) -> Choice:
    """An action has exactly these keys from now on, whoever has them too."""
    own = {name: had for name, had in choice.own.items() if name != action_id}
    if keys != ready_made(choice.hand)[action_id]:
        own[action_id] = keys
    return replace(choice, own=own)


def take(choice: Choice, action_id: str, keys: tuple[str, ...]) -> Choice:
    """An action has exactly these keys, and nothing else has one of them."""
    for name, had in in_force(choice).items():
        if name != action_id and set(had) & set(keys):
            choice = give(choice, name, tuple(key for key in had if key not in keys))
    return give(choice, action_id, keys)


def exchange(choice: Choice, action_id: str, key: str) -> Choice:
    """An action gets a key, and whatever had it gets the action's keys for it."""
    now = in_force(choice)
    other = holder(now, key)
    rest = tuple(one for one in now[other] if one != key)
    return give(give(choice, other, (*now[action_id], *rest)), action_id, (key,))


def movable(keys: tuple[str, ...]) -> bool:
    """Whether another action could have these keys."""
    return not set(keys) & set(FIXED)


def reset(choice: Choice, action_id: str) -> Choice:
    """An action has the keys of the ready-made set again; whatever else had them goes without."""
    return take(choice, action_id, ready_made(choice.hand)[action_id])


def as_json(choice: Choice) -> dict[str, Any]:
    """What is kept on the disk."""
    return {"hand": choice.hand, "own": {name: list(keys) for name, keys in sorted(choice.own.items())}}


def from_json(value: Any) -> Choice:
    """What was kept; actions of another version are left out. Raises ValueError for anything that is no set of keys."""
    if not isinstance(value, dict) or value.get("hand") not in (RIGHT, LEFT) or not isinstance(value.get("own"), dict):
        raise ValueError("not a set of keys")
    known = {row.id for row in ACTIONS}
    own = {name: _keys_of(keys) for name, keys in value["own"].items() if name in known}
    every = [key for keys in own.values() for key in keys]
    usual = ready_made(value["hand"])
    if len(every) != len(set(every)) or any(set(keys) & set(FIXED) - set(usual[name]) for name, keys in own.items()):
        raise ValueError("a key that two actions have, or none can have")
    return Choice(value["hand"], own)


def _keys_of(kept: Any) -> tuple[str, ...]:
    if not isinstance(kept, list) or not all(isinstance(key, str) and portable(key) for key in kept):
        raise ValueError("not a list of keys")
    return tuple(portable(key) for key in kept)


def put_in_force(keys: Keys) -> None:
    """Let `shown` name these keys from now on; they are one reader's, in every window."""
    _force.clear()
    _force.update(keys)


def shown(action_id: str) -> str:
    """The key of an action as sentences and tooltips name it, "" where it has none."""
    keys = (_force or ready_made()).get(action_id, ())
    return native(keys[0]) if keys else ""
