"""`models`: the Model versions of a Workspace."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from unet_studio.cli.options import add_json, add_target, add_workspace
from unet_studio.cli.saying import DONE, say


def add(commands: Any) -> None:
    parser = commands.add_parser("models", help="list, activate or roll back model versions")
    add_workspace(parser)
    add_json(parser).set_defaults(action=_models_list)
    verbs = parser.add_subparsers(metavar="VERB")
    # The verbs repeat --workspace and --json without defaults, so that an option before the verb is kept.
    for name in ("list", "activate", "rollback"):
        verb = verbs.add_parser(name)
        verb.add_argument("--workspace", type=Path, metavar="DIR", default=argparse.SUPPRESS)
        verb.add_argument("--json", action="store_true", default=argparse.SUPPRESS)
        verb.set_defaults(action={"list": _models_list, "activate": _activate, "rollback": _rollback}[name])
        if name == "activate":
            verb.add_argument("id")
        if name == "rollback":
            add_target(verb, required=True)


def _models_list(arguments: argparse.Namespace) -> int:
    from unet_studio.workflow.session import using_session
    from unet_studio.workflow.versions import version_row, versions

    with using_session(arguments.workspace) as session:
        for version in versions(session):
            row = version_row(version)
            mark = "*" if version.active else " "
            say(
                arguments,
                row,
                f"{mark} {version.id:<12} {version.origin.value:<10} {version.created}  {version.reason}",
            )
    return DONE


def _activate(arguments: argparse.Namespace) -> int:
    from unet_studio.workflow.session import using_session
    from unet_studio.workflow.versions import activate

    with using_session(arguments.workspace) as session:
        changes = activate(session, arguments.id)
    say(arguments, {"active": arguments.id}, changes.message)
    return DONE


def _rollback(arguments: argparse.Namespace) -> int:
    from unet_studio.workflow.session import using_session
    from unet_studio.workflow.versions import active, rollback

    with using_session(arguments.workspace) as session:
        changes = rollback(session, arguments.target)
        now = active(session, arguments.target).id
    say(arguments, {"active": now}, changes.message)
    return DONE
