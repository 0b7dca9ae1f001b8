"""A picture with its mask on it."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from unet_studio.exporting import overlay, png

BLUE = (86, 180, 233)
MASK = np.zeros((40, 60), np.uint8)
MASK[10:30, 20:50] = 1
FACTS = png.Provenance("a.png", "", "", "lung", "", "", "", "0.1.0", 40, 60, False)


@pytest.mark.parametrize("shape", [(40, 60), (40, 60, 3)])
def test_outline_tint_and_the_rest(shape: tuple[int, ...]) -> None:
    picture = np.full(shape, 100, np.uint8)
    drawn = overlay.overlay_picture(picture, MASK, BLUE, tint=0.5)
    assert drawn.shape == (40, 60, 3)
    assert drawn.dtype == np.uint8
    assert (drawn[MASK == 0] == 100).all()
    for row, column in ((10, 20), (10, 35), (29, 49), (20, 20)):
        assert tuple(drawn[row, column]) == BLUE
    assert tuple(drawn[20, 35]) == (93, 140, 166)
    assert (picture == 100).all()


def test_an_empty_mask_leaves_the_picture_and_a_full_one_has_no_outline() -> None:
    picture = np.random.default_rng(0).integers(0, 256, (40, 60, 3)).astype(np.uint8)
    assert (overlay.overlay_picture(picture, np.zeros((40, 60)), BLUE) == picture).all()
    full = overlay.overlay_picture(picture, np.ones((40, 60)), BLUE, tint=0.0)
    assert (full == picture).all()


def test_one_pixel_is_seen() -> None:
    drawn = overlay.overlay_picture(np.zeros((1, 1), np.uint8), np.ones((1, 1)), BLUE, tint=1.0)
    assert tuple(drawn[0, 0]) == BLUE


def test_sizes_must_agree() -> None:
    with pytest.raises(ValueError, match="the picture"):
        overlay.overlay_picture(np.zeros((4, 5), np.uint8), MASK, BLUE)


def test_it_is_written_beside_and_never_over_another(tmp_path: Path) -> None:
    drawn = overlay.overlay_picture(np.full((40, 60), 9, np.uint8), MASK, BLUE)
    first = overlay.export_overlay(tmp_path / "a.b", drawn, FACTS)
    second = overlay.export_overlay(tmp_path / "a.b", drawn, FACTS)
    assert [path.name for path in (first, second)] == ["a.b_overlay.png", "a.b_overlay_2.png"]
    assert (cv2.imread(str(first))[..., ::-1] == drawn).all()
