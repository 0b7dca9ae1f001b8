"""The time, as it is written into rows and files."""

from __future__ import annotations

from datetime import datetime, timezone


def local(time: str) -> str:
    """A time as `now` writes it, on the reader's own clock and without seconds; as it is where it is none."""
    try:
        return datetime.fromisoformat(time).astimezone().strftime("%Y-%m-%d %H:%M")
    except ValueError:
        return time


def now() -> str:
    """The present time, UTC, ISO 8601 with milliseconds, for instance `2026-11-21T09:05:00.123+00:00`."""
    return datetime.now(timezone.utc).isoformat(timespec="milliseconds")
