"""Data sets: finding pairs, the split for ever the same, validation, batches with weights."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from training import dataset
from training.augment import AugmentSpec
from training.dataset import Pair, Sample
from training.manifest import Row, write_manifest
from training.preprocess import InputSpec
from training.recipe import Recipe

SHARED = Path(__file__).parents[4] / "shared" / "data"


def first_rule(pair: Pair) -> str:
    """The split as it was before folds and manifests."""
    digest = hashlib.sha256(f"split 6/{pair.source}/{pair.group}".encode()).digest()
    return "test" if int.from_bytes(digest[:8], "big") % 8 == 0 else "train"


def pairs_of(source: str, groups: list[str], split: str = "") -> list[Pair]:
    return [Pair(source, Path(f"{group}.png"), Path(f"{group}.png"), group, split) for group in groups]


def test_the_split_is_fixed_and_keeps_videos_together() -> None:
    frames = [Path(f"{number}.jpg") for number in range(1, 613)]
    groups = [dataset.group_of("cvc-clinicdb", path) for path in frames]
    assert len(set(groups)) == 29
    assert groups[24] != groups[25] == groups[49]
    pairs = [Pair("cvc-clinicdb", path, path, group) for path, group in zip(frames, groups, strict=True)]
    assert len({pair.side for pair in pairs if pair.group == groups[0]}) == 1
    assert 30 < sum(pair.side == "test" for pair in pairs) < 120
    films = pairs_of("films", [str(number) for number in range(2000)])
    assert 0.10 < np.mean([pair.side == "test" for pair in films]) < 0.15
    for pair in pairs + films:
        assert pair.side == dataset.side(pair) == first_rule(pair)


@pytest.mark.data
def test_no_picture_of_the_data_folder_has_changed_sides() -> None:
    folders = sorted(path.parent for path in SHARED.glob("*/*/images"))
    if not folders:
        pytest.skip(f"{SHARED} is not there")
    for folder in folders:
        for pair in dataset.find_pairs(folder):
            assert pair.side == first_rule(pair)


@pytest.mark.parametrize("held_out", [0.125, 0.2, 0.3, 1 / 3, 0.1])
def test_the_test_sides_of_folds_do_not_overlap(held_out: float) -> None:
    films = pairs_of("films", [str(number) for number in range(1500)])
    folds = [{p.group for p in films if dataset.side(p, held_out, fold) == "test"} for fold in range(int(1 / held_out))]
    assert sum(len(fold) for fold in folds) == len(set().union(*folds))
    if abs(1 / held_out - len(folds)) < 1e-9:
        assert len(set().union(*folds)) == len(films)
    for fold in folds:
        assert abs(len(fold) / len(films) - held_out) < 0.04


def test_a_manifest_s_split_holds_for_the_usual_share_only() -> None:
    for split, side in (("train", "train"), ("val", "train"), ("test", "test")):
        pairs = pairs_of("films", [str(number) for number in range(40)], split)
        assert {pair.side for pair in pairs} == {side}
        assert {dataset.side(pair, 0.2, 1) for pair in pairs} == {"train", "test"}
        bare = [replace(pair, split="") for pair in pairs]
        assert [dataset.side(pair, 0.2, 1) for pair in pairs] == [dataset.side(pair, 0.2, 1) for pair in bare]


def test_validation_takes_whole_groups_of_the_train_side() -> None:
    pairs = pairs_of("films", [f"patient {number}" for number in range(300)])
    pairs += [replace(pair, picture=Path(f"second {pair.picture}")) for pair in pairs]
    train, validation = dataset.with_validation(pairs, 0.2)
    assert sorted(train + validation, key=str) == sorted(pairs, key=str)
    assert not {pair.group for pair in train} & {pair.group for pair in validation}
    assert 0.12 < len(validation) / len(pairs) < 0.28
    assert {pair.group for pair in dataset.with_validation(pairs[::-1], 0.2)[1]} == {pair.group for pair in validation}
    assert {pair.side for pair in validation} == {"train", "test"}  # drawn independently of the held-out side
    assert dataset.with_validation(pairs, 0.0) == (pairs, [])
    few = pairs_of("few", ["a", "b"])
    assert [len(part) for part in dataset.with_validation(few, 0.01)] == [1, 1]
    assert dataset.with_validation(few[:1], 0.5) == (few[:1], [])


def test_validation_follows_the_manifest() -> None:
    named = pairs_of("named", ["a", "b"], "train") + pairs_of("named", ["c"], "val")
    other = pairs_of("other", [str(number) for number in range(10)])
    train, validation = dataset.with_validation(named + other, 0.3)
    assert [pair.group for pair in validation if pair.source == "named"] == ["c"]
    assert [pair.group for pair in train if pair.source == "named"] == ["a", "b"]
    assert any(pair.source == "other" for pair in validation)


def test_pairs_come_from_the_manifest(data: Path) -> None:
    rows = [
        Row("images/p3.png", "masks/p4.png", "patient 1", "test"),
        Row("images/p0.png", "masks/p0.png"),
    ]
    write_manifest(data / "manifest.csv", rows)
    images, masks = data / "images", data / "masks"
    assert dataset.find_pairs(data) == [
        Pair("drawn", images / "p3.png", masks / "p4.png", "patient 1", "test"),
        Pair("drawn", images / "p0.png", masks / "p0.png", "p0"),
    ]
    (masks / "p0.png").unlink()
    with pytest.raises(ValueError, match=r"manifest\.csv names 1 files that are not there, first .*p0\.png \(line 3\)"):
        dataset.find_pairs(data)
    (data / "manifest.csv").unlink()
    (data / dataset.UNFINISHED).write_text("{}")
    with pytest.raises(ValueError, match="broke off; run"):
        dataset.find_pairs(data)


def test_missing_and_mismatched_masks_are_named(data: Path, tiny: Recipe) -> None:
    (data / "masks" / "p3.png").unlink()
    with pytest.raises(ValueError, match=r"lacks masks \(1\), first p3\.png"):
        dataset.find_pairs(data)
    cv2.imwrite(str(data / "masks" / "p3.png"), np.zeros((3, 3), np.uint8))
    with pytest.raises(ValueError, match=r"p3\.png is \(3, 3\)"):
        dataset.load(dataset.find_pairs(data), tiny.input)
    for damaged in (b"no picture", b""):
        (data / "images" / "p3.png").write_bytes(damaged)
        with pytest.raises(ValueError, match=r"p3\.png cannot be read"):
            dataset.load(dataset.find_pairs(data), tiny.input)
    with pytest.raises(ValueError, match="is not a folder"):
        dataset.find_pairs(data / "nothing")


def test_a_mask_of_zeros_and_ones_is_not_taken_for_an_empty_one(tmp_path: Path) -> None:
    cv2.imwrite(str(tmp_path / "m.png"), np.eye(4, dtype=np.uint8))
    with pytest.raises(ValueError, match="has the values 0, 1 instead of 0 and 255; run"):
        dataset.read_mask(tmp_path / "m.png")
    cv2.imwrite(str(tmp_path / "m.png"), np.zeros((4, 4), np.uint8))
    assert not dataset.read_mask(tmp_path / "m.png").any()


@pytest.mark.parametrize("colour", [(0, 0, 255), (0, 255, 0), (255, 0, 0), (255, 255, 255)])
def test_a_mask_in_any_colour_is_read(colour: tuple[int, int, int], tmp_path: Path) -> None:
    mask = np.eye(16, dtype=np.uint8)
    cv2.imwrite(str(tmp_path / "m.png"), mask[..., None] * np.array(colour, np.uint8))
    np.testing.assert_array_equal(dataset.read_mask(tmp_path / "m.png"), mask)


@pytest.mark.parametrize(
    "labels",
    [(0, 1, 50, 100, 128, 200), (0, 128), (0, 200), (0, 1, 255), (0, 20, 255), (0, 254, 100), (0, 300), (7, 255)],
)
def test_a_mask_of_labels_is_refused(labels: tuple[int, ...], tmp_path: Path) -> None:
    plane = np.zeros((16, 16), np.uint16 if max(labels) > 255 else np.uint8)
    plane.flat[: len(labels)] = labels
    cv2.imwrite(str(tmp_path / "m.png"), plane)
    with pytest.raises(ValueError, match=r"m\.png has the values .* instead of 0 and (255|65535); run `python -m tr"):
        dataset.read_mask(tmp_path / "m.png")


def test_a_mask_that_was_compressed_with_losses_is_read(tmp_path: Path) -> None:
    mask = cv2.circle(np.zeros((160, 160), np.uint8), (70, 80), 40, 1, -1)
    path, lossless, quality = tmp_path / "m.jpg", tmp_path / "m.png", int(cv2.IMWRITE_JPEG_QUALITY)
    for value in (75, 95):
        cv2.imwrite(str(path), mask * 255, [quality, value])
        np.testing.assert_array_equal(dataset.read_mask(path), mask)
    cv2.imwrite(str(lossless), dataset.read_picture(path))
    np.testing.assert_array_equal(dataset.read_mask(lossless), mask)
    cv2.imwrite(str(path), mask * 128)
    with pytest.raises(ValueError, match="instead of 0 and 255"):
        dataset.read_mask(path)
    cv2.imwrite(str(path), mask * 2)
    with pytest.raises(ValueError, match="instead of 0 and 255"):
        dataset.read_mask(path)


def test_sixteen_bit_masks_are_of_zero_and_the_largest_value_or_255(tmp_path: Path) -> None:
    mask = np.eye(16, dtype=np.uint16)
    for full in (255, 65535):
        cv2.imwrite(str(tmp_path / "m.png"), mask * full)
        np.testing.assert_array_equal(dataset.read_mask(tmp_path / "m.png"), mask)


def test_sixteen_bit_and_colour_pictures_are_read_as_they_are(tmp_path: Path) -> None:
    deep = np.array([[0, 4000], [60000, 1]], np.uint16)
    cv2.imwrite(str(tmp_path / "deep.png"), deep)
    np.testing.assert_array_equal(dataset.read_picture(tmp_path / "deep.png"), deep)
    cv2.imwrite(str(tmp_path / "red.png"), np.full((2, 2, 3), (0, 0, 255), np.uint8))
    assert dataset.read_picture(tmp_path / "red.png")[0, 0].tolist() == [255, 0, 0]


def test_a_batch_is_masks_of_zero_and_one_and_weights_that_move_with_them(data: Path, tiny: Recipe) -> None:
    samples = dataset.load(dataset.find_pairs(data)[:3], tiny.input)
    inputs, masks, weights = dataset.batch(samples, (40, 48), tiny.input, AugmentSpec(), np.random.default_rng(0))
    assert (inputs.shape, masks.shape, weights) == ((3, 1, 40, 48), (3, 1, 40, 48), None)
    assert set(np.unique(masks)) == {0, 1}
    assert inputs.dtype == masks.dtype == np.float32

    weighted = [replace(sample, weight=np.where(sample.mask > 127, 3, 2).astype(np.float16)) for sample in samples]
    change = AugmentSpec(rotate=20, shift=0.1)
    again, same, weights = dataset.batch(weighted, (40, 48), tiny.input, change, np.random.default_rng(1))
    plain, alone, _ = dataset.batch(samples, (40, 48), tiny.input, change, np.random.default_rng(1))
    np.testing.assert_array_equal(again, plain)
    np.testing.assert_array_equal(same, alone)
    assert weights is not None
    assert weights.shape == (3, 1, 40, 48)
    assert weights.dtype == np.float32
    assert weights.max() == 3
    assert weights[same == 1].mean() > 2.7
    assert weights[..., 0, 0].max() == 0  # outside of the picture
    mixed: list[Sample] = [weighted[0], samples[1]]
    assert dataset.batch(mixed, (40, 48), tiny.input, change, np.random.default_rng(1))[2] is None


def test_progress_and_order_of_loading(data: Path) -> None:
    seen: list[tuple[int, int]] = []
    pairs = dataset.find_pairs(data)[::-1]
    spec = InputSpec(size=32, channels=1, multiple=4)
    samples = dataset.load(pairs, spec, on_progress=lambda done, count: seen.append((done, count)))
    assert [sample.pair for sample in samples] == pairs
    assert seen == [(number, 24) for number in range(1, 25)]
    assert list(dataset.load([], spec)) == []
