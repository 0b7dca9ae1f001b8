"""`finetune`: a Candidate from the queue, which goes live if the gate finds it better."""

from __future__ import annotations

import argparse
import json
from typing import Any

from unet_studio.cli.options import add_device, add_json, add_target, add_workspace, positive
from unet_studio.cli.saying import CANCELLED, STARTED, complain, say


def add(commands: Any) -> None:
    finetune = commands.add_parser("finetune", help="learn from the queue; the result goes live only if it is better")
    add_target(finetune, required=True)
    finetune.add_argument("--max-seconds", type=positive, metavar="N", help="wall time from start to exit")
    add_device(finetune)
    add_workspace(finetune)
    add_json(finetune).set_defaults(action=_finetune)


def _finetune(arguments: argparse.Namespace) -> int:
    from unet_studio.workflow.learning import finetune_here, progress_row, progress_text

    outcome = finetune_here(
        arguments.workspace,
        arguments.target,
        seconds=arguments.max_seconds,
        device=arguments.device,
        on_progress=lambda progress: say(arguments, progress_row(progress), progress_text(progress)),
        begun=STARTED,
    )
    print(json.dumps(outcome.row(), ensure_ascii=False), flush=True)
    if outcome.cancelled:
        return CANCELLED
    return complain([outcome.failed] if outcome.failed else [])
