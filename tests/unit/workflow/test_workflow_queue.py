"""Masks from elsewhere, export, model versions, and a run of learning."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest

from unet_studio.core.correction import QueueState
from unet_studio.core.errors import Locked, ModelError, UserError, WorkspaceError
from unet_studio.workflow import exporting, importing, learning, opening, proposing, queueing, versions
from unet_studio.workflow.session import Session, close_session, open_session
from unet_studio.workspace import split, store


@pytest.fixture
def session(workspace: Path) -> Iterator[Session]:
    opened = open_session(workspace)
    yield opened
    close_session(opened)


@pytest.fixture
def masks(masks: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Masks of films of which none is held out by chance."""
    monkeypatch.setattr(split, "GATE_SHARE", 10**12)
    return masks


def test_queue_add_pairs_by_stem_and_names_what_does_not_fit(
    session: Session, films: Path, masks: Path, lungs: list[np.ndarray]
) -> None:
    (masks / "film_2.png").unlink()
    cv2.imwrite(str(masks / "film_3.png"), lungs[2][:-1] * 255)
    report = importing.queue_add(session, "lung", films, masks)
    assert report.added == 1
    assert [problem.split(":")[0] for problem in report.problems] == ["film_2.png", "film_3.png"]
    assert "159" not in report.problems[1]
    assert "160 x 199" in report.problems[1]
    (correction,) = queueing.queue(session)
    assert np.array_equal(store.correction_mask(session.workspace, correction.id), lungs[0])
    (row,) = opening.cases(session)
    assert (row.status.value, row.target) == ("queued", "lung")
    again = importing.queue_add(session, "lung", films, masks)
    assert (again.added, again.already) == (0, 1)


def test_groups_of_a_csv_stay_together(session: Session, films: Path, masks: Path, tmp_path: Path) -> None:
    (tmp_path / "groups.csv").write_text("stem,group\nfilm_1,Anna\nfilm_2,Berta\nfilm_3,Anna\n")
    importing.queue_add(session, "lung", films, masks, tmp_path / "groups.csv")
    groups = [correction.group for correction in queueing.queue(session)]
    assert groups[0] == groups[2] != groups[1]
    assert "Anna" not in groups
    (tmp_path / "groups.csv").write_text("film_1\n")
    with pytest.raises(UserError, match=r"groups\.csv"):
        importing.queue_add(session, "lung", films, masks, tmp_path / "groups.csv")
    with pytest.raises(UserError, match="nowhere"):
        importing.queue_add(session, "lung", tmp_path / "nowhere", masks)


def test_export_writes_accepted_masks_only_unless_asked(
    session: Session, films: Path, masks: Path, lungs: list[np.ndarray], tmp_path: Path
) -> None:
    (masks / "film_2.png").unlink()
    (masks / "film_3.png").unlink()
    importing.queue_add(session, "lung", films, masks)
    opening.add_paths(session, [films])
    other = next(case for case in opening.cases(session) if case.name == "film_2.png")
    proposing.propose(session, opening.open_case(session, other.id))
    out = tmp_path / "out"
    report = exporting.export_masks(session, out)
    assert [path.name for path in report.written] == ["P001_I001.png"]
    written = cv2.imread(str(out / "P001_I001.png"), cv2.IMREAD_UNCHANGED)
    assert np.array_equal(written, lungs[0] * 255)
    facts = json.loads((out / "P001_I001.json").read_text())
    assert (facts["reader"], facts["reviewed"], facts["target"]) == ("Dr Test", True, "lung")
    more = exporting.export_masks(session, out, include_unreviewed=True)
    assert ([path.name for path in more.written], more.skipped) == (["P002_I001.png"], 1)
    assert json.loads((out / "P002_I001.json").read_text())["reviewed"] is False


def test_versions_go_forth_and_back(session: Session, tiny_weights: Path) -> None:
    first = versions.active(session, "lung")
    second = versions.install(session, "lung", tiny_weights, "the same once more")
    assert versions.active(session, "lung").id == second.id
    before = versions.before_active(session, "lung")
    assert before is not None
    assert before.id == first.id
    versions.rollback(session, "lung")
    assert versions.active(session, "lung").id == first.id
    versions.activate(session, second.id)
    assert versions.active(session, "lung").id == second.id
    with pytest.raises(ModelError):
        versions.activate(session, "lung-v99")
    assert json.loads(json.dumps(versions.version_row(second)))["id"] == second.id


def test_queue_states(session: Session, films: Path, masks: Path) -> None:
    importing.queue_add(session, "lung", films, masks)
    first = queueing.queue(session)[0]
    for verb, state in queueing.QUEUE_VERBS.items():
        assert queueing.set_queue_state(session, [first.id], state).queue
        assert queueing.queue(session)[0].state is state, verb
    with pytest.raises(WorkspaceError, match="999"):
        queueing.set_queue_state(session, [999], QueueState.FLAGGED)


def run_learning(session: Session, seconds: float, cancel: bool = False) -> tuple[learning.Outcome, list[str]]:
    phases: list[str] = []
    ended: list[learning.Outcome] = []
    begun = threading.Event()

    def on_progress(progress: object) -> None:
        phases.append(progress.phase)
        begun.set()

    run = learning.start(session, "lung", seconds=seconds, on_progress=on_progress, on_done=ended.append)
    if cancel:
        assert begun.wait(60)
        run.cancel()
        assert run.join(3.0)
    assert run.join(120)
    assert not run.running
    return ended[0], phases


def test_learning_ends_in_a_version_and_a_verdict(session: Session, films: Path, masks: Path) -> None:
    importing.queue_add(session, "lung", films, masks)
    parent = versions.active(session, "lung").id
    outcome, phases = run_learning(session, 40)
    assert outcome.failed == ""
    assert outcome.parent == parent
    assert "judging" in phases
    assert outcome.reason
    assert set(outcome.row()) == {"model", "parent", "promoted", "reason", "metrics", "seconds"}
    if outcome.model is not None:
        assert outcome.model.parent == parent
        assert versions.active(session, "lung").id == (outcome.model.id if outcome.promoted else parent)
    assert not list(session.folder.glob("learning-*"))


def test_cancel_leaves_queue_and_versions_as_they_were(session: Session, films: Path, masks: Path) -> None:
    importing.queue_add(session, "lung", films, masks)
    before = versions.versions(session)
    outcome, _ = run_learning(session, 120, cancel=True)
    assert outcome.cancelled
    assert outcome.row()["model"] is None
    assert versions.versions(session) == before
    assert {correction.state for correction in queueing.queue(session)} == {QueueState.QUEUED}
    assert not list(session.folder.glob("learning-*"))


def test_one_run_at_a_time_and_none_of_nothing(session: Session, films: Path, masks: Path) -> None:
    outcome, _ = run_learning(session, 20)
    assert "nothing new is in the queue" in outcome.failed
    importing.queue_add(session, "lung", films, masks)
    with store.hold(session.workspace, "learning", "Dr Other"):
        outcome, _ = run_learning(session, 20)
        assert "Dr Other" in outcome.failed
        with pytest.raises(Locked):
            store.hold(session.workspace, "learning", "Dr Test")
