"""Masks that other programs saved as pictures: what is marked there never becomes empty, inverted or another organ."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import tifffile
from PIL import Image as Pillow

from unet_studio.core.errors import UserError
from unet_studio.imaging import reader
from unet_studio.workflow.mask_files import read_mask

MARK = np.zeros((40, 30), np.uint8)
MARK[5:20, 3:9] = 1
MARK[25:33, 12:28] = 1
OTHERS = np.zeros_like(MARK)  # a label map: 1 as MARK, and two more
OTHERS[:4] = 2
OTHERS[35:] = 3
OTHERS[MARK == 1] = 1


@pytest.fixture
def imported(tmp_path: Path) -> Callable[..., np.ndarray]:
    """The Mask in a file, for a picture of MARK's size."""
    Pillow.fromarray(np.random.default_rng(0).integers(0, 250, MARK.shape).astype(np.uint8)).save(tmp_path / "film.png")
    image = reader.read(tmp_path / "film.png")
    return lambda path, target="lung": read_mask(path, image, target)


def palette(*colours: int) -> Pillow.Image:
    picture = Pillow.fromarray(MARK, "P")
    picture.putpalette(colours)
    return picture


def saved(path: Path, picture: Pillow.Image | np.ndarray, **more: object) -> Path:
    (Pillow.fromarray(picture) if isinstance(picture, np.ndarray) else picture).save(path, **more)
    return path


@pytest.mark.parametrize(
    "picture",
    [
        MARK,
        MARK * 3,
        MARK * 100,
        MARK * 255,
        MARK > 0,
        MARK.astype(np.uint16) * 65535,
        MARK.astype(np.uint16) * 300,
        palette(0, 0, 0, 0, 100, 0),
        palette(0, 0, 0, 128, 0, 0),
        np.dstack([MARK * 20, MARK * 90, MARK * 40]),
        np.dstack([np.full_like(MARK, 255)] * 3 + [MARK * 255]),
    ],
)
def test_one_level_is_marked_whatever_it_is(
    imported: Callable[..., np.ndarray], tmp_path: Path, picture: np.ndarray
) -> None:
    assert np.array_equal(imported(saved(tmp_path / "m.png", picture)), MARK)


@pytest.mark.parametrize("levels", [MARK, MARK * 0.5, MARK * 200.0])
def test_one_level_of_any_kind_of_number(
    imported: Callable[..., np.ndarray], tmp_path: Path, levels: np.ndarray
) -> None:
    for kind in (np.float32, np.uint32):
        if levels.astype(kind).any():
            tifffile.imwrite(tmp_path / "m.tif", levels.astype(kind))
            assert np.array_equal(imported(tmp_path / "m.tif"), MARK)


def test_what_is_stored_the_other_way_round_is_marked_where_it_shows_white(
    imported: Callable[..., np.ndarray], dicom: Callable[..., Path], tmp_path: Path
) -> None:
    tifffile.imwrite(tmp_path / "m.tif", (1 - MARK) * 255, photometric="miniswhite")
    assert np.array_equal(imported(tmp_path / "m.tif"), MARK)
    tifffile.imwrite(tmp_path / "bits.tif", MARK == 0, photometric="miniswhite")
    assert np.array_equal(imported(tmp_path / "bits.tif"), MARK)
    capture = dicom((1 - MARK) * 255, name="capture.dcm", PhotometricInterpretation="MONOCHROME1")
    assert np.array_equal(imported(capture), MARK)


def test_soft_edges_are_cut_at_half(imported: Callable[..., np.ndarray], tmp_path: Path) -> None:
    soft = MARK * 255
    soft[4, 3:9], soft[20, 3:9] = 100, 150
    expected = MARK.copy()
    expected[20, 3:9] = 1
    assert np.array_equal(imported(saved(tmp_path / "m.png", soft)), expected)
    coloured = np.dstack([soft, soft // 2, soft * 0])
    assert np.array_equal(imported(saved(tmp_path / "colour.png", coloured)), expected)
    degrees = np.tile(np.linspace(0, 255, 30).astype(np.uint8), (40, 1))
    assert np.array_equal(imported(saved(tmp_path / "degrees.png", degrees)), degrees > 127)
    saved(tmp_path / "m.jpg", MARK * 255, quality=95)
    assert np.array_equal(imported(tmp_path / "m.jpg"), MARK)


def test_a_label_map_of_this_program_gives_its_target(imported: Callable[..., np.ndarray], tmp_path: Path) -> None:
    both = saved(tmp_path / "m.png", np.where(OTHERS < 3, OTHERS, 0).astype(np.uint8))
    assert np.array_equal(imported(both), MARK)
    assert np.array_equal(imported(both, "polyp"), OTHERS == 2)
    assert np.array_equal(imported(saved(tmp_path / "one.png", MARK), "polyp"), MARK)


@pytest.mark.parametrize(
    ("picture", "why"),
    [
        (OTHERS, r"several labels \(1, 2, 3\); export one mask per file"),
        (OTHERS * 80, r"several labels \(80, 160, 240\)"),
        (OTHERS * 85, r"several labels \(85, 170, 255\)"),
        (OTHERS.astype(np.uint16) * 1000, r"several labels \(1000, 2000, 3000\)"),
        (np.arange(1200).reshape(40, 30) // 12 % 100, r"several labels \(1, 2, 3, 4, 5, 6, 7, 8, \.\.\.\)"),
        (np.dstack([(one == OTHERS) * 128 for one in (1, 2, 3)]), "several colours"),
        (MARK * 2, "without lung"),
    ],
)
def test_other_labels_are_refused_and_not_empty(
    imported: Callable[..., np.ndarray], tmp_path: Path, picture: np.ndarray, why: str
) -> None:
    kind = np.uint16 if picture.dtype == np.uint16 else np.uint8
    with pytest.raises(UserError, match=why):
        imported(saved(tmp_path / "m.png", picture.astype(kind)))


def test_nothing_marked_is_empty_unless_it_may_be_transparent(
    imported: Callable[..., np.ndarray], tmp_path: Path
) -> None:
    nothing = np.zeros_like(MARK)
    for picture in (nothing, np.dstack([nothing] * 3), np.dstack([nothing] * 4)):
        assert not imported(saved(tmp_path / "m.png", picture)).any()
    assert not imported(saved(tmp_path / "m.png", nothing, transparency=0)).any()
    assert np.array_equal(imported(saved(tmp_path / "g.png", MARK * 255, transparency=255)), MARK)
    with pytest.raises(UserError, match="without transparency"):
        imported(saved(tmp_path / "p.png", palette(0, 0, 0, 255, 255, 255), transparency=b"\xff\0"))
