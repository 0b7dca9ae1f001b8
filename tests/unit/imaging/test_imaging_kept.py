"""A kept copy is the Image again, bit for bit, without what names a patient."""

from __future__ import annotations

import json

import numpy as np
import pytest

from unet_studio.core.image import Image, LookupTable, Source, ValueTransform, Window, content_hash
from unet_studio.imaging.kept import from_kept, to_kept

TRANSFORM = ValueTransform(
    slope=-0.1,
    intercept=1e-7,
    modality_lut=LookupTable(-5, np.arange(1000, dtype=np.uint16) * 60, 16, "HU"),
    voi_luts=(LookupTable(0, np.arange(256, dtype=np.int32), 8), LookupTable(3, np.ones(65536, np.uint16), 12, "soft")),
    windows=(Window(40.5, 80.25, "BRAIN", "SIGMOID"), Window(1 / 3, 2 / 3, "ä", "LINEAR_EXACT")),
    inverted=True,
)


def picture(dtype: str, colour: bool = False) -> Image:
    rng = np.random.default_rng(7)
    shape = (33, 21, 3) if colour else (33, 21)
    if dtype == "float32":
        pixels = rng.normal(0, 1e5, shape).astype(dtype)
    else:
        limits = np.iinfo(dtype)
        pixels = rng.integers(limits.min, limits.max, shape, dtype, endpoint=True)
    source = Source("/ward/DOE_JOHN/IM1", 2, 5, "ab" * 32)
    return Image(pixels, source, "DICOM", TRANSFORM, (0.1, 0.3), 12, "CR", "MONOCHROME1", "P-17", content_hash(pixels))


@pytest.mark.parametrize("dtype", ["uint8", "int8", "uint16", "int16", "uint32", "int32", "float32"])
def test_gray_comes_back(dtype):
    check_round_trip(picture(dtype))


@pytest.mark.parametrize("dtype", ["uint8", "uint16"])
def test_colour_comes_back(dtype):
    check_round_trip(picture(dtype, colour=True))


@pytest.mark.parametrize("shape", [(1, 1), (1, 9), (9, 1), (1, 1, 3)])
def test_tiny_pictures_come_back(shape):
    pixels = np.arange(np.prod(shape), dtype=np.uint16).reshape(shape)
    image = Image(pixels, Source("", sha256="x"), "PNG", content_hash=content_hash(pixels))
    assert np.array_equal(from_kept(*to_kept(image)).pixels, pixels)


def check_round_trip(image: Image) -> None:
    data, facts = to_kept(image)
    again = from_kept(data, json.loads(json.dumps(facts)))
    assert again.pixels.dtype == image.pixels.dtype
    assert np.array_equal(again.pixels, image.pixels)
    assert not again.pixels.flags.writeable
    assert again.content_hash == image.content_hash
    for name in ("format", "spacing_mm", "bits", "modality", "photometric"):
        assert getattr(again, name) == getattr(image, name)
    assert (again.source.sha256, again.source.frame, again.source.frames) == ("ab" * 32, 2, 5)
    assert (again.transform.slope, again.transform.intercept) == (-0.1, 1e-7)
    assert (again.transform.windows, again.transform.inverted) == (TRANSFORM.windows, True)
    tables = zip(
        (*TRANSFORM.voi_luts, TRANSFORM.modality_lut),
        (*again.transform.voi_luts, again.transform.modality_lut),
        strict=True,
    )
    for before, after in tables:
        assert (before.first, before.bits, before.explanation) == (after.first, after.bits, after.explanation)
        assert before.values.dtype == after.values.dtype
        assert np.array_equal(before.values, after.values)


def test_neither_group_nor_path_is_kept():
    data, facts = to_kept(picture("uint16"))
    everything = json.dumps(facts).encode() + data
    assert b"P-17" not in everything
    assert b"DOE" not in everything
    again = from_kept(data, facts)
    assert (again.group, again.source.path) == ("", "")


def test_integers_are_an_ordinary_png():
    data, facts = to_kept(picture("uint16"))
    assert facts["suffix"] == ".png"
    assert data.startswith(b"\x89PNG")
    assert to_kept(picture("float32"))[1]["suffix"] == ".bin"


def test_damage_is_noticed():
    data, facts = to_kept(picture("uint16"))
    other, _ = to_kept(picture("uint16", colour=True))
    broken = [
        (data[:-40], facts),
        (b"", facts),
        (other, facts),
        (data, {**facts, "dtype": "O"}),
        (data, {**facts, "content_hash": "0" * 64}),
        (data, {key: value for key, value in facts.items() if key != "transform"}),
        (data, {**facts, "kept_format": 99}),
    ]
    for bad_data, bad_facts in broken:
        with pytest.raises(ValueError, match="kept picture"):
            from_kept(bad_data, bad_facts)
