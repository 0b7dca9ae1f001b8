"""Doubt from drawn networks and from a tiny one with fixed weights."""

import threading
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from training.checkpoint import ModelFile, save_model
from training.networks import build
from training.preprocess import InputSpec
from unet_studio.core.errors import ModelError
from unet_studio.core.image import Image, Source, ValueTransform
from unet_studio.core.proposal import ONE
from unet_studio.core.target import TARGETS
from unet_studio.inference.doubt import Change, answer, changes, combined, doubt
from unet_studio.inference.proposer import Proposer

GRAY = InputSpec(size=64, channels=1)
COLOUR = InputSpec(size=64, channels=3, kind="colour")
FLIPS = [Change(rows=True), Change(columns=True), Change(rows=True, columns=True)]


@pytest.fixture(autouse=True)
def same_threads():
    before = torch.get_num_threads()
    yield
    torch.set_num_threads(before)


def about(target="lung", threshold=0.5, **changed):
    spec = GRAY if target == "lung" else COLOUR
    return replace(ModelFile(Path("drawn.safetensors"), {}, spec, target, threshold=threshold), **changed)


def picture(*shape, dtype=np.uint8, **transform):
    pixels = np.random.default_rng(3).integers(0, 200, shape).astype(dtype)
    return Image(pixels, Source("a"), "PNG", ValueTransform(**transform))


def pointwise(values):
    """A network that looks at one pixel at a time: what it says moves with the picture."""
    return (1 / (1 + np.exp(-3 * values[0]))).astype(np.float32)


@pytest.fixture
def lung(tmp_path):
    torch.manual_seed(0)
    architecture = {"name": "unet", "channels": 1, "widths": [4, 8]}
    model = ModelFile(tmp_path / "lung.safetensors", architecture, GRAY, "lung", threshold=0.4)
    return Proposer.load(save_model(build(architecture).state_dict(), model).path, "lung-v1", "cpu")


@pytest.mark.parametrize("change", FLIPS)
@settings(max_examples=25, deadline=None)
@given(rows=st.integers(1, 90), columns=st.integers(1, 90), colour=st.booleans())
def test_flips_undo_exactly(change, rows, columns, colour):
    image = picture(rows, columns, *([3] if colour else []))
    spec = COLOUR if colour else GRAY
    plain = answer(image.pixels, False, spec, Change(), pointwise)
    np.testing.assert_array_equal(answer(image.pixels, False, spec, change, pointwise), plain)


@pytest.mark.parametrize("change", FLIPS)
def test_a_flip_is_shown_to_the_network(change):
    def upper_left(values):
        found = np.zeros(values.shape[1:], np.float32)
        found[:8, :8] = 1
        return found

    found = answer(picture(64, 64).pixels, False, GRAY, change, upper_left)
    rows, columns = slice(56, 64) if change.rows else slice(0, 8), slice(56, 64) if change.columns else slice(0, 8)
    assert found[rows, columns].all()
    assert found.sum() == 64


@pytest.mark.parametrize("scale", [0.75, 1.33])
def test_another_size_is_laid_back_in_place(scale):
    y, x = np.mgrid[:120, :90]
    pixels = np.where((x - 30) ** 2 + (y - 70) ** 2 < 400, 200, 20).astype(np.uint8)
    sizes = []

    def forward(values):
        sizes.append(values.shape)
        return pointwise(values)

    spec = replace(GRAY, multiple=4)
    plain = answer(pixels, False, spec, Change(), forward) > 0.5
    other = answer(pixels, False, spec, Change(scale=scale), forward) > 0.5
    assert sizes[0] != sizes[1]
    assert plain.shape == other.shape == (64, 48)
    assert abs(int(plain.sum()) - int(other.sum())) < 0.1 * plain.sum()
    middles = [np.argwhere(one).mean(axis=0) for one in (plain, other)]
    np.testing.assert_allclose(*middles, atol=0.3)


def test_gamma_changes_gray_values_only():
    seen = []

    def forward(values):
        seen.append(values)
        return pointwise(values)

    pixels = picture(64, 64).pixels
    for gamma in (1.0, 2.0):
        answer(pixels, False, GRAY, Change(gamma=gamma), forward)
    np.testing.assert_allclose((seen[1] + 1) / 2, ((seen[0] + 1) / 2) ** 2, atol=1e-6)


def test_only_polyps_are_flipped():
    assert not any(one.rows or one.columns for one in changes("lung"))
    assert {(one.rows, one.columns) for one in changes("polyp")} == {(a, b) for a in (0, 1) for b in (0, 1)}
    for target in TARGETS:
        assert changes(target)[0] == Change()
        assert len(set(changes(target))) == len(changes(target)) > 1


@pytest.mark.parametrize("shape", [(100, 80), (30, 200), (1, 1), (64, 64), (80, 60, 3), (1, 9, 3)])
def test_it_lies_on_the_grid_of_the_proposal(lung, shape):
    image = picture(*shape)
    found = doubt(image, lung._about, lung._forward)
    proposal = lung.propose(image)
    for plane in (found.probability, found.spread):
        assert plane.dtype == np.uint16
        assert plane.shape == proposal.probability.shape
    assert (found.rows, found.columns, found.target) == (*shape[:2], "lung")
    assert found.spread.max() <= ONE / 2 + 1


def test_where_all_answers_agree_it_is_the_proposal_without_spread():
    found = doubt(
        picture(70, 70, 3), about("polyp", threshold=0.5), lambda values: np.full(values.shape[1:], 0.7, "f4")
    )
    assert np.abs(found.probability / ONE - 0.7).max() < 1e-3
    assert found.spread.max() <= 1


def test_answers_that_differ_spread():
    answers = iter([0.9, 0.1, 0.5, 0.5, 0.5])
    found = doubt(picture(64, 64), about(), lambda values: np.full(values.shape[1:], next(answers), "f4"))
    assert found.spread.min() / ONE == pytest.approx(np.std([0.9, 0.1, 0.5, 0.5, 0.5]), abs=1e-4)
    assert found.probability.min() / ONE == pytest.approx(0.5, abs=1e-4)


def test_the_models_threshold_lies_at_one_half():
    found = doubt(picture(64, 64), about(threshold=0.3), lambda values: np.full(values.shape[1:], 0.3, "f4"))
    assert np.abs(found.probability / ONE - 0.5).max() < 1e-3


@settings(max_examples=30, deadline=None)
@given(st.lists(st.floats(0, 1), min_size=1, max_size=8))
def test_what_is_combined_lies_between_the_answers(values):
    together, spread = combined([np.full((2, 3), value, np.float32) for value in values])
    assert min(values) - 2e-4 <= together.min() <= together.max() <= max(values) + 2e-4
    assert 0 <= spread.min() <= spread.max() <= 0.5 + 1e-6


@pytest.mark.parametrize("after", range(6))
def test_it_stops_between_two_changes(after):
    asked, answered = [], []

    def cancelled():
        asked.append(True)
        return len(asked) > after

    def forward(values):
        answered.append(True)
        return pointwise(values)

    count = len(changes("lung"))
    found = doubt(picture(64, 64), about(), forward, cancelled=cancelled)
    assert (found is None) == (after < count)
    assert len(answered) == min(after, count)


def test_a_film_and_its_inverted_negative_give_the_same(lung):
    plain = picture(90, 70, dtype=np.uint16)
    negative = Image((4095 - plain.pixels).astype(np.uint16), Source("b"), "DICOM", ValueTransform(inverted=True))
    first, second = (doubt(image, lung._about, lung._forward) for image in (plain, negative))
    np.testing.assert_array_equal(first.probability, second.probability)
    np.testing.assert_array_equal(first.spread, second.spread)


def test_several_threads_get_the_same(lung):
    image, found = picture(120, 90), []
    threads = [
        threading.Thread(target=lambda: found.append(doubt(image, lung._about, lung._forward))) for _ in range(3)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for other in found[1:]:
        np.testing.assert_array_equal(found[0].probability, other.probability)
        np.testing.assert_array_equal(found[0].spread, other.spread)


def test_numbers_that_are_not_finite_are_one_sentence():
    with pytest.raises(ModelError, match="no usable numbers") as caught:
        doubt(picture(64, 64), about(), lambda values: np.full(values.shape[1:], np.nan, np.float32))
    assert "\n" not in str(caught.value)
