"""`export`: the accepted Masks, as files for other programs."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from unet_studio.cli.options import add_json, add_target, add_workspace
from unet_studio.cli.saying import complain, say


def add(commands: Any) -> None:
    export = commands.add_parser("export", help="write accepted masks as PNG")
    export.add_argument("--out", type=Path, required=True, metavar="DIR")
    export.add_argument("--include-unreviewed", action="store_true", help="also proposals, marked not reviewed")
    add_target(export)
    add_workspace(export)
    add_json(export).set_defaults(action=_export)


def _export(arguments: argparse.Namespace) -> int:
    from unet_studio.workflow.exporting import export_masks
    from unet_studio.workflow.session import using_session

    with using_session(arguments.workspace) as session:
        report = export_masks(
            session, arguments.out, target=arguments.target, include_unreviewed=arguments.include_unreviewed
        )
    for path in report.written:
        say(arguments, {"mask": str(path)}, str(path))
    code = complain(report.problems)
    if not arguments.json:
        print(f"{len(report.written)} written, {report.skipped} already there, {len(report.problems)} failed")
    return code
