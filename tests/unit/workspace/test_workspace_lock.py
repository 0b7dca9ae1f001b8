"""Locks: one window, one fine-tune, and a sentence that says who."""

from __future__ import annotations

import platform
import subprocess
import sys
from pathlib import Path

import pytest

from unet_studio.core.errors import Locked
from unet_studio.workspace import clock, store

CHILD = """
import sys, time
from pathlib import Path
from unet_studio.workspace import store
hold = store.hold(store.open_workspace(Path(sys.argv[1])), "window", "Dr. Child")
print("held", flush=True)
time.sleep(60)
"""


def test_a_second_window_is_told_who_has_it(room) -> None:
    assert store.holder(room.ws, "window") is None
    with store.hold(room.ws, "window", "Dr. A"):
        with pytest.raises(Locked) as error:
            store.hold(room.ws, "window", "Dr. B")
        text = str(error.value)
        assert "open in a window by Dr. A on" in text
        assert platform.node() in text
        found = store.holder(room.ws, "window")
        assert found is not None
        assert found.reader == "Dr. A"
        assert f"since {clock.local(found.since)};" in text
    assert store.holder(room.ws, "window") is None


def test_window_and_learning_are_apart(room) -> None:
    with store.hold(room.ws, "window", "a"), store.hold(room.ws, "learning", "b"):
        with pytest.raises(Locked, match="being learned from by b"):
            store.hold(room.ws, "learning", "c")
        store.add_cases(room.ws, [store.NewCase("/x.png")])


def test_it_can_be_let_go_twice_and_taken_again(room) -> None:
    first = store.hold(room.ws, "window", "a")
    first.release()
    first.release()
    with store.hold(room.ws, "window", "b"):
        pass
    assert not (room.ws.folder / "window.lock.json").exists()


def test_another_thread_may_let_it_go(room) -> None:
    import threading

    held = store.hold(room.ws, "learning", "a")
    thread = threading.Thread(target=held.release)
    thread.start()
    thread.join()
    assert store.holder(room.ws, "learning") is None


def test_a_killed_process_holds_nothing(room, tmp_path: Path) -> None:
    child = subprocess.Popen([sys.executable, "-c", CHILD, str(room.ws.folder)], stdout=subprocess.PIPE, text=True)
    assert child.stdout is not None
    with child:
        assert child.stdout.readline() == "held\n"
        with pytest.raises(Locked, match=r"Dr\. Child"):
            store.hold(room.ws, "window", "Dr. A")
        child.kill()
    with store.hold(room.ws, "window", "Dr. A"):
        found = store.holder(room.ws, "window")
        assert found is not None
        assert found.reader == "Dr. A"


def test_times_are_shown_without_seconds() -> None:
    assert len(clock.local(clock.now())) == len("2026-11-21 09:05")
    assert clock.local("some day") == "some day"


def test_a_damaged_card_still_makes_a_sentence(room) -> None:
    with store.hold(room.ws, "window", "Dr. A"):
        (room.ws.folder / "window.lock.json").write_text("{")
        with pytest.raises(Locked, match="by another program"):
            store.hold(room.ws, "window", "Dr. B")
