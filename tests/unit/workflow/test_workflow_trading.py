"""A version as one file: there and back byte for byte, refused in one sentence where it is not sound."""

from __future__ import annotations

import json
import random
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file

from training.checkpoint import describe, load_model, save_model
from training.networks import build
from unet_studio.core.errors import ModelError, UserError
from unet_studio.core.model_version import Origin
from unet_studio.learning import packed
from unet_studio.workflow import trading, versions
from unet_studio.workflow.session import Session, close_session, open_session
from unet_studio.workspace import store

METRICS = {
    "parent_dice": 0.9,
    "candidate_dice": 0.95,
    "gain": {"mean": 0.05, "low": 0.03},
    "worst": ["12", "13"],
    "per_picture": [{"name": "12", "candidate_dice": 0.9}],
    "notes": ["Anna Example moved"],
}


@pytest.fixture
def elsewhere(tmp_path: Path, tiny_weights: Path):
    """Another Workspace in which the same network proposes lungs."""
    opened = open_session(tmp_path / "elsewhere", reader="Dr Else")
    versions.install(opened, "lung", tiny_weights, "the tiny network")
    yield opened
    close_session(opened)


@pytest.fixture
def exported(session: Session, make_version, accept, lungs, tmp_path: Path) -> Path:
    learned = accept(1, lungs[0], source_name="Anna Example 1950.png", group="Anna Example")
    made = make_version(metrics=METRICS, corrections=(learned.id,), device="CPU", seconds=12.5)
    return trading.export_version(session, made.id, tmp_path / "out" / "v2")


def refused(session: Session, file: Path, words: str) -> None:
    before = versions.versions(session)
    with pytest.raises(ModelError, match=words) as caught:
        trading.import_version(session, file)
    text = str(caught.value)
    assert text.startswith(str(file))
    assert text.endswith(".")
    assert "\n" not in text
    assert versions.versions(session) == before


def test_a_version_goes_there_and_is_the_same(session: Session, elsewhere: Session, exported: Path) -> None:
    made = versions.versions(session, "lung")[-1]
    before = versions.active(elsewhere, "lung").id
    found = trading.import_version(elsewhere, exported)
    assert (found.sha256, found.origin, found.active) == (made.sha256, Origin.IMPORTED, False)
    assert (found.device, found.seconds, found.corrections) == ("CPU", 12.5, ())
    assert found.metrics["candidate_dice"] == 0.95
    assert found.metrics["made_elsewhere"]["id"] == made.id
    assert found.metrics["made_elsewhere"]["learned_from"] == 1
    assert versions.active(elsewhere, "lung").id == before
    assert versions.undecided(elsewhere, "lung") == []
    assert trading.import_version(elsewhere, exported).id == found.id  # known already
    assert versions.activate(elsewhere, found.id).models
    assert versions.active(elsewhere, "lung").sha256 == made.sha256
    again = trading.export_version(elsewhere, found.id, exported.with_name("again"))
    assert packed.unpack(again.read_bytes(), "x")[1]["learned_from"] == 1


def test_the_file_is_an_ordinary_model_file_too(exported: Path) -> None:
    assert load_model(exported)[1].target == "lung"
    assert exported.suffix == ".safetensors"


def test_no_name_and_no_group_is_in_it(session: Session, exported: Path) -> None:
    (correction,) = store.corrections(session.workspace, "lung")
    header = exported.read_bytes()[: 8 + int.from_bytes(exported.read_bytes()[:8], "little")]
    for secret in ("Anna", "Dr Test", correction.group, correction.image_hash, "per_picture", session.workspace.id):
        assert secret.encode() not in header
    assert b"candidate_dice" in header


def test_no_other_file_is_written_over(session: Session, exported: Path) -> None:
    data = exported.read_bytes()
    with pytest.raises(UserError, match="such a file already"):
        trading.export_version(session, "lung-v2", exported)
    assert exported.read_bytes() == data
    with pytest.raises(ModelError, match="no such model version"):
        trading.export_version(session, "lung-v77", exported)


def test_an_archived_version_comes_back_from_its_export(session: Session, exported: Path) -> None:
    made = versions.versions(session, "lung")[-1]
    versions.decline(session, made.id)
    versions.archive(session, made.id)
    store.archived_file(session.workspace, made.id).unlink()
    found = trading.import_version(session, exported)
    assert (found.id, found.archived, found.corrections) == (made.id, False, made.corrections)
    assert store.weights_path(session.workspace, made.id).is_file()


@pytest.mark.parametrize("part", [0.0, 0.0001, 0.01, 0.5, 0.999])
def test_a_truncated_file(session: Session, exported: Path, part: float) -> None:
    data = exported.read_bytes()
    exported.write_bytes(data[: int(len(data) * part)])
    refused(session, exported, "damaged")


def test_a_flipped_bit_anywhere(session: Session, exported: Path) -> None:
    data = exported.read_bytes()
    header = 8 + int.from_bytes(data[:8], "little")
    chance = random.Random(5)
    for at in [*chance.sample(range(header), 150), *chance.sample(range(header, len(data)), 50), len(data) - 1]:
        flipped = bytearray(data)
        flipped[at] ^= 1 << chance.randrange(8)
        with pytest.raises(ModelError, match=r"damaged|no exported version|no model file|not a model file"):
            packed.unpack(bytes(flipped), "version.safetensors")
    exported.write_bytes(data[:-1] + bytes([data[-1] ^ 1]))
    refused(session, exported, "damaged or not complete")


def packed_with(exported: Path, weights: Path, **card: object) -> Path:
    """An export whose checks are right, of other weights."""
    known = packed.unpack(exported.read_bytes(), "x")[1]
    path = exported.with_name("other.safetensors")
    path.write_bytes(packed.pack(weights.read_bytes(), known | card))
    return path


def test_weights_that_are_not_finite(session: Session, exported: Path, tiny_weights: Path, tmp_path: Path) -> None:
    state = load_file(tiny_weights)
    next(value for value in state.values() if value.is_floating_point()).fill_(float("nan"))
    header = tiny_weights.read_bytes()
    facts = json.loads(header[8 : 8 + int.from_bytes(header[:8], "little")])["__metadata__"]
    save_file(state, tmp_path / "nan.safetensors", metadata=facts)
    refused(session, packed_with(exported, tmp_path / "nan.safetensors"), "not finite")


def test_another_network(session: Session, exported: Path, tiny_weights: Path, tmp_path: Path) -> None:
    architecture = {"name": "unet", "channels": 1, "widths": [4, 8]}
    about = replace(describe(tiny_weights), path=tmp_path / "wide.safetensors", architecture=architecture)
    save_model(build(architecture).state_dict(), about)
    refused(session, packed_with(exported, about.path), "another network")


def test_weights_that_do_not_fit_their_network(session: Session, exported: Path, tiny_weights: Path, tmp_path: Path):
    about = replace(describe(tiny_weights), path=tmp_path / "torn.safetensors")
    save_model({"nothing": torch.zeros(3)}, about)
    refused(session, packed_with(exported, about.path), "do not fit its network")


def test_another_target(session: Session, exported: Path, tiny_weights: Path) -> None:
    refused(session, packed_with(exported, tiny_weights, target="heart"), "does not know")
    refused(session, packed_with(exported, tiny_weights, target="polyp"), "another network|propose lung")


def test_files_that_are_none(session: Session, exported: Path, tiny_weights: Path, tmp_path: Path) -> None:
    (tmp_path / "text.txt").write_text("Dear colleague, here is the model that you asked for.")
    refused(session, tmp_path / "text.txt", "not a model file")
    save_file({"a": torch.zeros(3)}, tmp_path / "plain.safetensors")
    refused(session, tmp_path / "plain.safetensors", "a safetensors file, but no exported version")
    refused(session, tiny_weights, "a model file, but no exported version")
    refused(session, tmp_path / "none.safetensors", "cannot be read")
    refused(session, tmp_path, "cannot be read")


def test_a_file_of_a_newer_program(session: Session, exported: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packed, "FORMAT", 2)
    newer = trading.export_version(session, versions.versions(session, "lung")[-1].id, exported.with_name("newer"))
    monkeypatch.setattr(packed, "FORMAT", 1)
    refused(session, newer, "newer U-Net Studio")
