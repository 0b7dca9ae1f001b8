"""`models`: the Model versions of a Workspace."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from unet_studio.cli.options import add_json, add_target, add_workspace
from unet_studio.cli.saying import DONE, say
from unet_studio.core.model_version import Mode, ModelVersion

if TYPE_CHECKING:
    from unet_studio.workflow.comparing import Compared


def add(commands: Any) -> None:
    parser = commands.add_parser("models", help="list, compare, activate, roll back, export and import model versions")
    add_workspace(parser)
    add_json(parser).set_defaults(action=_list)
    verbs = parser.add_subparsers(metavar="VERB")
    _verb(verbs, "list", _list, "all versions; * is active")
    activate = _verb(verbs, "activate", _activate, "let a version propose from now on")
    activate.add_argument("id")
    activate.add_argument("--reason", default="", metavar="TEXT", help="needed for one that was not found better")
    add_target(_verb(verbs, "rollback", _rollback, "go back to the version that was active before"), required=True)
    mode = _verb(verbs, "mode", _mode, "show or choose what happens to better versions")
    mode.add_argument("mode", nargs="?", choices=[one.value for one in Mode])
    add_target(mode, required=True)
    compare = _verb(verbs, "compare", _compare, "two versions on the held-out Corrections")
    compare.add_argument("one")
    compare.add_argument("other")
    export = _verb(verbs, "export", _export, "write a version as one file")
    export.add_argument("id")
    export.add_argument("file", type=Path)
    _verb(verbs, "import", _import, "take over a version; it is not live").add_argument("file", type=Path)
    _verb(verbs, "decline", _decline, "a better version is not to be asked about again").add_argument("id")
    _verb(verbs, "archive", _archive, "put a version's weights away").add_argument("id")
    _verb(verbs, "restore", _restore, "bring a version's weights back").add_argument("id")
    keep = _verb(verbs, "keep", _keep, "archive all versions but the newest ones")
    keep.add_argument("count", nargs="?", type=int)
    add_target(keep, required=True)


def _verb(verbs: Any, name: str, action: Any, text: str) -> argparse.ArgumentParser:
    """A verb; it repeats --workspace and --json without defaults, so that an option before the verb is kept."""
    verb: argparse.ArgumentParser = verbs.add_parser(name, help=text)
    verb.add_argument("--workspace", type=Path, metavar="DIR", default=argparse.SUPPRESS)
    verb.add_argument("--json", action="store_true", default=argparse.SUPPRESS)
    verb.set_defaults(action=action)
    return verb


def _list(arguments: argparse.Namespace) -> int:
    from unet_studio.workflow.session import using_session
    from unet_studio.workflow.versions import version_row, versions

    with using_session(arguments.workspace) as session:
        for version in versions(session):
            say(arguments, version_row(version), _line(version))
    return DONE


def _line(version: ModelVersion) -> str:
    mark = "*" if version.active else "a" if version.archived else " "
    return f"{mark} {version.id:<12} {version.origin.value:<10} {version.created}  {version.reason}"


def _activate(arguments: argparse.Namespace) -> int:
    from unet_studio.workflow.session import using_session
    from unet_studio.workflow.versions import activate

    with using_session(arguments.workspace) as session:
        changes = activate(session, arguments.id, arguments.reason)
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


def _mode(arguments: argparse.Namespace) -> int:
    from unet_studio.workflow.session import using_session
    from unet_studio.workflow.versions import MODES, chosen_mode, mode, set_mode

    with using_session(arguments.workspace) as session:
        if arguments.mode is not None:
            set_mode(session, arguments.target, Mode(arguments.mode))
        chosen, found = chosen_mode(session, arguments.target), mode(session, arguments.target)
    default = "" if chosen else " (in the window; `finetune` lets it go live, as nobody has chosen)"
    row = {"target": arguments.target, "mode": found.value, "chosen": chosen is not None}
    say(arguments, row, f"{found.value}: {MODES[found]}{default}")
    return DONE


def _compare(arguments: argparse.Namespace) -> int:
    from unet_studio.workflow.comparing import compare, means
    from unet_studio.workflow.session import using_session
    from unet_studio.workflow.versions import named

    found = []
    with using_session(arguments.workspace) as session:
        target = named(session, arguments.one).target
        for one in compare(session, target, arguments.one, arguments.other):
            found.append(one)
            say(arguments, one.row(), _compared_line(one))
    for version, model_id in enumerate((arguments.one, arguments.other)):
        row = means(found, version)
        learned = f", {row['learned']} of them learned from" if row["learned"] else ""
        text = f"{model_id}: n = {row['pictures']}{learned}"
        if row["pictures"]:
            text = f"{model_id}: mean Dice {row['dice']:.4f}, HD95 {row['hd95']:.1f} px, n = {row['pictures']}{learned}"
        say(arguments, {"model": model_id, "mean": row}, text)
    return DONE


def _compared_line(one: Compared) -> str:
    """What a terminal says of one Correction."""
    if one.dice is None or one.hd95 is None:
        return f"{one.correction:>6}  another reader's, hidden until you have accepted your own  {one.side.value}"
    (a, b), (c, d) = one.dice, one.hd95
    text = f"{one.correction:>6}  Dice {a:.4f} -> {b:.4f}  HD95 {c:7.1f} -> {d:7.1f} px  {one.side.value}"
    return text + ("" if one.changed else ", accepted unchanged")


def _export(arguments: argparse.Namespace) -> int:
    from unet_studio.workflow.session import using_session
    from unet_studio.workflow.trading import export_version

    with using_session(arguments.workspace) as session:
        file = export_version(session, arguments.id, arguments.file)
    say(arguments, {"model": arguments.id, "file": str(file)}, f"{arguments.id} is written to {file}")
    return DONE


def _import(arguments: argparse.Namespace) -> int:
    from unet_studio.workflow.session import using_session
    from unet_studio.workflow.trading import import_version
    from unet_studio.workflow.versions import version_row

    with using_session(arguments.workspace) as session:
        version = import_version(session, arguments.file)
    how = f"`unet-studio models activate {version.id}` lets it propose"
    state = "is active" if version.active else f"is not live; {how}"
    say(arguments, version_row(version), f"{version.id} {state}")
    return DONE


def _decline(arguments: argparse.Namespace) -> int:
    from unet_studio.workflow.versions import decline

    return _change(arguments, decline)


def _archive(arguments: argparse.Namespace) -> int:
    from unet_studio.workflow.versions import archive

    return _change(arguments, archive)


def _restore(arguments: argparse.Namespace) -> int:
    from unet_studio.workflow.versions import restore

    return _change(arguments, restore)


def _change(arguments: argparse.Namespace, change: Any) -> int:
    """Do one thing with one version, and say what it came to."""
    from unet_studio.workflow.session import using_session
    from unet_studio.workflow.versions import named, version_row

    with using_session(arguments.workspace) as session:
        changes = change(session, arguments.id)
        version = named(session, arguments.id)
    say(arguments, version_row(version), changes.message)
    return DONE


def _keep(arguments: argparse.Namespace) -> int:
    from unet_studio.workflow.session import using_session
    from unet_studio.workflow.versions import keep_last, kept_with_weights

    with using_session(arguments.workspace) as session:
        changes = keep_last(session, arguments.target, arguments.count)
        count = kept_with_weights(session, arguments.target)
    say(arguments, {"target": arguments.target, "kept": count}, changes.message)
    return DONE
