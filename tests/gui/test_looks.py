"""The looks in the window, by keys: turned view, blinking, colours, the earlier model's mask, side by side."""

from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QComboBox

from unet_studio.core.proposal import Proposal
from unet_studio.editing.document import Document
from unet_studio.gui.app import open_window
from unet_studio.gui.canvas.difference import ADDED
from unet_studio.gui.canvas.turn import UPRIGHT
from unet_studio.gui.compare_link import NO_EARLIER, NO_PROPOSAL
from unet_studio.gui.palette import OKABE_ITO
from unet_studio.workflow import opening, proposing
from unet_studio.workflow.session import change_reader, close_session, open_session

KEY, ALT, SHIFT = Qt.Key, Qt.KeyboardModifier.AltModifier, Qt.KeyboardModifier.ShiftModifier
LEFT = Qt.MouseButton.LeftButton
SHAPE = (120, 100)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    y, x = np.mgrid[: SHAPE[0], : SHAPE[1]]
    for number in (1, 2):
        (tmp_path / f"film_{number}.png").write_bytes(
            cv2.imencode(".png", (40 + x + y // number).astype(np.uint8))[1].tobytes()
        )
    session = change_reader(open_session(tmp_path / "workspace"), "Dr Test")
    opening.add_paths(session, [tmp_path / "film_1.png", tmp_path / "film_2.png"])
    close_session(session)
    return tmp_path / "workspace"


@pytest.fixture
def window(qtbot, folder, monkeypatch):
    monkeypatch.setattr(proposing, "warm_up", lambda session: "CPU")
    monkeypatch.setattr(proposing, "device_summary", lambda: ("CPU", ""))
    window = open_window(folder)
    qtbot.addWidget(window)
    wait_for(window, qtbot, "film_1.png")
    qtbot.waitUntil(lambda: not window.jobs.busy(), timeout=20_000)
    window.canvas.setFocus()
    yield window
    window.shut()


def wait_for(window, qtbot, name):
    reading = window.reading
    qtbot.waitUntil(lambda: reading.open_case is not None and reading.open_case.case.name == name, timeout=20_000)
    qtbot.waitUntil(lambda: not reading.busy, timeout=20_000)


def press(window, key, keys=Qt.KeyboardModifier.NoModifier):
    QTest.keyClick(window.canvas, key, keys)


def half(left: bool) -> np.ndarray:
    mask = np.zeros(SHAPE, np.uint8)
    mask[:, :50] = left
    mask[:, 50:] = not left
    return mask


def colour_at(canvas, column, row) -> np.ndarray:
    """RGB in the middle of a picture px as it is drawn."""
    x, y = canvas._view.to_widget((column + 0.5, row + 0.5))
    colour = canvas.grab().toImage().pixelColor(round(x), round(y))
    return np.array([colour.red(), colour.green(), colour.blue()])


# the turned view


def test_keys_turn_the_view_and_the_corner_warns_until_it_is_upright(window, qtbot):
    canvas, corner = window.canvas, window.looks.corner
    assert not corner.isVisible()
    press(window, KEY.Key_Right, ALT)
    assert canvas.turn == UPRIGHT.right()
    assert corner.isVisible()
    assert corner.turn_text.text() == "View turned 90° right\nAlt+Up: upright"
    press(window, KEY.Key_H, SHIFT)
    press(window, KEY.Key_V, SHIFT)
    press(window, KEY.Key_Left, ALT)
    assert canvas.turn == UPRIGHT.right().mirrored().flipped().left()
    assert "180°" in corner.turn_text.text()
    assert corner.turn_text.width() >= corner.turn_text.sizeHint().width()
    assert canvas.mask_visible
    press(window, KEY.Key_Up, ALT)
    assert canvas.turn == UPRIGHT
    assert not corner.isVisible()
    press(window, KEY.Key_H, SHIFT)
    press(window, KEY.Key_N)
    wait_for(window, qtbot, "film_2.png")
    assert canvas.turn == UPRIGHT
    assert not corner.isVisible()
    assert not window.reading.draft.can_undo


def test_a_correction_made_in_a_turned_view_is_kept_as_it_was_seen(window, qtbot):
    canvas = window.canvas
    press(window, KEY.Key_Left, ALT)
    press(window, KEY.Key_H, SHIFT)
    canvas.set_brush_size(1)
    QTest.mouseClick(canvas, LEFT, pos=canvas.to_widget(30, 40))
    assert np.argwhere(canvas.mask).tolist() == [[40, 30]]
    assert np.argwhere(window.reading.draft.document.mask).tolist() == [[40, 30]]
    QTest.mouseMove(canvas, canvas.to_widget(30, 41))
    qtbot.waitUntil(lambda: window.status.fact("place").startswith("x 30  y 41"))


# blinking, colours, outline


def test_blinking_shows_and_hides_until_painting_begins(window, qtbot):
    canvas, seen = window.canvas, []
    canvas.mask_shown.connect(seen.append)
    press(window, KEY.Key_B, SHIFT)
    qtbot.waitUntil(lambda: len(seen) >= 3, timeout=10_000)
    assert seen[:3] == [False, True, False]
    QTest.mousePress(canvas, LEFT, pos=QPoint(200, 200))
    assert canvas.mask_visible
    assert not window.actions_set["blink"].isChecked()
    count = len(seen)
    QTest.qWait(700)
    assert len(seen) == count
    QTest.mouseRelease(canvas, LEFT, pos=QPoint(200, 200))


def test_hiding_by_h_ends_blinking_and_the_key_let_go_shows_the_mask(window, qtbot):
    press(window, KEY.Key_B, SHIFT)
    QTest.keyPress(window.canvas, KEY.Key_H)
    assert not window.canvas.mask_visible
    QTest.qWait(600)
    assert not window.canvas.mask_visible
    QTest.keyRelease(window.canvas, KEY.Key_H)
    assert window.canvas.mask_visible
    assert not window.actions_set["blink"].isChecked()


def test_the_colour_of_masks_is_chosen_and_kept(window, folder, qtbot):
    canvas = window.canvas
    QTest.mouseClick(canvas, LEFT, pos=canvas.to_widget(50, 60))
    canvas.set_opacity(1.0)
    assert colour_at(canvas, 50, 60) == pytest.approx(OKABE_ITO["sky blue"], abs=2)
    window.actions_set["preferences"].trigger()
    dialog = QApplication.activeModalWidget()
    box = dialog.findChild(QComboBox, "colour_lung")
    assert [box.itemText(place).lower() for place in range(box.count())] == list(OKABE_ITO)
    box.setFocus()
    QTest.keyClicks(box, "verm")
    QTest.keyClick(dialog, KEY.Key_Return)
    qtbot.waitUntil(lambda: QApplication.activeModalWidget() is None)
    assert colour_at(canvas, 50, 60) == pytest.approx(OKABE_ITO["vermillion"], abs=2)
    window.actions_set["outline"].trigger()
    window.close()
    again = open_window(folder)
    qtbot.addWidget(again)
    wait_for(again, qtbot, "film_1.png")
    assert again.canvas._mask_layer.colour == OKABE_ITO["vermillion"]
    assert not again.canvas._mask_layer.outline
    assert not again.actions_set["outline"].isChecked()
    again.shut()


# the earlier model's mask


def test_the_difference_tells_added_from_removed_in_any_view(reader):
    canvas = reader.canvas
    now, then = np.zeros((2, *reader.shape), np.uint8)
    now[100:200, 100:200], then[100:200, 150:250] = 1, 1
    canvas.set_image(np.full(reader.shape, 90, np.uint8))
    canvas.set_document(Document(reader.shape, now))
    canvas.set_difference(then)
    for turn in (UPRIGHT, UPRIGHT.right(), UPRIGHT.mirrored()):
        canvas.set_turn(turn)
        canvas.set_zoom(2.0)
        added, both = colour_at(canvas, 120, 150), colour_at(canvas, 175, 150)
        stripes = np.array([colour_at(canvas, 200 + step, 150) for step in range(0, 40, 5)])
        assert added == pytest.approx(90 + 150 / 255 * (np.array(ADDED) - 90), abs=3)
        assert np.ptp(both) <= 1
        assert (stripes[:, 0] > stripes[:, 2] + 20).all()
        assert np.ptp(stripes[:, 0]) > 20  # striped, so that colour is not the only sign
        assert colour_at(canvas, 150, 80) == pytest.approx([90] * 3, abs=1)
    canvas.set_brush_size(21)
    canvas.set_tool("eraser")
    QTest.mouseClick(canvas, LEFT, pos=canvas.to_widget(120, 150))
    canvas.leaveEvent(None)
    assert colour_at(canvas, 120, 150) == pytest.approx([90] * 3, abs=1)
    np.testing.assert_allclose(reader.on_screen(), reader.repainted(), atol=1)
    with pytest.raises(ValueError, match="mask of"):
        canvas.set_difference(np.zeros((3, 3), np.uint8))
    canvas.set_difference(None)
    assert colour_at(canvas, 220, 150) == pytest.approx([90] * 3, abs=1)


def test_hold_v_shows_the_difference_with_a_legend_and_changes_nothing(window, qtbot, monkeypatch):
    canvas, corner = window.canvas, window.looks.corner
    monkeypatch.setattr(proposing, "previous_mask", lambda session, case, threshold: half(left=True))
    canvas.set_brush_size(15)
    QTest.mouseClick(canvas, LEFT, pos=canvas.to_widget(75, 60))
    before = canvas.mask, len(canvas.document.history.steps())
    plain = colour_at(canvas, 25, 60)
    QTest.keyPress(canvas, KEY.Key_V)
    qtbot.waitUntil(lambda: "added" in corner.legend.text() and corner.isVisible(), timeout=20_000)
    assert "removed" in corner.legend.text()
    assert corner.legend.width() >= corner.legend.sizeHint().width()
    shown = colour_at(canvas, 25, 60)
    assert shown[0] - shown[2] > plain[0] - plain[2] + 20  # towards orange
    shown = colour_at(canvas, 75, 57)
    assert shown[2] - shown[0] > 40  # towards blue
    QTest.keyRelease(canvas, KEY.Key_V)
    assert not corner.isVisible()
    assert colour_at(canvas, 25, 60) == pytest.approx(plain)
    assert np.array_equal(canvas.mask, before[0])
    assert len(canvas.document.history.steps()) == before[1]


# side by side


def test_side_by_side_shows_the_same_place_through_the_same_window(window, qtbot):
    canvas, other = window.canvas, window.beside.canvas
    press(window, KEY.Key_C, SHIFT)
    assert other.isVisible()
    assert canvas.hasFocus()
    QApplication.processEvents()
    press(window, KEY.Key_Right, ALT)
    canvas.set_zoom(5.0, (50, 60))
    assert colour_at(other, 40, 50) == pytest.approx(colour_at(canvas, 40, 50), abs=1)
    assert (other.turn, other.zoom) == (canvas.turn, canvas.zoom)
    # the other way round: drags and the wheel on the companion move both
    at = QPoint(150, 200)
    under = other.to_image(at.toPointF())
    QTest.mousePress(other, Qt.MouseButton.MiddleButton, pos=at)
    QTest.mouseMove(other, at + QPoint(30, 20))
    QTest.mouseRelease(other, Qt.MouseButton.MiddleButton, pos=at + QPoint(30, 20))
    assert other.to_image((at + QPoint(30, 20)).toPointF()) == pytest.approx(under, abs=0.3)
    assert colour_at(other, 40, 50) == pytest.approx(colour_at(canvas, 40, 50), abs=1)
    text = window.status.fact("window_level")
    QTest.mousePress(other, Qt.MouseButton.RightButton, pos=at)
    QTest.mouseMove(other, at + QPoint(60, 40))
    QTest.mouseRelease(other, Qt.MouseButton.RightButton, pos=at + QPoint(60, 40))
    qtbot.waitUntil(lambda: window.status.fact("window_level") != text)
    assert colour_at(other, 40, 50) == pytest.approx(colour_at(canvas, 40, 50), abs=1)
    press(window, KEY.Key_C, SHIFT)
    assert not other.isVisible()


def test_nothing_can_be_painted_on_the_companion(window):
    press(window, KEY.Key_C, SHIFT)
    other = window.beside.canvas
    for _ in range(2):
        QTest.mouseClick(other, LEFT, pos=QPoint(150, 200))
    assert not window.canvas.mask.any()
    assert not window.reading.draft.can_undo
    assert window.canvas.hasFocus()


def test_the_companion_shows_picture_proposal_or_the_earlier_mask(window, qtbot, monkeypatch):
    other, beside = window.beside.canvas, window.beside
    monkeypatch.setattr(proposing, "previous_mask", lambda session, case, threshold: half(left=True))
    press(window, KEY.Key_C, SHIFT)
    plain = colour_at(other, 75, 60)
    beside.choice.setFocus()
    QTest.keyClick(beside.choice, KEY.Key_Down)
    assert beside.note.text() == NO_PROPOSAL
    probability = np.where(half(left=False), 65535, 0).astype(np.uint16)
    window.reading.proposal = Proposal(probability, *SHAPE, "lung", "lung-v1", "", "CPU", 0.1)
    window.reading.edited.emit()
    qtbot.waitUntil(lambda: "lung-v1" in beside.note.text(), timeout=20_000)
    assert not np.allclose(colour_at(other, 75, 60), plain, atol=5)
    left = colour_at(other, 25, 60)
    QTest.keyClick(beside.choice, KEY.Key_Down)
    qtbot.waitUntil(lambda: np.allclose(colour_at(other, 75, 60), plain, atol=2), timeout=20_000)
    assert not np.allclose(colour_at(other, 25, 60), left, atol=5)
    assert not window.canvas.mask.any()
    press(window, KEY.Key_N)
    wait_for(window, qtbot, "film_2.png")
    assert other.image_shape == SHAPE


def test_where_there_is_no_earlier_model_the_companion_says_so(window, qtbot, monkeypatch):
    monkeypatch.setattr(proposing, "previous_mask", lambda session, case, threshold: None)
    window.beside.choose("earlier")
    press(window, KEY.Key_C, SHIFT)
    qtbot.waitUntil(lambda: window.beside.note.text() == NO_EARLIER, timeout=20_000)
    window.desk.prefer(replace(window.desk.preferences, colour_lung="no such colour"))
    assert window.canvas._mask_layer.colour == OKABE_ITO["sky blue"]
