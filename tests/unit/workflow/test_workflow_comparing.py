"""Two versions side by side on Corrections: the same numbers as the gate's, the worst first."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest

from unet_studio.core.correction import QueueState, Side
from unet_studio.core.errors import ModelError, UserError
from unet_studio.workflow import comparing, lessons, versions
from unet_studio.workspace import store


@pytest.fixture
def three(accept, lungs):
    return [accept(number, lungs[number - 1], changed=number != 3) for number in (1, 2, 3)]


def judged(*rows: tuple[int, float, float]) -> dict[str, object]:
    return {
        "per_picture": [
            {"name": str(name), "parent_dice": before, "candidate_dice": after} for name, before, after in rows
        ]
    }


def test_what_the_gate_judged_by_is_compared_and_the_worst_comes_first(session, three, make_version, lungs) -> None:
    parent = versions.active(session, "lung").id
    made = make_version(
        metrics=judged((three[0].id, 0.9, 0.95), (three[2].id, 0.9, 0.7)), corrections=(three[1].id, three[2].id)
    )
    found = list(comparing.compare(session, "lung", parent, made.id))
    assert [one.correction for one in found] == [three[2].id, three[0].id]
    first = found[0]
    assert first.name == "film_3.png"
    assert first.picture.shape == first.truth.shape == first.one.shape == first.other.shape == (200, 160)
    assert first.picture.dtype == first.truth.dtype == np.uint8
    assert np.array_equal(first.truth, lungs[2])
    assert (first.changed, first.learned, found[1].changed) == (False, (False, True), True)
    assert all(0.9 < value <= 1 for one in found for value in one.dice)
    means = comparing.means(found, 1)
    assert (means["pictures"], means["changed"], means["learned"]) == (2, 1, 1)
    assert means["dice"] == pytest.approx(np.mean([one.dice[1] for one in found]), abs=1e-4)
    assert means["dice_changed"] == pytest.approx(found[1].dice[1], abs=1e-4)


def test_the_numbers_are_those_of_the_masks(session, three, make_version) -> None:
    from training.metrics import dice, hd95

    made, parent = make_version(), versions.active(session, "lung").id
    (found,) = comparing.compare(session, "lung", parent, made.id, [three[0].id])
    for version, mask in enumerate((found.one, found.other)):
        assert found.dice[version] == dice(mask, found.truth)
        assert found.hd95[version] == hd95(mask, found.truth)
        assert found.pixels_to_change[version] == np.count_nonzero(mask != found.truth)
    (same,) = comparing.compare(session, "lung", parent, parent, [three[0].id])
    assert np.array_equal(same.one, same.other)
    assert same.row()["correction"] == three[0].id
    assert "film" not in str(same.row())


def test_the_gate_sees_the_same_masks(session, three, tiny_weights) -> None:
    """The child's own examination of the version gives the Mask that is shown."""
    from training.checkpoint import load_model
    from unet_studio.learning import exam

    parent = versions.active(session, "lung").id
    (found,) = comparing.compare(session, "lung", parent, parent, [three[1].id])
    network, about = load_model(tiny_weights)
    item = lessons.item(session, store.correction(session.workspace, three[1].id), about.input)
    sheet = exam.sit(network, [item], "cpu", about)
    shown = exam.mask_of(sheet[item.name], item, about.threshold)
    assert np.count_nonzero(shown != found.one) <= 3  # the child keeps its probabilities as float16


def test_large_pictures_are_shown_small_and_measured_in_their_own_pixels(session, tmp_path, accept, three) -> None:
    from unet_studio.workflow import opening

    large = cv2.resize(cv2.imread(str(tmp_path / "films" / "film_1.png"), 0), (1280, 1600))
    cv2.imwrite(str(tmp_path / "film_9.png"), large)
    opening.add_paths(session, [tmp_path / "film_9.png"])
    mask = np.zeros((1600, 1280), np.uint8)
    mask[200:1400, 100:1200] = 1
    number = accept(9, mask).id
    parent = versions.active(session, "lung").id
    (found,) = comparing.compare(session, "lung", parent, parent, [number])
    assert found.picture.shape == found.truth.shape == found.one.shape == (512, 410)
    shrunk = np.count_nonzero(found.one != found.truth) * (1600 / 512) ** 2
    assert found.pixels_to_change[0] == pytest.approx(shrunk, rel=0.02)
    assert found.hd95[0] > 100


def test_what_was_made_anew_or_withdrawn_since(session, three, make_version, accept, lungs) -> None:
    parent = versions.active(session, "lung").id
    made = make_version(metrics=judged(*((one.id, 0.9, 0.8 + one.id / 100) for one in three)))
    anew = accept(1, np.zeros_like(lungs[0]))
    store.set_state(session.workspace, three[1].id, QueueState.WITHDRAWN)
    assert [one.correction for one in comparing.compare(session, "lung", parent, made.id)] == [anew.id, three[2].id]


def test_without_a_verdict_the_gate_set_is_compared(session, three, make_version) -> None:
    made, parent = make_version(), versions.active(session, "lung").id
    with pytest.raises(UserError, match="no Correction is held out"):
        comparing.compare(session, "lung", parent, made.id)


def test_the_gate_set_itself(session, accept, lungs, make_version) -> None:
    made, parent = make_version(), versions.active(session, "lung").id
    gate = [accept(number, lungs[number - 1], side=Side.GATE).id for number in (1, 2)]
    store.set_state(session.workspace, gate[0], QueueState.FLAGGED)
    (found,) = comparing.compare(session, "lung", parent, made.id)
    assert (found.correction, found.side) == (gate[1], Side.GATE)


def test_versions_that_cannot_be_compared(session, three, make_version) -> None:
    parent = versions.active(session, "lung").id
    polyp = versions.active(session, "polyp").id
    with pytest.raises(UserError, match="not of lung"):
        comparing.compare(session, "lung", parent, polyp, [three[0].id])
    with pytest.raises(ModelError, match="no such model version"):
        comparing.compare(session, "lung", parent, "lung-v99", [three[0].id])
    made = make_version(passed=False)
    versions.archive(session, made.id)
    with pytest.raises(ModelError, match="is archived"):
        comparing.compare(session, "lung", parent, made.id, [three[0].id])


def test_another_readers_mask_is_hidden_and_so_is_what_is_made_from_it(session, three, accept, lungs) -> None:
    parent, second = versions.active(session, "lung").id, replace(session, reader="Dr Other")
    own = accept(2, lungs[1], reader="Dr Other")
    ids = [three[0].id, three[1].id, own.id]
    found = list(comparing.compare(second, "lung", parent, parent, ids))
    assert [one.hidden for one in found] == [True, False, False]  # film 2: Dr Other has accepted their own
    hidden = found[0]
    assert (hidden.truth, hidden.dice, hidden.hd95, hidden.pixels_to_change) == (None, None, None, None)
    assert hidden.one.any()
    row = hidden.row()
    assert (row["dice"], row["hd95"], row["pixels_to_change"]) == (None, None, None)
    means = comparing.means(found, 0)
    assert (means["pictures"], means["hidden"]) == (2, 1)
    assert means["dice"] == pytest.approx(np.mean([one.dice[0] for one in found[1:]]), abs=1e-4)
    assert comparing.means(found[:1], 0)["dice"] is None
    assert not any(one.hidden for one in comparing.compare(session, "lung", parent, parent, ids))
