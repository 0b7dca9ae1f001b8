"""Modes, decisions and the archive: what may go live, who says so, and what is kept."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import replace

import numpy as np
import pytest

from unet_studio.core.correction import QueueState
from unet_studio.core.errors import ModelError, UserError
from unet_studio.core.model_version import Mode
from unet_studio.workflow import going_live, proposing, versions
from unet_studio.workflow.going_live import Step, next_step
from unet_studio.workflow.session import close_session, open_session
from unet_studio.workspace import store


@contextmanager
def window_open(session):
    """A window that has the Workspace of a session open; the lock does not mind that it is of the same process."""
    window = open_session(session.folder, window=True)
    try:
        yield window
    finally:
        close_session(window)


def live(session) -> str:
    return versions.active(session, "lung").id


def waiting(session) -> list[str]:
    return [one.id for one in versions.undecided(session, "lung")]


def test_a_mode_is_kept_for_its_target_alone(session) -> None:
    assert versions.chosen_mode(session, "lung") is None
    assert versions.mode(session, "lung") is Mode.ASK
    for mode in Mode:
        assert versions.set_mode(session, "lung", mode).models
        assert versions.mode(session, "lung") is mode
    assert versions.mode(session, "polyp") is Mode.ASK


@pytest.mark.parametrize("mode", Mode)
@pytest.mark.parametrize("waits", [True, False])
@pytest.mark.parametrize("case_open", [True, False])
def test_no_version_changes_while_a_case_is_open(mode, waits, case_open) -> None:
    step = next_step(mode, waiting=waits, case_open=case_open)
    assert (step is Step.ACTIVATE) == (mode is Mode.AUTOMATIC and waits and not case_open)
    assert (step is Step.ASK) == (mode is Mode.ASK and waits and not case_open)
    assert (step is Step.WAIT) == (mode is not Mode.FROZEN and waits and case_open)


def test_a_better_candidate_goes_live_once_no_case_is_open(session, make_version) -> None:
    before, made = live(session), make_version()
    assert going_live.go_live(session, made.id, case_open=False) is None  # its reader is asked
    versions.set_mode(session, "lung", Mode.AUTOMATIC)
    assert going_live.go_live(session, made.id, case_open=True) is None
    assert live(session) == before
    assert going_live.go_live(session, made.id, case_open=False).models
    assert live(session) == made.id
    assert store.history(session.workspace, "lung")[-1].reason == "went live automatically: Better by 0.02."
    assert going_live.go_live(session, made.id, case_open=False) is None


def test_a_candidate_compared_with_a_version_that_is_active_no_more_does_not_go_live(session, make_version) -> None:
    made, other = make_version(), make_version()
    versions.set_mode(session, "lung", Mode.AUTOMATIC)
    versions.activate(session, other.id)
    assert going_live.hindrance(session, made, hold=False) == (
        f"It was compared with {made.parent}, which is not active any more, so it is only kept."
    )
    assert going_live.go_live(session, made.id, case_open=False) is None
    assert live(session) == other.id


def test_no_version_changes_beside_a_window_of_another_program(session, make_version, tiny_weights) -> None:
    before, second = make_version(), make_version()
    versions.activate(session, before.id)
    with window_open(session) as window:
        for act in (
            lambda: versions.activate(session, second.id),
            lambda: versions.rollback(session, "lung"),
            lambda: versions.install(session, "lung", tiny_weights, "another"),
        ):
            with pytest.raises(UserError, match=r"open in a window by Dr Test on .* since .*; do it there, or close"):
                act()
        assert live(session) == before.id
        assert versions.activate(window, second.id).models  # the window's own rules hold there
        assert versions.rollback(window, "lung").models
    assert versions.activate(session, second.id).models


def test_a_newer_programs_model_does_not_go_live_beside_a_window(tiny_weights, tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(versions, "_registered", {})
    monkeypatch.setattr(versions, "bundled_model", lambda target: tiny_weights)
    command = open_session(tmp_path / "fresh")
    first = versions.active(command, "lung")
    newer = tmp_path / "newer.safetensors"
    newer.write_bytes(tiny_weights.read_bytes() + b" ")
    monkeypatch.setattr(versions, "bundled_model", lambda target: newer)
    with window_open(command):
        assert versions.active(command, "lung") == first
    assert versions.active(command, "lung").id != first.id
    close_session(command)


def test_only_what_is_better_than_the_active_version_waits(session, make_version) -> None:
    first, second, refused = make_version(), make_version(), make_version(passed=False)
    assert waiting(session) == [first.id, second.id]
    versions.decline(session, first.id, "the left base")
    assert waiting(session) == [second.id]
    assert store.version(session.workspace, first.id).declined
    versions.activate(session, second.id)
    assert waiting(session) == []
    third = make_version()
    assert waiting(session) == [third.id]
    versions.activate(session, first.id)  # third was compared with second, which is active no more
    assert waiting(session) == []
    assert not store.version(session.workspace, refused.id).passed
    with pytest.raises(ModelError, match="is the active version"):
        versions.decline(session, first.id)


def test_a_refused_candidate_needs_a_reason_which_is_recorded(session, make_version) -> None:
    before, refused = live(session), make_version(passed=False)
    for nothing in ("", "  "):
        with pytest.raises(UserError, match="a reason is needed"):
            versions.activate(session, refused.id, nothing)
    assert live(session) == before
    versions.activate(session, refused.id, "its apices are right")
    assert live(session) == refused.id
    assert store.history(session.workspace, "lung")[-1].reason == "chosen by Dr Test: its apices are right"
    versions.rollback(session, "lung")
    versions.activate(session, refused.id)  # it was live before
    assert live(session) == refused.id


def test_activating_counts_its_corrections_as_learned(session, make_version, accept, lungs) -> None:
    kept, other = accept(1, lungs[0]), accept(2, lungs[1])
    made = make_version(corrections=(kept.id,))
    assert store.correction(session.workspace, kept.id).state is QueueState.QUEUED
    assert versions.activate(session, made.id).queue
    assert store.correction(session.workspace, kept.id).state is QueueState.LEARNED
    assert store.correction(session.workspace, other.id).state is QueueState.QUEUED


def test_a_frozen_target_keeps_one_model_id_over_thirty_films(session, make_version, accept, tiny_weights):
    made, before = make_version(), live(session)
    versions.set_mode(session, "lung", Mode.FROZEN)
    image = np.zeros((200, 160), np.uint8)
    for number in range(30):
        correction = accept(1 + number % 3, image, reader=f"Reader {number}")
        assert correction.model_id == before
        for act in (
            lambda: versions.activate(session, made.id, "because"),
            lambda: versions.rollback(session, "lung"),
            lambda: versions.install(session, "lung", tiny_weights, "another"),
        ):
            with pytest.raises(UserError, match=r"frozen for a reader study.*models mode --target lung ask"):
                act()
        assert going_live.go_live(session, made.id, case_open=False) is None
    assert {one.model_id for one in store.corrections(session.workspace, "lung")} == {before}
    assert live(session) == before
    versions.set_mode(session, "lung", Mode.ASK)
    versions.activate(session, made.id)
    assert live(session) == made.id


def test_an_archived_version_comes_back_as_it_was(session, make_version) -> None:
    made = make_version()
    with pytest.raises(UserError, match="waits for a decision"):
        versions.archive(session, made.id)
    versions.decline(session, made.id)
    weights = store.weights_path(session.workspace, made.id)
    data = weights.read_bytes()
    versions.archive(session, made.id)
    versions.archive(session, made.id)
    away = store.archived_file(session.workspace, made.id)
    assert (away.read_bytes(), weights.exists()) == (data, False)
    found = store.version(session.workspace, made.id)
    assert (found.archived, found.metrics, found.reason) == (True, made.metrics, made.reason)
    for act in (lambda: versions.activate(session, made.id), lambda: proposing.model(session, made.id, "cpu")):
        with pytest.raises(ModelError, match=f"is archived; bring it back with `unet-studio models restore {made.id}`"):
            act()
    away.rename(away.with_suffix(".elsewhere"))
    with pytest.raises(ModelError, match="put them back"):
        versions.restore(session, made.id)
    away.write_bytes(data[:-1] + b"x")
    with pytest.raises(ModelError, match="is damaged"):
        versions.restore(session, made.id)
    away.write_bytes(data)
    versions.restore(session, made.id)
    assert store.weights_path(session.workspace, made.id).read_bytes() == data
    assert not store.version(session.workspace, made.id).archived
    versions.activate(session, made.id)
    assert live(session) == made.id


def test_weights_that_another_version_has_too_stay(session, tiny_weights) -> None:
    first = versions.active(session, "lung")
    second = versions.install(session, "lung", tiny_weights, "the same once more")
    assert first.sha256 == second.sha256
    versions.archive(session, first.id)
    assert store.archived_file(session.workspace, first.id).is_file()
    assert store.weights_path(session.workspace, second.id).is_file()


def test_the_last_few_keep_their_weights_and_what_is_needed_is_never_archived(session, make_version) -> None:
    first = versions.active(session, "lung")
    made = [make_version(passed=False) for _ in range(6)]
    versions.activate(session, made[0].id, "for the test")
    versions.activate(session, made[1].id, "for the test")
    better = make_version()
    last = [make_version(passed=False) for _ in range(3)]
    versions.keep_last(session, "lung", 2)
    archived = {one.id for one in versions.versions(session, "lung") if one.archived}
    assert archived == {first.id, *(one.id for one in made[2:]), last[0].id}  # active, before it and waiting are not
    assert live(session) == made[1].id
    assert waiting(session) == [better.id]
    assert versions.kept_with_weights(session, "lung") == 2
    for act in (live(session), versions.versions(session, "polyp")[0].id):
        with pytest.raises(ModelError, match="never archived"):
            versions.archive(session, act)
    with pytest.raises(UserError, match="at least one"):
        versions.keep_last(session, "lung", 0)


def test_a_kept_reason_names_the_pictures_to_its_reader_alone(session, accept, lungs, make_version) -> None:
    first, second = accept(1, lungs[0]), accept(2, lungs[1])
    version = make_version(passed=False)
    told = replace(version, reason=f"Contradict: [{first.id}] and [{second.id}]; [999].")
    assert [one.reason for one in versions.with_names(session, [version, told])] == [
        version.reason,
        "Contradict: film_1.png and film_2.png; [999].",
    ]
