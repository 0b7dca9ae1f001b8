"""Copies of a picture look like it, other pictures do not."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from tests.conftest import film, moving_polyp
from unet_studio.core.image import Image, Source, ValueTransform
from unet_studio.imaging.likeness import likeness
from unet_studio.workspace.likeness import ALIKE, apart


def bits_of(pixels: np.ndarray, **more: object) -> bytes:
    return likeness(Image(pixels, Source("picture.png"), "PNG", **more))


def textured(seed: int, rows: int = 480, columns: int = 400) -> np.ndarray:
    rng = np.random.default_rng(seed)
    return cv2.normalize(cv2.GaussianBlur(rng.normal(0, 1, (rows, columns)), (0, 0), 8), None, 0, 255, 32).astype("u1")


@pytest.fixture(params=["film", "polyp", "texture"])
def pixels(request) -> np.ndarray:
    if request.param == "film":
        return film(3, 800, 640)[0]
    return next(moving_polyp(1))[0] if request.param == "polyp" else textured(1)


def test_copies_are_alike(pixels: np.ndarray) -> None:
    rows, columns = pixels.shape[:2]
    own = bits_of(pixels)
    jpeg = cv2.imdecode(cv2.imencode(".jpg", pixels, [cv2.IMWRITE_JPEG_QUALITY, 70])[1], cv2.IMREAD_UNCHANGED)
    copies = {
        "jpeg": jpeg,
        "half": cv2.resize(pixels, (columns // 2, rows // 2), interpolation=cv2.INTER_AREA),
        "cropped": pixels[1 : rows - 1, : columns - 2],
        "brighter": cv2.convertScaleAbs(pixels, alpha=0.9, beta=20),
    }
    found = {name: float(apart(own, [bits_of(copy)])[0]) for name, copy in copies.items()}
    assert all(part <= ALIKE for part in found.values()), found


def test_black_for_white_is_the_same_picture() -> None:
    pixels = textured(2)
    assert apart(bits_of(pixels), [bits_of(255 - pixels)])[0] <= ALIKE
    assert bits_of(pixels) == bits_of(255 - pixels, transform=ValueTransform(inverted=True))


def test_sixteen_bits_look_like_eight() -> None:
    pixels = textured(3)
    assert apart(bits_of(pixels), [bits_of(pixels.astype(np.uint16) * 257, bits=16)])[0] <= ALIKE


def test_others_are_apart() -> None:
    seen = [bits_of(textured(seed)) for seed in range(20)]
    for place, bits in enumerate(seen):
        assert (apart(bits, seen[:place] + seen[place + 1 :]) > ALIKE).all()


def test_a_picture_of_one_colour_looks_like_nothing() -> None:
    assert bits_of(np.full((40, 50), 7, np.uint8)) == b""
