"""Options that several commands have, so that they read and explain themselves alike."""

from __future__ import annotations

import argparse
from pathlib import Path

from unet_studio.core.formats import FORMATS
from unet_studio.core.target import TARGETS

DEVICES = ("auto", "cpu", "cuda", "mps")


def add_workspace(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--workspace", type=Path, metavar="DIR", help="made if it does not exist (default: per user)")


def add_target(parser: argparse.ArgumentParser, required: bool = False) -> None:
    parser.add_argument("--target", choices=tuple(TARGETS), required=required)


def add_device(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--device", choices=DEVICES, default="auto")


def add_json(parser: argparse.ArgumentParser) -> argparse.ArgumentParser:
    parser.add_argument("--json", action="store_true", help="one JSON object per line on standard output")
    return parser


def add_formats(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--format", default="png", metavar="LIST", help=f"comma-separated: {', '.join(FORMATS)}")
    parser.add_argument("--anonymous", action="store_true", help="no patient in DICOM files, nor in names of `predict`")


def positive(text: str) -> float:
    """A number of seconds above 0; ArgumentTypeError for anything else."""
    seconds = float(text)
    if not 0 < seconds < float("inf"):
        raise argparse.ArgumentTypeError("a number of seconds above 0")
    return seconds
