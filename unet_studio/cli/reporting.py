"""`report`: the numbers of a Workspace for a methods section, as CSV and Markdown."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from unet_studio.cli.options import add_json, add_target, add_workspace
from unet_studio.cli.saying import DONE, say


def add(commands: Any) -> None:
    """The options of `report`."""
    report = commands.add_parser("report", help="write cases.csv and methods.md: what was read, changed and learned")
    report.add_argument("--out", type=Path, required=True, metavar="DIR", help="new, empty, or of an earlier report")
    add_target(report)
    add_workspace(report)
    add_json(report).set_defaults(action=_report)


def _report(arguments: argparse.Namespace) -> int:
    from unet_studio.workflow.progress import bar
    from unet_studio.workflow.reporting import report
    from unet_studio.workflow.session import using_session

    with using_session(arguments.workspace) as session, bar("Measuring") as advance:
        found = report(session, arguments.out, arguments.target, on_progress=advance)
    say(arguments, found.row(), f"{found.rows} rows of cases, {found.pairs} of two readers, written to {found.folder}")
    return DONE
