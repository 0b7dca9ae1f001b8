"""The clock of a case with a faked time: what counts as work and what does not."""

import pytest
from PySide6.QtCore import QEvent, QPoint, Qt
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
    clock = CaseClock(widget, time)
    yield widget, clock, time
    clock.close()


def tell(kind: QEvent.Type) -> None:
    QApplication.sendEvent(QApplication.instance(), QEvent(kind))


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
    tell(QEvent.Type.ApplicationDeactivate)
    time.now += 6
    QTest.mouseMove(widget, QPoint(5, 6))
    QApplication.processEvents()
    time.now += 6
    assert clock.read() == (4.0, 16.0)
    tell(QEvent.Type.ApplicationActivate)
    time.now += 2
    assert clock.read() == (6.0, 18.0)


def test_it_stands_while_the_session_is_locked(desk):
    widget, clock, time = desk
    clock.start()
    time.now += 4
    clock.set_locked(True)
    time.now += 9
    QTest.keyClick(widget, Qt.Key.Key_A)
    tell(QEvent.Type.ApplicationActivate)
    time.now += 9
    assert clock.read() == (4.0, 22.0)
    clock.set_locked(False)
    time.now += 1
    assert clock.read() == (5.0, 23.0)


def test_a_picture_painted_behind_another_program_waits_for_its_reader(desk):
    _, clock, time = desk
    tell(QEvent.Type.ApplicationDeactivate)
    clock.start()
    time.now += 8
    assert clock.read() == (0.0, 8.0)
    tell(QEvent.Type.ApplicationActivate)
    time.now += 2
    assert clock.read() == (2.0, 10.0)
