"""What every command says and when it began: the exit codes, its lines on standard output, the program's start."""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Sequence
from typing import Any

STARTED = time.monotonic()  # time budgets count from the program's start
DONE, FAILED, CANCELLED = 0, 1, 130


def say(arguments: argparse.Namespace, row: dict[str, Any], text: str) -> None:
    """One line on standard output: the row as JSON with --json, else the text."""
    print(json.dumps(row, ensure_ascii=False) if arguments.json else text, flush=True)


def remark(text: str) -> None:
    """A line on standard error that is no problem."""
    print(text, file=sys.stderr)


def complain(problems: Sequence[str]) -> int:
    """Each problem on a line of its own on standard error; returns the exit code that goes with them."""
    for problem in problems:
        print(f"unet-studio: {problem}", file=sys.stderr)
    return FAILED if problems else DONE
