"""Carrying a Mask along a drawn video without a window: what is found, where it stops, what it leaves alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest
import tifffile

from unet_studio.core.case import Status
from unet_studio.core.errors import Locked, ModelError, UserError
from unet_studio.core.proposal import Proposal
from unet_studio.core.sequence import Span
from unet_studio.editing.put import put
from unet_studio.editing.rect import whole
from unet_studio.workflow import accepting, carrying, opening, proposing, spans, versions
from unet_studio.workflow.carrying import CarriedMask
from unet_studio.workflow.opening import OpenCase
from unet_studio.workflow.session import Session, open_session
from unet_studio.workspace import store

SHAPE = (144, 176)
Video = Callable[..., Iterator[tuple]]


@pytest.fixture
def polyps(polyp_video: Video) -> Video:
    return polyp_video


def dice(one: np.ndarray, other: np.ndarray) -> float:
    return 2 * np.count_nonzero(one & other) / (np.count_nonzero(one) + np.count_nonzero(other))


@pytest.fixture
def session(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Session]:
    from unet_studio.workflow.session import close_session

    def no_model(*_: object) -> None:
        raise ModelError("none in this test")

    monkeypatch.setattr(versions, "active", no_model)
    opened = open_session(tmp_path / "workspace", window=True)
    yield opened
    close_session(opened)


def written(folder: Path, frames: list[np.ndarray], name: str = "frame_{}.png") -> Path:
    folder.mkdir(exist_ok=True)
    for number, picture in enumerate(frames, 1):
        (folder / name.format(number)).write_bytes(cv2.imencode(".png", picture[..., ::-1])[1].tobytes())
    return folder


def opened(session: Session, number: int, mask: np.ndarray | None = None) -> OpenCase:
    """The frame with this number, marked by a mask where one is given."""
    case = opening.cases(session)[number - 1]
    found = opening.open_case(session, case.id, "polyp")
    if mask is not None:
        assert found.draft is not None
        everywhere = np.ones(SHAPE, bool)
        put(found.draft.document, "lasso", "Lasso", whole(SHAPE), mask, footprint=everywhere)
    return found


def run(session: Session, start: OpenCase) -> tuple[list[CarriedMask], str]:
    found: list[CarriedMask] = []
    said = carrying.carry(session, carrying.source(start), on_frame=found.append)
    return found, said


def accept(session: Session, case: OpenCase) -> None:
    accepting.accept(session, case, active_seconds=1, wall_seconds=1)


def test_a_mask_reaches_the_frames_up_to_a_cut_and_changes_no_case(
    session: Session, tmp_path: Path, polyps: Video
) -> None:
    pictures, masks = zip(*polyps(8), strict=True)
    others = [picture for picture, _ in polyps(4, 7, (90, 120, 200))]
    opening.add_paths(session, [written(tmp_path / "video", [*pictures, *others])])
    start = opened(session, 1, masks[0])
    found, said = run(session, start)
    assert said == "Carried to 7 frames, as far as frame 8; stopped at frame 9: the scene changes"
    assert [one.number for one in found] == list(range(2, 9))
    assert min(dice(one.mask, true) for one, true in zip(found, masks[1:], strict=True)) > 0.9
    assert {case.status for case in opening.cases(session)[1:]} == {Status.NEW}
    assert store.queue_length(session.workspace) == 0
    for number in (2, 8):
        draft = opened(session, number).draft
        assert draft is not None
        assert not draft.document.mask.any()
        assert not draft.can_undo


def test_copying_a_mask_is_one_step_that_keeps_locked_pixels(session: Session, tmp_path: Path, polyps: Video) -> None:
    pictures, masks = zip(*polyps(2), strict=True)
    opening.add_paths(session, [written(tmp_path / "video", list(pictures))])
    start = carrying.source(opened(session, 1, masks[0]))
    onto = opened(session, 2)
    assert onto.draft is not None
    document = onto.draft.document
    locked = np.zeros(SHAPE, bool)
    locked[60:70, 40:60] = True
    put(document, "eraser", "Eraser", whole(SHAPE), np.zeros(SHAPE, np.uint8), footprint=locked)
    assert carrying.copy(session, start, onto)
    np.testing.assert_array_equal(document.mask, np.where(locked, 0, masks[0]))
    np.testing.assert_array_equal(document.touched, locked)
    assert not carrying.copy(session, start, onto)
    onto.draft.close()
    again = opened(session, 2)
    assert again.draft is not None
    np.testing.assert_array_equal(again.draft.document.mask, document.mask)
    assert again.draft.next_undo == "Copied mask"
    again.draft.undo()
    assert not again.draft.document.mask.any()


def test_only_what_was_accepted_is_queued_and_it_stops_there_later(
    session: Session, tmp_path: Path, polyps: Video
) -> None:
    pictures, masks = zip(*polyps(6), strict=True)
    opening.add_paths(session, [written(tmp_path / "video", list(pictures))])
    start = opened(session, 1, masks[0])
    found, _ = run(session, start)
    assert store.queue_length(session.workspace) == 0
    accept(session, start)
    accept(session, opened(session, 4, found[2].mask))
    assert store.queue_length(session.workspace) == 2
    found, said = run(session, opened(session, 2, masks[1]))
    assert [one.number for one in found] == [3]
    assert said == "Carried to 1 frame, as far as frame 3; frame 4 is accepted already"


def test_frames_of_one_scene_learn_or_examine_together(session: Session, tmp_path: Path, polyps: Video) -> None:
    pictures, masks = zip(*polyps(3), strict=True)
    others, their = zip(*polyps(2, 7, (90, 120, 200)), strict=True)
    opening.add_paths(session, [written(tmp_path / "video", [*pictures, *others])])
    start = opened(session, 1, masks[0])
    run(session, start)
    accept(session, start)
    for number, mask in ((3, masks[2]), (4, their[0])):
        accept(session, opened(session, number, mask))
    copied = opened(session, 5)
    assert carrying.copy(session, carrying.source(opened(session, 4)), copied)
    np.testing.assert_array_equal(copied.draft.document.mask if copied.draft else None, their[0])
    accept(session, copied)
    groups = [one.group for one in store.corrections(session.workspace)]
    assert len(groups) == 4
    assert [groups.index(group) for group in groups] == [0, 0, 2, 2]


@pytest.mark.parametrize("kind", ["TIFF", "DICOM"])
def test_every_nth_frame_is_listed_and_all_are_walked_through(
    session: Session, tmp_path: Path, polyps: Video, dicom: Callable[..., Path], kind: str
) -> None:
    pictures, masks = zip(*polyps(13), strict=True)
    cine = tmp_path / "cine.tif"
    if kind == "DICOM":
        cine = dicom(np.stack(pictures), Modality="ES")
    else:
        tifffile.imwrite(cine, np.stack(pictures), photometric="rgb")
    opening.add_paths(session, [cine])
    assert len(opening.cases(session)) == 13
    changes = spans.choose(session, opening.cases(session)[0].id, Span(3, 12, 4))
    assert changes.worklist
    assert changes.message == "3 of 13 frames are on the worklist"
    assert [case.frame + 1 for case in opening.cases(session)] == [3, 7, 11]
    found, _ = run(session, opened(session, 1, masks[2]))
    assert [one.number for one in found] == [7, 11]
    assert min(dice(one.mask, masks[one.number - 1]) for one in found) > 0.9
    assert opening.add_paths(session, [cine]).worklist
    assert [case.frame + 1 for case in opening.cases(session)] == [3, 7, 11]
    spans.choose(session, opening.cases(session)[0].id, Span(1, 13))
    assert len(opening.cases(session)) == 13


def test_the_networks_word_on_each_frame_is_asked_once_and_kept(
    session: Session, tmp_path: Path, polyps: Video, monkeypatch: pytest.MonkeyPatch
) -> None:
    pictures, masks = zip(*polyps(4), strict=True)
    opening.add_paths(session, [written(tmp_path / "video", list(pictures))])
    asked: list[str] = []

    class Network:
        def propose(self, image):
            asked.append(image.content_hash)
            probability = np.full((9, 11), 65535, np.uint16)
            return Proposal(probability, *SHAPE, "polyp", "polyp-v1", "", "CPU", 0.1)

    class Version:
        id = "polyp-v1"

    monkeypatch.setattr(versions, "active", lambda *_: Version)
    monkeypatch.setattr(proposing, "model", lambda *_: Network())
    start = opened(session, 1, masks[0])
    run(session, start)
    assert len(asked) == len(set(asked)) == 4
    run(session, start)
    assert len(asked) == 4
    assert opened(session, 3).proposal is not None


def test_what_cannot_be_carried_or_copied_is_said(session: Session, tmp_path: Path, polyps: Video) -> None:
    pictures, masks = zip(*polyps(3), strict=True)
    folder = written(tmp_path / "video", [*pictures[:2], pictures[2][:, :90]])
    opening.add_paths(session, [folder])
    with pytest.raises(UserError, match=r"frame_1.png: nothing is marked"):
        carrying.source(opened(session, 1))
    start = opened(session, 1, masks[0])
    found, said = run(session, start)
    assert len(found) == 1
    assert said.endswith("stopped at frame 3: the picture has another size")
    with pytest.raises(UserError, match=r"frame_3.png: its size is not that of frame_1.png"):
        carrying.copy(session, carrying.source(start), opened(session, 3))
    (folder / "frame_2.png").write_bytes(b"\x89PNG\r\n\x1a\nnothing more")
    found, said = run(session, start)
    assert not found
    assert said.startswith("Not carried: stopped at frame 2: frame_2.png")


def test_it_can_be_stopped(session: Session, tmp_path: Path, polyps: Video) -> None:
    pictures, masks = zip(*polyps(6), strict=True)
    opening.add_paths(session, [written(tmp_path / "video", list(pictures))])
    found: list[CarriedMask] = []
    start = carrying.source(opened(session, 1, masks[0]))
    said = carrying.carry(session, start, on_frame=found.append, cancelled=lambda: len(found) >= 2)
    assert [one.number for one in found] == [2, 3]
    assert said.endswith("stopped by you")


def test_a_second_window_carries_nothing(session: Session, tmp_path: Path, polyps: Video) -> None:
    pictures, masks = zip(*polyps(2), strict=True)
    opening.add_paths(session, [written(tmp_path / "video", list(pictures))])
    start = carrying.source(opened(session, 1, masks[0]))
    second = open_session(session.folder, window=True)
    with pytest.raises(Locked):
        carrying.carry(second, start)
    with pytest.raises(Locked):
        spans.choose(second, start.case.id, Span(1, 1))
