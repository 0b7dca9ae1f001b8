"""Windows for the digit keys: from the file, from percentiles, by modality; inverting; none of it reaches the model."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from training.preprocess import InputSpec, network_input
from unet_studio.core.image import Image, LookupTable, Source, ValueTransform, Voi, Window, modality_values
from unet_studio.workflow import viewing

FILE = Window(300.0, 900.0, "as sent")


def image(modality: str, dtype: type = np.uint16, **more) -> Image:
    values = np.arange(100 * 100).reshape(100, 100).astype(dtype)
    return Image(values, Source("made"), "DICOM", modality=modality, bits=16, **more)


def names(found: tuple[Voi, ...]) -> list[str]:
    return [voi.explanation for voi in found]


def lut(explanation: str, *entries: int) -> LookupTable:
    return LookupTable(0, np.array(entries, np.uint16), 8, explanation)


def test_a_ct_has_its_four_windows_after_the_file_s_own() -> None:
    made = image("CT", np.int16, transform=ValueTransform(intercept=-1024.0, windows=(FILE,)))
    found = viewing.presets(made)
    assert names(found) == ["as sent", "auto", "lung", "soft tissue", "bone", "brain", "whole range"]
    assert (found[2].center, found[2].width) == (-600.0, 1500.0)


@pytest.mark.parametrize("modality", ["CR", "DX", "RG"])
def test_a_film_has_windows_for_lungs_and_mediastinum(modality: str) -> None:
    found = viewing.presets(image(modality))
    assert names(found)[-4:] == ["auto", "lungs", "mediastinum", "whole range"]
    lungs, mediastinum = found[-3], found[-2]
    assert lungs.center < 5000 < mediastinum.center  # of values 0 to 9999


def test_auto_leaves_half_a_percent_out_at_either_end() -> None:
    made = image("MR")
    made.pixels.flat[-20:] = 60000
    auto = next(window for window in viewing.presets(made) if window.explanation == "auto")
    assert auto.center - auto.width / 2 == pytest.approx(50, abs=2)
    assert auto.center + auto.width / 2 == pytest.approx(9949, abs=2)


def test_colour_has_no_window_of_a_modality() -> None:
    colour = replace(image("CT"), pixels=np.zeros((9, 9, 3), np.uint8))
    assert set(names(viewing.presets(colour))) == {"", "whole range"}


def test_the_file_s_luts_are_presets_of_which_the_first_one_opens() -> None:
    made = image("MR", transform=ValueTransform(voi_luts=(lut("soft", 0, 90, 255), lut("hard", 0, 255))))
    found = viewing.presets(made)
    assert names(found) == ["soft", "hard", "auto", "whole range"]
    assert np.array_equal(viewing.display(made, found[0]), viewing.display(made))
    assert viewing.display(made, found[0])[0, :4].tolist() == [0, 90, 255, 255]
    both = replace(made, transform=replace(made.transform, windows=(FILE,)))
    assert names(viewing.presets(both)) == ["as sent", "soft", "hard", "auto", "whole range"]
    assert viewing.presets(both)[0] is FILE


def test_what_follows_a_falling_lut_falls_too() -> None:
    falling = lut("", *range(255, -1, -1))
    made = image("CT", transform=ValueTransform(voi_luts=(falling, lut("", 0, 255))))
    found = viewing.presets(made)
    assert [voi.falling for voi in found if isinstance(voi, Window)] == [True] * 6
    brighter = viewing.dragged(found[0], 0.0, -30.0, made)
    shown = viewing.display(made, brighter)
    assert brighter.falling
    assert np.all(shown >= viewing.display(made, falling))
    assert shown.mean() > viewing.display(made, falling).mean()
    nearest = viewing.dragged(falling, 0.0, 0.0, made)
    assert np.array_equal(viewing.display(made, nearest), viewing.display(made, falling))


def test_inverting_turns_every_gray_and_a_negative_film_comes_right() -> None:
    made = image("CR")
    shown, turned = viewing.display(made, FILE), viewing.display(made, FILE, inverted=True)
    assert np.array_equal(turned, 255 - shown)
    negative = replace(made, transform=ValueTransform(inverted=True))
    assert np.array_equal(viewing.display(negative, FILE, inverted=True), shown)


def test_no_window_changes_what_a_model_gets() -> None:
    made, spec = image("CR"), InputSpec(64, 1)
    sent = replace(made, transform=ValueTransform(windows=(FILE, Window(1.0, 2.0))))
    one, _ = network_input(modality_values(made), made.transform.inverted, spec)
    other, _ = network_input(modality_values(sent), sent.transform.inverted, spec)
    assert np.array_equal(one, other)
