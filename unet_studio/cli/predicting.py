"""`predict`: the proposed Masks of pictures, as files."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from unet_studio.cli.options import add_device, add_formats, add_json, add_workspace
from unet_studio.cli.saying import complain, remark, say
from unet_studio.core.survey import PICTURE
from unet_studio.core.target import TARGETS


def add(commands: Any) -> None:
    predict = commands.add_parser("predict", help="write the proposed masks of pictures as PNG and in other formats")
    predict.add_argument("paths", nargs="+", type=Path, metavar="PATH")
    predict.add_argument("--out", type=Path, required=True, metavar="DIR")
    predict.add_argument("--target", choices=(*TARGETS, "auto"), default="auto")
    predict.add_argument("--model", metavar="ID", help="a model version of the workspace (default: the active one)")
    predict.add_argument("--probability", action="store_true", help="also write 16-bit probabilities")
    add_formats(predict)
    add_device(predict)
    add_workspace(predict)
    add_json(predict).set_defaults(action=_predict)


def _predict(arguments: argparse.Namespace) -> int:
    from unet_studio.core import formats
    from unet_studio.workflow.folding import words as folded_words
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
        formats=formats.chosen(arguments.format.split(",")),
        anonymous=arguments.anonymous,
    )
    problems: list[str] = []
    written = skipped = 0
    folded: dict[str, int] = {}
    with bar("Proposing") as advance:
        for result in predict(request, on_total=advance, on_warning=remark):
            if arguments.json:
                say(arguments, result.row(), "")
            if result.error:
                problems.append(result.error)
            elif result.kind != PICTURE:
                folded[result.kind] = folded.get(result.kind, 0) + 1
            elif result.note and not arguments.json:
                remark(result.note)
            if result.files is not None:
                skipped += result.files.skipped
                written += not result.files.skipped
    if folded:
        remark(folded_words(folded))
    code = complain(problems)
    if not arguments.json:
        print(f"{written} written, {skipped} already there, {len(problems)} failed")
    return code
