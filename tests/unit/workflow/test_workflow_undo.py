"""Whatever a reader does: undo all is the start, redo all the end, and the journal holds it all, cut off anywhere."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from unet_studio.core.proposal import Proposal
from unet_studio.editing import commands, islands, lock, shapes
from unet_studio.editing.document import Document
from unet_studio.editing.pull import Pull
from unet_studio.editing.put import put
from unet_studio.editing.regions import component_at, flood, move_component, threshold_within
from unet_studio.editing.strokes import paint
from unet_studio.editing.toolbox import TOOLBOX
from unet_studio.workflow import accepting, opening
from unet_studio.workflow.drafting import Draft, open_draft
from unet_studio.workflow.session import Session, close_session, open_session
from unet_studio.workspace import drafts, store
from unet_studio.workspace.journal import Key

NUMBERS = count()
SIZES = st.tuples(st.integers(1, 40), st.integers(1, 40)) | st.sampled_from([(1, 1), (1, 300), (270, 3), (260, 258)])


@dataclass
class Room:
    """A Workspace; each draft is of a picture of its own."""

    session: Session
    case_id: int

    def begin(self, shape: tuple[int, int], limit: int) -> tuple[Callable[[], Draft], Path]:
        """What opens the draft of a new picture, and its journal."""
        picture = f"{next(NUMBERS):064x}"
        path = drafts.live_path(self.session.workspace, Key(picture, "lung", self.session.reader))
        return lambda: open_draft(self.session, self.case_id, picture, "lung", shape, limit), path


@pytest.fixture
def session(workspace: Path, films: Path):
    opened = open_session(workspace)
    opening.add_paths(opened, [films])
    yield opened
    close_session(opened)


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory):
    session = open_session(tmp_path_factory.mktemp("undo") / "workspace", reader="Dr Test")
    (case_id,) = store.add_cases(session.workspace, [store.NewCase("/film.png", guess="lung")])
    yield Room(session, case_id)
    close_session(session)


def proposal(shape: tuple[int, int], seed: int) -> Proposal:
    grid = np.random.default_rng(seed).integers(0, 65536, (min(shape[0], 7), min(shape[1], 9)))
    return Proposal(grid.astype(np.uint16), *shape, "lung", f"lung-v{seed % 3}", "", "CPU", 0.1)


class Hand:
    """Makes one gesture after the other, somewhere in the picture or just outside."""

    def __init__(self, draft: Draft, seed: int) -> None:
        self.draft, self.rng = draft, np.random.default_rng(seed)

    @property
    def document(self) -> Document:
        return self.draft.document

    def point(self) -> tuple[float, float]:
        rows, columns = self.document.shape
        return float(self.rng.uniform(-3, columns + 3)), float(self.rng.uniform(-3, rows + 3))

    def stroke(self, name: str, ink) -> None:
        gesture = self.document.begin(name, TOOLBOX[name].label)
        for _ in range(int(self.rng.integers(1, 4))):
            size = int(self.rng.integers(1, 25))
            paint(gesture, self.document.mask, self.document.touched, self.point(), self.point(), size, ink)
        gesture.finish()

    def draw(self, name: str, found) -> None:
        rect, bits = found
        if not rect.empty:
            value = np.full(rect.shape, self.rng.integers(2), np.uint8)
            put(self.document, name, TOOLBOX[name].label, rect, value, footprint=bits)

    def brush(self) -> None:
        self.stroke("brush", 1)

    def eraser(self) -> None:
        self.stroke("eraser", 0)

    def threshold_brush(self) -> None:
        values = self.rng.integers(0, 65536, self.document.shape).astype(np.uint16)

        def ink(rect, bits):
            return bits, threshold_within(self.document.mask, rect, values[rect.slices], bits, 0.4)[1]

        self.stroke("threshold_brush", ink)

    def pull(self) -> None:
        drag = Pull(self.document, 12)
        drag.press(self.point())
        drag.move(self.point())
        drag.finish()

    def lasso(self) -> None:
        self.draw("lasso", shapes.polygon(self.document.shape, [self.point() for _ in range(7)]))

    def polygon(self) -> None:
        self.draw("polygon", shapes.polygon(self.document.shape, [self.point() for _ in range(4)]))

    def rectangle(self) -> None:
        self.draw("rectangle", shapes.rectangle(self.document.shape, self.point(), self.point()))

    def ellipse(self) -> None:
        self.draw("ellipse", shapes.ellipse(self.document.shape, self.point(), self.point()))

    def move(self) -> None:
        component = component_at(self.document.mask, self.point())
        if component is not None:
            dx, dy = self.rng.integers(-9, 10, 2).tolist()
            rect, wanted, bits = move_component(self.document.mask, component, dx, dy)
            put(self.document, "move", TOOLBOX["move"].label, rect, wanted, footprint=bits)

    def fill(self) -> None:
        found = flood(self.document.mask, self.point())
        if found is not None:
            put(self.document, "fill", TOOLBOX["fill"].label, *found)

    def command(self) -> None:
        name = str(self.rng.choice(list(commands.COMMANDS)))
        amount = TOOLBOX[name].amount
        commands.run(self.document, name, int(self.rng.integers(amount.least, 9)) if amount else 0)

    def ghost(self) -> None:
        wanted = self.rng.integers(0, 2, self.document.shape).astype(np.uint8)
        found = islands.differences(self.document.mask, wanted, self.document.touched).islands[:3]
        if found:
            put(self.document, "fill", "Proposed change", *islands.accept(self.document.mask, *found))

    def propose(self) -> None:
        self.draft.propose(proposal(self.document.shape, int(self.rng.integers(9))), float(self.rng.random()))

    def threshold(self) -> None:
        given = proposal(self.document.shape, int(self.rng.integers(9)))
        for final in (False, True):
            self.draft.set_threshold(given, float(self.rng.random()), final=final)

    def slide_and_paint(self) -> None:
        self.draft.set_threshold(proposal(self.document.shape, 1), 0.3, final=False)
        self.brush()
        self.draft.set_threshold(proposal(self.document.shape, 1), 0.6, final=True)

    def unlock(self) -> None:
        rect, bits = shapes.ellipse(self.document.shape, self.point(), self.point())
        if not rect.empty:
            lock.unlock(self.document, rect, bits)

    def unlock_all(self) -> None:
        lock.unlock_all(self.document)

    def undo(self) -> None:
        self.draft.undo()

    def redo(self) -> None:
        self.draft.redo()

    def undo_some(self) -> None:
        for _ in range(4):
            self.draft.undo()


GESTURES = sorted(name for name in vars(Hand) if name[0] != "_" and name not in ("document", "point", "stroke", "draw"))
DEEDS = st.lists(st.tuples(st.sampled_from(GESTURES), st.integers(0, 2**32 - 1)), max_size=14)


def state(draft: Draft) -> tuple[bytes, bytes, list[str], str, float]:
    """Everything that a reader finds again."""
    document = draft.document
    kinds, threshold = document.history.kinds(), draft.threshold
    return document.mask.tobytes(), document.touched.tobytes(), kinds, draft.next_redo, threshold


def planes(draft: Draft) -> tuple[bytes, bytes]:
    return state(draft)[:2]


def check_lock(draft: Draft, mask: np.ndarray, touched: np.ndarray, before: list[str]) -> None:
    """A new step did to locked pixels what its row of the toolbox says."""
    document = draft.document
    kinds = document.history.kinds()
    if not kinds or kinds[:-1] != before:
        return  # an undo, a redo, several steps or none
    row = TOOLBOX[kinds[-1]]
    if row.respects_lock:
        np.testing.assert_array_equal(document.mask[touched], mask[touched])
        np.testing.assert_array_equal(document.touched, touched)
    if row.sets_lock:
        assert not (touched & ~document.touched).any()
        np.testing.assert_array_equal(document.mask[~document.touched], mask[~document.touched])
    if row.clears_lock:
        np.testing.assert_array_equal(document.mask, mask)
        assert not (document.touched & ~touched).any()


def carry_out(draft: Draft, deeds: list[tuple[str, int]], limit: int) -> None:
    for name, seed in deeds:
        mask, touched = draft.document.mask.copy(), draft.document.touched.copy()
        before = draft.document.history.kinds()
        getattr(Hand(draft, seed), name)()
        check_lock(draft, mask, touched, before)
        assert draft.document.history.bytes_held <= limit
        assert not draft.problem


def check_undo_and_redo(draft: Draft, start: tuple[bytes, bytes], limit: int) -> None:
    """All the way back and forth again."""
    end, depth = state(draft), len(draft.document.history.kinds())
    while draft.can_undo:
        draft.undo()
        assert draft.document.history.bytes_held <= limit
    assert planes(draft) == start
    for _ in range(depth):
        draft.redo()
    assert state(draft) == end
    while draft.can_redo:
        draft.redo()
    assert draft.document.history.bytes_held <= limit


@settings(max_examples=60, deadline=None)
@given(SIZES, DEEDS, st.sampled_from([0, 300, 5000, 1 << 28]))
def test_undo_all_is_the_start_redo_all_the_end_after_a_restart_too(room, shape, deeds, limit) -> None:
    open_again, _ = room.begin(shape, limit)
    draft = open_again()
    start = planes(draft)
    carry_out(draft, deeds, limit)
    again = open_again()
    assert state(again) == state(draft)
    assert again.document.history.bytes_held <= limit
    check_undo_and_redo(draft, start, limit)
    check_undo_and_redo(again, start, limit)
    draft.close()


@settings(max_examples=60, deadline=None)
@given(SIZES, DEEDS.filter(bool), st.floats(0, 1), st.booleans())
def test_a_journal_cut_off_anywhere_gives_the_state_after_some_step(room, shape, deeds, where, in_the_last) -> None:
    open_again, path = room.begin(shape, 300)
    draft = open_again()
    states = [state(draft)]
    draft.document.listeners.append(lambda event: states.append(state(draft)) if event.op != "preview" else None)
    carry_out(draft, deeds, 300)
    if not path.exists():  # nothing came of it
        return
    data = path.read_bytes()
    first = data.rindex(b"\n", 0, -1) + 1 if in_the_last else 0
    cut = first + round(where * (len(data) - first))
    path.write_bytes(data[:cut])
    whole = max(data[:cut].count(b"\n") - 1, 0)
    again = open_again()
    assert state(again) == states[whole]
    Hand(again, 1).brush()  # work goes on behind the torn end
    assert state(open_again()) == state(again)
    while again.can_undo:
        again.undo()
    assert planes(again) == states[0][:2]
    again.close()
    draft.document.listeners.clear()


@settings(max_examples=40, deadline=None)
@given(SIZES, st.lists(st.integers(0, 2**32 - 1), min_size=1, max_size=4), st.integers(0, 8))
def test_paint_then_slide_the_threshold_there_and_back(room, shape, seeds, seed) -> None:
    open_again, _ = room.begin(shape, 1 << 28)
    draft, given_one = open_again(), proposal(shape, seed)
    draft.propose(given_one, 0.2)
    for one in seeds:
        Hand(draft, one).brush()
        Hand(draft, one + 1).eraser()
    before = planes(draft)
    draft.set_threshold(given_one, 0.8, final=True)
    draft.set_threshold(given_one, 0.2, final=True)
    assert planes(draft) == before
    draft.close()


@pytest.mark.parametrize("limit", [0, 1 << 28])
def test_take_back_brings_mask_journal_queue_and_every_step_back(session: Session, limit: int) -> None:
    case_id = next(case.id for case in opening.cases(session) if case.name == "film_1.png")
    opened = opening.open_case(session, case_id)
    key = (opened.image.content_hash, "lung")
    draft = open_draft(session, case_id, *key, opened.image.shape, limit)
    carry_out(draft, [(name, 5) for name in GESTURES], limit)
    before, file = state(draft), drafts.live_path(session.workspace, Key(*key, session.reader))
    journal = file.read_bytes()
    accepting.accept(session, replace(opened, draft=draft), active_seconds=1.0, wall_seconds=2.0)
    assert not file.exists()
    assert store.queue_length(session.workspace) == 1
    accepting.take_back(session, case_id)
    assert file.read_bytes() == journal
    assert store.queue_length(session.workspace) == 0
    again = open_draft(session, case_id, *key, opened.image.shape, limit)
    assert state(again) == before
    empty = np.zeros(opened.image.shape, np.uint8).tobytes()
    check_undo_and_redo(again, (empty, empty), limit)
    again.close()
