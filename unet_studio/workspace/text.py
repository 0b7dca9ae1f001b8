"""File names as rows: names that are not valid UTF-8 (old hospital servers) survive the way there and back."""

from __future__ import annotations


def to_row(name: str) -> str | bytes:
    """`name` as SQLite takes it: text, or bytes where it holds bytes that are not UTF-8."""
    try:
        name.encode("utf-8")
        return name
    except UnicodeEncodeError:
        return name.encode("utf-8", "surrogateescape")


def from_row(value: str | bytes) -> str:
    """The inverse of `to_row`."""
    return value.decode("utf-8", "surrogateescape") if isinstance(value, bytes) else value


def plain(text: str) -> str:
    """`text` fit for showing and storing: what is not valid becomes a question mark."""
    return text.encode("utf-8", "replace").decode("utf-8")
