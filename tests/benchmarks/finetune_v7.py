"""Fine-tune the bundled lung model on a few films and measure it on others. Run by hand:

    python tests/benchmarks/finetune_v7.py [--kind v7|swapped|shifted|same] [--films 8] [--seconds 120] [--seeds 1 2 3]

v7: 8 films of another outline convention; swapped: the same with each other's Masks; shifted: each Mask moved by its
own amount and a quarter emptied; same: films of the convention that the model knows (JSRT). About one film in five is
on the gate's side, as in a Workspace. The pictures lie in ../shared/data beside the repository.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np

from training.checkpoint import describe
from training.dataset import Pair, find_pairs, read_mask, read_picture
from training.metrics import dice
from training.preprocess import mask_at_own_size
from unet_studio.core.image import Image, Source
from unet_studio.core.proposal import ONE
from unet_studio.core.resources import bundled_model
from unet_studio.core.target import TARGETS
from unet_studio.inference.proposer import Proposer
from unet_studio.learning import job
from unet_studio.learning.messages import Outcome
from unet_studio.learning.runner import Run
from unet_studio.workflow.drafting import THRESHOLD

DATA = Path(__file__).resolve().parents[3] / "shared" / "data" / "lung"
UNSEEN = {"v7_covid": 20, "jsrt": 20}  # held-out films that are measured on, per source; others are learned from


def drawn(source: str, seed: int) -> list[Pair]:
    """The pairs of one source in an order that the seed decides, without those that the bundled model learned from."""
    pairs = [pair for pair in find_pairs(DATA / source) if pair.side == "test"]
    return [pairs[index] for index in np.random.default_rng(seed).permutation(len(pairs))]


def image_of(pair: Pair) -> Image:
    return Image(read_picture(pair.picture), Source(str(pair.picture)), "file")


def mean_dice(model: Path, pairs: list[Pair]) -> float:
    """Mean Dice at the pictures' own size."""
    proposer = Proposer.load(model, "benchmark", "cpu")
    values = []
    for pair in pairs:
        found = proposer.propose(image_of(pair))
        probability = found.probability.astype(np.float32) / ONE
        mask = mask_at_own_size(probability, found.rows, found.columns, THRESHOLD)
        values.append(dice(mask, read_mask(pair.mask)))
    return float(np.mean(values))


def masks_for(kind: str, pairs: list[Pair], rng: np.random.Generator) -> list[np.ndarray]:
    """What the simulated reader draws."""
    masks = [read_mask(pair.mask) for pair in pairs]
    if kind == "swapped":
        others = [masks[(index + 1) % len(masks)] for index in range(len(masks))]
        return [cv2.resize(other, own.shape[::-1], interpolation=cv2.INTER_NEAREST)
                for own, other in zip(masks, others, strict=True)]  # fmt: skip
    if kind == "shifted":
        moves = (rng.uniform(-0.15, 0.15, (len(masks), 2)) * [mask.shape for mask in masks]).astype(int)
        masks = [np.roll(mask, tuple(move), (0, 1)) for mask, move in zip(masks, moves, strict=True)]
        for index in rng.choice(len(masks), len(masks) // 4, replace=False):
            masks[index] = np.zeros_like(masks[index])
    return masks


def items(model: Path, pairs: list[Pair], kind: str, seed: int) -> Iterator[job.Item]:
    rng = np.random.default_rng(seed)
    spec = describe(model).input
    for number, (pair, mask) in enumerate(zip(pairs, masks_for(kind, pairs, rng), strict=True)):
        gate = bool(rng.random() < 0.2)
        yield job.item_from(image_of(pair), mask, spec, name=f"#{number}", group=pair.group, gate=gate)


def fine_tune(model: Path, pairs: list[Pair], kind: str, seconds: float, seed: int, folder: Path) -> Outcome:
    """One run by way of the child process, as the program does it."""
    settings = job.Plan("lung", "lung-v1", TARGETS["lung"].least_agreement, device="cpu", seed=seed)
    job.write_job(folder, settings, model, items(model, pairs, kind, seed))
    outcomes: list[Outcome] = []
    run = Run(folder, seconds, lambda progress: None, outcomes.append)
    run.start()
    run.wait()
    return outcomes[0]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kind", choices=("v7", "swapped", "shifted", "same"), default="v7")
    parser.add_argument("--films", type=int, default=8)
    parser.add_argument("--seconds", type=float, default=120)
    parser.add_argument("--seeds", type=int, nargs="+", default=[1])
    parser.add_argument("--model", type=Path, default=None)
    asked = parser.parse_args()
    model = asked.model or bundled_model("lung")
    unseen = {source: drawn(source, 99)[:count] for source, count in UNSEEN.items()}
    before = {source: mean_dice(model, pairs) for source, pairs in unseen.items()}
    print("parent".ljust(28), *(f"{source} {value:.4f}" for source, value in before.items()))
    for seed in asked.seeds:
        taken = {pair.picture for pairs in unseen.values() for pair in pairs}
        pool = [*drawn("jsrt", seed), *drawn("openist", seed)] if asked.kind == "same" else drawn("v7_covid", seed)
        pairs = [pair for pair in pool if pair.picture not in taken]
        pairs = [pairs[index] for index in np.random.default_rng(seed).permutation(len(pairs))[: asked.films]]
        folder = Path(tempfile.mkdtemp(prefix="finetune-"))
        outcome = fine_tune(model, pairs, asked.kind, asked.seconds, seed, folder)
        if outcome.verdict is None or outcome.candidate is None:
            print(f"seed {seed}: {outcome.failed}")
            return 1
        after = {source: mean_dice(outcome.candidate, pairs) for source, pairs in unseen.items()}
        shutil.rmtree(folder)
        said = f"seed {seed} {outcome.seconds:6.1f} s {'LIVE' if outcome.verdict.promoted else 'kept'}"
        steps = f"steps {outcome.metrics['steps']} mix {outcome.metrics['mix']}"
        print(said.ljust(28), *(f"{source} {value:.4f}" for source, value in after.items()), steps)
        print("   ", outcome.verdict.reason, flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
