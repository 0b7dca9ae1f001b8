"""The clock of a case with a faked time: what counts as work and what does not."""

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from unet_studio.gui.clock import CaseClock


class Time:
    """Seconds that pass when they are told to."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def desk(qtbot):
    """A window to work in, its clock, and the time."""
    widget, time = QWidget(), Time()
    qtbot.addWidget(widget)
    widget.show()
    qtbot.waitExposed(widget)
    clock = CaseClock(widget, time, rest_ms=0)
    yield widget, clock, time
    clock.close()


def tell(state: Qt.ApplicationState) -> None:
    QApplication.instance().applicationStateChanged.emit(state)


def test_nothing_counts_before_the_picture_is_painted_and_after_it_is_left(desk):
    widget, clock, time = desk
    assert not clock.running
    QTest.keyClick(widget, Qt.Key.Key_A)
    time.now += 5
    assert clock.read() == (0.0, 0.0)
    clock.start()
    time.now += 3
    assert clock.read() == (3.0, 3.0)
    clock.stop()
    time.now += 3
    assert clock.read() == (0.0, 0.0)
    clock.start()
    assert clock.read() == (0.0, 0.0)


@pytest.mark.parametrize("work", ["key", "mouse", "move"])
def test_it_stops_after_twenty_seconds_without_input_and_goes_on_with_the_next(desk, work):
    widget, clock, time = desk
    clock.start()
    time.now += 100
    assert clock.read() == (20.0, 100.0)
    if work == "key":
        QTest.keyClick(widget, Qt.Key.Key_A)
    elif work == "mouse":
        QTest.mouseClick(widget, Qt.MouseButton.LeftButton)
    else:
        QTest.mouseMove(widget, QPoint(3, 4))
        QApplication.processEvents()
    time.now += 7
    assert clock.read() == (27.0, 107.0)


def test_to_read_it_is_no_input(desk):
    _, clock, time = desk
    clock.start()
    for _ in range(60):
        time.now += 1
        clock.read()
    assert clock.read() == (20.0, 60.0)


def test_it_stands_while_another_program_has_the_keyboard_whatever_the_mouse_does(desk):
    widget, clock, time = desk
    clock.start()
    time.now += 4
    tell(Qt.ApplicationState.ApplicationInactive)
    time.now += 6
    QTest.mouseMove(widget, QPoint(5, 6))
    QApplication.processEvents()
    time.now += 6
    assert clock.read() == (4.0, 16.0)
    tell(Qt.ApplicationState.ApplicationActive)
    time.now += 2
    assert clock.read() == (6.0, 18.0)


def test_it_stands_while_the_session_is_locked(desk):
    widget, clock, time = desk
    clock.start()
    time.now += 4
    clock.set_locked(True)
    time.now += 9
    QTest.keyClick(widget, Qt.Key.Key_A)
    tell(Qt.ApplicationState.ApplicationActive)
    time.now += 9
    assert clock.read() == (4.0, 22.0)
    clock.set_locked(False)
    time.now += 1
    assert clock.read() == (5.0, 23.0)


def test_a_picture_painted_behind_another_program_waits_for_its_reader(desk):
    _, clock, time = desk
    tell(Qt.ApplicationState.ApplicationInactive)
    clock.start()
    time.now += 8
    assert clock.read() == (0.0, 8.0)
    tell(Qt.ApplicationState.ApplicationActive)
    time.now += 2
    assert clock.read() == (2.0, 10.0)


def test_after_input_it_looks_away_for_a_moment_and_then_sees_the_next(qtbot):
    widget, time = QWidget(), Time()
    qtbot.addWidget(widget)
    clock = CaseClock(widget, time, rest_ms=30)
    clock.start()
    time.now += 100
    QTest.keyClick(widget, Qt.Key.Key_A)
    time.now += 15
    QTest.keyClick(widget, Qt.Key.Key_A)
    time.now += 15
    assert clock.read() == (40.0, 130.0), "the second was not looked for"
    qtbot.waitUntil(lambda: not clock.resting)
    QTest.keyClick(widget, Qt.Key.Key_A)
    time.now += 3
    assert clock.read() == (43.0, 133.0)
    clock.close()
