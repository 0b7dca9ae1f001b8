"""Which commands there are: a new one is a file with `add(commands)` and a row here."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import Any

from unet_studio import __version__
from unet_studio.cli import exporting, finetuning, looking, models, predicting, queue, reporting, window
from unet_studio.cli.options import add_target, add_workspace

COMMANDS: dict[str, Callable[[Any], None]] = {
    "info": looking.add_info,
    "predict": predicting.add,
    "queue": queue.add,
    "finetune": finetuning.add,
    "models": models.add,
    "export": exporting.add,
    "report": reporting.add,
    "doctor": looking.add_doctor,
}


def window_parser() -> argparse.ArgumentParser:
    """Without a command: the options with which the window opens."""
    parser = argparse.ArgumentParser(
        prog="unet-studio",
        description="Propose, correct and learn lung and polyp masks. Without a command it opens the window.",
        epilog=f"commands: {', '.join(COMMANDS)} (each has --help)",
    )
    parser.add_argument("paths", nargs="*", type=Path, metavar="PATH", help="pictures, DICOM files or folders to open")
    parser.add_argument("--sample", action="store_true", help="open the sample workspace with a real chest film")
    parser.add_argument("--version", action="version", version=f"U-Net Studio {__version__}")
    add_workspace(parser)
    add_target(parser)
    parser.set_defaults(action=window.show)
    return parser


def command_parser() -> argparse.ArgumentParser:
    """All commands, each with its own options and its `action`."""
    parser = argparse.ArgumentParser(prog="unet-studio")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for add in COMMANDS.values():
        add(commands)
    return parser
