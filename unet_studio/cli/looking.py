"""`info` and `doctor`: what files and devices are; nothing is changed."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from unet_studio.cli.options import add_json
from unet_studio.cli.saying import DONE, FAILED, say


def add_info(commands: Any) -> None:
    info = commands.add_parser("info", help="say what files are")
    info.add_argument("paths", nargs="+", type=Path, metavar="PATH")
    add_json(info).set_defaults(action=_info)


def add_doctor(commands: Any) -> None:
    doctor = commands.add_parser("doctor", help="try each device and say what would help")
    add_json(doctor).set_defaults(action=_doctor)


def _info(arguments: argparse.Namespace) -> int:
    from unet_studio.workflow.diagnosing import info, info_row, info_text

    failed = False
    for facts in info(arguments.paths):
        failed |= not facts.ok
        say(arguments, info_row(facts), info_text(facts))
    return FAILED if failed else DONE


def _doctor(arguments: argparse.Namespace) -> int:
    from unet_studio.workflow.diagnosing import doctor, doctor_text

    reports = doctor()
    for report in reports:
        say(arguments, report, doctor_text(report))
    return DONE if any(report["ok"] for report in reports) else FAILED
