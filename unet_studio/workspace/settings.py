"""Small values kept with a Workspace: the reader's name, switches, modes."""

from __future__ import annotations

import getpass
import json
import sqlite3
from typing import Any

from unet_studio.workspace.database import reading, writing
from unet_studio.workspace.layout import Workspace
from unet_studio.workspace.text import plain

_PREFIX = "user:"  # apart from the rows that belong to the store itself


def get_setting(workspace: Workspace, name: str, default: Any = None) -> Any:
    """The JSON value kept under `name`, or `default`."""
    with reading(workspace) as connection:
        return get_in(connection, name, default)


def set_setting(workspace: Workspace, name: str, value: Any) -> None:
    """Keep a JSON value under `name`, in place of an older one."""
    with writing(workspace) as connection:
        put_in(connection, name, value)


def get_in(connection: sqlite3.Connection, name: str, default: Any = None) -> Any:
    """`get_setting` inside a transaction."""
    row = connection.execute("SELECT value FROM settings WHERE name = ?", (_PREFIX + name,)).fetchone()
    return default if row is None else json.loads(row[0])


def put_in(connection: sqlite3.Connection, name: str, value: Any) -> None:
    """`set_setting` inside a write transaction."""
    connection.execute(
        "INSERT INTO settings (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
        (_PREFIX + name, json.dumps(value)),
    )


def drop_in(connection: sqlite3.Connection, name: str) -> None:
    """Forget what is kept under `name`, inside a write transaction."""
    connection.execute("DELETE FROM settings WHERE name = ?", (_PREFIX + name,))


def reader_name(workspace: Workspace) -> str:
    """The reader's name as set, else the name of the operating system's user."""
    return str(get_setting(workspace, "reader", "") or system_user())


def set_reader_name(workspace: Workspace, name: str) -> str:
    """Set the reader's name (blanks at the ends dropped; an empty one means the system's user); returns it."""
    set_setting(workspace, "reader", plain(name).strip())
    return reader_name(workspace)


def readers(workspace: Workspace) -> list[str]:
    """Everyone who changed a status or accepted a Correction here, in alphabetical order."""
    with reading(workspace) as connection:
        rows = connection.execute("SELECT reader FROM statuses UNION SELECT reader FROM corrections ORDER BY 1")
        return [row[0] for row in rows.fetchall()]


def system_user() -> str:
    """The operating system's user name; "reader" where it has none (a container without a user table)."""
    try:
        return plain(getpass.getuser())
    except (KeyError, OSError, ImportError):
        return "reader"
