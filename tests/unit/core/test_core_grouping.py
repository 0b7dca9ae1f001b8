"""Groups of stills by their names: rules, guesses, and that renaming others changes nothing."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unet_studio.core.grouping import (
    ALONE,
    FIRST_NUMBER,
    LAST_NUMBER,
    PART,
    RULES,
    WHOLE,
    Rule,
    groups,
    guess,
    patient_key,
)

NAMES = st.lists(st.text(min_size=1, max_size=12), min_size=1, max_size=12, unique=True)


def test_what_each_rule_takes_of_a_name() -> None:
    name = "pat03_left-12.png"
    assert Rule(ALONE).key(name) == ""
    assert Rule(WHOLE).key(name) == Rule(WHOLE).key("other.jpg") != ""
    assert Rule(LAST_NUMBER).key(name) == "pat03_left"
    assert Rule(FIRST_NUMBER).key(name) == "pat03"
    assert [Rule(PART, n).key(name) for n in (1, 2, 3, 4)] == ["pat03", "left", "12", ""]
    assert Rule(LAST_NUMBER).key("no number.png") == "no number"


def test_frames_of_videos_are_guessed() -> None:
    names = [f"pat{patient:02}_{frame}.png" for patient in (3, 4) for frame in range(1, 40)]
    assert guess(names, video=True) == Rule(LAST_NUMBER)
    assert sorted(groups(guess(names, video=True), names)) == ["pat03", "pat04"]


def test_numbered_films_are_of_many_patients() -> None:
    films = [f"JPCLN{number:03}.png" for number in range(1, 90)] + [f"JPCNN{number:03}.png" for number in range(1, 60)]
    assert guess(films, video=False) == Rule(ALONE)
    pairs = [f"{patient}_{view}.png" for patient in range(1001, 1040) for view in ("pa", "lat")]
    assert len(groups(guess(pairs, video=False), pairs)) == 39


def test_names_that_say_nothing_are_each_alone() -> None:
    for names in (["a.png", "b.png", "c.png"], ["1.png", "2.png", "3.png"], ["one.png"], []):
        assert guess(names, video=True) == Rule(ALONE)


@given(NAMES, NAMES, st.sampled_from(RULES), st.randoms())
def test_a_name_keeps_its_group_whatever_stands_beside_it(names, later, rule, random) -> None:
    before = {name: rule.key(name) for name in names}
    everything = [*names, *later]
    random.shuffle(everything)
    after = groups(rule, everything)
    for name in names:
        assert name in after[before[name] or f"\0{name}"]
    assert sum(map(len, after.values())) == len(everything)


@pytest.mark.parametrize("nobody", ["", "ANON", "Anonymous ", "0", "0000", "000-00", "unknown", "N/A"])
def test_an_identifier_of_nobody_does_not_make_one_patient_of_all(nobody: str) -> None:
    assert patient_key(nobody, "1.2.3") == "1.2.3"
    assert patient_key(nobody, "") == ""


@pytest.mark.parametrize("somebody", ["4711", "ANON_0007", "007", "Annemarie"])
def test_any_other_identifier_is_a_patient(somebody: str) -> None:
    assert patient_key(somebody, "1.2.3") == somebody
