"""What an action waits for, in the reader's words; the facts are those of the table of actions."""

from __future__ import annotations

from collections.abc import Iterable

from unet_studio.gui.texts import mark, tr

NEEDS = {
    "cases": mark("a picture on the worklist"),
    "picture": mark("an open picture"),
    "mask": mark("a mask that may be changed"),
    "write": mark("a workspace that is not read only"),
    "undo": mark("something to undo"),
    "redo": mark("something to redo"),
    "proposal": mark("a proposal"),
    "ghosts": mark("proposed islands"),
    "frames": mark("a picture that is one of several frames"),
    "seen": mark("an open picture"),
    "cine": mark("a file of several frames"),
    "take_back": mark("an accepted picture to take back"),
    "queue": mark("corrections to learn from"),
    "learning": mark("a model that is learning"),
    "idle": mark("that no model is learning"),
    "earlier": mark("an earlier model version"),
}


def needs_text(missing: Iterable[str]) -> str:
    """One sentence on what is missing, "" where nothing is."""
    words = [tr(NEEDS[fact]) if fact in NEEDS else fact for fact in missing]
    return tr("needs {things}", things=", ".join(words)) if words else ""
