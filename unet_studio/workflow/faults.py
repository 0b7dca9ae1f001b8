"""Faults of the program itself: one sentence for the reader, the call stack in a log file."""

from __future__ import annotations

import time
import traceback
from pathlib import Path

from platformdirs import user_log_path

from unet_studio import __version__

LOG_BYTES = 1_000_000  # beyond this the log starts anew


def log_file() -> Path:
    """Where faults are written."""
    return user_log_path("unet-studio", appauthor=False) / "faults.log"


def record_fault(error: BaseException) -> str:
    """Write the call stack to the log and return one sentence to show.

    The error's own text is left out of the log: it may hold a path, and a path may hold a patient's name.
    """
    stack = "".join(traceback.format_tb(error.__traceback__))
    entry = f"{time.strftime('%Y-%m-%dT%H:%M:%S')} U-Net Studio {__version__} {type(error).__name__}\n{stack}\n"
    where = log_file()
    try:
        where.parent.mkdir(parents=True, exist_ok=True)
        mode = "a" if where.exists() and where.stat().st_size < LOG_BYTES else "w"
        with where.open(mode, encoding="utf-8") as log:
            log.write(entry)
    except OSError:
        return f"A fault in the program ({type(error).__name__}) stopped this; please report it."
    return f"A fault in the program ({type(error).__name__}) stopped this; please report it with the file {where}."
