"""What a reader's hands are used to: the keys, kept for this user of the computer whatever Workspace is open."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from unet_studio.core.errors import UserError


def keys_file() -> Path:
    """Where changed keys are kept."""
    from platformdirs import user_config_path

    return user_config_path("unet-studio", appauthor=False) / "keys.json"


def read_keys() -> Any:
    """What was kept, as JSON gives it; None where nothing was. Raises UserError for a file that cannot be read."""
    file = keys_file()
    try:
        return json.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    except (OSError, ValueError, RecursionError):
        raise damaged_keys() from None


def damaged_keys() -> UserError:
    """What to say of a file of keys that is no use."""
    return UserError(
        f"{keys_file()}: the changed keys cannot be read; the usual ones are in force until you change one"
    )


def keep_keys(value: Any) -> None:
    """Keep a JSON value in place of the older one, whole or not at all. Raises UserError."""
    from unet_studio.workspace.atomic import write_json

    write_json(keys_file(), value)
