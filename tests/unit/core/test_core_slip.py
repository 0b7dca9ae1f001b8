"""Each case of the decision whether a Correction looks like a slip."""

from __future__ import annotations

from dataclasses import replace

import pytest

from unet_studio.core.slip import Difference, Question, question

USUAL = Difference(
    sure=0.25, marked=0.28, removed=0.01, added=0.02, sure_removed=0.003, sure_added=0.005, empty=False
)  # a film whose outline was mended
SHIFTED = replace(USUAL, removed=0.37, added=0.38, sure_removed=0.35, sure_added=0.36)
ONE_LUNG = replace(USUAL, removed=0.55, added=0.01, sure_removed=0.55, sure_added=0.0)
EMPTY = Difference(0.25, 0.0, 1.0, 0.0, 1.0, 0.0, True)
INVERTED = Difference(0.25, 0.72, 0.40, 1.0, 1.0, 0.98, False)


def test_what_is_near_the_proposal_is_no_slip() -> None:
    assert question(USUAL, "lung", [USUAL] * 9) is Question.NONE
    assert question(USUAL, "lung", []) is Question.NONE


@pytest.mark.parametrize("slip", [SHIFTED, ONE_LUNG, INVERTED])
def test_far_and_unlike_the_others_is_asked_about(slip: Difference) -> None:
    assert question(slip, "lung", [USUAL] * 7) is Question.FAR
    assert question(slip, "lung", [USUAL] * 6 + [slip]) is Question.FAR  # two of eight are no convention


@pytest.mark.parametrize("way", [SHIFTED, ONE_LUNG])
def test_what_a_good_part_of_the_corrections_share_is_a_convention(way: Difference) -> None:
    assert question(way, "lung", [way] * 7) is Question.NONE
    assert question(way, "lung", [USUAL] * 5 + [way] * 3) is Question.NONE
    assert question(USUAL, "lung", [way] * 7) is Question.NONE  # near the proposal is never a slip


def test_only_what_is_blatant_is_asked_about_a_reader_nobody_knows() -> None:
    assert question(ONE_LUNG, "lung", [USUAL] * 3) is Question.NONE
    assert question(INVERTED, "lung", []) is Question.FAR


def test_what_the_reader_kept_once_is_not_asked_about_again() -> None:
    others = [USUAL] * 20
    assert question(ONE_LUNG, "lung", others, [ONE_LUNG]) is Question.NONE
    assert question(SHIFTED, "lung", others, [ONE_LUNG]) is Question.FAR


def test_empty_is_asked_about_where_the_proposal_is_sure() -> None:
    assert question(EMPTY, "lung", []) is Question.EMPTY
    assert question(EMPTY, "polyp", [USUAL] * 9) is Question.EMPTY
    assert question(replace(EMPTY, sure=0.0), "polyp", []) is Question.NONE
    assert question(EMPTY, "polyp", [USUAL] * 4 + [EMPTY] * 4) is Question.NONE  # most are empty here


def test_a_missed_polyp_is_what_readers_are_there_for() -> None:
    missed = Difference(0.03, 0.03, 1.0, 1.0, 1.0, 1.0, False)
    assert question(missed, "polyp", [USUAL] * 9) is Question.NONE
    assert question(replace(missed, marked=0.97), "polyp", [USUAL] * 9) is Question.FAR


def test_the_newest_corrections_speak_for_a_reader() -> None:
    assert question(ONE_LUNG, "lung", [USUAL] * 40 + [ONE_LUNG] * 10) is Question.NONE
    assert question(ONE_LUNG, "lung", [ONE_LUNG] * 10 + [USUAL] * 40) is Question.FAR
