"""Videos: each frame is found again by its number, whatever order, rate and container; the index is kept; bad files."""

from __future__ import annotations

import gc
import hashlib
import random
import shutil
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pytest

from tests.formats.reading_video import wrapped
from unet_studio.core.errors import Cancelled, Unreadable
from unet_studio.core.image import FileFacts
from unet_studio.core.target import guess_target
from unet_studio.imaging import limits, reader, video_index
from unet_studio.imaging.files import open_document
from unet_studio.imaging.pool import Pool

OTHER_FRAMES = "is damaged, or shows other frames than when it was first opened; open it again"
B_FRAMES = Path(__file__).resolve().parents[2] / "b_frames.mp4"
ENCODINGS = {
    "pyramid.mp4": "-c:v libx264 -pix_fmt yuv420p -x264-params bframes=5:b-pyramid=normal:open-gop=1:keyint=48",
    "one_key.mov": "-c:v libx264 -pix_fmt yuv420p -bf 3 -g 1000",
    "varied.mkv": "-vf setpts=(N+20*floor(N/37))/25/TB -fps_mode passthrough -c:v libx264 -pix_fmt yuv420p -bf 3 -g 60",
    "packed.avi": "-c:v mpeg4 -bf 2 -q:v 3 -g 50",
    "stream.ts": "-f mpegts -c:v libx264 -pix_fmt yuv420p -bf 3 -g 60",
    "program.mpg": "-c:v mpeg2video -bf 2 -g 15 -q:v 3",
    "hidden.webm": "-c:v libvpx-vp9 -b:v 300k -auto-alt-ref 1 -lag-in-frames 16 -cpu-used 8 -g 60",
}


@pytest.fixture(autouse=True)
def children_of_this_profile():
    """Children that keep their indexes in this test's own profile."""
    reader.close()
    yield
    reader.close()


def sought(videos, path: Path, count: int, seeks: int = 200) -> int:
    """How many of `seeks` random frames were not the one that was asked for."""
    chance = random.Random(7)
    asked = [chance.randrange(count) for _ in range(seeks)]
    return sum(videos.number_in(reader.read(path, number).pixels) != number for number in asked)


def test_200_random_seeks_with_b_frames_and_a_rate_that_varies(videos) -> None:
    facts = reader.counted(B_FRAMES)
    assert (facts.error, facts.frames, facts.counted, facts.video) == ("", 300, True, True)
    assert (facts.format, facts.rows, facts.columns, facts.channels) == ("MP4", 64, 96, 3)
    assert sought(videos, B_FRAMES, 300) == 0


@pytest.mark.parametrize(("name", "codec"), [("one.avi", "MJPG"), ("two.avi", "XVID"), ("three.mp4", "mp4v")])
def test_200_random_seeks_in_what_opencv_writes(tmp_path: Path, name: str, codec: str, videos) -> None:
    path = videos.write(tmp_path / name, range(150), codec)
    assert reader.counted(path).frames == 150
    assert sought(videos, path, 150) == 0


@pytest.mark.skipif(shutil.which("ffmpeg") is None, reason="this machine has no ffmpeg")
@pytest.mark.parametrize("name", ENCODINGS)
def test_200_random_seeks_in_what_ffmpeg_writes(tmp_path: Path, name: str, videos) -> None:
    path = videos.encode(tmp_path / name, 300, *ENCODINGS[name].split())
    assert reader.counted(path).frames == 300
    assert sought(videos, path, 300) == 0


def test_a_frame_is_an_image_of_a_group_that_is_the_video(tmp_path: Path, videos) -> None:
    first, last = reader.read(B_FRAMES, 0), reader.read(B_FRAMES, 299)
    assert (videos.number_in(first.pixels), videos.number_in(last.pixels)) == (0, 299)
    assert np.abs(first.pixels.astype(int) - videos.frame(0)).mean() < 6  # red is red, and upright
    assert first.group == last.group != ""
    assert guess_target(first) == "polyp"
    shutil.copy(B_FRAMES, tmp_path / "copy.mp4")
    assert reader.read(tmp_path / "copy.mp4", 5).group == first.group
    other = videos.write(tmp_path / "other.avi", range(5))
    assert reader.read(other, 0).group != first.group
    with pytest.raises(Unreadable, match="has no frame 301; its frames are 1 to 300"):
        reader.read(B_FRAMES, 300)


def test_a_black_or_gray_frame_asks_for_no_target(tmp_path: Path, videos) -> None:
    path = videos.write(tmp_path / "one.avi", [0])
    image = reader.read(path)
    from dataclasses import replace

    dark = replace(image, pixels=np.zeros_like(image.pixels))
    assert (dark.pixels.ndim, guess_target(dark)) == (3, None)


def test_the_index_is_kept_and_a_new_child_knows_every_frame_at_once() -> None:
    reader.counted(B_FRAMES)
    reader.close()
    facts = reader.probe(B_FRAMES)
    assert (facts.counted, facts.known, facts.frames) == (True, 300, 300)
    assert len(reader.read(B_FRAMES, 280).source.sha256) == 64


def test_the_index_holds_no_name(tmp_path: Path, own_profile: Path) -> None:
    path = tmp_path / "CANARY_JANE_19500101.mp4"
    shutil.copy(B_FRAMES, path)
    reader.counted(path)
    (kept,) = own_profile.rglob("*.index")
    assert b"CANARY" not in kept.read_bytes()
    assert "CANARY" not in str(kept)


def test_a_damaged_index_is_made_anew(own_profile: Path, videos) -> None:
    reader.counted(B_FRAMES)
    reader.close()
    (kept,) = own_profile.rglob("*.index")
    data = bytearray(kept.read_bytes())
    data[-3] ^= 255
    kept.write_bytes(data)
    assert reader.probe(B_FRAMES).known == 0
    assert videos.number_in(reader.read(B_FRAMES, 40).pixels) == 40


def test_another_content_under_a_known_index_is_noticed(own_profile: Path, videos) -> None:
    """The digest of each frame is checked: an index that belongs to other frames costs one message, and is dropped."""
    reader.counted(B_FRAMES)
    reader.close()
    (kept,) = own_profile.rglob("*.index")
    index = video_index.load(kept.stem)
    wrong = video_index.Index(kept.stem, complete=True, sha256=index.sha256)
    for number in range(len(index)):
        wrong.add(index.digests[number] ^ 1, index.times[number])
    kept.unlink()
    video_index.save(wrong)
    with pytest.raises(Unreadable, match=OTHER_FRAMES):
        reader.read(B_FRAMES, 7)
    assert videos.number_in(reader.read(B_FRAMES, 7).pixels) == 7


def test_counting_goes_on_in_parts_and_known_frames_can_be_read_meanwhile(
    monkeypatch: pytest.MonkeyPatch, videos
) -> None:
    parts: list[FileFacts] = []

    def look(facts: FileFacts) -> None:
        parts.append(facts)
        if facts.known and not facts.counted:
            assert videos.number_in(reader.read(B_FRAMES, facts.known - 1).pixels) == facts.known - 1

    command = [sys.executable, "-c", _SLOW_CHILD]
    monkeypatch.setattr(reader, "_POOL", Pool(command))
    try:
        assert reader.counted(B_FRAMES, look).frames == 300
    finally:
        reader.close()
    assert len(parts) > 2
    assert [facts.known for facts in parts] == sorted(facts.known for facts in parts)
    assert not parts[0].counted


_SLOW_CHILD = (  # that knows a few frames more at each answer
    "from unet_studio.imaging import limits, child, video\nlimits.GROW_SECONDS = 1\n"
    "ticks = iter(range(10**9))\n"
    "class Clock:\n    @staticmethod\n    def monotonic(): return next(ticks) / 40\n"
    "video.time = Clock\nchild.main()"
)


def test_counting_stops_when_asked() -> None:
    with pytest.raises(Cancelled):
        reader.counted(B_FRAMES, cancelled=lambda: True)


@pytest.mark.parametrize("cut", [40, 3000, 20000])
def test_a_video_that_is_cut_short_costs_one_message(tmp_path: Path, cut: int) -> None:
    path = tmp_path / "cut.mp4"
    path.write_bytes(B_FRAMES.read_bytes()[:cut])
    facts = reader.describe(path)
    assert facts.error.startswith("cut.mp4 ")
    assert "\n" not in facts.error
    with pytest.raises(Unreadable, match=r"^cut\.mp4 "):
        reader.read(path)


def test_damaged_copies_neither_hang_nor_crash(tmp_path: Path) -> None:
    chance = random.Random(3)
    whole = B_FRAMES.read_bytes()
    for number in range(12):
        data = bytearray(whole)
        for _ in range(30):
            data[chance.randrange(len(data))] = chance.randrange(256)
        path = tmp_path / f"bad_{number}.mp4"
        path.write_bytes(data)
        began = time.monotonic()
        facts = reader.counted(path)
        assert time.monotonic() - began < limits.FILE_SECONDS + 5
        if not facts.error:
            assert len({shown(path, facts.frames // 2) for _ in range(2)} - {b""}) <= 1


def shown(path: Path, frame: int) -> bytes:
    """A frame's pixels; none where FFmpeg hides the damage in another way each time, which has to be told."""
    try:
        return reader.read(path, frame).pixels.tobytes()
    except Unreadable as told:
        if OTHER_FRAMES not in str(told):
            raise
        return b""


@pytest.mark.skipif(sys.platform != "linux", reason="names that are no text")
def test_names_that_are_no_text_or_hold_signs(tmp_path: Path, videos) -> None:
    for name in ("%03d ünï.mp4", "caf\udce9.mp4"):
        shutil.copy(B_FRAMES, tmp_path / name)
        assert videos.number_in(reader.read(tmp_path / name, 12).pixels) == 12


def test_a_video_in_a_dicom_object_is_a_video(tmp_path: Path) -> None:
    path = wrapped(tmp_path / "v.dcm")
    facts = reader.counted(path)
    assert (facts.error, facts.format, facts.video, facts.frames, facts.counted) == ("", "DICOM", True, 300, True)
    image = reader.read(path, 217)
    assert np.array_equal(image.pixels, reader.read(B_FRAMES, 217).pixels)
    assert (image.modality, image.group, image.source.frame, image.source.frames) == ("ES", "P-17", 217, 300)
    assert image.source.sha256 == hashlib.sha256(path.read_bytes()).hexdigest() != reader.read(B_FRAMES).source.sha256
    with pytest.raises(Unreadable, match="has no frame 301"):
        reader.read(path, 300)


def test_its_stream_leaves_no_file_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temporary"))
    (tmp_path / "temporary").mkdir()
    for system in ("linux", "darwin"):
        monkeypatch.setattr(sys, "platform", system)
        document = open_document(wrapped(tmp_path / "v.dcm"))
        assert document.decode(3).pixels.shape == (64, 96, 3)
        assert len(list((tmp_path / "temporary").iterdir())) == (system == "darwin")
        del document
        gc.collect()
        assert not list((tmp_path / "temporary").iterdir())


def test_a_dicom_video_that_is_cut_short_gives_one_sentence(tmp_path: Path) -> None:
    path = wrapped(tmp_path / "v.dcm")
    path.write_bytes(path.read_bytes()[:2000])
    assert "v.dcm" in reader.probe(path).error
