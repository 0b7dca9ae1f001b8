"""The memory-mapped store: the same samples, built once, whole or not at all, and no memory per picture."""

from __future__ import annotations

import gc
import json
import os
import sys
import tracemalloc
from pathlib import Path

import cv2
import numpy as np
import pytest

from training import dataset, store
from training.dataset import Pair, Sample
from training.preprocess import InputSpec
from training.store import Store

SPEC = InputSpec(size=48, channels=1, multiple=4)
COLOUR = InputSpec(size=33, channels=3, multiple=4, kind="colour")


def open_in(folder: Path, pairs: list[Pair], spec: InputSpec = SPEC, border: bool = False) -> tuple[Store, list[int]]:
    built: list[int] = []
    samples = dataset.load(pairs, spec, folder, border=border, on_progress=lambda done, count: built.append(done))
    assert isinstance(samples, Store)
    return samples, built


def assert_same(left: Sample, right: Sample) -> None:
    assert (left.pair, left.fit) == (right.pair, right.fit)
    np.testing.assert_array_equal(left.unit, right.unit)
    np.testing.assert_array_equal(left.mask, right.mask)
    assert (left.weight is None) == (right.weight is None)
    if left.weight is not None and right.weight is not None:
        np.testing.assert_array_equal(left.weight, right.weight)


def odd_sizes(folder: Path) -> list[Pair]:
    """Pictures of several sizes and depths, in colour and gray."""
    rng = np.random.default_rng(3)
    for name in ("images", "masks"):
        (folder / name).mkdir(parents=True)
    for number, (rows, columns) in enumerate([(31, 77), (64, 64), (90, 17), (5, 41)]):
        shape = (rows, columns, 3) if number % 2 else (rows, columns)
        cv2.imwrite(str(folder / "images" / f"{number}.png"), rng.integers(0, 255, shape).astype(np.uint8))
        mask = (rng.random((rows, columns)) < 0.3).astype(np.uint8)
        cv2.imwrite(str(folder / "masks" / f"{number}.png"), mask * 255)
    return dataset.find_pairs(folder)


@pytest.mark.parametrize("border", [False, True])
@pytest.mark.parametrize("spec", [SPEC, COLOUR])
def test_samples_are_those_that_memory_would_hold(spec: InputSpec, border: bool, tmp_path: Path) -> None:
    pairs = odd_sizes(tmp_path / "data")
    samples, _ = open_in(tmp_path / "run", pairs, spec, border)
    held = dataset.load(pairs, spec, border=border)
    assert len(samples) == len(held) == 4
    for mapped, kept in zip(samples, held, strict=True):
        assert_same(mapped, kept)
        assert (mapped.weight is not None) == border
        assert not mapped.unit.flags.writeable
    assert_same(samples[-1], held[3])
    assert [sample.pair for sample in samples[1:3]] == pairs[1:3]
    with pytest.raises(IndexError):
        samples[4]


def test_a_store_is_built_once_and_again_when_something_changes(data: Path, tmp_path: Path) -> None:
    run, pairs = tmp_path / "run", dataset.find_pairs(data)
    assert open_in(run, pairs)[1] == list(range(1, 25))
    assert open_in(run, pairs)[1] == []
    assert len(open_in(run, pairs, COLOUR)[1]) == 24  # beside the first one
    assert open_in(run, pairs)[1] == []
    assert len(open_in(run, pairs[:5])[1]) == 5
    assert len(open_in(run, pairs, border=True)[1]) == 24
    state = pairs[7].mask.stat()
    os.utime(pairs[7].mask, ns=(state.st_atime_ns, state.st_mtime_ns + 1_000_000_000))
    assert len(open_in(run, pairs)[1]) == 24
    cv2.imwrite(str(pairs[2].picture), np.zeros((64, 64), np.uint8))
    samples, built = open_in(run, pairs)
    assert len(built) == 24
    assert np.ptp(samples[2].unit) == 0
    assert not list(run.glob(".*"))


def test_a_store_that_is_not_whole_is_not_taken(data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run, pairs = tmp_path / "run", dataset.find_pairs(data)

    def die(done: int, count: int) -> None:
        if done == 10:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        dataset.load(pairs, SPEC, run, on_progress=die)
    assert list(run.iterdir()) == []
    with monkeypatch.context() as patch:
        patch.setattr(store, "replace_file", lambda path, data: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            dataset.load(pairs, SPEC, run)
    assert [path.suffix for path in run.iterdir()] == [".bin"]  # killed before its index: the bytes alone are no store
    samples, built = open_in(run, pairs)
    assert len(built) == 24

    samples.data.write_bytes(samples.data.read_bytes()[:-16])
    assert len(open_in(run, pairs)[1]) == 24
    index = samples.data.with_suffix(".json")
    for text in ("{", "[]", json.dumps({**json.loads(index.read_text()), "key": {}})):
        index.write_text(text)
        assert len(open_in(run, pairs)[1]) == 24


def test_unreadable_files_stop_the_building_with_their_name(data: Path, tmp_path: Path) -> None:
    pairs = dataset.find_pairs(data)
    pairs[20].picture.write_bytes(b"no picture")
    with pytest.raises(ValueError, match=rf"{pairs[20].picture.name} cannot be read"):
        dataset.load(pairs, SPEC, tmp_path / "run")
    assert list((tmp_path / "run").iterdir()) == []
    pairs[20].picture.unlink()
    with pytest.raises(ValueError, match=rf"{pairs[20].picture.name} cannot be read"):
        dataset.load(pairs, SPEC, tmp_path / "run")


def test_a_folder_that_cannot_be_written_is_named(data: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ValueError, match=r"cannot be written \(.*\); make room or give another folder"):
        dataset.load(dataset.find_pairs(data), SPEC, tmp_path / "file" / "run")


def test_a_closed_store_lets_go_of_its_file(data: Path, tmp_path: Path) -> None:
    samples, _ = open_in(tmp_path / "run", dataset.find_pairs(data))
    sample = samples[0]
    total = int(sample.unit.sum())
    samples.close()
    samples.close()
    with pytest.raises(ValueError, match="is closed"):
        samples[0]
    assert int(sample.unit.sum()) == total
    del sample
    gc.collect()
    if sys.platform == "linux":
        assert samples.data.name not in Path("/proc/self/maps").read_text()
    samples.delete()
    assert list((tmp_path / "run").iterdir()) == []


def test_memory_does_not_grow_with_the_data_set(tmp_path: Path) -> None:
    def peak(folder: Path, count: int) -> int:
        for name in ("images", "masks"):
            (folder / name).mkdir(parents=True)
        for number in range(count):
            values = np.full((64, 64), number % 200, np.uint8)
            values[8:40, 8:40] += 50
            cv2.imwrite(str(folder / "images" / f"{number}.png"), values)
            cv2.imwrite(str(folder / "masks" / f"{number}.png"), np.where(values > 200, 255, 0).astype(np.uint8))
        pairs = dataset.find_pairs(folder)
        tracemalloc.start()
        try:
            samples = dataset.load(pairs, InputSpec(size=256, channels=1), folder / "run")
            for sample in samples:
                assert sample.unit.shape == (256, 256, 1)
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    peak(tmp_path / "first", 2)
    few, many = peak(tmp_path / "few", 20), peak(tmp_path / "many", 300)
    stored = 280 * 2 * 256 * 256
    assert many - few < stored / 10
