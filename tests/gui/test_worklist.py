"""The worklist: what it shows, in which order, and where a step leads."""

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import Qt

from unet_studio.core.case import Case, Status
from unet_studio.gui.worklist_model import CASE_ROLE, status_line, to_qimage
from unet_studio.gui.worklist_panel import WorklistPanel

STATUSES = (Status.QUEUED, Status.NEW, Status.UNREADABLE, Status.LATER, Status.PROPOSED)


def case(number, status=Status.NEW, name="", reason=""):
    return Case(number, f"/films/{number}.png", 0, 1, name or f"film {number}.png", status, "lung", "", reason=reason)


@pytest.fixture
def asked():
    return []


@pytest.fixture
def panel(qtbot, asked):
    panel = WorklistPanel(asked.append)
    qtbot.addWidget(panel)
    panel.resize(260, 500)
    panel.show()
    qtbot.waitExposed(panel)
    return panel


def names(panel):
    return [one.id for one in panel.shown()]


def test_empty_list_says_what_to_do(panel):
    assert panel.empty.isVisible()
    assert "Drop" in panel.empty.text()
    panel.show_cases([case(1)])
    assert not panel.empty.isVisible()
    assert panel.count.text() == "0 of 1 done"


def test_thumbnails_are_asked_for_once_and_when_seen(panel, asked, qtbot):
    panel.show_cases([case(number) for number in range(1, 200)])
    qtbot.waitUntil(lambda: bool(asked))
    assert asked[0] == 1
    assert len(asked) < 20
    assert len(asked) == len(set(asked))
    panel.model.set_thumbnail(1, np.zeros((4, 5), np.uint8))
    assert panel.model.index(0).data(Qt.ItemDataRole.DecorationRole).width() == 5


def test_refresh_keeps_place_and_selection(panel):
    cases = [case(number) for number in range(1, 6)]
    panel.show_cases(cases)
    panel.mark_open(3)
    panel.show_cases([*(replace(one, status=Status.QUEUED) for one in cases), case(6)])
    assert panel.list.currentIndex().data(CASE_ROLE).id == 3
    assert panel.list.currentIndex().data(CASE_ROLE).status is Status.QUEUED
    assert names(panel) == [1, 2, 3, 4, 5, 6]


def test_a_row_in_between_keeps_place_and_selection(panel, qtbot):
    panel.show_cases([case(1), case(2), case(3)])
    panel.mark_open(3)
    resets = []
    panel.model.modelReset.connect(lambda: resets.append(1))
    panel.show_cases([case(1), case(7), case(8), case(2, Status.QUEUED), case(3)])
    assert names(panel) == [1, 7, 8, 2, 3]
    assert panel.list.currentIndex().data(CASE_ROLE).id == 3
    assert panel.model.case(2).status is Status.QUEUED
    assert not resets
    panel.show_cases([case(1), case(3)])
    assert names(panel) == [1, 3]


def test_a_few_changed_rows_are_shown_without_the_others(panel):
    panel.show_cases([case(number) for number in range(1, 5)])
    panel.sorting.setCurrentText("By status")
    panel.show_changed([case(2, Status.QUEUED)])
    assert names(panel) == [1, 3, 4, 2]
    assert panel.count.text() == "1 of 4 done"


def test_filter_and_order(panel):
    panel.show_cases([case(1, name="b.png"), case(2, Status.UNREADABLE, "A.png"), case(3, name="c.dcm")])
    panel.sorting.setCurrentText("By name")
    assert names(panel) == [2, 1, 3]
    panel.sorting.setCurrentText("By status")
    assert names(panel) == [1, 3, 2]
    panel.sorting.setCurrentText("As added")
    assert names(panel) == [1, 2, 3]
    panel.filter.setText("PNG")
    assert names(panel) == [1, 2]


def test_steps_pass_over_what_cannot_be_opened(panel):
    panel.show_cases([case(number, status) for number, status in enumerate(STATUSES, 1)])
    assert panel.neighbour(2, 1).id == 4
    assert panel.neighbour(4, -1).id == 2
    assert panel.neighbour(5, 1) is None
    assert panel.neighbour(-1, 1).id == 1


def test_what_waits_comes_next_and_later_last(panel):
    panel.show_cases([case(number, status) for number, status in enumerate(STATUSES, 1)])
    assert panel.next_to_do(-1).id == 2
    assert panel.next_to_do(2).id == 5
    assert panel.next_to_do(5).id == 2
    panel.show_cases([case(1, Status.QUEUED), case(2, Status.LATER)])
    assert panel.next_to_do(1).id == 2
    panel.show_cases([case(1, Status.QUEUED), case(2, Status.EXCLUDED)])
    assert panel.next_to_do(1) is None


def test_choosing_a_row_is_told_once(panel, qtbot):
    chosen = []
    panel.chosen.connect(chosen.append)
    panel.show_cases([case(1), case(2)])
    panel.mark_open(1)
    qtbot.mouseClick(
        panel.list.viewport(), Qt.MouseButton.LeftButton, pos=panel.list.visualRect(panel.order.index(1, 0)).center()
    )
    assert chosen == [2]
    assert panel.list.currentIndex().data(Qt.ItemDataRole.AccessibleTextRole) == "film 2.png, New"


def test_finding_opens_nothing(panel, qtbot):
    chosen = []
    panel.chosen.connect(chosen.append)
    panel.show_cases([case(1, name="b.png"), case(2, name="a.png"), case(3, name="ab.png")])
    panel.mark_open(1)
    qtbot.keyClicks(panel.filter, "a")
    assert (names(panel), panel.current(), chosen) == ([2, 3], -1, [])
    assert panel.neighbour(panel.current(), 1).id == 2
    panel.filter.clear()
    assert (panel.current(), chosen) == (1, [])


def test_status_lines():
    assert status_line(case(1, Status.UNREADABLE, reason="x.png ends early")) == "x.png ends early"
    assert status_line(case(1, Status.EXCLUDED, reason="duplicate")) == "Excluded: duplicate"


@pytest.mark.parametrize("shape", [(3, 5), (3, 5, 3)])
def test_images_own_their_pixels(shape):
    pixels = np.full(shape, 7, np.uint8)
    image = to_qimage(pixels)
    pixels[:] = 0
    assert image.pixelColor(4, 2).green() == 7
