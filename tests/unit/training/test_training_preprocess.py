"""The one preprocessing: what it must not depend on, and where the picture lies in the grid."""

from __future__ import annotations

import numpy as np
import pytest

from training.preprocess import (
    BELOW,
    InputSpec,
    confident,
    crop,
    fit_to,
    mask_at_own_size,
    mask_to_network,
    network_input,
    rebased,
    standardise,
    unstandardise,
)

GRAY = InputSpec(size=64, channels=1, multiple=32)
COLOUR = InputSpec(size=64, channels=3, multiple=32, kind="colour")


def film(rows: int = 150, columns: int = 100) -> np.ndarray:
    ramp = np.linspace(300, 3800, rows * columns).reshape(rows, columns)
    return (ramp + 200 * np.sin(np.arange(columns) / 5)).astype(np.uint16)


@pytest.mark.parametrize(
    ("rows", "columns", "content", "padded"),
    [
        (100, 100, (64, 64), (64, 64)),
        (150, 100, (64, 43), (64, 64)),
        (10, 320, (2, 64), (32, 64)),
        (1, 4096, (1, 64), (32, 64)),
    ],
)
def test_aspect_ratio_is_kept_and_padded(rows: int, columns: int, content: tuple, padded: tuple) -> None:
    fit = fit_to(rows, columns, GRAY)
    assert (fit.content_rows, fit.content_columns) == content
    assert (fit.padded_rows, fit.padded_columns) == padded


def test_a_picture_without_pixels_is_refused() -> None:
    with pytest.raises(ValueError, match="0 x 5"):
        network_input(np.zeros((0, 5), np.uint8), False, GRAY)


def test_shape_type_and_empty_border() -> None:
    values, fit = network_input(film(), False, GRAY)
    assert values.shape == (1, 64, 64)
    assert values.dtype == np.float32
    assert values.flags.c_contiguous
    assert np.all(values[:, :, fit.content_columns :] == 0)
    content = crop(values[0], fit)
    assert content.shape == (64, 43)
    assert content.min() == -1.0
    assert content.max() == 1.0


@pytest.mark.parametrize("scale", [0.25, 3.0, 1e-6, 1e6])
@pytest.mark.parametrize("offset", [0.0, -1000.0])
def test_a_positive_linear_rescale_changes_nothing(scale: float, offset: float) -> None:
    plain = network_input(film().astype(np.float64), False, GRAY)[0]
    scaled = network_input(film().astype(np.float64) * scale + offset * scale, False, GRAY)[0]
    np.testing.assert_allclose(scaled, plain, atol=2e-3)


@pytest.mark.parametrize("dtype", [np.uint8, np.int8, np.int16, np.int32, np.uint32, np.int64, np.float16, np.float64])
def test_every_type_of_number_gives_the_same_picture(dtype: type) -> None:
    small = (film() / 32).astype(np.uint8)  # 0..124 fits everywhere
    plain = network_input(small.astype(np.float32), False, GRAY)[0]
    np.testing.assert_allclose(network_input(small.astype(dtype), False, GRAY)[0], plain, atol=0.02)


def test_bool_pictures_work() -> None:
    values = network_input(film() > 2000, False, GRAY)[0]
    assert set(np.unique(np.sign(values))) <= {-1.0, 0.0, 1.0}


def test_signed_values_below_zero() -> None:
    shifted = film().astype(np.int16) - 2048
    np.testing.assert_allclose(network_input(shifted, False, GRAY)[0], network_input(film(), False, GRAY)[0], atol=2e-3)


@pytest.mark.parametrize(
    ("top", "dtype"), [(255, np.uint8), (4095, np.uint16), (65535, np.uint16), (1000, np.int16), (4095, np.float64)]
)
@pytest.mark.parametrize("side", [50, 101, 700])
def test_a_film_and_its_negative_are_one_and_the_same(top: int, dtype: type, side: int) -> None:
    positive = (film(side, side + 3).astype(np.int64) % (top + 1)).astype(dtype)
    negative = (top - positive.astype(np.int64)).astype(dtype)
    plain = network_input(positive, False, GRAY)[0]
    np.testing.assert_array_equal(network_input(negative, True, GRAY)[0], plain)
    assert np.abs(network_input(negative, False, GRAY)[0] - plain).max() > 1


def test_a_large_picture_is_the_small_one_in_more_pixels() -> None:
    small = film(60, 44)
    large = np.repeat(np.repeat(small, 25, axis=0), 25, axis=1)
    spec = InputSpec(size=60, channels=1, multiple=4)
    plain, enlarged = (network_input(values, False, spec)[0] for values in (small, large))
    np.testing.assert_allclose(enlarged, plain, atol=0.03)
    bright = np.zeros((2000, 2000), np.uint8)
    bright[:, 1000:] = 200
    columns = network_input(bright, False, GRAY)[0][0].mean(axis=0)
    assert (columns[:32] == -1).all()
    assert (columns[32:] == 1).all()


def test_a_few_burnt_in_pixels_change_little() -> None:
    marked = film(300, 300)
    marked[5:15, 5:20] = 65535
    plain, changed = (network_input(values, False, GRAY)[0][:, 8:] for values in (film(300, 300), marked))
    assert np.abs(changed - plain).max() < 0.05


@pytest.mark.parametrize("spec", [GRAY, COLOUR])
@pytest.mark.parametrize("value", [0, 7, 255])
def test_constant_pictures_stay_finite(spec: InputSpec, value: int) -> None:
    for dtype in (np.uint8, np.uint16, np.float32):
        assert np.isfinite(network_input(np.full((40, 30), value, dtype), False, spec)[0]).all()
    assert np.all(network_input(np.full((40, 30), 0.1 * value, np.float32), False, GRAY)[0] == 0)


def test_a_single_bright_object_is_not_lost() -> None:
    dark = np.zeros((200, 200), np.float32)
    dark[100:104, 100:104] = 5.0
    assert network_input(dark, False, GRAY)[0].max() > 0.9


def test_nan_and_infinity_do_not_spread() -> None:
    broken = film().astype(np.float32)
    broken[3, 3], broken[50, 50], broken[60, 60] = np.nan, np.inf, -np.inf
    values = network_input(broken, False, GRAY)[0]
    assert np.isfinite(values).all()
    assert np.abs(values - network_input(film(), False, GRAY)[0]).mean() < 0.05
    assert np.isfinite(network_input(np.full((9, 9), np.nan), False, GRAY)[0]).all()


def test_gray_network_takes_colour_and_colour_network_takes_gray() -> None:
    gray = (film() / 16).astype(np.uint8)
    np.testing.assert_allclose(
        network_input(np.dstack([gray] * 3), False, GRAY)[0], network_input(gray, False, GRAY)[0], atol=1e-5
    )
    values = network_input(gray, False, COLOUR)[0]
    assert values.shape == (3, 64, 64)
    np.testing.assert_array_equal(values[0], values[2])


def test_colours_keep_their_order_and_scale() -> None:
    picture = np.zeros((64, 64, 3), np.uint8)
    picture[..., 0] = 255
    values = network_input(picture, False, COLOUR)[0]
    assert (values[0] == 1).all()
    assert (values[2] == -1).all()
    np.testing.assert_allclose(network_input(picture.astype(np.uint16) * 257, False, COLOUR)[0], values, atol=1e-5)


def test_standardise_has_an_inverse() -> None:
    unit = np.random.default_rng(0).random((5, 7, 3), dtype=np.float32)
    np.testing.assert_allclose(unstandardise(standardise(unit, COLOUR), COLOUR), unit, atol=1e-6)


def test_masks_go_to_the_network_and_back() -> None:
    mask = np.zeros((150, 100), np.uint8)
    mask[40:110, 20:70] = 255
    fit = fit_to(150, 100, GRAY)
    small = mask_to_network(mask, fit)
    assert small.shape == (64, 64)
    assert set(np.unique(small)) == {0, 1}
    assert not small[:, fit.content_columns :].any()
    back = mask_at_own_size(crop(small, fit).astype(np.float32), 150, 100, 0.5)
    assert np.count_nonzero(back != (mask > 0)) < 0.03 * np.count_nonzero(mask)


def test_a_part_that_is_nowhere_certain_lies_just_below_the_threshold() -> None:
    probability = np.full((20, 20), 0.1, np.float32)
    probability[2:6, 2:6] = 0.7
    probability[4, 4] = 0.99
    probability[12:16, 12:16] = 0.8
    probability[6:9, 6] = 0.6  # touches the first part at a corner
    found = confident(probability, 0.5, 0.95)
    assert ((found >= 0.5) == (np.arange(20) < 10)[:, None] * (probability >= 0.5)).all()
    np.testing.assert_array_equal(found[:10], probability[:10])
    np.testing.assert_array_equal(found[12:16, 12:16], np.float32(0.5 - BELOW))
    assert (found[10:12] == probability[10:12]).all()


@pytest.mark.parametrize("peak", [0.0, 0.5])
def test_without_a_peak_nothing_is_left_out(peak: float) -> None:
    probability = np.random.default_rng(0).random((9, 9), dtype=np.float32)
    assert confident(probability, 0.5, peak) is probability
    assert not (confident(probability, 0.5, 1.1) >= 0.5).any()


def test_rebased_probabilities_cut_at_a_half_what_the_threshold_cuts() -> None:
    probability = np.linspace(0, 1, 1001, dtype=np.float32)[None]
    for threshold in (0.1, 0.4, 0.5, 0.83):
        found = rebased(probability, threshold)
        assert ((found >= 0.5) == (probability >= threshold)).mean() > 0.998
        assert (np.diff(found[0]) > 0).all()
    assert rebased(probability, 0.5) is probability
