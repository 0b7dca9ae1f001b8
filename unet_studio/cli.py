"""The verbs without a window. Scripts rely on the options, the JSON lines and the exit codes given here."""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from unet_studio import __version__
from unet_studio.core.errors import Cancelled, UserError
from unet_studio.core.target import TARGETS

STARTED = time.monotonic()  # time budgets count from the program's start
DONE, FAILED, CANCELLED = 0, 1, 130
COMMANDS = ("info", "predict", "queue", "finetune", "models", "export", "doctor")
DEVICES = ("auto", "cpu", "cuda", "mps")


def run(arguments: Sequence[str]) -> int:
    """Parse and carry out one command line; returns the exit code and never lets a traceback out."""
    parsed = (_commands() if arguments and arguments[0] in COMMANDS else _window_parser()).parse_args(arguments)
    action: Callable[[argparse.Namespace], int] = parsed.action
    try:
        return action(parsed)
    except UserError as error:
        print(f"unet-studio: {error}", file=sys.stderr)
        return FAILED
    except (KeyboardInterrupt, Cancelled):
        print("unet-studio: cancelled", file=sys.stderr)
        return CANCELLED
    except BrokenPipeError:
        sys.stderr.close()
        return FAILED
    except Exception as error:
        from unet_studio.workflow.faults import record_fault

        print(f"unet-studio: {record_fault(error)}", file=sys.stderr)
        return FAILED


def _window_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="unet-studio",
        description="Propose, correct and learn lung and polyp masks. Without a command it opens the window.",
        epilog=f"commands: {', '.join(COMMANDS)} (each has --help)",
    )
    parser.add_argument("paths", nargs="*", type=Path, metavar="PATH", help="pictures, DICOM files or folders to open")
    parser.add_argument("--sample", action="store_true", help="open the sample workspace with a real chest film")
    parser.add_argument("--version", action="version", version=f"U-Net Studio {__version__}")
    _add_workspace(parser)
    _add_target(parser)
    parser.set_defaults(action=_window)
    return parser


def _commands() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="unet-studio")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    info = commands.add_parser("info", help="say what files are")
    info.add_argument("paths", nargs="+", type=Path, metavar="PATH")
    _add_json(info).set_defaults(action=_info)

    predict = commands.add_parser("predict", help="write the proposed masks of pictures as PNG")
    predict.add_argument("paths", nargs="+", type=Path, metavar="PATH")
    predict.add_argument("--out", type=Path, required=True, metavar="DIR")
    predict.add_argument("--target", choices=(*TARGETS, "auto"), default="auto")
    predict.add_argument("--model", metavar="ID", help="a model version of the workspace (default: the active one)")
    predict.add_argument("--probability", action="store_true", help="also write 16-bit probabilities")
    _add_device(predict)
    _add_workspace(predict)
    _add_json(predict).set_defaults(action=_predict)

    _add_queue(commands)

    finetune = commands.add_parser("finetune", help="learn from the queue; the result goes live only if it is better")
    _add_target(finetune, required=True)
    finetune.add_argument("--max-seconds", type=_positive, metavar="N", help="wall time from start to exit")
    _add_device(finetune)
    _add_workspace(finetune)
    _add_json(finetune).set_defaults(action=_finetune)

    _add_models(commands)

    export = commands.add_parser("export", help="write accepted masks as PNG")
    export.add_argument("--out", type=Path, required=True, metavar="DIR")
    export.add_argument("--include-unreviewed", action="store_true", help="also proposals, marked not reviewed")
    _add_target(export)
    _add_workspace(export)
    _add_json(export).set_defaults(action=_export)

    doctor = commands.add_parser("doctor", help="try each device and say what would help")
    _add_json(doctor).set_defaults(action=_doctor)
    return parser


def _add_queue(commands: Any) -> None:
    queue = commands.add_parser("queue", help="Corrections waiting to be learned from").add_subparsers(
        required=True, metavar="VERB"
    )
    add = queue.add_parser("add", help="queue masks made elsewhere, paired with pictures by name")
    _add_target(add, required=True)
    add.add_argument("--images", type=Path, required=True, metavar="DIR")
    add.add_argument("--masks", type=Path, required=True, metavar="DIR")
    add.add_argument("--reader", metavar="NAME")
    add.add_argument("--groups", type=Path, metavar="CSV", help="stem,group: patient or video of each picture")
    _add_workspace(add)
    _add_json(add).set_defaults(action=_queue_add)
    listing = queue.add_parser("list")
    _add_target(listing)
    _add_workspace(listing)
    _add_json(listing).set_defaults(action=_queue_list)
    for verb in ("keep", "withdraw", "flag"):
        one = queue.add_parser(verb)
        one.add_argument("id", type=int)
        _add_workspace(one)
        _add_json(one).set_defaults(action=_queue_state, verb=verb)


def _add_models(commands: Any) -> None:
    parser = commands.add_parser("models", help="list, activate or roll back model versions")
    _add_workspace(parser)
    _add_json(parser).set_defaults(action=_models_list)
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
            _add_target(verb, required=True)


def _add_workspace(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--workspace", type=Path, metavar="DIR", help="made if it does not exist (default: per user)")


def _add_target(parser: argparse.ArgumentParser, required: bool = False) -> None:
    parser.add_argument("--target", choices=tuple(TARGETS), required=required)


def _add_device(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--device", choices=DEVICES, default="auto")


def _add_json(parser: argparse.ArgumentParser) -> argparse.ArgumentParser:
    parser.add_argument("--json", action="store_true", help="one JSON object per line on standard output")
    return parser


def _positive(text: str) -> float:
    seconds = float(text)
    if not 0 < seconds < float("inf"):
        raise argparse.ArgumentTypeError("a number of seconds above 0")
    return seconds


def _say(arguments: argparse.Namespace, row: dict[str, Any], text: str) -> None:
    print(json.dumps(row, ensure_ascii=False) if arguments.json else text, flush=True)


def _window(arguments: argparse.Namespace) -> int:
    from unet_studio.workflow.display import display_answers

    folder = arguments.workspace
    if arguments.sample and folder is None:
        from unet_studio.workflow.sample import sample_folder

        folder = sample_folder()
    if not display_answers():
        return _without_window(arguments, folder)
    from unet_studio.gui.app import run as run_window

    return run_window(folder, arguments.paths, sample=arguments.sample, target=arguments.target)


def _without_window(arguments: argparse.Namespace, folder: Path | None) -> int:
    if not arguments.sample:
        print(
            "unet-studio: there is no display for a window; use the commands (unet-studio predict --help)",
            file=sys.stderr,
        )
        return FAILED
    from unet_studio.workflow.sample import sample_job

    print("There is no display, so the sample job runs without a window.", flush=True)
    result = sample_job(folder)
    print(f"Proposed mask: {result.mask}\nOverlay picture: {result.overlay}")
    return DONE


def _info(arguments: argparse.Namespace) -> int:
    from unet_studio.workflow.diagnosing import info, info_row, info_text

    failed = False
    for facts in info(arguments.paths):
        failed |= not facts.ok
        _say(arguments, info_row(facts), info_text(facts))
    return FAILED if failed else DONE


def _predict(arguments: argparse.Namespace) -> int:
    from unet_studio.workflow.predicting import Request, predict
    from unet_studio.workflow.progress import bar

    request = Request(
        paths=tuple(arguments.paths),
        out=arguments.out,
        target=arguments.target,
        model=arguments.model,
        probability=arguments.probability,
        device=arguments.device,
        workspace=arguments.workspace,
    )
    problems: list[str] = []
    written = skipped = 0
    with bar("Proposing") as advance:
        for result in predict(request, on_total=advance):
            if arguments.json:
                _say(arguments, result.row(), "")
            if result.error:
                problems.append(result.error)
            elif result.note and not arguments.json:
                print(result.note, file=sys.stderr)
            if result.files is not None:
                skipped += result.files.skipped
                written += not result.files.skipped
    for problem in problems:
        print(f"unet-studio: {problem}", file=sys.stderr)
    if not arguments.json:
        print(f"{written} written, {skipped} already there, {len(problems)} failed")
    return FAILED if problems else DONE


def _queue_add(arguments: argparse.Namespace) -> int:
    from unet_studio.workflow.importing import queue_add
    from unet_studio.workflow.session import using_session

    with using_session(arguments.workspace, reader=arguments.reader) as session:
        report = queue_add(session, arguments.target, arguments.images, arguments.masks, arguments.groups)
    for problem in report.problems:
        print(f"unet-studio: {problem}", file=sys.stderr)
    text = f"{report.added} added to the queue, {len(report.problems)} not"
    _say(arguments, {"added": report.added, "ids": list(report.ids), "problems": list(report.problems)}, text)
    return FAILED if report.problems else DONE


def _queue_list(arguments: argparse.Namespace) -> int:
    from unet_studio.workflow.learning import queue, queue_row
    from unet_studio.workflow.session import using_session

    with using_session(arguments.workspace) as session:
        for correction in queue(session, arguments.target):
            row = queue_row(correction)
            _say(arguments, row, "{id:>6}  {target:<6} {state:<10} {side:<6} {source}  ({reader})".format(**row))
    return DONE


def _queue_state(arguments: argparse.Namespace) -> int:
    from unet_studio.workflow.learning import QUEUE_VERBS, set_queue_state
    from unet_studio.workflow.session import using_session

    state = QUEUE_VERBS[arguments.verb]
    with using_session(arguments.workspace) as session:
        changes = set_queue_state(session, (arguments.id,), state)
    _say(arguments, {"id": arguments.id, "state": state.value}, changes.message)
    return DONE


def _finetune(arguments: argparse.Namespace) -> int:
    from unet_studio.workflow.learning import finetune_here, progress_row, progress_text

    outcome = finetune_here(
        arguments.workspace,
        arguments.target,
        seconds=arguments.max_seconds,
        device=arguments.device,
        on_progress=lambda progress: _say(arguments, progress_row(progress), progress_text(progress)),
        begun=STARTED,
    )
    print(json.dumps(outcome.row(), ensure_ascii=False), flush=True)
    if outcome.cancelled:
        return CANCELLED
    if outcome.failed:
        print(f"unet-studio: {outcome.failed}", file=sys.stderr)
    return FAILED if outcome.failed else DONE


def _models_list(arguments: argparse.Namespace) -> int:
    from unet_studio.workflow.session import using_session
    from unet_studio.workflow.versions import version_row, versions

    with using_session(arguments.workspace) as session:
        for version in versions(session):
            row = version_row(version)
            mark = "*" if version.active else " "
            _say(
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
    _say(arguments, {"active": arguments.id}, changes.message)
    return DONE


def _rollback(arguments: argparse.Namespace) -> int:
    from unet_studio.workflow.session import using_session
    from unet_studio.workflow.versions import active, rollback

    with using_session(arguments.workspace) as session:
        changes = rollback(session, arguments.target)
        now = active(session, arguments.target).id
    _say(arguments, {"active": now}, changes.message)
    return DONE


def _export(arguments: argparse.Namespace) -> int:
    from unet_studio.workflow.exporting import export_masks
    from unet_studio.workflow.session import using_session

    with using_session(arguments.workspace) as session:
        report = export_masks(
            session, arguments.out, target=arguments.target, include_unreviewed=arguments.include_unreviewed
        )
    for path in report.written:
        _say(arguments, {"mask": str(path)}, str(path))
    for problem in report.problems:
        print(f"unet-studio: {problem}", file=sys.stderr)
    if not arguments.json:
        print(f"{len(report.written)} written, {report.skipped} already there, {len(report.problems)} failed")
    return FAILED if report.problems else DONE


def _doctor(arguments: argparse.Namespace) -> int:
    from unet_studio.workflow.diagnosing import doctor, doctor_text

    reports = doctor()
    for report in reports:
        _say(arguments, report, doctor_text(report))
    return DONE if any(report["ok"] for report in reports) else FAILED
