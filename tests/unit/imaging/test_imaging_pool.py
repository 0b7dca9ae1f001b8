"""What hangs, kills or garbles a decode child costs one message, and the next file is read as if nothing was."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from pathlib import Path

import numpy as np
import pytest

from unet_studio.core.errors import Cancelled, Unreadable
from unet_studio.imaging import pool, reader, wire
from unet_studio.imaging.pool import Pool
from unet_studio.imaging.refusal import Refused

CHILD = """
import json, os, sys, time
served = 0
for line in sys.stdin:
    request = json.loads(line)
    what = os.path.basename(request["path"])
    sys.stderr.write("a codec's chatter")
    if what == "hang":
        time.sleep(60)
    if what == "crash" or (what == "crash-if-used" and served):
        os._exit(139)
    if what == "garble":
        sys.stdout.write("Warning: corrupt JPEG\\n")
    elif what == "lie":
        sys.stdout.write(json.dumps({"pixels": {"dtype": "uint8", "shape": [100000, 100000]}}) + "\\n")
    elif what == "object":
        sys.stdout.write(json.dumps({"pixels": {"dtype": "object", "shape": [1, 1]}}) + "\\n")
    elif what == "half":
        sys.stdout.write(json.dumps({"pixels": {"dtype": "uint8", "shape": [9, 9]}}) + "\\n")
        sys.stdout.flush()
        os._exit(1)
    else:
        sys.stdout.write(json.dumps({"pid": os.getpid(), "seconds": request["seconds"]}) + "\\n")
    sys.stdout.flush()
    served += 1
"""


@pytest.fixture
def children():
    made = Pool((sys.executable, "-c", CHILD), seconds=10.0)
    yield made
    made.close()


def pid(children: Pool) -> int:
    return children.ask("read", Path("/x/good"))[0]["pid"]


def test_a_child_is_reused(children):
    assert pid(children) == pid(children)


def test_a_hanging_child_is_replaced_within_the_time(children, monkeypatch):
    before = pid(children)
    monkeypatch.setattr(children, "_seconds", 0.5)
    started = time.monotonic()
    with pytest.raises(Refused, match=r"could not be decoded within 0\.5 seconds"):
        children.ask("read", Path("/x/hang"))
    assert time.monotonic() - started < 3
    monkeypatch.setattr(children, "_seconds", 10.0)
    assert pid(children) != before


@pytest.mark.parametrize("how", ["crash", "garble", "lie", "object", "half"])
def test_a_child_that_dies_or_talks_nonsense_is_replaced(children, how):
    before = pid(children)
    with pytest.raises(Refused, match="made its decoder stop"):
        children.ask("read", Path("/x") / how)
    assert pid(children) != before


def test_what_an_earlier_file_broke_is_tried_again_in_a_fresh_child(children):
    before = pid(children)
    assert children.ask("read", Path("/x/crash-if-used"))[0]["pid"] != before


def test_many_threads_share_at_most_two_children(children):
    found: list[int] = []

    def work():
        found.extend(pid(children) for _ in range(5))

    threads = [threading.Thread(target=work) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 30
    assert 1 <= len(set(found)) <= 2


def test_closing_cancels_what_is_under_way_and_a_later_call_starts_anew(children):
    outcome = []

    def work():
        try:
            children.ask("read", Path("/x/hang"))
        except Cancelled:
            outcome.append("cancelled")

    thread = threading.Thread(target=work)
    thread.start()
    time.sleep(0.3)
    children.close()
    thread.join(5)
    assert outcome == ["cancelled"]
    assert pid(children) > 0


def test_a_decoder_that_cannot_be_started_is_one_sentence():
    missing = Pool(("/nowhere/python",))
    with pytest.raises(Refused, match="cannot be started"):
        missing.ask("read", Path("/x/good"))


def test_start_is_quick_and_its_child_serves_the_first_file(children):
    started = time.monotonic()
    children.start()
    assert time.monotonic() - started < 1
    assert pid(children) > 0


def test_the_readers_own_sentences(children, monkeypatch):
    monkeypatch.setattr(reader, "_POOL", children)
    with pytest.raises(Unreadable, match=r"^crash made its decoder stop and is probably damaged; export it again"):
        reader.read(Path("/x/crash"))
    assert reader.probe(Path("/x/crash")).error.startswith("crash made its decoder stop")
    assert reader.describe(Path("/x/good")).error.startswith("good is damaged")
    with pytest.raises(Unreadable):
        reader.read(Path("/x/good"))


def test_the_parent_side_is_light():
    script = (
        "import sys; import unet_studio.imaging.reader, unet_studio.imaging.windowing, unet_studio.imaging.scan,"
        " unet_studio.imaging.kept, unet_studio.imaging.thumbnails;"
        "print([m for m in ('pydicom','cv2','torch','PIL','tifffile','imagecodecs','PySide6') if m in sys.modules])"
    )
    shown = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert shown.stdout.strip() == "[]"


def test_the_child_loads_neither_torch_nor_qt(tmp_path, letter):
    script = (
        "import sys; import unet_studio.imaging.child, unet_studio.imaging.dicom, unet_studio.imaging.tiff,"
        " unet_studio.imaging.pillow, unet_studio.imaging.png;"
        "print([m for m in ('torch','PySide6','cv2') if m in sys.modules])"
    )
    shown = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert shown.stdout.strip() == "[]"


def test_messages_survive_the_wire(tmp_path):
    pixels = np.arange(24, dtype=np.int16).reshape(2, 4, 3)
    with (tmp_path / "pipe").open("w+b") as stream:
        wire.send(stream, {"ünï": "\udcff"}, pixels)
        stream.seek(0)
        message, again = wire.receive(stream)
    assert message == {"ünï": "\udcff"}
    assert again is not None
    assert np.array_equal(again, pixels)


def test_the_command_is_ours():
    assert pool.COMMAND[1:] == ("-m", "unet_studio.imaging.child")
