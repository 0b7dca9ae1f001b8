"""From a run to the version that proposes: the choices, the notice, the page, the change between two cases."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QSize, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QListWidget, QPushButton, QWidget

from unet_studio.core.case import Status
from unet_studio.core.correction import QueueState, Side
from unet_studio.core.model_version import Mode, ModelVersion, Origin
from unet_studio.gui.app import open_window
from unet_studio.gui.dialogs.decision import LOOK, DecisionPage
from unet_studio.gui.learn_pictures import AFTER, drawn
from unet_studio.workflow import learning, opening, versions
from unet_studio.workflow.comparing import Compared
from unet_studio.workflow.request import Request, remember
from unet_studio.workflow.session import close_session, open_session
from unet_studio.workspace import store

LEFT, KEY = Qt.MouseButton.LeftButton, Qt.Key
CONTROL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
WAIT = 60_000
START = learning.start  # the real one


def test_asked_and_used_when_the_case_is_left(reader):
    before = reader.active()
    reader.learn()
    assert reader.played.asked["hold"] is True
    assert "is better: 0.801 → 0.952" in reader.notice()
    assert QApplication.activeModalWidget() is None
    page = reader.page()
    assert [film.name for film in page.films()] == ["film_2.png", "film_4.png", "film_1.png", "film_3.png"]
    assert page.findChild(QLabel, "decision_verdict").text().startswith("Better: mean Dice from 0.801 to 0.952")
    summary = page.summary.text()
    assert summary.startswith("4 films: mean Dice 0.")
    assert "judged before it had learned from 4" in summary
    words = page.words["after"].text()
    QTest.keyClick(page.findChild(QListWidget, "films"), KEY.Key_Down)
    assert page.words["after"].text() != words
    reader.click(page, "use_version")
    reader.settle()
    assert "as soon as you leave this picture" in reader.notice()
    assert reader.active() == before
    reader.press(KEY.Key_N)
    reader.wait(lambda: reader.name() == "film_6.png")
    reader.settle()
    assert reader.active() != before
    assert reader.notice() == f"{reader.active()} proposes from now on: 0.801 → 0.952"
    rows = {case.name: case.status for case in reader.window.worklist.panel.model.cases()}
    assert rows["film_1.png"] is Status.LEARNED
    states = {one.state for one in store.corrections(reader.session.workspace, "lung")}
    assert states == {QueueState.LEARNED}
    reader.press(KEY.Key_P)
    reader.wait(lambda: reader.window.reading.proposal is not None)
    assert reader.window.reading.proposal.model_id == reader.active()


def test_asked_and_kept(reader):
    before = reader.active()
    reader.learn()
    reader.click(reader.page(), "keep_version")
    reader.settle()
    reader.press(KEY.Key_N)
    reader.wait(lambda: reader.name() == "film_6.png")
    reader.settle()
    assert reader.active() == before
    assert versions.undecided(reader.session, "lung") == []
    assert reader.notice() == ""
    assert {one.state for one in store.corrections(reader.session.workspace, "lung")} == {QueueState.QUEUED}


def test_what_was_not_better_needs_a_reason(reader):
    reader.played.passed = False
    before = reader.active()
    reader.learn()
    assert reader.notice().endswith("is kept but does not propose. Not clearly better")
    page = reader.page()
    assert page.findChild(QPushButton, "use_version").text() == "Use it all the same…"
    reader.click(page, "use_version")
    use, edit = page.findChild(QPushButton, "override_use"), page.findChild(QLineEdit, "override_reason")
    assert not use.isEnabled()
    QTest.keyClicks(edit, "our outlines  are wider")
    QTest.mouseClick(use, LEFT)
    reader.settle()
    assert reader.active() == before
    reader.press(KEY.Key_N)
    reader.wait(lambda: reader.active() != before)
    reader.settle()
    assert "our outlines are wider" in store.history(reader.session.workspace, "lung")[-1].reason


def test_automatic_goes_live_between_two_cases(reader):
    before = reader.active()
    reader.press(KEY.Key_J, CONTROL)
    dialog = reader.dialog()
    reader.click(dialog, "mode_automatic")
    reader.click(dialog, "start_bundled")
    reader.click(dialog, "run_learn")
    reader.wait(lambda: reader.played.runs == 1)
    reader.settle()
    assert versions.mode(reader.session, "lung") is Mode.AUTOMATIC
    assert reader.played.asked["begin_from"] == "bundled"
    assert reader.window.desk.preferences.learn_from == "bundled"
    reader.wait(lambda: "as soon as you leave this picture" in reader.notice())
    assert reader.active() == before
    reader.window.canvas.set_brush_size(9)
    where = [reader.window.canvas.to_widget(*point) for point in ((40, 60), (60, 90))]
    QTest.mousePress(reader.window.canvas.viewport(), LEFT, pos=where[0])
    QTest.mouseMove(reader.window.canvas.viewport(), where[1])
    QTest.mouseRelease(reader.window.canvas.viewport(), LEFT, pos=where[1])
    reader.press(KEY.Key_Return)
    reader.wait(lambda: reader.name() == "film_6.png")
    reader.settle()
    assert reader.active() != before
    assert store.history(reader.session.workspace, "lung")[-1].reason == (
        "went live automatically: Better: mean Dice from 0.801 to 0.952; n = 4."
    )
    assert store.corrections(reader.session.workspace, "lung")[-1].model_id in ("", before)


def test_automatic_changes_nothing_once_its_reader_wants_to_be_asked(reader):
    """It waits for the open case; meanwhile the mode is chosen anew."""
    before = reader.active()
    versions.set_mode(reader.session, "lung", Mode.AUTOMATIC)
    reader.window.learn.refresh()
    reader.settle()
    reader.learn()
    reader.wait(lambda: "as soon as you leave this picture" in reader.notice())
    versions.set_mode(reader.session, "lung", Mode.ASK)
    reader.press(KEY.Key_N)
    reader.wait(lambda: reader.name() == "film_6.png" and "is better" in reader.notice())
    reader.settle()
    assert reader.active() == before
    assert len(versions.undecided(reader.session, "lung")) == 1


def test_automatic_goes_live_at_once_where_no_case_is_open(reader):
    before = reader.active()
    versions.set_mode(reader.session, "lung", Mode.AUTOMATIC)
    reader.window.learn.refresh()
    reader.settle()
    reader.window.reading.close_case()
    reader.window.actions_set["learn"].trigger()
    reader.wait(lambda: reader.active() != before)
    reader.settle()


def test_frozen_says_so_and_learns_nothing(reader):
    before = reader.active()
    reader.press(KEY.Key_J, CONTROL)
    dialog = reader.dialog()
    reader.click(dialog, "mode_frozen")
    reader.click(dialog, "run_keep")
    reader.wait(lambda: not reader.window.actions_set["learn"].isEnabled())
    reader.settle()
    assert reader.window.findChild(QLabel, "queue_count").text() == (
        f"Frozen for a reader study: nothing is learned, {before} stays."
    )
    assert not reader.window.actions_set["rollback"].isEnabled()
    reader.press(KEY.Key_L, CONTROL)
    reader.settle()
    assert reader.played.runs == 0
    assert reader.active() == before


def test_untouched_pictures_are_proposed_anew(reader):
    workspace, before = reader.session.workspace, reader.active()
    for name in ("film_5.png", "film_6.png"):
        reader.go(name)
        reader.press(KEY.Key_P)
        reader.wait(lambda: reader.window.reading.proposal is not None)
        reader.settle()
    old, drawn = reader.window.canvas, reader.window.canvas
    reader.window.canvas.set_brush_size(9)
    QTest.mouseClick(drawn.viewport(), LEFT, pos=drawn.to_widget(80, 20))
    touched = drawn.mask.copy()
    reader.go("film_5.png")
    first = old.mask.copy()
    reader.learn()
    reader.click(reader.page(), "use_version")
    reader.go("film_7.png")
    reader.wait(lambda: reader.active() != before and not reader.window.renew.waiting)
    reader.settle()
    cases = {case.name: case for case in opening.cases(reader.session)}
    newer = {
        name: store.find_proposal(workspace, cases[name].image_hash, "lung", reader.active())
        for name in ("film_5.png", "film_6.png")
    }
    assert newer["film_5.png"] is not None
    assert newer["film_6.png"] is None
    reader.go("film_6.png")
    assert np.array_equal(reader.window.canvas.mask, touched)
    reader.go("film_5.png")
    assert reader.window.canvas.mask.sum() > 1.2 * first.sum()
    assert reader.window.reading.proposal.model_id == reader.active()
    reader.press(KEY.Key_Z, CONTROL)
    assert np.array_equal(reader.window.canvas.mask, first)


def test_a_run_that_died_with_the_program_starts_again(qtbot, films, played):
    session = open_session(films)
    remember(session, Request("lung", 120.0))
    close_session(session)
    window = open_window(films)
    qtbot.addWidget(window)
    said = []
    window.jobs.said.connect(lambda text, _error: said.append(text))
    qtbot.waitUntil(lambda: played.runs == 1, timeout=WAIT)
    assert "Learning was interrupted; it starts again" in said
    second = open_window(films)
    qtbot.addWidget(second)
    qtbot.waitUntil(lambda: second.learn.read_once and not second.jobs.busy(), timeout=WAIT)
    assert played.runs == 1
    second.shut()
    qtbot.waitUntil(lambda: not window.teaching.running and not window.jobs.busy(), timeout=WAIT)
    window.shut()


def test_another_readers_hidden_mask_is_named_and_not_drawn(qtbot):
    mask = np.zeros((40, 40), np.uint8)
    mask[10:30, 10:30] = 1
    numbers = {"dice": (0.9, 0.95), "hd95": (3.0, 2.0), "pixels_to_change": (20, 10)}
    about = {"changed": True, "side": Side.GATE, "learned": (False, False)}
    own = Compared(1, "own.png", np.zeros((40, 40), np.uint8), mask, mask, mask, **numbers, **about)
    hidden = replace(own, name="theirs.png", truth=None, dice=None, hd95=None, pixels_to_change=None)
    parent = QWidget()
    qtbot.addWidget(parent)
    parent.resize(1366, 768)
    one = ModelVersion("lung-v1", "lung", 1, None, Origin.BUNDLED, "", "2026-01-01T10:00", False, False, "")
    page = DecisionPage(parent, one, replace(one, id="lung-v2", number=2), LOOK)
    for film in (own, hidden):
        page.add(film)
    page.end()
    assert page.legend.text().endswith("your mask; tinted: what would have to be corrected")
    assert page.words["after"].text().startswith("Dice 0.950")
    assert page.summary.text().startswith("1 film: mean Dice 0.900 → 0.950")
    assert "1 film is hidden until you have accepted your own mask of it." in page.summary.text()
    page.list.setCurrentRow(1)
    assert page.legend.text() == "The mask is another reader's; it is hidden until you have accepted your own."
    assert (page.words["before"].text(), page.words["after"].text()) == ("", "")
    assert "→" not in page.list.item(1).text()
    shown = drawn(hidden.picture, hidden.truth, hidden.other, AFTER, QSize(400, 400))
    assert shown.pixelColor(200, 200).getRgb()[:3] == (0, 0, 0)  # inside the outline: no tint
    assert shown.pixelColor(100, 200).getRgb()[:3] == AFTER


def test_what_is_decided_on_is_carried_out_when_the_window_closes(reader):
    before = reader.active()
    reader.learn()
    reader.click(reader.page(), "use_version")
    reader.settle()
    assert reader.active() == before
    reader.window.close()
    session = open_session(reader.session.folder)
    assert versions.active(session, "lung").id != before
    close_session(session)


def test_roll_back_waits_too_and_closing_the_page_changes_nothing(reader):
    before = reader.active()
    made = reader.candidate(passed=True)
    versions.activate(reader.session, made.id)
    reader.window.learn.refresh()
    reader.wait(lambda: reader.window.actions_set["rollback"].isEnabled())
    reader.settle()
    reader.press(KEY.Key_B, CONTROL | SHIFT)
    reader.settle()
    assert reader.active() == made.id
    reader.press(KEY.Key_N)
    reader.wait(lambda: reader.name() == "film_6.png")
    reader.settle()
    assert reader.active() == before
    reader.candidate(passed=True)
    reader.window.learn.refresh()
    reader.wait(lambda: "is better" in reader.notice())
    QTest.keyClick(reader.page(), KEY.Key_Escape)
    reader.press(KEY.Key_N)
    reader.wait(lambda: reader.name() == "film_7.png")
    reader.settle()
    assert reader.active() == before
    assert len(versions.undecided(reader.session, "lung")) == 1


def test_what_was_learned_may_be_learned_again(reader):
    """After a roll-back by what starts from the active version, else by what begins anew."""
    learn = reader.window.actions_set["learn"]

    def refresh() -> None:
        reader.window.learn.refresh()
        reader.settle()

    lessons = sum(one.side is Side.TRAIN for one in store.corrections(reader.session.workspace, "lung"))
    before, made = reader.active(), reader.candidate(passed=True)
    assert (learn.isEnabled(), lessons > 0) == (True, True)
    versions.activate(reader.session, made.id)
    for one in store.corrections(reader.session.workspace, "lung"):
        store.set_state(reader.session.workspace, one.id, QueueState.LEARNED)
    refresh()
    assert not learn.isEnabled()
    desk = reader.window.desk
    desk.prefer(replace(desk.preferences, learn_from="bundled"))
    refresh()
    assert learn.isEnabled()
    desk.prefer(replace(desk.preferences, learn_from="active"))
    versions.rollback(reader.session, "lung")
    refresh()
    assert reader.window.learn_panel.queue.text() == (
        f"0 corrections waiting, {lessons} that {before} has not learned from"
    )
    assert reader.window.learn.known.readers["lung"].total() == lessons
    reader.learn()
    assert reader.played.runs == 1


@pytest.mark.slow
def test_a_whole_run(reader, monkeypatch):
    """The real child learns; whatever the gate says, its films are shown and the reader has the last word."""
    monkeypatch.setattr(learning, "start", START)
    before, outcomes = reader.active(), []
    desk = reader.window.desk
    desk.prefer(replace(desk.preferences, learn_seconds=1800))  # at most: its steps are few
    reader.window.teaching.ended.connect(outcomes.append)
    reader.press(KEY.Key_L, CONTROL)
    reader.qtbot.waitUntil(lambda: bool(outcomes), timeout=280_000)
    reader.settle()
    (outcome,) = outcomes
    assert not outcome.failed
    plot = reader.window.learn_panel.plot
    assert plot.curves()["loss"]
    assert [number for number, _step in plot.rounds()] == list(range(1, outcome.metrics["rounds"] + 1))
    assert reader.active() == before
    QTest.mouseClick(reader.window.learn_panel.review, LEFT)
    page = reader.dialog()
    reader.wait(lambda: page.list.count() == len(outcome.metrics["per_picture"]))
    reader.settle()
    reader.click(page, "use_version")
    if not outcome.promoted:
        QTest.keyClicks(page.findChild(QLineEdit, "override_reason"), "seen by eye")
        QTest.mouseClick(page.findChild(QPushButton, "override_use"), LEFT)
    reader.settle()
    reader.press(KEY.Key_N)
    reader.wait(lambda: reader.active() == outcome.model.id)
    reader.settle()
