"""The question about a folder of stills: a line that is in nobody's way, and a dialog that shows what it makes."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from PySide6.QtCore import Qt

from unet_studio.core.grouping import ALONE, LAST_NUMBER, WHOLE, Rule
from unet_studio.gui.dialogs.folder import FolderDialog, preview
from unet_studio.workflow import folders, opening

NAMES = [f"pat{patient}_{frame}.png" for patient in (1, 2) for frame in (1, 2, 3, 4)]


@pytest.fixture
def stills(studio, tmp_path, qtbot):
    """The window with a picture of a folder of stills open; the folder."""
    folder = tmp_path / "stills"
    folder.mkdir()
    for number, name in enumerate(NAMES):
        cv2.imwrite(str(folder / name), np.random.default_rng(number).integers(0, 255, (60, 50)).astype(np.uint8))
    window = studio()
    opening.add_paths(window.reading.session, [folder], target="polyp")
    window.worklist.refresh()
    case = next(case for case in opening.cases(window.reading.session) if case.name == NAMES[0])
    assert not window.folder.bar.isVisible()  # two pictures are not worth a question
    window.worklist.open(case.id)
    qtbot.waitUntil(lambda: window.folder.bar.isVisible() and not window.jobs.busy())
    return window, str(folder)


def test_the_line_asks_and_the_dialog_answers(stills, qtbot) -> None:
    window, folder = stills
    bar = window.folder.bar
    # without the folder's name, which may be the patient's
    words = "This picture names no patient. Do some of the 8 pictures in its folder belong together?"
    assert bar.words.text() == words
    assert window.reading.open_case is not None
    qtbot.mouseClick(bar.choose, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: bool(window.findChildren(FolderDialog)))
    (dialog,) = window.findChildren(FolderDialog)
    assert dialog.rule() == Rule(LAST_NUMBER)  # guessed
    assert "pat1_1.png, pat1_2.png, pat1_3.png and 1 more" in dialog.shown.text()
    words = [dialog.choices.button(place).text() for place in range(len(dialog.rules))]
    assert words[:3] == [
        "Each picture stands alone  (8 groups)",
        "The whole folder is of one patient or video  (1 group)",
        "Names that are the same before the last number  (2 groups)",
    ]
    dialog.accept()
    qtbot.waitUntil(lambda: folders.rule_of(window.reading.session, folder) == Rule(LAST_NUMBER))
    qtbot.waitUntil(lambda: not window.jobs.busy())
    assert not bar.isVisible()


def test_put_off_it_does_not_come_back_today_and_nothing_is_kept(stills, qtbot) -> None:
    window, folder = stills
    qtbot.mouseClick(window.folder.bar.later, Qt.MouseButton.LeftButton)
    window.worklist.step(1)
    qtbot.waitUntil(lambda: window.reading.open_case is not None and not window.jobs.busy())
    assert not window.folder.bar.isVisible()
    assert folders.rule_of(window.reading.session, folder) is None


def test_one_button_says_each_alone(stills, qtbot) -> None:
    window, folder = stills
    qtbot.mouseClick(window.folder.bar.alone, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: folders.rule_of(window.reading.session, folder) == Rule(ALONE))
    window.actions_set["group_folder"].trigger()
    qtbot.waitUntil(lambda: bool(window.findChildren(FolderDialog)))
    (dialog,) = window.findChildren(FolderDialog)
    assert dialog.rule() == Rule(ALONE)
    dialog.reject()


def test_the_preview_shows_a_few_groups(qtbot) -> None:
    assert preview(Rule(WHOLE), NAMES).startswith("pat1_1.png, pat1_2.png, pat1_3.png and 5 more")
    assert preview(Rule(), NAMES).splitlines() == ["pat1_1.png", "pat1_2.png", "pat1_3.png", "…"]
