"""`python -m training`: prepare, recipes, train, evaluate."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from training.dataset import Pair
    from training.loop import Tick
    from training.preprocess import Bytes


def parser() -> argparse.ArgumentParser:
    """The command line's grammar."""
    top = argparse.ArgumentParser(prog="python -m training", description="Train and measure segmentation networks.")
    verbs = top.add_subparsers(dest="verb", required=True)
    verbs.add_parser("recipes", help="the table of recipes, one line each")
    bring = verbs.add_parser("prepare", help="an original download -> images/, masks/ and manifest.csv with splits")
    bring.add_argument("source", help="jsrt, kaggle-cxr, isbi2012, hyperkvasir, kvasir-seg, cvc-clinicdb or folder")
    bring.add_argument("folder", type=Path, metavar="DIR", help="what the download unpacks to; it is not changed")
    bring.add_argument("--out", type=Path, required=True, metavar="DIR")
    train = verbs.add_parser("train", help="train by a recipe; the model and its card go to RUN")
    train.add_argument("recipe")
    train.add_argument(
        "--data", nargs="+", action="extend", type=Path, required=True, metavar="DIR", help="folders: images/, masks/"
    )
    train.add_argument("--out", type=Path, required=True, metavar="RUN")
    train.add_argument(
        "--from", dest="parent", type=Path, metavar="MODEL", help="start from the weights of a model file"
    )
    train.add_argument("--resume", action="store_true", help="go on from RUN's last saved state")
    train.add_argument("--device", default="auto", choices=("auto", "cpu", "cuda", "mps"))
    train.epilog = "Further arguments, key=value, override the recipe's numbers: epochs=3 rate=0.0005"
    measure = verbs.add_parser("evaluate", help="mean Dice per picture at own size, with its bootstrap interval")
    measure.add_argument("model", type=Path)
    measure.add_argument("--data", nargs="+", action="extend", type=Path, required=True, metavar="DIR")
    measure.add_argument("--all", action="store_true", help="every picture, not only those held out from training")
    measure.add_argument("--device", default="auto", choices=("auto", "cpu", "cuda", "mps"))
    measure.add_argument("--json", action="store_true")
    measure.add_argument("--report", type=Path, metavar="DIR", help="write a page, a table and the worst pictures")
    return top


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one verb; 0 when done, 1 when something is wrong (one sentence on standard error), 2 for wrong usage."""
    grammar = parser()
    options, rest = grammar.parse_known_args(arguments)
    if rest and (options.verb != "train" or any(text.startswith("-") for text in rest)):
        grammar.error(f"unrecognized arguments: {' '.join(rest)}")
    options.overrides = rest
    verbs: dict[str, Callable[[argparse.Namespace], None]] = {
        "prepare": prepare_data,
        "recipes": show_recipes,
        "train": train,
        "evaluate": measure,
    }
    try:
        verbs[options.verb](options)
    except ValueError as error:
        print(error, file=sys.stderr)
        return 1
    except OSError as error:
        print(f"{error.filename or 'A file'}: {error.strerror}; choose another folder or free space.", file=sys.stderr)
        return 1
    except KeyboardInterrupt as stopped:
        print(str(stopped) or "Stopped.", file=sys.stderr)
        return 130
    return 0


def prepare_data(options: argparse.Namespace) -> None:
    """Bring a download into the layout that train reads; prints what was found, written and left out."""
    from rich.progress import Progress

    from training.prepare import prepare

    with Progress(transient=True, disable=not sys.stdout.isatty()) as bar:
        task = bar.add_task("preparing", total=None)
        done = prepare(
            options.source, options.folder, options.out, lambda now, count: bar.update(task, completed=now, total=count)
        )
    print("\n".join(done.lines()))
    if not done.rows:
        raise ValueError(f"Nothing of {options.folder} could be prepared; {options.out / 'problems.csv'} says why.")


def show_recipes(options: argparse.Namespace) -> None:
    """Print one line per recipe."""
    from training.recipes import RECIPES

    for recipe in RECIPES.values():
        print(f"{recipe.name:10} {recipe.epochs:3} epochs, batch {recipe.batch}: {recipe.summary}")


def device_of(options: argparse.Namespace) -> str:
    """The device to compute on. Raises ValueError where the one asked for cannot be used."""
    from training.device import choose

    choice = choose(options.device)
    if options.device not in ("auto", choice.name):
        raise ValueError(f"{options.device} cannot be used: {choice.why} --device auto takes the best there is.")
    return choice.name


def train(options: argparse.Namespace) -> None:
    """Train with a progress bar; prints where the model is and its held-out Dice. Of several processes one speaks."""
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    from training import distributed
    from training.recipes import recipe_with
    from training.run import run

    recipe = recipe_with(options.recipe, options.overrides)
    columns = (TextColumn("{task.description}"), BarColumn(), TimeRemainingColumn())
    with (
        distributed.joined(device_of(options)) as device,
        Progress(*columns, disable=distributed.rank() > 0) as bar,
    ):
        task = bar.add_task("reading", total=None)

        def on_tick(tick: Tick) -> None:
            if tick.note:
                bar.console.print(tick.note)
            measured = "" if tick.dice is None else f" validation Dice {tick.dice:.4f}"
            text = f"epoch {tick.epoch} step {tick.step}/{tick.steps} loss {tick.loss:.4f}{measured}"
            bar.update(task, total=tick.steps, completed=tick.step, description=text)

        model = run(recipe, options.data, options.out, device, options.resume, on_tick, options.parent)
    if model is not None:
        print(model.path)
        print(f"measured on {model.card['metrics']['measured_on']}")
        show_summary(model.card["metrics"])


def measure(options: argparse.Namespace) -> None:
    """Measure a model on the held-out part of the folders, or on all of them; --report writes a page."""
    from training.checkpoint import load_model
    from training.dataset import find_pairs, read_picture
    from training.evaluate import evaluate, held_out, proposal, summary
    from training.report import write_report

    device = device_of(options)
    if options.report:
        options.report.mkdir(parents=True, exist_ok=True)
    network, about = load_model(options.model)
    network.to(device)
    pairs = [pair for folder in options.data for pair in find_pairs(folder)]
    chosen = pairs if options.all else held_out(pairs, about.card)
    results = evaluate(network, chosen, about, device, cells=about.target == "cell")
    if options.json:
        print(json.dumps({"model": str(options.model), "sha256": about.sha256, "sources": summary(results)}))
    else:
        show_summary(summary(results))
    if options.report:

        def proposal_of(pair: Pair) -> Bytes:
            return proposal(network, read_picture(pair.picture), about, device)

        index = write_report(options.report, about, results, chosen, proposal_of, held_out=not options.all)
        print(index, file=sys.stderr)


def show_summary(table: dict[str, dict[str, object]]) -> None:
    """Print one line per source."""
    for source, row in table.items():
        if isinstance(row, dict):
            dice = row["dice"]
            assert isinstance(dice, dict)
            interval = f"{dice['mean']:.4f} [{dice['low']:.4f}, {dice['high']:.4f}]"
            print(f"{source:14} Dice {interval} on {dice['count']} pictures, IoU {row['iou']}, HD95 {row['hd95']} px")


if __name__ == "__main__":
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # torch's threads leave the cores to others while they wait
    sys.exit(main())
