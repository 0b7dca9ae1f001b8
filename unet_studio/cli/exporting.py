"""`export`: the accepted Masks, as files for other programs."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from unet_studio.cli.options import add_formats, add_json, add_target, add_workspace
from unet_studio.cli.saying import complain, remark, say


def add(commands: Any) -> None:
    export = commands.add_parser("export", help="write accepted masks as PNG and in other formats")
    export.add_argument("--out", type=Path, required=True, metavar="DIR")
    add_formats(export)
    export.add_argument(
        "--state", default="", metavar="LIST", help="queued, learned, set-aside, flagged, unreviewed ..."
    )
    export.add_argument("--reader", metavar="NAME", help="only this reader's masks")
    export.add_argument("--include-unreviewed", action="store_true", help="also proposals, marked not reviewed")
    export.add_argument("--linking-table", type=Path, metavar="CSV", help="which name is which file: patient data")
    add_target(export)
    add_workspace(export)
    add_json(export).set_defaults(action=_export)


def _export(arguments: argparse.Namespace) -> int:
    from unet_studio.core import formats
    from unet_studio.workflow import exporting
    from unet_studio.workflow.progress import bar
    from unet_studio.workflow.session import using_session

    wish = exporting.Wish(
        folder=arguments.out,
        formats=formats.chosen(arguments.format.split(",")),
        target=arguments.target,
        states=tuple(name.strip() for name in arguments.state.split(",") if name.strip()),
        reader=arguments.reader,
        include_unreviewed=arguments.include_unreviewed,
        anonymous=arguments.anonymous,
        linking_table=arguments.linking_table,
    )
    with using_session(arguments.workspace, reader=arguments.reader) as session, bar("Exporting") as advance:
        report = exporting.export(session, wish, advance)
    for path in report.written:
        say(arguments, {"mask": str(path)}, str(path))
    for note in report.notes:
        remark(note)
    code = complain(report.problems)
    if not arguments.json:
        more = f" and {report.more} in other formats" if report.more else ""
        print(f"{len(report.written)} written{more}, {report.skipped} already there, {len(report.problems)} failed")
    return code
