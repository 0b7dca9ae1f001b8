"""Corrections: kept bit by bit, replaced but never overwritten, listed for every reader."""

from __future__ import annotations

import re
from pathlib import Path

import cv2
import numpy as np
import pytest

from unet_studio.core.case import Status
from unet_studio.core.correction import Effort, QueueState
from unet_studio.core.errors import WorkspaceError
from unet_studio.workspace import store

IMAGE = "ab" * 32


def files(room) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in (room.ws.folder / "masks").rglob("*.png")}


def test_everything_about_it_is_kept(room) -> None:
    proposal_id = store.save_proposal(room.ws, IMAGE, room.proposal())
    saved = room.accept(proposal_id=proposal_id)
    assert store.correction(room.ws, saved.id) == saved
    assert store.corrections(room.ws) == [saved]
    assert store.current_correction(room.ws, IMAGE, "lung", room.reader) == saved
    assert (store.correction_mask(room.ws, saved.id) == room.mask(0)).all()
    assert store.correction_mask(room.ws, saved.id).dtype == np.uint8
    assert (store.correction_touched(room.ws, saved.id) == (room.mask(1) != 0)).all()
    proposal, threshold = store.correction_proposal(room.ws, saved.id)
    assert proposal is not None
    assert (proposal.probability == room.proposal().probability).all()
    assert threshold == 0.4
    assert saved.effort == Effort(3, 12.5, 20.0, 77)
    assert (saved.state, saved.model_id, saved.changed, saved.empty) == (QueueState.QUEUED, "lung-v1", True, False)
    assert (saved.source_name, saved.source_sha256) == ("film.png", "d" * 64)
    assert re.fullmatch("[0-9a-f]{64}", saved.group)
    assert saved.group == store.group_hash(room.ws, "patient 1")
    assert saved.side is store.side_of(room.ws, saved.group)
    assert room.case().status is Status.QUEUED


def test_masks_are_png_files_of_0_and_255(room) -> None:
    room.accept()
    for path in (room.ws.folder / "masks").rglob("*.png"):
        pixels = cv2.imread(str(path), cv2.IMREAD_UNCHANGED)
        assert pixels.shape == (37, 53)
        assert set(np.unique(pixels)) == {0, 255}


@pytest.mark.parametrize("kind", [bool, np.uint8, np.int32, np.float32])
def test_any_kind_of_mask_is_taken(room, kind: type) -> None:
    saved = room.accept(mask=(room.mask() * 7).astype(kind), touched=None)
    assert (store.correction_mask(room.ws, saved.id) == room.mask()).all()
    assert not store.correction_touched(room.ws, saved.id).any()


def test_frames_of_one_video_are_told_apart(room) -> None:
    frames = [store.NewCase(Path("/films/colon.mp4"), frame, 60, video=True) for frame in (0, 16)]
    for case_id, image_hash in zip(store.add_cases(room.ws, frames), ("01" * 32, "02" * 32), strict=True):
        store.keep_image(room.ws, image_hash, image_hash.encode(), ".png", {})
        store.set_image(room.ws, case_id, image_hash, 37, 53)
        room.accept(image_hash=image_hash, source_name="colon.mp4", case_id=case_id)
    one, other = store.corrections(room.ws)
    assert (one.source_name, other.source_name) == ("colon.mp4 (1/60)", "colon.mp4 (17/60)")
    assert one.source_file == other.source_file
    assert (other.frame, other.frames, other.video) == (16, 60, True)


def test_numbers_may_be_numpys(room) -> None:
    effort = Effort(np.int64(3), np.float32(1.5), np.float64(2.5), np.int32(7))
    saved = room.accept(threshold=np.float32(0.5), changed=np.bool_(False), effort=effort)
    assert (saved.effort, saved.changed) == (Effort(3, 1.5, 2.5, 7), False)
    store.set_image(room.ws, room.case_id, IMAGE, np.int64(37), np.int32(53))
    assert (room.case().rows, room.case().columns) == (37, 53)


def test_an_empty_one_and_an_unchanged_one_say_so(room) -> None:
    assert room.accept(mask=np.zeros((37, 53), bool), changed=False).empty
    assert not store.corrections(room.ws)[0].changed


def test_a_later_one_takes_its_place_and_the_older_stays(room) -> None:
    first = room.accept(0)
    before = files(room)
    second = room.accept(5)
    assert store.corrections(room.ws) == [second]
    old, new = store.corrections(room.ws, replaced=True)
    assert (old.id, old.replaced_by, new.replaced_by) == (first.id, second.id, None)
    assert (store.correction_mask(room.ws, first.id) == room.mask(0)).all()
    assert (store.correction_mask(room.ws, second.id) == room.mask(5)).all()
    after = files(room)
    assert len(after) == 4
    assert before.items() <= after.items()


def test_readers_and_targets_stand_beside_one_another(room) -> None:
    mine, hers = room.accept(0), room.accept(1, reader="Dr. B")
    assert [one.id for one in store.corrections(room.ws)] == [mine.id, hers.id]
    assert store.corrections(room.ws, reader="Dr. B") == [hers]
    assert store.corrections(room.ws, "polyp") == []
    assert room.case(reader="Dr. B").status is Status.QUEUED
    assert room.case(reader="Dr. C").status is Status.NEW
    assert store.readers(room.ws) == ["Dr. A", "Dr. B"]


def test_copies_of_a_picture_are_accepted_together_but_not_excluded_ones(room) -> None:
    copy, excluded = room.add("copy.png", IMAGE), room.add("excluded.png", IMAGE)
    store.set_status(room.ws, excluded, room.reader, Status.EXCLUDED, "duplicate")
    room.accept()
    assert [room.case(one).status for one in (room.case_id, copy, excluded)] == [
        Status.QUEUED,
        Status.QUEUED,
        Status.EXCLUDED,
    ]


def test_an_excluded_picture_that_is_accepted_after_all_is_queued(room) -> None:
    store.set_status(room.ws, room.case_id, room.reader, Status.EXCLUDED, "wrong view")
    room.accept()
    assert room.case().status is Status.QUEUED
    store.take_back(room.ws, room.case_id, room.reader, "lung")
    copy = room.add("copy.png", IMAGE)
    room.accept(case_id=room.case_id)
    assert (room.case().status, room.case(copy).status) == (Status.QUEUED, Status.QUEUED)
    store.take_back(room.ws, room.case_id, room.reader, "lung")
    assert (room.case().status, room.case().reason) == (Status.EXCLUDED, "wrong view")


def test_states_and_the_worklist_follow_one_another(room) -> None:
    saved = room.accept()
    assert store.queue_length(room.ws) == store.queue_length(room.ws, "lung", room.reader) == 1
    assert store.queue_length(room.ws, "polyp") == store.queue_length(room.ws, reader="x") == 0
    for call, state, status in (
        (store.flag, QueueState.FLAGGED, Status.ASIDE),
        (store.withdraw, QueueState.WITHDRAWN, Status.CORRECTED),
        (store.keep, QueueState.QUEUED, Status.QUEUED),
    ):
        assert call(room.ws, saved.id).state is state
        assert room.case().status is status
    store.set_state(room.ws, saved.id, QueueState.SET_ASIDE)
    assert store.corrections(room.ws, states={QueueState.SET_ASIDE}) == [store.correction(room.ws, saved.id)]
    assert store.corrections(room.ws, states={QueueState.QUEUED}) == []
    assert store.queue_length(room.ws) == 0


def test_what_was_learned_is_marked_and_only_that(room) -> None:
    other = room.add("other.png", "cd" * 32)
    first, aside = room.accept(0), room.accept(1, image_hash="cd" * 32)
    store.set_state(room.ws, aside.id, QueueState.SET_ASIDE)
    store.mark_learned(room.ws, [first.id, aside.id], "lung-v2")
    assert store.correction(room.ws, first.id).state is QueueState.LEARNED
    assert store.correction(room.ws, aside.id).state is QueueState.SET_ASIDE
    assert (room.case().status, room.case(other).status) == (Status.LEARNED, Status.ASIDE)
    second = room.accept(2)
    assert room.case().status is Status.QUEUED
    store.mark_learned(room.ws, [first.id], "lung-v3")
    assert store.correction(room.ws, second.id).state is QueueState.QUEUED
    assert room.case().status is Status.QUEUED


def test_one_that_no_longer_stands_cannot_be_queued_again(room) -> None:
    first = room.accept(0)
    room.accept(1)
    with pytest.raises(WorkspaceError, match="a later one stands"):
        store.keep(room.ws, first.id)


def test_unknown_ones_are_one_sentence(room) -> None:
    for call in (
        store.correction,
        store.correction_mask,
        store.correction_touched,
        store.correction_proposal,
        store.keep,
    ):
        with pytest.raises(WorkspaceError, match="Correction 99: there is none"):
            call(room.ws, 99)
    with pytest.raises(WorkspaceError, match="Correction 99"):
        store.mark_learned(room.ws, [99], "lung-v2")


def test_nothing_is_accepted_without_its_picture(room) -> None:
    with pytest.raises(WorkspaceError, match="not kept"):
        room.accept(image_hash="00" * 32)
    assert store.corrections(room.ws) == []


def test_a_mask_of_no_size_or_of_two_sizes_is_a_mistake(room) -> None:
    with pytest.raises(ValueError, match="Mask"):
        room.accept(mask=np.zeros((0, 5)))
    with pytest.raises(ValueError, match="size"):
        room.accept(touched=np.zeros((5, 5), bool))


def test_a_mask_of_another_size_than_the_picture_is_a_mistake(room) -> None:
    with pytest.raises(ValueError, match="37 x 53"):
        room.accept(mask=np.ones((53, 37), bool), touched=None)
    assert store.corrections(room.ws) == []


def test_a_damaged_mask_is_refused_not_returned(room) -> None:
    saved = room.accept()
    for path in (room.ws.folder / "masks").rglob("*.png"):
        data = bytearray(path.read_bytes())
        data[len(data) // 2] ^= 1
        path.write_bytes(bytes(data))
    for call in (store.correction_mask, store.correction_touched):
        with pytest.raises(WorkspaceError, match="damaged"):
            call(room.ws, saved.id)


def test_a_picture_without_a_group_is_its_own(room) -> None:
    room.add("other.png", "cd" * 32)
    first, second = room.accept(group=""), room.accept(group="", image_hash="cd" * 32)
    assert first.group != second.group
    assert room.accept(group="", reader="Dr. B").group == first.group


def test_identifiers_of_patients_are_nowhere_on_the_disk(room) -> None:
    room.accept(group="PATIENT-4711")
    for path in room.ws.folder.rglob("*"):
        assert "4711" not in path.name
        assert not path.is_file() or b"4711" not in path.read_bytes()
