"""Display values against PS3.3 C.11.2, written out value by value."""

from __future__ import annotations

import math

import numpy as np
import pytest

from unet_studio.core.image import Image, LookupTable, Source, ValueTransform, Window
from unet_studio.imaging.thumbnails import thumbnail
from unet_studio.imaging.windowing import apply_table, default_window, display, robust_window, window_of, window_table


def image(pixels: np.ndarray, bits: int | None = None, **transform) -> Image:
    return Image(pixels, Source(""), "DICOM", ValueTransform(**transform), bits=bits or pixels.dtype.itemsize * 8)


def reference(value: float, window: Window) -> float:
    """The formulas of C.11.2.1.2.1, .3.1 and .3.2 with an output of 0 to 255."""
    c, w, x = window.center, window.width, value
    if window.function == "SIGMOID":
        return 255 / (1 + math.exp(-4 * (x - c) / w))
    if window.function == "LINEAR_EXACT":
        if x <= c - w / 2:
            return 0.0
        return 255.0 if x > c + w / 2 else ((x - c) / w + 0.5) * 255
    if x <= c - 0.5 - (w - 1) / 2:
        return 0.0
    return 255.0 if x > c - 0.5 + (w - 1) / 2 else ((x - (c - 0.5)) / (w - 1) + 0.5) * 255


WINDOWS = [
    Window(40, 80),
    Window(40.5, 1),
    Window(600, 1500),
    Window(0, 2),
    Window(-300, 77.5),
    Window(40, 80, "", "LINEAR_EXACT"),
    Window(10, 0.5, "", "LINEAR_EXACT"),
    Window(40, 80, "", "SIGMOID"),
    Window(-5, 3, "", "SIGMOID"),
]


@pytest.mark.parametrize("window", WINDOWS)
@pytest.mark.parametrize("dtype", ["uint8", "int8", "uint16", "int16", "int32", "float32"])
def test_windows_follow_the_standard(window, dtype):
    signed = dtype[0] in "if"
    low, high = (-100, 127) if signed else (0, 255)
    pixels = np.arange(low, high + 1, dtype=dtype).reshape(1, -1)
    shown = display(image(pixels), window)
    exact = np.array([reference(float(value), window) for value in pixels[0]])
    assert shown.dtype == np.uint8
    assert np.abs(shown[0] - exact).max() <= 0.5 + 1e-9


@pytest.mark.parametrize("slope", [1.0, -2.0, 0.25])
@pytest.mark.parametrize("dtype", ["int16", "float32"])
def test_rescale_comes_before_the_window(slope, dtype):
    pixels = np.arange(-500, 500, dtype=dtype).reshape(25, 40)
    window = Window(10, 300)
    shown = display(image(pixels, slope=slope, intercept=-20.0), window)
    exact = np.array([reference(slope * float(value) - 20.0, window) for value in pixels.ravel()])
    assert np.abs(shown.ravel() - exact).max() <= 0.5 + 1e-9


@pytest.mark.parametrize("dtype", ["uint16", "int32"])
def test_inversion_comes_after_the_window(dtype):
    pixels = np.arange(0, 256, dtype=dtype).reshape(1, -1)
    window = Window(40, 80)
    plain = display(image(pixels), window)
    assert np.array_equal(display(image(pixels, inverted=True), window), 255 - plain)
    assert np.array_equal(display(image(pixels), window, inverted=True), 255 - plain)
    assert np.array_equal(display(image(pixels, inverted=True), window, inverted=True), plain)


def test_what_lies_below_a_window_is_black_and_not_mirrored():
    pixels = np.array([[0, 100, 200, 300]], np.uint16)
    assert display(image(pixels), Window(250, 50)).tolist() == [[0, 0, 0, 255]]


@pytest.mark.parametrize("dtype", ["uint8", "int16", "int32"])
def test_voi_table_with_values_below_and_beyond_it(dtype):
    table = LookupTable(10, np.array([0, 1000, 2000, 4095], np.uint16), 12)
    pixels = np.array([[0, 10, 11, 12, 13, 100]], dtype)
    scaled = [0, 0, 1000, 2000, 4095, 4095]
    picture = image(pixels, voi_luts=(table,))
    assert display(picture).tolist() == [[math.floor(one * 255 / 4095 + 0.5) for one in scaled]]
    assert default_window(picture) == Window(12.0, 4.0)


@pytest.mark.parametrize(
    ("entries", "window"),
    [
        ([0, 1, 2, 3], Window(12.0, 4.0)),
        ([5, 5, 6, 7, 7, 7], Window(12.5, 3.0)),  # constant ends show nothing
        ([9, 9, 6, 0, 0], Window(12.5, 3.0, falling=True)),
        ([3, 3, 3], Window(11.5, 3.0)),
        ([3], Window(11.0, 2.0)),
    ],
)
def test_the_window_nearest_to_a_table(entries, window):
    assert window_of(LookupTable(10, np.array(entries, np.uint16), 4)) == window
    assert window_of(window) is window


@pytest.mark.parametrize("dtype", ["uint16", "int32"])
def test_a_falling_window_is_the_other_one_turned_over(dtype):
    pixels = np.arange(0, 256, dtype=dtype).reshape(1, -1)
    shown = display(image(pixels), Window(40, 80, falling=True))
    exact = np.array([255 - reference(float(value), Window(40, 80)) for value in pixels[0]])
    assert np.abs(shown[0] - exact).max() <= 0.5 + 1e-9


def test_modality_table_comes_first():
    table = LookupTable(-2, np.array([5, 50, 500, 5000], np.uint16), 16)
    pixels = np.array([[-9, -2, -1, 0, 1, 9]], np.int16)
    shown = display(image(pixels, modality_lut=table), Window(2500, 5000))
    exact = [reference(value, Window(2500, 5000)) for value in (5, 5, 50, 500, 5000, 5000)]
    assert np.abs(shown[0] - np.array(exact)).max() <= 0.5


def test_the_files_first_window_is_the_default():
    first, second = Window(40, 80, "BRAIN"), Window(300, 1500, "BONE")
    pixels = np.arange(100, dtype=np.int16).reshape(10, 10)
    assert default_window(image(pixels, windows=(first, second))) is first


def test_eight_bits_without_a_window_are_shown_as_they_are():
    pixels = np.arange(256, dtype=np.uint8).reshape(16, 16)
    assert np.array_equal(display(image(pixels)), pixels)


@pytest.mark.parametrize("dtype", ["uint16", "int32", "float32"])
def test_the_robust_window_ignores_a_few_extremes(dtype):
    pixels = np.random.default_rng(0).integers(1000, 2001, (500, 500)).astype(dtype)
    pixels[0, :5] = 60000
    window = default_window(image(pixels))
    low, high = window.center - window.width / 2, window.center + window.width / 2
    assert 1000 <= low + 1 <= 1010
    assert 1990 <= high <= 2001


@pytest.mark.parametrize("value", [0, 7])
@pytest.mark.parametrize("dtype", ["uint16", "float32"])
def test_a_flat_picture_has_a_window(dtype, value):
    picture = image(np.full((8, 8), value, dtype))
    assert robust_window(picture).width > 0
    assert display(picture).shape == (8, 8)


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_colour_is_itself_by_default_and_brighter_by_a_window(dtype):
    pixels = np.arange(240, dtype=dtype).reshape(8, 10, 3) * dtype(1 if dtype == np.uint8 else 257)
    shown = display(image(pixels))
    assert shown.dtype == np.uint8
    assert np.array_equal(shown, np.arange(240).reshape(8, 10, 3))
    brighter = display(image(pixels), Window(64, 128))
    exact = np.array([reference(float(value), Window(64, 128)) for value in range(240)])
    assert np.abs(brighter.ravel() - exact).max() <= 0.5
    assert np.array_equal(display(image(pixels), inverted=True), 255 - shown)


def test_a_table_is_made_once_and_applied_to_any_part():
    pixels = np.random.default_rng(0).integers(-2000, 2000, (64, 96)).astype(np.int16)
    picture = image(pixels, slope=0.5)
    table = window_table(picture, Window(0, 900))
    assert (table.shape, table.dtype) == ((65536,), np.uint8)
    whole = display(picture, Window(0, 900))
    assert np.array_equal(apply_table(pixels, table), whole)
    assert np.array_equal(apply_table(pixels[5:20, ::2], table), whole[5:20, ::2])
    assert np.array_equal(display(picture, Window(0, 900), step=3), whole[::3, ::3])
    assert whole.flags.c_contiguous


def test_sixteen_bit_tables_without_opencvs_own(monkeypatch):
    import cv2

    def refuse(*_):
        raise cv2.error("no such table")

    pixels = np.arange(64, dtype=np.uint16).reshape(8, 8)
    expected = display(image(pixels), Window(32, 64))
    monkeypatch.setattr(cv2, "LUT", refuse)
    assert np.array_equal(display(image(pixels), Window(32, 64)), expected)


@pytest.mark.parametrize("shape", [(400, 100), (100, 400, 3), (20, 10), (3000, 1)])
def test_thumbnails_keep_the_shape(shape):
    pixels = np.random.default_rng(0).integers(0, 256, shape, np.uint8)
    small = thumbnail(image(pixels), 50)
    assert small.dtype == np.uint8
    assert max(small.shape[:2]) == min(50, max(shape[:2]))
    assert small.ndim == pixels.ndim
    assert small.flags.c_contiguous
