"""A run from queue to version with a child that is played: what goes live, whose Corrections count, and deaths."""

from __future__ import annotations

import json
import shutil
from types import SimpleNamespace

import cv2
import numpy as np
import pytest

from unet_studio.core.correction import QueueState, Side
from unet_studio.core.errors import UserError
from unet_studio.core.model_version import Mode
from unet_studio.learning import runner
from unet_studio.learning.gate import Verdict
from unet_studio.learning.job import BEGIN, CANDIDATE, JOB, PARENT, RESULT
from unet_studio.learning.messages import Outcome as ChildOutcome
from unet_studio.learning.messages import Progress
from unet_studio.workflow import auto, going_live, learning, opening, queueing, request, versions
from unet_studio.workflow.session import close_session, open_session
from unet_studio.workspace import store
from unet_studio.workspace.database import writing

KILLED = ChildOutcome(
    failed="The learning process ended unexpectedly (stopped by signal 9); start it again.", died=True
)


@pytest.fixture
def child(monkeypatch):
    """Plays the child: `outcomes` are what it ends with, one a time (None: a Candidate by `verdict`); `jobs` it saw."""
    played = SimpleNamespace(outcomes=[], verdict=Verdict(True, "Better.", {"candidate_dice": 0.95}), jobs=[], at=None)

    class Run:
        def __init__(self, folder, seconds, on_progress, on_done):
            self._folder, self._tell, self._done = folder, on_progress, on_done

        def start(self):
            job = json.loads((self._folder / JOB).read_text())
            played.jobs.append(job | {"begin": (self._folder / BEGIN).is_file()})
            if played.at is not None:
                played.at()
            self._tell(Progress("learning", 1, 2, 0.5))
            outcome = played.outcomes.pop(0) if played.outcomes else None
            if outcome is None:
                (self._folder / RESULT).write_text("{}")
                shutil.copyfile(self._folder / PARENT, self._folder / CANDIDATE)
                names = tuple(row["name"] for row in job["items"] if not row["gate"])
                outcome = ChildOutcome(self._folder / CANDIDATE, played.verdict, learned=names, device="CPU", seconds=3)
            self._done(outcome)

        def wait(self, seconds=None):
            return True

        def cancel(self):
            pass

        pause = resume = cancel

    monkeypatch.setattr(runner, "Run", Run)
    return played


@pytest.fixture
def queued(accept, lungs):
    return [accept(number, lungs[number - 1]) for number in (1, 2, 3)]


def learn(session, seconds: float = 60.0, **more) -> learning.Outcome:
    ended: list[learning.Outcome] = []
    run = learning.start(session, "lung", seconds=seconds, on_progress=lambda _: None, on_done=ended.append, **more)
    assert run.join(30)
    return ended[0]


def live(session) -> str:
    return versions.active(session, "lung").id


def states(session) -> set[QueueState]:
    return {one.state for one in queueing.queue(session)}


def test_a_command_lets_a_better_one_go_live_and_counts_it_as_learned(session, child, queued) -> None:
    before = live(session)
    outcome = learn(session)
    assert (outcome.promoted, outcome.live, outcome.waits, outcome.parent) == (True, True, "", before)
    assert live(session) == outcome.model.id
    assert store.history(session.workspace, "lung")[-1].reason == "went live automatically: Better."
    learned = store.version(session.workspace, outcome.model.id).corrections
    assert learned
    assert {one.id for one in queueing.queue(session) if one.state is QueueState.LEARNED} == set(learned)
    assert outcome.model.metrics["compared_with"] == before
    assert (outcome.model.parent, outcome.model.passed) == (before, True)


def test_the_window_holds_it_until_it_says_so(session, child, queued) -> None:
    before = live(session)
    outcome = learn(session, hold=True)
    assert (outcome.promoted, outcome.live, bool(outcome.waits)) == (True, False, True)
    assert outcome.row()["promoted"] is False
    assert live(session) == before
    assert states(session) == {QueueState.QUEUED}
    assert [one.id for one in versions.undecided(session, "lung")] == [outcome.model.id]
    versions.set_mode(session, "lung", Mode.AUTOMATIC)
    assert going_live.go_live(session, outcome.model.id, case_open=True) is None
    assert going_live.go_live(session, outcome.model.id, case_open=False) is not None
    assert live(session) == outcome.model.id
    assert QueueState.LEARNED in states(session)


def test_a_refused_one_is_kept_and_shown_and_not_live(session, child, queued) -> None:
    child.verdict = Verdict(False, "Not clearly better.", {})
    before = live(session)
    outcome = learn(session)
    assert (outcome.promoted, outcome.live, outcome.model.passed) == (False, False, False)
    assert live(session) == before
    assert versions.undecided(session, "lung") == []
    assert states(session) == {QueueState.QUEUED}


def test_a_command_asks_where_its_reader_chose_so(session, child, queued) -> None:
    versions.set_mode(session, "lung", Mode.ASK)
    outcome = learn(session)
    assert outcome.promoted
    assert not outcome.live
    assert "models activate" in outcome.row()["reason"]


def test_a_command_leaves_it_to_a_window_that_is_open(session, child, queued) -> None:
    window = open_session(session.folder, window=True)
    outcome = learn(session)
    assert not outcome.live
    assert "A window has this workspace open" in outcome.row()["reason"]
    close_session(window)


def test_nothing_is_learned_while_frozen(session, child, queued) -> None:
    versions.set_mode(session, "lung", Mode.FROZEN)
    outcome = learn(session)
    assert "frozen for a reader study" in outcome.failed
    assert child.jobs == []
    assert states(session) == {QueueState.QUEUED}


def test_frozen_in_the_middle_of_a_run(session, child, queued) -> None:
    before = live(session)
    child.at = lambda: versions.set_mode(session, "lung", Mode.FROZEN)
    outcome = learn(session)
    assert outcome.promoted
    assert not outcome.live
    assert live(session) == before


@pytest.mark.parametrize("hold", [True, False])
def test_another_version_goes_live_in_the_middle_of_a_run(session, child, queued, make_version, hold) -> None:
    """Nobody knows whether the Candidate is better than that one: it is kept, and says so."""
    versions.set_mode(session, "lung", Mode.AUTOMATIC)
    before, other = live(session), make_version()
    child.at = lambda: versions.activate(session, other.id)
    outcome = learn(session, hold=hold)
    assert (outcome.promoted, outcome.live, outcome.stale) == (True, False, True)
    assert f"compared with {before}, which is not active any more" in outcome.row()["reason"]
    assert (outcome.model.parent, outcome.model.compared_with) == (before, before)
    assert live(session) == other.id


def test_readers_choose_whose_corrections_count(session, child, queued, accept, lungs) -> None:
    other = accept(1, np.roll(lungs[0], 5, axis=0), reader="Dr Two")
    assert learn(session, readers=("Dr Two",)).failed == ""
    assert [row["name"] for row in child.jobs[0]["items"]] == [str(other.id)]
    learn(session)
    rows = {row["name"]: row for row in child.jobs[1]["items"]}
    assert len(rows) == 4
    assert rows[str(other.id)]["group"] == rows[str(queued[0].id)]["group"]  # one picture is one group
    assert rows[str(other.id)]["gate"] == rows[str(queued[0].id)]["gate"]
    assert "of Dr Nobody is in the queue" in learn(session, readers=["Dr Nobody"]).failed


@pytest.mark.parametrize("known", [True, False], ids=["now", "of an older program"])
def test_near_duplicates_tie_their_groups_together(session, child, films, accept, lungs, known) -> None:
    """A copy under another patient's name is neither left out in another round than its first nor a patient more."""
    pixels = cv2.imread(str(films / "film_1.png"), cv2.IMREAD_GRAYSCALE)
    cv2.imwrite(str(films / "film_9.png"), (pixels * 0.9 + 8).astype(np.uint8))
    opening.add_paths(session, [films / "film_9.png"])
    first, other, copy = accept(1, lungs[0]), accept(2, lungs[1]), accept(9, lungs[0])
    assert copy.group != first.group
    if not known:
        with writing(session.workspace) as connection:
            connection.execute("DELETE FROM likenesses")
    assert learn(session).failed == ""
    groups = {row["name"]: row["group"] for row in child.jobs[0]["items"]}
    assert groups[str(first.id)] == groups[str(copy.id)] != groups[str(other.id)] == other.group
    assert groups[str(copy.id)] in (first.group, copy.group)  # a hash, as before


def test_nothing_is_learned_from_what_is_held_out(session, child, accept, lungs) -> None:
    held_out = accept(1, lungs[0], side=Side.GATE)
    died(session)
    assert learning.interrupted(session) is None
    assert "(1 are held out to compare models)" in learn(session).failed
    learned = accept(2, lungs[1])
    assert learn(session).live
    found = {one.id: one.state for one in queueing.queue(session)}
    assert found == {held_out.id: QueueState.QUEUED, learned.id: QueueState.LEARNED}
    assert "nothing new" in learn(session).failed


def test_where_a_run_begins(session, child, queued) -> None:
    learn(session, begin_from="scratch")
    outcome = learn(session)
    assert [job["plan"]["begin_from"] for job in child.jobs[:1]] == ["scratch"]
    assert not child.jobs[0]["begin"]
    first = versions.versions(session, "lung")[-1]
    assert (first.parent, first.metrics["begin_from"]) == (None, "scratch")
    assert "nothing new is in the queue" in outcome.failed
    with pytest.raises(UserError, match="learning begins from active, bundled, scratch"):
        learn(session, begin_from="nowhere")


def test_a_run_that_begins_anew_needs_no_new_correction(session, child, queued) -> None:
    assert learn(session).live
    assert "nothing new" in learn(session).failed
    outcome = learn(session, begin_from="scratch")
    assert outcome.failed == ""
    assert {row["name"] for row in child.jobs[-1]["items"]} == {str(one.id) for one in queued}
    request.remember(session, request.request("lung", 60.0, "cpu", "scratch", None, True))
    assert learning.interrupted(session) == "lung"
    assert auto.new(session, "lung") == []  # by itself a run begins for new ones alone


def test_what_a_version_that_was_rolled_back_had_learned_may_be_learned_again(session, child, queued, accept, lungs):
    first = learn(session)
    anew = accept(2, np.roll(lungs[1], 5, axis=0), reader="Dr Two")
    assert learn(session).live
    assert versions.learned_from(session, "lung") == {*(one.id for one in queued), anew.id}
    versions.rollback(session, "lung")
    assert versions.learned_from(session, "lung") == set(first.model.corrections)
    assert "nothing new of Dr Test" in learn(session, readers=["Dr Test"]).failed
    assert learn(session).live
    assert "nothing new" in learn(session).failed


def test_a_bundled_model_of_another_kind_is_not_begun_from(session, child, queued) -> None:
    """The program's own model sees larger pictures than the tiny one that is live here."""
    assert "begin from the active version" in learn(session, begin_from="bundled").failed


def test_the_bundled_model_is_begun_from_and_the_active_one_is_compared_with(
    session, child, queued, tiny_weights, tmp_path
) -> None:
    store.register_bundled(session.workspace, "lung", _copy(tiny_weights, tmp_path), may_activate=False)
    bundled, before = versions.versions(session, "lung")[-1].id, live(session)
    outcome = learn(session, begin_from="bundled")
    assert outcome.failed == ""
    assert child.jobs[0]["begin"]
    assert (outcome.model.parent, outcome.model.compared_with, outcome.parent) == (bundled, before, before)


def _copy(weights, folder):
    from dataclasses import replace

    from safetensors.torch import load_file

    from training.checkpoint import describe, save_model

    about = replace(describe(weights), path=folder / "bundled.safetensors")
    save_model({key: value * 1.01 for key, value in load_file(weights).items()}, about)
    return about.path


def test_a_child_that_was_killed_is_started_once_more(session, child, queued) -> None:
    child.outcomes = [KILLED]
    assert learn(session).live
    assert len(child.jobs) == 2


def test_a_child_that_fails_by_itself_is_not_started_again(session, child, queued) -> None:
    child.outcomes = [ChildOutcome(failed="There was not enough time to learn; allow more seconds.")]
    assert "allow more seconds" in learn(session).failed
    assert len(child.jobs) == 1


def test_a_child_that_is_killed_each_time_ends_the_run_in_a_sentence(session, child, queued) -> None:
    child.outcomes = [KILLED, KILLED, KILLED]
    outcome = learn(session)
    assert "signal 9" in outcome.failed
    assert len(child.jobs) == 2
    assert learning.interrupted(session) is None  # the program lives, and its reader has read the sentence


def test_with_no_time_left_a_killed_child_is_not_started_again(session, child, queued) -> None:
    child.outcomes = [KILLED]
    assert "signal 9" in learn(session, seconds=learning.LEAST_SECONDS).failed
    assert len(child.jobs) == 1


def died(session, **more) -> None:
    """Leaves what a run leaves whose program was killed."""
    (session.folder / "learning-dead" / "items").mkdir(parents=True, exist_ok=True)
    request.remember(session, request.request("lung", 60.0, "cpu", "active", None, True, **more))


def test_a_run_that_died_starts_again_from_the_queue(session, child, queued) -> None:
    assert learning.interrupted(session) is None
    assert learning.resume(session, on_progress=print, on_done=print) is None
    died(session)
    assert learning.interrupted(session) == "lung"
    with store.hold(session.workspace, "learning", "Dr Other"):
        assert learning.interrupted(session) is None  # it lives, in another program
        assert "Dr Other" in learn(session).failed
        assert (session.folder / "learning-dead").is_dir()
    ended: list[learning.Outcome] = []
    run = learning.resume(session, on_progress=lambda _: None, on_done=ended.append)
    assert run.join(30)
    assert ended[0].promoted
    assert not ended[0].live  # it was asked to hold
    assert not list(session.folder.glob("learning-*"))
    assert learning.interrupted(session) is None


def test_a_run_that_dies_each_time_is_not_started_for_ever(session, queued) -> None:
    for _ in range(request.TRIES):
        died(session)
    assert learning.interrupted(session) is None


def test_nothing_is_started_again_that_is_frozen_or_has_nothing_to_learn(session, queued) -> None:
    died(session)
    versions.set_mode(session, "lung", Mode.FROZEN)
    assert learning.interrupted(session) is None
    versions.set_mode(session, "lung", Mode.ASK)
    assert learning.interrupted(session) == "lung"
    queueing.set_queue_state(session, [one.id for one in queued], QueueState.WITHDRAWN)
    assert learning.interrupted(session) is None


def test_the_oldest_versions_are_archived_by_a_run(session, child, queued, accept, lungs) -> None:
    versions.keep_last(session, "lung", 2)
    child.verdict = Verdict(False, "Not clearly better.", {})
    made = [learn(session).model.id for _ in range(4)]
    archived = [one.id for one in versions.versions(session, "lung") if one.archived]
    assert archived == made[:2]
