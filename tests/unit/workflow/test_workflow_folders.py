"""Stills without a patient: one question for each folder, and what its answer does."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from unet_studio.core.grouping import LAST_NUMBER, WHOLE, Rule
from unet_studio.workflow import accepting, folders, opening
from unet_studio.workflow.session import Session, open_session
from unet_studio.workspace import store

NAMES = [f"pat{patient}_{frame}.png" for patient in (1, 2, 3) for frame in (1, 2)]


@pytest.fixture
def stills(tmp_path: Path) -> Path:
    folder = tmp_path / "stills"
    folder.mkdir()
    for number, name in enumerate(NAMES):
        pixels = cv2.GaussianBlur(np.random.default_rng(number).normal(128, 60, (90, 80)), (0, 0), 3)
        cv2.imwrite(str(folder / name), cv2.normalize(pixels, None, 0, 255, cv2.NORM_MINMAX).astype(np.uint8))
    return folder


@pytest.fixture
def ready(session: Session, stills: Path) -> dict[str, int]:
    """Case ids by name, all lung."""
    opening.add_paths(session, [stills], target="lung")
    return {case.name: case.id for case in opening.cases(session) if case.name in NAMES}


def accept(session: Session, case_id: int) -> store.NewCorrection:
    case = opening.open_case(session, case_id)
    case.draft.document.mask[:40] = 1
    accepting.accept(session, case, active_seconds=1, wall_seconds=1)
    return store.current_correction(session.workspace, case.image.content_hash, "lung", session.reader)


def test_it_is_asked_until_it_is_answered(session: Session, ready: dict[str, int], stills: Path) -> None:
    image = opening.load_image(session, ready[NAMES[0]])
    folder = folders.to_ask(session, ready[NAMES[0]], image)
    assert folder is not None
    assert (folder.path, folder.name, sorted(folder.names)) == (str(stills), "stills", NAMES)
    assert folder.guessed == Rule(LAST_NUMBER)
    assert (folder.rule, folder.accepted) == (None, 0)
    folders.choose(session, str(stills), Rule())
    assert folders.to_ask(session, ready[NAMES[0]], image) is None
    assert folders.folder_of(session, ready[NAMES[0]]).rule == Rule()


def test_nobody_answers_and_each_is_alone(session: Session, ready: dict[str, int]) -> None:
    assert len({accept(session, case_id).group for case_id in ready.values()}) == len(NAMES)


@pytest.mark.parametrize(("rule", "count"), [(Rule(LAST_NUMBER), 3), (Rule(WHOLE), 1), (Rule(), 6)])
def test_the_answer_makes_the_groups(
    session: Session, ready: dict[str, int], stills: Path, rule: Rule, count: int
) -> None:
    message = folders.choose(session, str(stills), rule).message
    assert message == f"{count} groups of pictures in this folder"
    accepted = {name: accept(session, case_id) for name, case_id in ready.items()}
    assert len({one.group for one in accepted.values()}) == count
    sides = {}
    for name, one in accepted.items():
        assert sides.setdefault(rule.key(name) or name, one.side) is one.side


def test_a_late_answer_takes_the_side_of_what_was_accepted_first(
    session: Session, ready: dict[str, int], stills: Path
) -> None:
    first = {name: accept(session, ready[name]) for name in NAMES if name.endswith("_1.png")}
    folders.choose(session, str(stills), Rule(LAST_NUMBER))
    for name, one in first.items():
        later = accept(session, ready[name.replace("_1", "_2")])
        assert later.side is one.side
        assert later.group != one.group
        assert accept(session, ready[name]).group == one.group


def test_a_renamed_file_keeps_its_side(session: Session, ready: dict[str, int], stills: Path) -> None:
    folders.choose(session, str(stills), Rule(LAST_NUMBER))
    before = accept(session, ready[NAMES[0]])
    (stills / NAMES[0]).rename(stills / "zz9_7.png")
    opening.add_paths(session, [stills / "zz9_7.png"], target="lung")
    (renamed,) = (case.id for case in opening.cases(session) if case.name == "zz9_7.png")
    other = open_session(session.folder, reader="Dr Other")
    store.set_target(other.workspace, renamed, other.reader, "lung")
    after = accept(other, renamed)
    assert (after.group, after.side) == (before.group, before.side)


def test_a_patient_of_its_own_is_not_asked_about(session: Session, ready: dict[str, int]) -> None:
    from dataclasses import replace

    image = opening.load_image(session, ready[NAMES[0]])
    assert folders.to_ask(session, ready[NAMES[0]], replace(image, group="patient 1")) is None
    video = replace(image, source=replace(image.source, frames=4))
    assert folders.to_ask(session, ready[NAMES[0]], video) is None
