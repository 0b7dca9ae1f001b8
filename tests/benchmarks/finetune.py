"""Fine-tune the bundled models on a few Corrections, measure on other pictures, print a table. Run by hand:

    python tests/benchmarks/finetune.py [--rows v7-8 same ...] [--seeds 1 2 3] [--steps] [--log RUNS.jsonl]

Each row runs by the clock, as a reader's run does. With --steps the number of steps is fixed instead, to what an idle
machine with two processors takes in that time (228 in 120 s, 570 in 300 s): for machines that are busy. Finished runs
are kept in --log and not run again. --parent begins from other weights, such as those of a model that has seen no
picture of PolypGen, for the row "polyp". The pictures lie in ../shared/data beside the repository; only those are taken
that the bundled models have not learned from. About one in five is on the gate's side, as in a Workspace.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent))
import conventions
from conventions import CONVENTIONS

from training.checkpoint import describe
from training.dataset import Pair, find_pairs, read_mask, read_picture
from training.metrics import dice
from training.preprocess import mask_at_own_size
from unet_studio.core.digests import file_sha256
from unet_studio.core.image import Image, Source
from unet_studio.core.proposal import ONE
from unet_studio.core.resources import bundled_model
from unet_studio.core.target import TARGETS
from unet_studio.inference.proposer import Proposer
from unet_studio.learning import gate, job
from unet_studio.learning.messages import Outcome
from unet_studio.learning.runner import Run
from unet_studio.learning.scores import Pair as Held
from unet_studio.workflow.drafting import THRESHOLD

DATA = Path(__file__).resolve().parents[3] / "shared" / "data"
STEPS = {120: 228, 300: 570}  # what an idle machine with two processors takes in that many seconds
ENOUGH = 7200.0  # seconds where the steps are fixed
LOSS = "old: loss <= 0.01"
MEASURED = 20  # other pictures of one kind, at most


@dataclass(frozen=True, eq=False)
class Film:
    """A picture and the Mask that counts as true for it."""

    pair: Pair
    mask: np.ndarray


@dataclass(frozen=True, eq=False)
class Task:
    """What one run learns from, and what it is measured on, by kind."""

    learned: list[Film]
    others: dict[str, list[Film]]


@dataclass(frozen=True)
class Row:
    """One row of the table: `make` draws a Task from a seed."""

    title: str
    reach: str
    make: Callable[[int], Task]
    seconds: int = 120
    target: str = "lung"


def drawn(source: str, seed: int) -> list[Film]:
    """The held-out pictures of one source in an order that the seed decides."""
    pairs = [pair for pair in find_pairs(DATA / source) if pair.side == "test"]
    order = np.random.default_rng(seed).permutation(len(pairs))
    return [Film(pairs[index], read_mask(pairs[index].mask)) for index in order]


def other_convention(count: int) -> Callable[[int], Task]:
    """`count` films of v7_covid; the others of that kind, and films of the convention that the model knows."""

    def make(seed: int) -> Task:
        films = drawn("lung/v7_covid", seed)
        return Task(films[:count], {"v7": films[count:][:MEASURED], "jsrt": drawn("lung/jsrt", 99)[:MEASURED]})

    return make


def made_up(convention: str) -> Callable[[int], Task]:
    """8 jsrt films in a convention that no data set has, and others drawn the same way."""

    def make(seed: int) -> Task:
        films = [Film(one.pair, CONVENTIONS[convention](one.mask)) for one in drawn("lung/jsrt", seed)]
        return Task(films[:8], {convention: films[8:][:MEASURED]})

    return make


def mixed(convention: str, old: Sequence[str]) -> Callable[[int], Task]:
    """8 films of another convention and 8 of the old one, from the sources `old`, in one queue."""

    def make(seed: int) -> Task:
        known = [drawn(f"lung/{source}", seed) for source in old]
        if convention == "v7":
            new = drawn("lung/v7_covid", seed)
        else:
            films = drawn("lung/jsrt", seed + 100)
            keep = {one.pair.picture for one in known[0][: 8 // len(old)]} if "jsrt" in old else set()
            new = [Film(one.pair, CONVENTIONS[convention](one.mask)) for one in films if one.pair.picture not in keep]
            taken = {one.pair.picture for one in new[:8]}
            known = [[one for one in films if one.pair.picture not in taken] for films in known]
        share = 8 // len(old)
        learned = [*new[:8], *(one for films in known for one in films[:share])]
        others = [one for films in known for one in films[share:][: MEASURED // len(old)]]
        return Task(learned, {convention: new[8:][:MEASURED], "old": others})

    return make


def same(seed: int) -> Task:
    """8 films of the convention that the model knows."""
    films = [*drawn("lung/jsrt", seed), *drawn("lung/openist", seed)]
    films = [films[index] for index in np.random.default_rng(seed).permutation(len(films))]
    return Task(films[:8], {"old": films[8:]})


def contradicting(seed: int) -> Task:
    """8 films whose Masks contradict one another: swapped, moved, or moved and some emptied, by turns."""
    rng = np.random.default_rng(seed)
    source = "lung/v7_covid" if seed % 2 else "lung/jsrt"
    films = drawn(source, seed)
    masks = [one.mask for one in films[:8]]
    spoilt = [conventions.swapped(masks), conventions.shifted(masks, rng), conventions.emptied(masks, rng)][seed % 3]
    learned = [Film(one.pair, mask) for one, mask in zip(films[:8], spoilt, strict=True)]
    return Task(learned, {"true": films[8:][:MEASURED]})


def hospital(seed: int) -> Task:
    """16 frames of one centre of PolypGen (C3), and its other frames."""
    films = [one for one in drawn("polyp/polypgen", seed) if one.pair.picture.name.startswith("C3_")]
    return Task(films[:16], {"polyp": films[16:]})


ROWS = {
    "v7-8": Row("8 films of another convention (v7_covid)", ">= 0.935", other_convention(8)),
    "v7-21": Row("21 of them (of 31 that are held out)", "32: >= 0.955", other_convention(21), 300),
    "one-lung": Row("8 jsrt films, one lung only", ">= 0.97", made_up("one lung")),
    "heart": Row("8 jsrt films, heart included", ">= 0.97", made_up("heart")),
    "wider": Row("8 jsrt films, outlines 3 % wider", ">= 0.97", made_up("wider")),
    "mixed-v7": Row("8 v7_covid films beside 8 of the old convention", LOSS, mixed("v7", ("jsrt", "openist"))),
    "mixed-heart": Row("8 jsrt films, heart included, beside 8 of openist", LOSS, mixed("heart", ("openist",))),
    "untold-heart": Row("8 jsrt films, heart included, beside 8 of jsrt", "gate says so", mixed("heart", ("jsrt",))),
    "same": Row("8 films of the same convention", "kept, or >= parent - 0.001", same),
    "contradicting": Row("8 films whose Masks contradict one another", "live 0 of 20", contradicting),
    "polyp": Row("16 frames of one centre (PolypGen C3)", ">= parent + 0.03, or kept", hospital, 300, "polyp"),
}  # fmt: skip


def image_of(pair: Pair) -> Image:
    return Image(read_picture(pair.picture), Source(str(pair.picture)), "file")


def mean_dice(model: Path, films: Sequence[Film]) -> float:
    """Mean Dice at the pictures' own size, proposed as the program does."""
    proposer = Proposer.load(model, "benchmark", "cpu")
    values = []
    for film in films:
        found = proposer.propose(image_of(film.pair))
        probability = found.probability.astype(np.float32) / ONE
        values.append(dice(mask_at_own_size(probability, found.rows, found.columns, THRESHOLD), film.mask))
    return float(np.mean(values))


def items(model: Path, films: Sequence[Film], seed: int) -> Iterator[job.Item]:
    rng = np.random.default_rng(seed)
    spec = describe(model).input
    for number, film in enumerate(films):
        held_out = bool(rng.random() < 0.2)
        name = f"{number}-{film.pair.source}"
        yield job.item_from(image_of(film.pair), film.mask, spec, name=name, group=film.pair.group, gate=held_out)


def fine_tune(row: Row, model: Path, films: Sequence[Film], seed: int, steps: int, folder: Path) -> Outcome:
    """One run by way of the child process, as the program does it."""
    least = TARGETS[row.target].least_agreement
    settings = job.Plan(row.target, f"{row.target}-v1", least, "cpu", seed, priority=0, most_steps=steps)
    job.write_job(folder, settings, model, items(model, films, seed))
    outcomes: list[Outcome] = []
    run = Run(folder, ENOUGH if steps else row.seconds, lambda progress: None, outcomes.append)
    run.start()
    run.wait()
    return outcomes[0]


def one_run(name: str, seed: int, fixed: bool, parent: Path | None = None) -> dict[str, Any]:
    """One line of the log. parent: weights to begin from instead of the bundled ones."""
    row = ROWS[name]
    model, task = parent or bundled_model(row.target), row.make(seed)
    folder = Path(tempfile.mkdtemp(prefix="finetune-"))
    try:
        steps = STEPS[row.seconds] if fixed else 0
        outcome = fine_tune(row, model, task.learned, seed, steps, folder)
        if outcome.verdict is None or outcome.candidate is None:
            raise SystemExit(f"{name}, seed {seed}: {outcome.failed or 'no Candidate'}")
        metrics = outcome.metrics
        before = {kind: mean_dice(model, films) for kind, films in task.others.items()}
        after = {kind: mean_dice(outcome.candidate, films) for kind, films in task.others.items()}
    finally:
        shutil.rmtree(folder)
    return {
        "row": name,
        "seed": seed,
        "fixed": fixed,
        "parent": "" if parent is None else file_sha256(parent),
        "live": outcome.verdict.promoted,
        "before": before,
        "after": after,
        "count": {kind: len(films) for kind, films in task.others.items()},
        "reason": outcome.verdict.reason,
        "kinds": [[kind["title"], kind["gain"]["groups"], kind["gain"]["mean"]] for kind in metrics["kinds"]],
        "gain": metrics["gain"]["mean"],
        "notes": metrics["notes"],
        "steps": metrics["steps"],
        "mix": metrics["mix"],
        "seconds": round(outcome.seconds, 1),
    }


def reader_runs(seeds: Sequence[int]) -> tuple[int, int]:
    """How often the better and the worse Candidate go live where a reader mends only errors over 5 px (no training).

    The gate has 10 jsrt films, of which the reader accepted 6 unchanged. The active version's Masks are off by a wavy
    outline, deeper on the films that were changed; the better Candidate's by half of that, the worse one's by half as
    much again, each in places of its own.
    """
    live = [0, 0]
    for seed in seeds:
        rng = np.random.default_rng(seed)
        films = drawn("lung/jsrt", seed)[:10]
        for which, part in enumerate((0.5, 1.5)):
            pairs = [_read(film.mask, number, part, rng) for number, film in enumerate(films)]
            live[which] += gate.judge(pairs, TARGETS["lung"].least_agreement, seed=seed).promoted
    return live[0], live[1]


def _read(truth: np.ndarray, number: int, part: float, rng: np.random.Generator) -> Held:
    """One film of the gate as the reader left it."""
    unchanged = number < 6
    amount = 1.2 if unchanged else 5.0  # px of deviation
    active = conventions.wavy(truth, amount, rng)
    candidate = conventions.wavy(truth, part * amount, rng)
    accepted, touched = conventions.mended(active, truth, 5.0)
    if unchanged:
        accepted, touched = active, np.zeros_like(active)
    return Held(str(number), str(number), accepted, active, candidate, touched, changed=bool(touched.any()))


def print_table(runs: Sequence[dict[str, Any]]) -> None:
    """The rows of the log, averaged over seeds."""
    print("| what was learned | reach | runs | live | other pictures: before -> after (worst run) |")
    print("|---|---|---|---|---|")
    for name, row in ROWS.items():
        done = [run for run in runs if run["row"] == name]
        if not done:
            continue
        parts = []
        for kind, count in done[0]["count"].items():
            before, after = ([run[when][kind] for run in done] for when in ("before", "after"))
            worst = min(later - first for first, later in zip(before, after, strict=True))
            parts.append(f"{kind} ({count}): {np.mean(before):.3f} -> {np.mean(after):.3f} ({worst:+.3f})")
        how = f"{np.mean([run['steps'] for run in done]):.0f} steps" + (", fixed" if done[0]["fixed"] else "")
        live = sum(run["live"] for run in done)
        print(f"| {row.title}, {row.seconds} s ({how}) | {row.reach} | {len(done)} | {live} | {'; '.join(parts)} |")


def read_log(path: Path | None) -> list[dict[str, Any]]:
    if path is None or not path.exists():
        return []
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", choices=[*ROWS, "reader"], nargs="*", default=[*ROWS, "reader"])
    parser.add_argument("--seeds", type=int, nargs="+", default=[1])
    parser.add_argument("--steps", action="store_true", help="fix the number of steps instead of the time")
    parser.add_argument("--parent", type=Path, help="weights to begin from instead of the bundled model's")
    parser.add_argument("--log", type=Path, help="where finished runs are kept, a JSON object a line")
    asked = parser.parse_args()
    runs = read_log(asked.log)
    parent = "" if asked.parent is None else file_sha256(asked.parent)
    known = {(run["row"], run["seed"], run["fixed"], run.get("parent", "")) for run in runs}
    for name in (name for name in asked.rows if name in ROWS):
        for seed in asked.seeds:
            if (name, seed, asked.steps, parent) in known:
                continue
            runs.append(one_run(name, seed, asked.steps, asked.parent))
            print(json.dumps(runs[-1]), flush=True)
            if asked.log:
                with asked.log.open("a", encoding="utf-8") as file:
                    file.write(json.dumps(runs[-1]) + "\n")
    print_table(runs)
    if "reader" in asked.rows:
        better, worse = reader_runs(range(20))
        said = f"{better} of the better, {worse} of the worse"
        print(f"| a reader who mends only errors over 5 px, gate of 10, 6 unchanged | >= 18, 0 | 40 | {said} | |")
    return 0


if __name__ == "__main__":
    sys.exit(main())
