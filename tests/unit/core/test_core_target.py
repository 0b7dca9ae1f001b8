"""Which Target a picture asks for."""

import numpy as np
import pytest

from unet_studio.core.image import Acquisition, Image, Source
from unet_studio.core.target import TARGETS, guess_target, is_gray, why_not


def _image(pixels: np.ndarray, modality: str = "") -> Image:
    return Image(pixels, Source("picture.png"), "PNG", modality=modality)


def _mucosa(scale: float = 1.0, dtype: type = np.uint8) -> np.ndarray:
    pixels = np.zeros((60, 80, 3), np.float64)
    pixels[5:-5, 10:-10] = (190, 110, 70)
    return (pixels * scale).astype(dtype)


GRAY = np.tile(np.arange(80, dtype=np.uint8) * 3, (60, 1))
BLUE = np.full((60, 80, 3), (40, 90, 200), np.uint8)


@pytest.mark.parametrize(
    ("pixels", "modality", "expected"),
    [
        (GRAY, "", "lung"),
        (GRAY, "CR", "lung"),
        (GRAY, "DX", "lung"),
        (np.dstack([GRAY] * 3), "", "lung"),
        (GRAY.astype(np.uint16) * 200, "SC", "lung"),
        (_mucosa(), "", "polyp"),
        (_mucosa(), "ES", "polyp"),
        (_mucosa(0.3), "", "polyp"),
        (_mucosa(257, np.uint16), "OT", "polyp"),
        (BLUE, "", None),
        (GRAY, "CT", None),
        (GRAY, "MR", None),
        (_mucosa(), "US", None),
        (GRAY, "ES", None),
        (_mucosa(), "CR", None),
    ],
)
def test_target_follows_from_the_picture(pixels: np.ndarray, modality: str, expected: str | None) -> None:
    assert guess_target(_image(pixels, modality)) == expected


def test_gray_is_told_from_colour_at_any_brightness() -> None:
    assert is_gray(GRAY)
    assert is_gray(np.dstack([GRAY, GRAY + 1, GRAY]))
    assert not is_gray(_mucosa(0.4))
    assert is_gray(np.zeros((10, 10, 3), np.uint8))


def test_every_target_has_its_own_colour_and_a_least_agreement() -> None:
    assert len({target.colour for target in TARGETS.values()}) == len(TARGETS)
    assert all(0 < target.least_agreement < 1 for target in TARGETS.values())


@pytest.mark.parametrize(
    "pixels",
    [
        np.where(GRAY > 100, 255, 0).astype(np.uint8),  # a mask
        GRAY[:32, :32],  # an icon
        np.tile(GRAY, (1, 5)),  # a strip
        np.full((300, 200), 255, np.uint8),  # an empty page
    ],
)
def test_a_gray_picture_of_no_modality_that_can_be_no_film_is_none(pixels: np.ndarray) -> None:
    assert guess_target(_image(pixels)) is None
    assert "nothing is proposed" in why_not(_image(pixels))
    assert guess_target(_image(pixels, "DX")) == "lung"  # the file knows better


@pytest.mark.parametrize(
    ("body_part", "view", "expected"),
    [
        ("CHEST", "PA", "lung"),
        ("CHEST", "AP", "lung"),
        ("THORAX", "", "lung"),
        ("", "", "lung"),
        ("CHEST", "ANTERO-POSTERIOR", "lung"),
        ("CHEST", "LLD", "lung"),
        ("CHEST", "LL", None),
        ("CHEST", "RL", None),
        ("CHEST", "LATERAL", None),
        ("CHEST", "LEFT ANTERIOR OBLIQUE", None),
        ("KNEE", "AP", None),
        ("ABDOMEN", "AP", None),
        ("HAND", "", None),
    ],
)
def test_another_body_part_or_view_asks_for_nothing(body_part: str, view: str, expected: str | None) -> None:
    image = Image(GRAY, Source("film"), "DICOM", modality="DX", acquisition=Acquisition(body_part, view))
    assert guess_target(image) == expected
    said = why_not(image)
    assert bool(said) == (expected is None)
    if said:
        assert body_part.lower() in said or (view if len(view) < 4 else view.lower()) in said


def test_bronchoscopy_is_no_colonoscopy() -> None:
    for part, expected in (("BRONCHUS", None), ("COLON", "polyp"), ("", "polyp")):
        image = Image(_mucosa(), Source("f"), "DICOM", modality="ES", acquisition=Acquisition(part))
        assert guess_target(image) == expected
