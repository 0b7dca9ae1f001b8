"""Model files: safetensors that describe themselves, with a model card beside them."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import load as tensors_from
from safetensors.torch import save as tensors_to
from torch import Tensor, nn

from training.networks import build
from training.preprocess import InputSpec

FORMAT = 1
KEY = "unet_studio"


@dataclass(frozen=True)
class ModelFile:
    """What a model file says of itself; `sha256` is that of the whole file, "" before it is written."""

    path: Path
    architecture: dict[str, Any]
    input: InputSpec
    target: str
    threshold: float = 0.5
    card: dict[str, Any] = field(default_factory=dict)
    sha256: str = ""
    peak: float = 0.0  # as `preprocess.confident` takes it


def card_path(path: Path) -> Path:
    """Where the model card of a weights file lies."""
    return path.with_suffix(".json")


def save_model(state: Mapping[str, Tensor], about: ModelFile, *, half: bool = False) -> ModelFile:
    """Write weights to `about.path` and the card beside them, each by way of a temporary file.

    state: a network's state dict; half: keep floating-point weights as float16 on disk.
    Returns `about` with its sha256 and the card as written. Raises ValueError for non-finite weights.
    """
    check_finite(state, about.path)
    kept = {key: _stored(value, half) for key, value in state.items()}
    description = {
        "format": FORMAT,
        "target": about.target,
        "threshold": about.threshold,
        "peak": about.peak,
        "architecture": about.architecture,
        "input": asdict(about.input),
    }
    data = tensors_to(kept, metadata={KEY: json.dumps(description, sort_keys=True)})
    sha256 = hashlib.sha256(data).hexdigest()
    card = {**about.card, "format": FORMAT, "target": about.target, "sha256": sha256}
    replace_file(about.path, data)
    replace_file(card_path(about.path), (json.dumps(card, indent=2, ensure_ascii=False) + "\n").encode())
    return replace(about, card=card, sha256=sha256)


def _stored(value: Tensor, half: bool) -> Tensor:
    value = value.detach().to("cpu")
    if half and value.is_floating_point():
        value = value.half()
    return value.contiguous()


def replace_file(path: Path, data: bytes) -> None:
    """Write all of `data` to `path` or leave what was there."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    with temporary.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)


def describe(path: Path) -> ModelFile:
    """Read a model file's description and card without its weights; sha256 stays "".

    Raises ValueError with one sentence when the file is missing, damaged, foreign or newer than this program.
    """
    if path.is_dir():
        raise ValueError(f"{path} is a folder; give the .safetensors file in it.")
    if not path.is_file():
        raise ValueError(f"{path} does not exist; install the program again or choose another model.")
    try:
        with safe_open(path, framework="pt") as file:
            metadata = file.metadata() or {}
    except (SafetensorError, OSError) as error:
        raise ValueError(f"{path} is damaged or is not a model file; replace it.") from error
    return _described(path, metadata)


def _described(path: Path, metadata: Mapping[str, str]) -> ModelFile:
    if KEY not in metadata:
        raise ValueError(f"{path} does not describe a network of this program; choose another model.")
    try:
        text = json.loads(metadata[KEY])
        number, spec = int(text["format"]), InputSpec(**text["input"])
        threshold, peak = float(text["threshold"]), float(text.get("peak", 0.0))
        about = ModelFile(path, text["architecture"], spec, text["target"], threshold, peak=peak)
    except (KeyError, TypeError, ValueError) as error:
        raise ValueError(f"{path} has a damaged description ({error}); replace it.") from error
    if number > FORMAT:
        raise ValueError(f"{path} has format {number}, newer than {FORMAT}; update the program.")
    return replace(about, card=_card(path))


def _card(path: Path) -> dict[str, Any]:
    try:
        card = json.loads(card_path(path).read_text(encoding="utf-8"))
        number = int(card.get("format", FORMAT))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, TypeError, AttributeError) as error:
        raise ValueError(f"{card_path(path)} is not a model card; replace or remove it.") from error
    if number > FORMAT:
        raise ValueError(f"{card_path(path)} is a card of a newer format than {FORMAT}; update the program.")
    return dict(card)


def load_model(path: Path, sha256: str | None = None) -> tuple[nn.Module, ModelFile]:
    """A network ready to propose: float32, on the CPU, channels_last, in eval mode.

    sha256: what the whole file must hash to, where that is recorded elsewhere.
    Raises ValueError with one sentence for a missing, damaged, foreign, newer or altered file, non-finite weights,
    an unknown network and weights that do not fit it.
    """
    about = describe(path)
    data = path.read_bytes()
    found = hashlib.sha256(data).hexdigest()
    if sha256 is not None and found != sha256:
        raise ValueError(f"{path} was altered: its checksum is not the recorded one; restore or replace it.")
    try:
        state = {
            key: value.float() if value.is_floating_point() else value for key, value in tensors_from(data).items()
        }
    except SafetensorError as error:
        raise ValueError(f"{path} is damaged or is not a model file; replace it.") from error
    check_finite(state, path)
    network = network_with(about.architecture, state, path)
    return network, replace(about, sha256=found)


def network_with(architecture: Mapping[str, Any], state: Mapping[str, Tensor], path: Path) -> nn.Module:
    """The described network with these weights, channels_last, in eval mode. Raises ValueError, naming `path`."""
    try:
        network = build(architecture)
        network.load_state_dict(dict(state))
    except ValueError as error:
        raise ValueError(f"{path}: {error}") from error
    except RuntimeError as error:
        raise ValueError(f"{path} holds weights that do not fit its network; replace it.") from error
    return network.to(memory_format=torch.channels_last).eval()  # type: ignore[call-overload, no-any-return]


def check_finite(state: Mapping[str, Tensor], path: Path) -> None:
    """Raise ValueError when any weight is NaN or infinite."""
    for key, value in state.items():
        if value.is_floating_point() and not bool(torch.isfinite(value).all()):
            raise ValueError(f"{path} holds weights that are not finite ({key}); use another version.")
