"""The journal's records: the undo history as JSON-safe values, and back."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterable
from typing import Any

from unet_studio.editing.document import Document, Event
from unet_studio.editing.history import History
from unet_studio.editing.rect import Rect
from unet_studio.editing.step import Bits, Mask, Part, Step


def to_record(step: Step) -> dict[str, Any]:
    """A Step as JSON-safe values."""
    return {
        "op": "step",
        "kind": step.kind,
        "label": step.label,
        "parts": [{"rect": list(part.rect), "packed": base64.b64encode(part.packed).decode()} for part in step.parts],
        "facts": dict(step.facts),
    }


def from_record(record: dict[str, Any]) -> Step:
    """The Step of a record. Raises ValueError when it is not one."""
    try:
        parts = tuple(
            Part(Rect(*map(int, part["rect"])), base64.b64decode(part["packed"], validate=True))
            for part in record["parts"]
        )
        return Step(str(record["kind"]), str(record["label"]), parts, dict(record.get("facts", {})))
    except (KeyError, TypeError, binascii.Error) as error:
        raise ValueError(f"not a journal step: {error!r}") from error


def event_record(event: Event) -> dict[str, Any] | None:
    """What the journal keeps of a Document's event: a step, an undo or a redo; None for a preview."""
    if event.op == "step" and event.step is not None:
        return to_record(event.step)
    return {"op": event.op} if event.op in ("undo", "redo") else None


def kinds_in_force(records: Iterable[dict[str, Any]]) -> list[str]:
    """The kind of every Step that is in force after these records, oldest first; no pixel is looked at."""
    done: list[str] = []
    undone: list[str] = []
    for record in records:
        op = record.get("op")
        if op == "step":
            done.append(str(record.get("kind", "")))
            undone.clear()
        elif op == "undo" and done:
            undone.append(done.pop())
        elif op == "redo" and undone:
            done.append(undone.pop())
    return done


def replay(
    records: Iterable[dict[str, Any]],
    shape: tuple[int, int],
    mask: Mask | None = None,
    touched: Bits | None = None,
    history: History | None = None,
) -> Document:
    """The Document that the records lead to from `mask` and `touched` (empty by default), both stacks included.

    Raises ValueError for a record that is unknown, damaged or does not fit `shape` (rows, columns).
    """
    document = Document(shape, mask, touched, history)
    for record in records:
        follow(document, record)
    return document


def follow(document: Document, record: dict[str, Any]) -> Step | None:
    """Carry out one record; the Step that it brought into the history, None for an undo or a redo.

    Raises ValueError for a record that is unknown, damaged or does not fit the Document.
    """
    op = record.get("op")
    if op == "step":
        step = from_record(record)
        document.apply(step)
        return step
    if op == "undo":
        document.undo()
    elif op == "redo":
        document.redo()
    else:
        raise ValueError(f"unknown journal record {op!r}")
    return None
