"""Pause and go between the program and a fine-tune's child."""

import threading

from unet_studio.learning.turn import GO, PAUSE, Turn


def test_learning_waits_from_pause_to_go():
    turn, passed = Turn(), threading.Event()
    turn.wait()  # its turn from the beginning
    turn.hear(PAUSE)
    waiting = threading.Thread(target=lambda: (turn.wait(30.0), passed.set()))
    waiting.start()
    assert not passed.wait(0.05)
    turn.hear(b"what")
    assert not passed.wait(0.05)
    turn.hear(GO)
    assert passed.wait(20.0)
    waiting.join()


def test_a_go_that_never_comes_does_not_stop_learning_for_ever():
    turn = Turn()
    turn.hear(PAUSE)
    turn.wait(0.01)
    turn.wait(30.0)  # it has taken its turn back
