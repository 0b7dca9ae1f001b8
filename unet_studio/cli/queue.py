"""`queue`: what waits to be learned from, its list, additions and verbs."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from unet_studio.cli.options import add_json, add_target, add_workspace
from unet_studio.cli.saying import DONE, complain, say


def add(commands: Any) -> None:
    queue = commands.add_parser("queue", help="Corrections waiting to be learned from").add_subparsers(
        required=True, metavar="VERB"
    )
    add = queue.add_parser("add", help="queue masks made elsewhere, paired with pictures by name")
    add_target(add, required=True)
    add.add_argument("--images", type=Path, required=True, metavar="DIR")
    add.add_argument("--masks", type=Path, required=True, metavar="PATH", help="folder, or a COCO file")
    add.add_argument("--reader", metavar="NAME")
    add.add_argument("--groups", type=Path, metavar="CSV", help="stem,group: patient or video of each picture")
    add.add_argument("--no-check", action="store_false", dest="check", help="set nothing aside as a possible slip")
    add_workspace(add)
    add_json(add).set_defaults(action=_queue_add)
    listing = queue.add_parser("list")
    add_target(listing)
    add_workspace(listing)
    add_json(listing).set_defaults(action=_queue_list)
    for verb in ("keep", "withdraw", "flag"):
        one = queue.add_parser(verb)
        one.add_argument("id", type=int)
        add_workspace(one)
        add_json(one).set_defaults(action=_queue_state, verb=verb)


def _queue_add(arguments: argparse.Namespace) -> int:
    from unet_studio.workflow.importing import queue_add
    from unet_studio.workflow.session import using_session

    with using_session(arguments.workspace, reader=arguments.reader) as session:
        report = queue_add(
            session, arguments.target, arguments.images, arguments.masks, arguments.groups, check=arguments.check
        )
    code = complain(report.problems)
    text = f"{report.added} added to the queue, {len(report.problems)} not"
    if report.unmarked:
        text += f"; left out as the masks of the whole file mark nothing there: {report.unmarked} of its frames"
    if report.aside:
        text += f"; {len(report.aside)} set aside, perhaps slips: see queue list, then queue keep or withdraw"
    row = {"added": report.added, "ids": list(report.ids), "problems": list(report.problems)}
    say(arguments, row | {"set_aside": list(report.aside), "unmarked_frames": report.unmarked}, text)
    return code


def _queue_list(arguments: argparse.Namespace) -> int:
    from unet_studio.workflow.queueing import queue, queue_row
    from unet_studio.workflow.session import using_session
    from unet_studio.workflow.slips import asked

    with using_session(arguments.workspace) as session:
        questions = asked(session)
        for correction in queue(session, arguments.target):
            row = queue_row(correction) | {"question": questions.get(correction.id)}
            text = "{id:>6}  {target:<6} {state:<10} {side:<6} {source}  ({reader})".format(**row)
            say(arguments, row, text + (f"  {row['question']}" if row["question"] else ""))
    return DONE


def _queue_state(arguments: argparse.Namespace) -> int:
    from unet_studio.workflow.queueing import QUEUE_VERBS, set_queue_state
    from unet_studio.workflow.session import using_session

    state = QUEUE_VERBS[arguments.verb]
    with using_session(arguments.workspace) as session:
        changes = set_queue_state(session, (arguments.id,), state)
    say(arguments, {"id": arguments.id, "state": state.value}, changes.message)
    return DONE
