"""The gate's arithmetic, on drawn discs."""

import json

import cv2
import numpy as np
import pytest

from unet_studio.learning.agreement import agreement
from unet_studio.learning.evidence import sign_flip, weigh
from unet_studio.learning.gate import judge, with_names
from unet_studio.learning.kinds import right_before
from unet_studio.learning.plan import choose_mix
from unet_studio.learning.scores import Pair

SIDE = 96


def disc(x: float, y: float, radius: float) -> np.ndarray:
    rows, columns = np.mgrid[:SIDE, :SIDE]
    return ((columns - x) ** 2 + (rows - y) ** 2 <= radius**2).astype(np.uint8)


def places(count: int) -> list[tuple[float, float]]:
    rng = np.random.default_rng(5)
    return [(float(x), float(y)) for x, y in rng.uniform(30, 66, (count, 2))]


def pairs(count: int, parent_error: float, candidate_error: float, **kwargs) -> list[Pair]:
    """Discs of radius 20 whose Masks are off by that many px of radius, each a little differently."""
    return [
        Pair(
            f"#{n}",
            f"g{n}",
            disc(x, y, 20),
            disc(x, y, 20 + parent_error + 0.2 * (n % 3)),
            disc(x, y, 20 + candidate_error + 0.1 * (n % 4)),
            **kwargs,
        )
        for n, (x, y) in enumerate(places(count))
    ]


def test_eight_clear_improvements_go_live_as_weak_evidence():
    verdict = judge(pairs(8, 5, 1), 0.8, cross_validated=True)
    assert verdict.promoted
    assert "weak evidence" in verdict.reason
    assert "n = 8" in verdict.reason
    assert verdict.metrics["weak"]
    assert verdict.metrics["candidate_dice"] > verdict.metrics["parent_dice"]
    json.dumps(verdict.metrics, allow_nan=False)


@pytest.mark.parametrize("count", [1, 2])
def test_fewer_than_three_groups_never_decide(count):
    assert not judge(pairs(count, 5, 1), 0.5).promoted


def test_frames_of_one_video_are_not_independent():
    one_video = [Pair(p.name, "video", p.truth, p.parent, p.candidate) for p in pairs(12, 5, 1)]
    assert not judge(one_video, 0.5).promoted


def test_more_frames_of_the_same_videos_make_no_interval_narrower():
    gains = {f"video {n}": [0.01 * n - 0.01] for n in range(6)}
    once, often = weigh(gains), weigh({group: values * 40 for group, values in gains.items()})
    assert once == often
    assert not often.positive
    alone = weigh({f"{group} {frame}": values for group, values in gains.items() for frame in range(40)})
    assert alone.positive  # what frames as groups of their own would have made of it


def test_the_same_model_does_not_go_live():
    assert "Not clearly better" in judge(pairs(8, 2, 2), 0.5).reason


def test_a_worse_candidate_does_not_go_live():
    assert not judge(pairs(12, 1, 5), 0.5).promoted


def test_one_gain_among_losses_does_not_go_live():
    rows = pairs(8, 2, 2.5)
    rows[0] = Pair("#0", "g0", rows[0].truth, np.zeros_like(rows[0].truth), rows[0].truth)
    assert not judge(rows, 0.5).promoted


def test_a_mean_shape_is_not_specific():
    mean = disc(48, 48, 20)
    rows = [Pair(f"#{n}", f"g{n}", disc(*at, 20), disc(48, 48, 5), mean) for n, at in enumerate(places(8))]
    verdict = judge(rows, 0.3)
    assert not verdict.promoted
    assert "contradict" in verdict.reason
    assert "#" in verdict.reason


def test_low_agreement_is_never_live():
    verdict = judge(pairs(8, 12, 6), 0.95)
    assert not verdict.promoted
    assert "below 0.95" in verdict.reason


def test_corrections_accepted_unchanged_never_decide():
    accepted = [
        Pair(f"a{n}", f"h{n}", p.parent, p.parent, p.candidate, changed=False) for n, p in enumerate(pairs(6, 5, 1))
    ]
    verdict = judge([*pairs(8, 5, 1), *accepted], 0.8)
    assert verdict.promoted
    assert "of 14 pictures 6 were accepted unchanged" in verdict.reason
    assert verdict.metrics["groups"] == 8
    assert not judge(accepted, 0.8).promoted


def test_pixels_nobody_minded_do_not_favour_the_parent():
    """A reader who mends one large error and lets small ones stand: the model nearer to the truth goes live."""
    rows = []
    for n, (x, y) in enumerate(places(8)):
        truth, bump = disc(x, y, 20), disc(x + 20, y, 9)
        parent = (disc(x, y, 20.9) | bump).astype(np.uint8)
        touched = cv2.dilate(bump & (1 - truth), np.ones((3, 3), np.uint8))
        corrected = np.where(touched, truth, parent).astype(np.uint8)
        rows.append(Pair(f"#{n}", f"g{n}", corrected, parent, truth, touched))
    assert judge(rows, 0.8).promoted


def test_errors_that_nobody_minded_do_not_add_up_to_a_worse_mask():
    """A small bite is mended, and the whole outline moves by less than a reader would mend: Dice falls."""
    rows = []
    for n, (x, y) in enumerate(places(8)):
        truth, bite = disc(x, y, 20), disc(x + 20, y, 4)
        parent = (truth & (1 - bite)).astype(np.uint8)
        rows.append(Pair(f"#{n}", f"g{n}", truth, parent, disc(x, y, 21.5), truth & bite))
    verdict = judge(rows, 0.8)
    assert verdict.metrics["gain"]["positive"]
    assert verdict.metrics["gain"]["mean"] > 0.002
    assert not verdict.promoted
    assert verdict.reason.startswith("Not clearly better")


def test_a_new_large_error_on_untouched_pixels_counts():
    truth = disc(40, 40, 20)
    wrong = truth | disc(75, 75, 8)
    nothing = np.zeros_like(truth)
    assert agreement(truth, disc(40, 40, 20.6), nothing) == 1.0
    assert agreement(truth, wrong, nothing) == pytest.approx(agreement(truth, wrong, None), abs=0.01)


def test_two_empty_masks_agree():
    empty = np.zeros((8, 8), np.uint8)
    assert agreement(empty, empty, None) == 1.0
    assert agreement(empty, np.ones_like(empty), empty) == 0.0


def test_only_empty_corrections_are_no_evidence_of_specificity():
    empty, spot = np.zeros((SIDE, SIDE), np.uint8), disc(40, 40, 6)
    assert not judge([Pair(f"#{n}", f"g{n}", empty, spot, empty) for n in range(8)], 0.5).promoted


def test_sign_flip_is_exact():
    assert sign_flip(np.full(5, 0.1)) == pytest.approx(1 / 32)
    assert sign_flip(np.array([1.0, -1.0])) == pytest.approx(0.75)


def test_an_interval_around_zero_is_not_positive():
    rng = np.random.default_rng(0)
    alive = sum(weigh({str(n): [v] for n, v in enumerate(rng.normal(0, 1, 8))}).positive for _ in range(400))
    assert alive / 400 < 0.06


def test_no_evidence_from_nothing():
    assert not weigh({}).positive
    assert not judge([], 0.5).promoted


def two_kinds(loss: float) -> list[Pair]:
    """Eight films that are changed a lot and well, eight that the parent had right; there the radius is off by loss."""
    changed = pairs(8, 6, 1)
    right = [Pair(f"r{n}", f"h{n}", p.truth, p.truth, disc(x, y, 20 + loss)) for n, (p, (x, y)) in
             enumerate(zip(pairs(8, 0, 0), places(8), strict=True))]  # fmt: skip
    return [*changed, *right]


def test_a_candidate_that_loses_on_one_kind_does_not_go_live_and_says_so():
    verdict = judge(two_kinds(3), 0.8)
    assert verdict.metrics["gain"]["mean"] > 0.02
    assert not verdict.promoted
    assert "Worse on one kind" in verdict.reason
    assert "on the 8 that the active version had right from 1.000 to 0.8" in verdict.reason
    right, changed = verdict.metrics["kinds"]
    assert right["loses"]
    assert sorted(right["names"]) == [f"r{n}" for n in range(8)]
    assert not changed["loses"]
    assert changed["gain"]["groups"] == 8
    json.dumps(verdict.metrics, allow_nan=False)


def test_a_small_loss_on_one_kind_is_let_pass():
    verdict = judge(two_kinds(0.1), 0.8)
    assert verdict.promoted, verdict.reason
    assert len(verdict.metrics["kinds"]) == 2


def test_films_that_were_changed_alike_are_one_kind():
    assert judge(pairs(8, 5, 1), 0.8).metrics["kinds"] == []


def test_pairs_that_contradict_are_named():
    """Two films have each other's Masks, and the candidate marks what is there."""
    rows = pairs(8, 5, 1)
    one, two = rows[0], rows[1]
    rows[0] = Pair(one.name, one.group, two.truth, one.parent, one.candidate)
    rows[1] = Pair(two.name, two.group, one.truth, two.parent, two.candidate)
    verdict = judge(rows, 0.97)
    assert not verdict.promoted
    assert [one.name, two.name] in verdict.metrics["contradicting"]
    assert f"[{one.name}] and [{two.name}]" in verdict.reason
    assert "a.png and b.png" in with_names(verdict.reason, {one.name: "a.png", two.name: "b.png"})


def test_effort_saved_is_counted_in_pixels_of_the_picture():
    truth = disc(40, 40, 20)
    rows = [Pair(f"#{n}", f"g{n}", truth, np.zeros_like(truth), truth, step=2.0) for n in range(3)]
    metrics = judge(rows, 0.5).metrics
    assert metrics["per_picture"][0]["parent_pixels"] == 4 * int(truth.sum())
    assert metrics["per_picture"][0]["candidate_pixels"] == 0
    assert metrics["pixels_saved"]["mean"] == 4 * int(truth.sum())


def test_what_was_touched_is_compared_with_a_band_around_it_too():
    truth = disc(40, 40, 20)
    bump = disc(70, 70, 6)
    rows = [Pair(f"#{n}", f"g{n}", truth, truth | bump, truth, bump) for n in range(3)]
    verdict = judge(rows, 0.5)
    row = verdict.metrics["per_picture"][0]
    assert row["candidate_near"] == 1.0
    assert 0.2 < row["parent_near"] < 0.7
    assert verdict.metrics["near_gain"]["mean"] == pytest.approx(1.0 - row["parent_near"])
    assert judge(pairs(3, 5, 1), 0.5).metrics["per_picture"][0]["parent_near"] is None


def test_the_mix_is_the_best_one_that_keeps_what_the_parent_had_right():
    agreements = [0.90, 0.93, 0.95, 0.96]
    assert choose_mix(agreements) == 3
    assert choose_mix(agreements, [0.0, 0.004, 0.02, 0.03]) == 1
    assert choose_mix(agreements, [0.02, 0.03, 0.04, 0.05]) == 3  # none does: the gate will say so
    assert choose_mix([0.95, 0.9505, 0.94, 0.93], [0.0, 0.0, 0.0, 0.0]) == 0
    assert choose_mix([float("nan")] * 4) == 1


def test_kinds_need_three_groups_each_and_a_distance():
    assert right_before({"a": 0.7, "b": 0.72, "c": 0.71, "d": 0.98, "e": 0.97, "f": 0.99}) == {"d", "e", "f"}
    assert right_before({"a": 0.7, "b": 0.72, "d": 0.98, "e": 0.97, "f": 0.99}) == set()
    assert right_before({str(n): 0.97 + 0.001 * n for n in range(12)}) == set()
