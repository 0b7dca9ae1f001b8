"""Doubt in the real window by real keys; the network's answers are made up, everything else is the program's own."""

from pathlib import Path
from types import SimpleNamespace

import cv2
import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from unet_studio.core.changes import Changes
from unet_studio.core.errors import ModelError
from unet_studio.core.proposal import Proposal
from unet_studio.gui.app import open_window
from unet_studio.workflow import doubting, opening, proposing
from unet_studio.workflow.session import change_reader, close_session, open_session
from unet_studio.workspace import store

KEY, LEFT = Qt.Key, Qt.MouseButton.LeftButton
NO, SHIFT, CONTROL = (
    Qt.KeyboardModifier.NoModifier,
    Qt.KeyboardModifier.ShiftModifier,
    Qt.KeyboardModifier.ControlModifier,
)
SHAPE = (400, 300)
UPPER, LOWER = (60, 80), (150, 330)  # column, row of a thick doubtful part of the outline, and of a thinner one


def square() -> np.ndarray:
    mask = np.zeros(SHAPE, np.uint8)
    mask[100:320, 50:250] = 1
    return mask


def answers() -> SimpleNamespace:
    """The model would mark more above the left end of the upper border, and a little more below the lower one."""
    probability = square().astype(np.uint16) * 65535
    probability[60:100, 50:110] = 60000
    probability[320:335, 120:180] = 60000
    return SimpleNamespace(probability=probability, spread=np.zeros(SHAPE, np.uint16))


@pytest.fixture
def window(qtbot, tmp_path: Path, monkeypatch):
    """A proposed picture whose doubt is known after two passes; `window.passes` counts them."""
    monkeypatch.setattr(proposing, "warm_up", lambda session: "CPU")
    monkeypatch.setattr(proposing, "device_summary", lambda: ("CPU", ""))
    passes = []

    def second_look(session, case, proposal):
        features = np.zeros((0, *SHAPE), np.float16)
        for doubt in (None, answers()):
            passes.append(case.case.id)
            yield SimpleNamespace(features=features, doubt=doubt, changes=Changes())

    monkeypatch.setattr(doubting, "second_look", second_look)
    window = open_window(a_workspace(tmp_path))
    window.passes = passes
    qtbot.addWidget(window)
    window.resize(1280, 800)
    qtbot.waitUntil(lambda: opened(window) == "film_1.png", timeout=20_000)
    window.activateWindow()
    window.canvas.setFocus()
    take_proposal(window)
    yield window
    window.shut()


def a_workspace(tmp_path: Path) -> Path:
    """A Workspace of Dr Test with three films."""
    pictures = tmp_path / "pictures"
    pictures.mkdir()
    for number in (1, 2, 3):
        pixels = np.full(SHAPE, 40 * number, np.uint8)
        (pictures / f"film_{number}.png").write_bytes(cv2.imencode(".png", pixels)[1].tobytes())
    session = change_reader(open_session(tmp_path / "workspace"), "Dr Test")
    opening.add_paths(session, [pictures], target="lung")
    close_session(session)
    return tmp_path / "workspace"


def take_proposal(window) -> None:
    probability = square().astype(np.uint16) * 65535
    window.reading._take_proposal(Proposal(probability, *SHAPE, "lung", "lung-v1", "", "CPU", 0.1))


def opened(window) -> str:
    case = window.reading.open_case
    return case.case.name if case is not None and not window.reading.busy else ""


def known(window, qtbot) -> None:
    qtbot.waitUntil(lambda: window.look.doubt is not None, timeout=20_000)


def press(window, key, keys=NO) -> None:
    QTest.keyClick(window.canvas, key, keys)


def seen(window) -> tuple[float, float]:
    """The image position in the middle of the canvas."""
    return window.canvas.to_image(window.canvas.rect().toRectF().center())


def is_near(window, place) -> bool:
    return np.hypot(*(np.array(seen(window)) - place)) < 40 and window.canvas.zoom > 2


def test_d_goes_from_place_to_place_and_back(window, qtbot):
    known(window, qtbot)
    whole = window.canvas.zoom
    press(window, KEY.Key_D, SHIFT)
    assert window.status.message() == "No doubtful place was looked at yet: press D for the first"
    press(window, KEY.Key_D)
    assert is_near(window, (80, 80)), seen(window)
    assert window.canvas.zoom > whole
    assert "may be wrong; 1 more to look at" in window.status.message()
    press(window, KEY.Key_D)
    assert is_near(window, (150, 327)), seen(window)
    assert "the last one" in window.status.message()
    press(window, KEY.Key_D, SHIFT)
    assert is_near(window, (80, 80))
    press(window, KEY.Key_D)
    assert is_near(window, (150, 327))
    press(window, KEY.Key_D)
    assert is_near(window, (80, 80))
    assert "from the first one again" in window.status.message()


def test_what_the_reader_touched_is_not_offered_again_and_the_end_is_said(window, qtbot):
    known(window, qtbot)
    window.canvas.set_brush_size(60)
    for row, columns in ((85, (50, 110)), (325, (110, 190))):
        ends = [window.canvas.to_widget(column, row) for column in columns]
        press(window, KEY.Key_D)
        window.canvas.fit()
        QTest.mousePress(window.canvas, LEFT, NO, ends[0])
        QTest.mouseMove(window.canvas, ends[1])
        QTest.mouseRelease(window.canvas, LEFT, NO, ends[1])
    place = seen(window)
    press(window, KEY.Key_D)
    assert window.status.message() == "No doubtful place is left on this picture"
    assert seen(window) == place
    press(window, KEY.Key_Z, CONTROL)
    press(window, KEY.Key_D)
    assert "may be wrong" in window.status.message()


def test_pressed_too_early_it_goes_there_as_soon_as_it_can(window, qtbot):
    assert window.look.doubt is None
    press(window, KEY.Key_D)
    assert "is being worked out" in window.status.message()
    qtbot.waitUntil(lambda: is_near(window, (80, 80)), timeout=20_000)


def test_the_map_is_switched_on_with_a_legend_and_follows_the_mask(window, qtbot):
    known(window, qtbot)
    canvas = window.canvas
    at = canvas.to_widget(80, 80)

    def colour():
        pixel = canvas.grab().toImage().pixelColor(at)
        return pixel.red(), pixel.green(), pixel.blue()

    plain = colour()
    assert not window.doubt.legend.isVisible()
    press(window, KEY.Key_D, CONTROL)
    violet = colour()
    assert min(violet[0], violet[2]) > violet[1] + 30
    assert window.doubt.legend.isVisible()
    canvas.set_brush_size(100)
    QTest.mouseClick(canvas, LEFT, NO, at)
    QTest.mouseMove(canvas, canvas.to_widget(280, 380))
    qtbot.waitUntil(lambda: colour()[2] > colour()[0], timeout=5_000)  # it is the mask's blue now
    press(window, KEY.Key_Z, CONTROL)
    qtbot.waitUntil(lambda: colour() == violet, timeout=5_000)
    press(window, KEY.Key_D, CONTROL)
    assert colour() == plain
    assert not window.doubt.legend.isVisible()


def test_where_the_reader_is_brought_the_map_is_shown_for_a_moment(window, qtbot):
    known(window, qtbot)
    press(window, KEY.Key_D)
    assert window.doubt.legend.isVisible()
    qtbot.waitUntil(lambda: not window.doubt.legend.isVisible(), timeout=10_000)


def test_a_proposal_comes_between_two_passes(window, qtbot, monkeypatch):
    ran = []
    monkeypatch.setattr(proposing, "propose", lambda session, case: ran.append(len(window.passes)) or proposal())

    def proposal():
        return Proposal(square().astype(np.uint16) * 65535, *SHAPE, "lung", "lung-v2", "", "CPU", 0.1)

    qtbot.waitUntil(lambda: len(window.passes) >= 1, timeout=20_000)
    press(window, KEY.Key_P)
    qtbot.waitUntil(lambda: window.reading.proposal.model_id == "lung-v2", timeout=20_000)
    assert ran[0] <= 2
    known(window, qtbot)
    assert len(window.passes) >= 3  # doubt of the new proposal is worked out from the beginning


def test_a_picture_that_is_left_is_not_asked_about_any_more(window, qtbot):
    qtbot.waitUntil(lambda: len(window.passes) >= 1, timeout=20_000)
    press(window, KEY.Key_N)
    qtbot.waitUntil(lambda: opened(window) == "film_2.png", timeout=20_000)
    assert window.look.features is None
    assert window.look.doubt is None
    assert not window.actions_set["doubt_next"].isEnabled()
    qtbot.wait(50)
    assert window.look.doubt is None


def test_a_model_that_cannot_be_asked_is_told_of_when_doubt_is_wanted(window, qtbot, monkeypatch):
    def second_look(*about):
        raise ModelError("lung-v1: the weights are missing; choose another version.")
        yield

    monkeypatch.setattr(doubting, "second_look", second_look)
    window.status.say("")
    take_proposal(window)
    qtbot.waitUntil(lambda: window.look.problem != "", timeout=20_000)
    assert "weights" not in window.status.message()
    for keys in (NO, SHIFT):
        window.status.say("")
        press(window, KEY.Key_D, keys)
        assert "the weights are missing" in window.status.message()


def test_the_worklist_sorts_by_expected_effort(window, qtbot):
    session = window.reading.session
    hashes = {}
    for case in opening.cases(session):
        opening.load_image(session, case.id)
        hashes[case.name] = opening.cases(session)[case.id - 1].image_hash
    for name, effort in (("film_2.png", 0.01), ("film_3.png", 0.07)):
        store.save_effort(session.workspace, hashes[name], "lung", "lung-v1", effort)
    panel = window.worklist.panel
    QTest.keyClick(panel.sorting, KEY.Key_End)
    assert panel.sorting.currentText() == "By effort"
    window.reading.changed.emit(Changes(cases=frozenset({2, 3})))
    assert [case.name for case in panel.shown()] == ["film_3.png", "film_2.png", "film_1.png"]
    tip = panel.order.index(0, 0).data(Qt.ItemDataRole.ToolTipRole)
    assert "Expected to be corrected: 7.0 % of the picture" in tip
    assert opened(window) == "film_1.png"
    window.shut()
    again = open_window(session.folder)
    qtbot.addWidget(again)
    assert next(case.name for case in again.worklist.panel.shown()) == "film_3.png"
    again.shut()
