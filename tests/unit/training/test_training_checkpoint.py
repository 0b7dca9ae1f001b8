"""Model files: what is written comes back, and what is wrong is refused in one sentence."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file

from training.checkpoint import KEY, ModelFile, card_path, load_model, save_model
from training.networks import build
from training.preprocess import InputSpec

ARCHITECTURE = {"name": "unet", "channels": 1, "widths": [4, 8]}


def write(path: Path, **changes: object) -> tuple[torch.nn.Module, ModelFile]:
    torch.manual_seed(0)
    network = build(ARCHITECTURE)
    about = ModelFile(path, ARCHITECTURE, InputSpec(64, 1, 4), "lung", 0.4, {"data": "drawn"}, peak=0.9)
    return network, save_model(network.state_dict(), about)


def description(path: Path, change: dict) -> None:
    """Write a file whose description differs from a good one by `change`."""
    good = {"format": 1, "target": "lung", "threshold": 0.5, "architecture": ARCHITECTURE,
            "input": {"size": 64, "channels": 1}}  # fmt: skip
    save_file(build(ARCHITECTURE).state_dict(), path, metadata={KEY: json.dumps({**good, **change})})


def test_a_model_file_describes_itself(tmp_path: Path) -> None:
    network, saved = write(tmp_path / "m.safetensors")
    card_path(saved.path).unlink()
    loaded, about = load_model(saved.path, saved.sha256)
    assert (about.architecture, about.input, about.target, about.threshold, about.peak) == (
        ARCHITECTURE, InputSpec(64, 1, 4), "lung", 0.4, 0.9,
    )  # fmt: skip
    assert about.sha256 == saved.sha256
    assert not loaded.training
    values = torch.rand(1, 1, 16, 16)
    torch.testing.assert_close(loaded(values), network.eval()(values))


def test_the_card_lies_beside_it(tmp_path: Path) -> None:
    _, saved = write(tmp_path / "m.safetensors")
    card = json.loads((tmp_path / "m.json").read_text())
    assert card == {"data": "drawn", "format": 1, "target": "lung", "sha256": saved.sha256}
    assert load_model(saved.path)[1].card == card


def test_half_precision_is_widened_again(tmp_path: Path) -> None:
    network = build(ARCHITECTURE)
    about = ModelFile(tmp_path / "h.safetensors", ARCHITECTURE, InputSpec(64, 1, 4), "lung")
    save_model(network.state_dict(), about, half=True)
    loaded, _ = load_model(about.path)
    assert all(value.dtype == torch.float32 for value in loaded.parameters())
    values = torch.rand(1, 1, 16, 16)
    torch.testing.assert_close(loaded(values), network.eval()(values), atol=5e-3, rtol=0)


def test_a_missing_file(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"none\.safetensors does not exist"):
        load_model(tmp_path / "none.safetensors")


@pytest.mark.parametrize("data", [b"", b"not a model", b"\xff" * 64, b"\x08\x00\x00\x00\x00\x00\x00\x00{}      "])
def test_a_foreign_file(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "m.safetensors"
    path.write_bytes(data)
    with pytest.raises(ValueError, match=r"m\.safetensors"):
        load_model(path)


@pytest.mark.parametrize("keep", [0.2, 0.9, 0.999])
def test_a_torn_file(tmp_path: Path, keep: float) -> None:
    _, saved = write(tmp_path / "m.safetensors")
    data = saved.path.read_bytes()
    saved.path.write_bytes(data[: int(len(data) * keep)])
    with pytest.raises(ValueError, match="damaged or is not a model file"):
        load_model(saved.path)


def test_an_altered_file(tmp_path: Path) -> None:
    _, saved = write(tmp_path / "m.safetensors")
    data = bytearray(saved.path.read_bytes())
    data[-1] ^= 1
    saved.path.write_bytes(bytes(data))
    with pytest.raises(ValueError, match="was altered"):
        load_model(saved.path, saved.sha256)


@pytest.mark.parametrize("bad", [float("nan"), float("inf")])
def test_weights_that_are_not_finite(tmp_path: Path, bad: float) -> None:
    path = tmp_path / "m.safetensors"
    network, about = write(path)
    state = network.state_dict()
    state["head.bias"] = torch.full_like(state["head.bias"], bad)
    with pytest.raises(ValueError, match="not finite"):
        save_model(state, about)
    save_file(state, path, metadata={KEY: json.dumps({
        "format": 1, "target": "lung", "threshold": 0.5, "architecture": ARCHITECTURE,
        "input": {"size": 64, "channels": 1},
    })})  # fmt: skip
    with pytest.raises(ValueError, match=r"not finite \(head.bias\)"):
        load_model(path)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"format": 2}, "newer than 1; update the program"),
        ({"architecture": {"name": "transformer"}}, "'transformer' is not known"),
        ({"architecture": {"name": "unet", "channels": 1, "widths": [4, 9]}}, "do not fit its network"),
        ({"input": {"colour": 3}}, "damaged description"),
        ({"threshold": None}, "damaged description"),
    ],
)
def test_a_description_that_cannot_be_used(tmp_path: Path, change: dict, sentence: str) -> None:
    path = tmp_path / "m.safetensors"
    description(path, change)
    with pytest.raises(ValueError, match=sentence) as caught:
        load_model(path)
    assert "\n" not in str(caught.value)
    assert str(path) in str(caught.value)


def test_another_program_s_weights(tmp_path: Path) -> None:
    path = tmp_path / "m.safetensors"
    save_file(build(ARCHITECTURE).state_dict(), path)
    with pytest.raises(ValueError, match="does not describe a network of this program"):
        load_model(path)


def test_a_card_of_a_newer_program(tmp_path: Path) -> None:
    _, saved = write(tmp_path / "m.safetensors")
    card_path(saved.path).write_text('{"format": 9}')
    with pytest.raises(ValueError, match="newer format"):
        load_model(saved.path)
    card_path(saved.path).write_text("{")
    with pytest.raises(ValueError, match="not a model card"):
        load_model(saved.path)


@pytest.mark.parametrize("change", [{"format": "one"}, {"threshold": "half"}, {"peak": []}, {"input": {"side": 64}}])
def test_a_description_that_makes_no_sense_is_named(tmp_path: Path, change: dict) -> None:
    description(tmp_path / "m.safetensors", change)
    with pytest.raises(ValueError, match=r"m\.safetensors has a damaged description"):
        load_model(tmp_path / "m.safetensors")


@pytest.mark.parametrize("text", ['{"format": "one"}', "[]", "{", '{"format": null}'])
def test_a_card_that_makes_no_sense_is_named(tmp_path: Path, text: str) -> None:
    _, saved = write(tmp_path / "m.safetensors")
    card_path(saved.path).write_text(text)
    with pytest.raises(ValueError, match=r"m\.json is not a model card"):
        load_model(saved.path)
