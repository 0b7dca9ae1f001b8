"""Frames of a video in the real window: stepped through, a mask carried ahead and taken over, copied, a span chosen."""

from pathlib import Path

import cv2
import numpy as np
import pytest
import tifffile
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QSlider, QSpinBox

from unet_studio.core.case import Status
from unet_studio.core.errors import ModelError
from unet_studio.gui.app import open_window
from unet_studio.gui.dialogs.span import SpanDialog
from unet_studio.workflow import opening, proposing, versions
from unet_studio.workflow.session import change_reader, close_session, open_session
from unet_studio.workspace import store

KEY = Qt.Key
LEFT = Qt.MouseButton.LeftButton
SHIFT, CONTROL = Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.ControlModifier
FRAMES = 8  # of one scene, and three more of another


@pytest.fixture
def masks(polyp_video) -> list[np.ndarray]:
    return [mask for _, mask in polyp_video(FRAMES)]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch, polyp_video) -> Path:
    """A Workspace of Dr Test with eleven numbered frames that cut to another scene after the eighth."""

    def no_model(*_):
        raise ModelError("none in this test")

    monkeypatch.setattr(proposing, "warm_up", lambda session: "CPU")
    monkeypatch.setattr(proposing, "device_summary", lambda: ("CPU", ""))
    monkeypatch.setattr(versions, "active", no_model)
    (tmp_path / "video").mkdir()
    frames = [*polyp_video(FRAMES), *polyp_video(3, 7, (90, 120, 200))]
    for number, (picture, _) in enumerate(frames, 1):
        data = cv2.imencode(".png", picture[..., ::-1])[1]
        (tmp_path / "video" / f"frame_{number}.png").write_bytes(data.tobytes())
    session = change_reader(open_session(tmp_path / "workspace"), "Dr Test")
    opening.add_paths(session, [tmp_path / "video"], target="polyp")
    close_session(session)
    return tmp_path / "workspace"


@pytest.fixture
def window(qtbot, folder):
    window = open_window(folder)
    qtbot.addWidget(window)
    window.resize(1280, 800)
    arrived(window, qtbot, "frame_1.png")
    window.activateWindow()
    window.canvas.setFocus()
    yield window
    window.shut()


def opened(window) -> str:
    case = window.reading.open_case
    return case.case.name if case is not None and not window.reading.busy else ""


def arrived(window, qtbot, name: str) -> None:
    qtbot.waitUntil(lambda: opened(window) == name, timeout=20_000)


def press(window, key, keys=Qt.KeyboardModifier.NoModifier) -> None:
    QTest.keyClick(window.canvas, key, keys)


def outline(window, mask: np.ndarray) -> None:
    """Draw an ellipse around what the mask marks."""
    rows, columns = np.nonzero(mask)
    press(window, KEY.Key_C)
    canvas = window.canvas
    canvas.set_zoom(3)
    start = canvas.to_widget(int(columns.min()), int(rows.min()))
    end = canvas.to_widget(int(columns.max()), int(rows.max()))
    QTest.mousePress(canvas, LEFT, pos=start)
    QTest.mouseMove(canvas, (start + end) / 2)
    QTest.mouseMove(canvas, end)
    QTest.mouseRelease(canvas, LEFT, pos=end)
    press(window, KEY.Key_B)


def carried(window, qtbot) -> str:
    """Carry, wait for the end of it, and give what was said."""
    press(window, KEY.Key_Right, CONTROL)
    qtbot.waitUntil(lambda: not window.jobs.busy("Carrying the mask"), timeout=30_000)
    return window.status.message()


def dice(one, other) -> float:
    return 2 * np.count_nonzero(one & other) / max(1, np.count_nonzero(one) + np.count_nonzero(other))


def test_arrows_and_page_keys_step_through_the_frames_and_keep_the_zoom(window, qtbot):
    window.canvas.set_zoom(4, (60, 70))
    zoom, place = window.canvas.zoom, window.canvas.to_widget(60, 70)
    press(window, KEY.Key_Right)
    arrived(window, qtbot, "frame_2.png")
    assert (window.canvas.zoom, window.canvas.to_widget(60, 70)) == (zoom, place)
    press(window, KEY.Key_PageDown)
    arrived(window, qtbot, "frame_3.png")
    press(window, KEY.Key_Left)
    arrived(window, qtbot, "frame_2.png")
    press(window, KEY.Key_PageUp)
    arrived(window, qtbot, "frame_1.png")
    press(window, KEY.Key_Left)
    assert window.status.message() == "This is the first frame"
    for _ in range(7):
        press(window, KEY.Key_Right)
    arrived(window, qtbot, "frame_8.png")
    assert window.worklist.panel.current() == window.reading.case_id


def test_arrows_stay_with_the_move_tool_and_with_sliders(window, qtbot, masks):
    outline(window, masks[0])
    before = window.canvas.mask
    press(window, KEY.Key_M)
    QTest.mouseMove(window.canvas, window.canvas.to_widget(50, 70))
    press(window, KEY.Key_Right)
    np.testing.assert_array_equal(window.canvas.mask, np.roll(before, 1, axis=1))
    press(window, KEY.Key_Left, SHIFT)
    np.testing.assert_array_equal(window.canvas.mask, np.roll(before, -9, axis=1))
    slider: QSlider = window.segment.opacity.slider
    slider.setFocus()
    value = slider.value()
    QTest.keyClick(slider, KEY.Key_Right)
    assert slider.value() > value
    assert opened(window) == "frame_1.png"
    window.canvas.setFocus()
    press(window, KEY.Key_PageDown)
    arrived(window, qtbot, "frame_2.png")


def test_a_mask_is_carried_to_the_cut_and_taken_over_frame_by_frame(window, qtbot, masks):
    outline(window, masks[0])
    said = carried(window, qtbot)
    assert said == "Carried to 7 frames, as far as frame 8; stopped at frame 9: the scene changes"
    press(window, KEY.Key_Return)
    for number in range(2, FRAMES + 1):
        arrived(window, qtbot, f"frame_{number}.png")
        document = window.canvas.document
        assert not document.mask.any()
        assert window.ghosts.islands
        press(window, KEY.Key_Return, SHIFT)
        assert dice(document.mask, masks[number - 1]) > 0.9
        assert not document.touched.any()
        if number == 2:
            press(window, KEY.Key_Z, CONTROL)
            assert not document.mask.any()
            assert not window.reading.draft.can_undo
            press(window, KEY.Key_Return, SHIFT)
        if number < FRAMES:
            press(window, KEY.Key_Return)
    workspace = window.reading.session.workspace
    assert store.queue_length(workspace) == FRAMES - 1
    press(window, KEY.Key_Right)
    arrived(window, qtbot, "frame_9.png")
    assert not window.ghosts.islands


def test_what_nobody_took_over_is_in_no_mask_and_in_no_queue(window, qtbot, masks):
    outline(window, masks[0])
    carried(window, qtbot)
    rows, frames = window.worklist.panel.rows, window.worklist.panel.model.cases()
    assert rows.carried == {case.id for case in frames[1:FRAMES]}
    press(window, KEY.Key_Right)
    arrived(window, qtbot, "frame_2.png")
    assert window.ghosts.islands
    press(window, KEY.Key_Return)
    assert "Nothing is marked" in window.status.message()
    press(window, KEY.Key_Right)
    arrived(window, qtbot, "frame_3.png")
    press(window, KEY.Key_Left)
    arrived(window, qtbot, "frame_2.png")
    assert window.ghosts.islands
    press(window, KEY.Key_Escape)
    assert not window.ghosts.islands
    assert rows.carried == {case.id for case in frames[2:FRAMES]}
    press(window, KEY.Key_Right)
    arrived(window, qtbot, "frame_3.png")
    press(window, KEY.Key_Left)
    arrived(window, qtbot, "frame_2.png")
    assert not window.ghosts.islands
    session = window.reading.session
    window.reading.flush()
    assert store.queue_length(session.workspace) == 0
    assert not any(draft.image_hash == window.reading.open_case.image.content_hash
                   for draft in store.drafts(session.workspace))  # fmt: skip
    assert {case.status for case in opening.cases(session)[1:]} == {Status.NEW}


def test_a_mask_that_was_taken_over_and_changed_is_not_offered_again(window, qtbot, masks):
    outline(window, masks[0])
    carried(window, qtbot)
    press(window, KEY.Key_Right)
    arrived(window, qtbot, "frame_2.png")
    press(window, KEY.Key_Return, SHIFT)
    press(window, KEY.Key_G, SHIFT)
    grown = window.canvas.mask
    press(window, KEY.Key_Right)
    arrived(window, qtbot, "frame_3.png")
    assert window.ghosts.islands
    press(window, KEY.Key_Left)
    arrived(window, qtbot, "frame_2.png")
    assert not window.ghosts.islands
    np.testing.assert_array_equal(window.canvas.mask, grown)


def test_locked_pixels_of_the_frame_stay(window, qtbot, masks):
    outline(window, masks[0])
    carried(window, qtbot)
    press(window, KEY.Key_Right)
    arrived(window, qtbot, "frame_2.png")
    window.canvas.set_brush_size(9)
    QTest.keyClick(window.canvas, KEY.Key_E)
    QTest.mousePress(window.canvas, LEFT, pos=window.canvas.to_widget(40, 70))
    QTest.mouseMove(window.canvas, window.canvas.to_widget(60, 70))
    QTest.mouseRelease(window.canvas, LEFT, pos=window.canvas.to_widget(60, 70))
    locked = window.canvas.document.touched.copy()
    press(window, KEY.Key_Return, SHIFT)
    assert locked.sum() > 100
    assert not window.canvas.mask[locked].any()
    assert dice(window.canvas.mask | locked, masks[1] | locked) > 0.9


def test_carrying_again_from_a_corrected_frame_replaces_what_follows(window, qtbot, masks):
    outline(window, masks[0])
    carried(window, qtbot)
    press(window, KEY.Key_Right)
    arrived(window, qtbot, "frame_2.png")
    press(window, KEY.Key_Right)
    arrived(window, qtbot, "frame_3.png")
    half = masks[2].copy()
    half[:, : int(np.nonzero(half)[1].mean())] = 0
    outline(window, half)
    carried(window, qtbot)
    press(window, KEY.Key_Right)
    arrived(window, qtbot, "frame_4.png")
    assert "proposed by the mask of frame 3" in window.strip.waiting.text()
    press(window, KEY.Key_Return, SHIFT)
    assert np.count_nonzero(window.canvas.mask) < 0.7 * np.count_nonzero(masks[3])


def test_a_mask_is_copied_to_the_next_frame_in_one_step(window, qtbot, masks):
    press(window, KEY.Key_Right, CONTROL | SHIFT)
    assert "nothing is marked" in window.status.message()
    outline(window, masks[0])
    mask = window.canvas.mask
    press(window, KEY.Key_Right, CONTROL | SHIFT)
    arrived(window, qtbot, "frame_2.png")
    np.testing.assert_array_equal(window.canvas.mask, mask)
    assert window.status.message() == "Mask copied from Picture 1"
    assert window.actions_set["undo"].text() == "&Undo copied mask"
    press(window, KEY.Key_Z, CONTROL)
    assert not window.canvas.mask.any()
    press(window, KEY.Key_Z, CONTROL | SHIFT)
    press(window, KEY.Key_Left)
    arrived(window, qtbot, "frame_1.png")
    np.testing.assert_array_equal(window.canvas.mask, mask)
    press(window, KEY.Key_Right)
    arrived(window, qtbot, "frame_2.png")
    np.testing.assert_array_equal(window.canvas.mask, mask)


def test_a_span_is_chosen_and_taken_back(window, qtbot):
    panel = window.worklist.panel
    press(window, KEY.Key_F, CONTROL | SHIFT)
    qtbot.waitUntil(lambda: window.findChild(SpanDialog) is not None)
    dialog = window.findChild(SpanDialog)
    for name, value in (("first", 2), ("last", 9), ("every", 3)):
        spin = dialog.findChild(QSpinBox, f"span_{name}")
        spin.setFocus()
        spin.selectAll()
        QTest.keyClicks(spin, str(value))
    assert dialog.count.text() == "3 of 11 frames"
    QTest.keyClick(dialog, KEY.Key_Return)
    arrived(window, qtbot, "frame_2.png")
    assert [case.name for case in panel.shown()] == ["frame_2.png", "frame_5.png", "frame_8.png"]
    assert window.status.message() == "3 of 11 frames are on the worklist"
    window.canvas.setFocus()
    press(window, KEY.Key_Right)
    arrived(window, qtbot, "frame_5.png")
    press(window, KEY.Key_F, CONTROL | SHIFT)
    qtbot.waitUntil(lambda: window.findChild(SpanDialog) is not None)
    again = window.findChild(SpanDialog)
    assert (again.first.value(), again.last.value(), again.every.value()) == (2, 9, 3)
    QTest.mouseClick(again.findChild(object, "span_all"), LEFT)
    QTest.keyClick(again, KEY.Key_Return)
    qtbot.waitUntil(lambda: len(panel.shown()) == 11)
    assert opened(window) == "frame_5.png"
    assert panel.current() == window.reading.case_id


def test_a_file_of_many_frames_says_how_to_choose_among_them(window, qtbot, tmp_path):
    tifffile.imwrite(tmp_path / "cine.tif", np.zeros((31, 40, 50), np.uint8))
    window.add_paths([tmp_path / "cine.tif"])
    qtbot.waitUntil(lambda: window.worklist.panel.model.rowCount() == 42, timeout=20_000)
    qtbot.waitUntil(lambda: "Picture 12: 31 frames; Frames, Choose frames" in window.status.message())
    assert not window.actions_set["carry"].isEnabled() or opened(window) == "frame_1.png"
