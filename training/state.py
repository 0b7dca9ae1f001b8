"""A run's state on disk: saved so that it can be killed at any moment and goes on exactly where it was.

A generation is state-NUMBER.safetensors (weights, average, best weights, optimiser) and state-NUMBER.json (counters,
what the run is, the other file's SHA-256), written in this order, each by way of a temporary file. The last two
generations are kept; one that is damaged or half written is passed over. No random state is needed: every random number
is drawn from the seed and the number of the step.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load as tensors_from
from safetensors.torch import save as tensors_to
from torch import Tensor, nn

from training.checkpoint import replace_file
from training.dataset import Sample
from training.recipe import TEXTS, Recipe

COUNTERS = ("epoch", "step", "seconds", "stage", "skipped", "in_a_row", "stale", "best_dice")
RAISABLE = ("epochs", "max_minutes")  # what a resumed run may have another of


@dataclass(eq=False)
class Training:
    """What a run carries from step to step; all of it is in its state.

    average: the weights to keep (the best ones when it has ended, where there are validation pictures);
    epoch: whole ones done; step: batches taken, skipped ones too; seconds: breaks not counted; stage: 0 or 1;
    skipped, in_a_row: batches without a finite loss and gradient, all and the latest ones;
    stale: epochs since the best; saves: generations written.
    """

    network: nn.Module
    average: dict[str, Tensor]
    optimiser: torch.optim.Optimizer
    epoch: int = 0
    step: int = 0
    seconds: float = 0.0
    stage: int = 0
    skipped: int = 0
    in_a_row: int = 0
    stale: int = 0
    best_dice: float = -1.0
    best: dict[str, Tensor] | None = None
    saves: int = 0


def identity(
    recipe: Recipe, samples: Sequence[Sample], validation: Sequence[Sample], parent: str = ""
) -> dict[str, Any]:
    """What must be the same when a run is resumed. parent: SHA-256 of the model file it started from."""
    lines = [
        f"{side}/{sample.pair.source}/{sample.pair.picture.name}/{sample.fit.rows}x{sample.fit.columns}"
        for side, those in (("train", samples), ("validation", validation))
        for sample in those
    ]
    fields = {key: value for key, value in asdict(recipe).items() if key not in (*RAISABLE, *TEXTS, "failure_modes")}
    known = {**fields, "pictures": hashlib.sha256("\n".join(lines).encode()).hexdigest(), "parent": parent}
    return dict(json.loads(json.dumps(known)))


def save_state(run: Training, out: Path, known: Mapping[str, Any], finished: bool = False) -> None:
    """Write the next generation and drop what is older than the one before it.

    Raises ValueError for weights that are not finite and when there is no room; what was saved before stays.
    """
    tensors = {f"network.{key}": value for key, value in run.network.state_dict().items()}
    tensors |= {f"average.{key}": value for key, value in run.average.items()}
    tensors |= {f"best.{key}": value for key, value in (run.best or {}).items()}
    for key, value in tensors.items():
        if value.is_floating_point() and not bool(torch.isfinite(value).all()):
            raise ValueError(f"The weights are not finite at step {run.step} ({key}); lower the rates or set clip=1.")
    for index, state in run.optimiser.state_dict()["state"].items():
        tensors |= {f"optimiser.{index}.{key}": value for key, value in state.items() if isinstance(value, Tensor)}
    data = tensors_to({key: value.detach().cpu().contiguous() for key, value in tensors.items()})
    run.saves += 1
    about = {
        "sha256": hashlib.sha256(data).hexdigest(),
        "finished": finished,
        "threads": torch.get_num_threads(),
        "counters": {name: getattr(run, name) for name in COUNTERS},
        "run": dict(known),
    }
    path = _json_path(out, run.saves)
    try:
        replace_file(path.with_suffix(".safetensors"), data)
        replace_file(path, (json.dumps(about, indent=1) + "\n").encode())
    except OSError as error:
        raise ValueError(
            f"{path} cannot be written ({error.strerror}); make room, then go on with --resume."
        ) from error
    _drop_all_but(out, (run.saves, run.saves - 1))


def load_state(
    run: Training, out: Path, known: Mapping[str, Any], optimiser_of: Callable[[int], torch.optim.Optimizer]
) -> dict[str, Any]:
    """Put the newest undamaged generation into a freshly started run; gives its JSON, {} where nothing was saved.

    optimiser_of: makes the optimiser of a stage.
    Raises ValueError when all is damaged and when `known` differs from what the run was begun with.
    """
    number, about, data = _newest(out)
    if not about:
        return {}
    _check_same(about["run"], known, out)
    tensors = tensors_from(data)
    run.network.load_state_dict(_part(tensors, "network."))
    for key, value in _part(tensors, "average.").items():
        run.average[key].copy_(value)
    best = _part(tensors, "best.")
    run.best = {key: torch.empty_like(run.average[key]).copy_(value) for key, value in best.items()} or None
    for name in COUNTERS:
        setattr(run, name, about["counters"][name])
    run.saves, run.optimiser = number, optimiser_of(run.stage)
    _load_optimiser(run.optimiser, _part(tensors, "optimiser."))
    return about


def unfinished_step(out: Path) -> int | None:
    """The step of a run in OUT that has not come to its end, None where there is no such run."""
    for about in _readable(out):
        return None if about["finished"] else int(about["counters"]["step"])
    return None


def forget(out: Path) -> None:
    """Remove the states of an earlier run, so that no later `resume` takes them for this one's."""
    _drop_all_but(out, [])


def _load_optimiser(optimiser: torch.optim.Optimizer, tensors: Mapping[str, Tensor]) -> None:
    """Laid out in memory as the weights are: an unbroken run computes on such tensors, to the last bit."""
    weights = [weight for group in optimiser.param_groups for weight in group["params"]]
    state: dict[int, dict[str, Tensor]] = {}
    for key, value in tensors.items():
        text, name = key.split(".", 1)
        like = weights[int(text)]
        own = torch.empty_like(like).copy_(value) if value.shape == like.shape else value.clone()
        state.setdefault(int(text), {})[name] = own
    optimiser.load_state_dict({**optimiser.state_dict(), "state": state})


def _part(tensors: Mapping[str, Tensor], prefix: str) -> dict[str, Tensor]:
    return {key[len(prefix) :]: value for key, value in tensors.items() if key.startswith(prefix)}


def _check_same(before: Mapping[str, Any], known: Mapping[str, Any], out: Path) -> None:
    for key in sorted({*before, *known}):
        was, now = before.get(key), known.get(key)
        if was == now:
            continue
        if key in ("pictures", "parent"):
            what = "with other pictures" if key == "pictures" else "from other weights"
            raise ValueError(f"{out} holds a run that was begun {what}; give the same or another --out.")
        raise ValueError(f"{out} holds a run with {key}={was}, not {now}; give the same or another --out.")


def _json_path(out: Path, number: int) -> Path:
    return out / f"state-{number:08}.json"


def _generations(out: Path) -> list[Path]:
    return sorted(out.glob("state-????????.json"), reverse=True)


def _readable(out: Path) -> Iterator[dict[str, Any]]:
    for path in _generations(out):
        about = _about(path)
        if {"sha256", "finished", "counters", "run"} <= set(about):
            yield {**about, "path": path}


def _about(path: Path) -> dict[str, Any]:
    try:
        about = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return about if isinstance(about, dict) else {}


def _newest(out: Path) -> tuple[int, dict[str, Any], bytes]:
    """(number, JSON, the tensors' bytes) of the newest generation whose two files belong together."""
    for about in _readable(out):
        path: Path = about["path"]
        try:
            data = path.with_suffix(".safetensors").read_bytes()
        except OSError:
            continue
        if hashlib.sha256(data).hexdigest() == about["sha256"]:
            return int(path.stem.partition("-")[2]), about, data
    if _generations(out):
        raise ValueError(f"The saved states in {out} are all damaged; remove them to begin anew.")
    return 0, {}, b""


def _drop_all_but(out: Path, numbers: Sequence[int]) -> None:
    kept = {_json_path(out, number).stem for number in numbers}
    for path in [*out.glob("state-????????.*"), *out.glob(".state-*.tmp")]:
        if path.stem not in kept:
            path.unlink(missing_ok=True)
