"""A corrected Mask on the frames that follow: as ghosts which count for nothing until a reader takes them over."""

from __future__ import annotations

import zlib
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import numpy as np

from unet_studio.core import sequence
from unet_studio.core.case import Case, Status
from unet_studio.core.errors import ModelError, Unreadable, UserError
from unet_studio.core.image import Image
from unet_studio.core.sequence import number
from unet_studio.workflow import frames, opening, proposing, scenes, spans, versions, viewing
from unet_studio.workflow.opening import OpenCase
from unet_studio.workflow.session import Session, require_writable
from unet_studio.workspace import store

MOST = 100  # frames of the worklist in one go
MOST_WALKED = 500  # frames of a video, on the worklist or not
ACCEPTED = frozenset({Status.QUEUED, Status.ASIDE, Status.LEARNED})
LEFT_OUT = frozenset({Status.EXCLUDED, Status.UNREADABLE})
Frame = tuple[np.ndarray, "np.ndarray | None"]  # picture, probability


@dataclass(frozen=True, eq=False)
class Source:
    """A corrected Mask as it was when its reader asked for it elsewhere.

    mask: (H, W) uint8 0/1, a copy. threshold: in force for proposals.
    """

    case: Case
    image: Image
    target: str
    mask: np.ndarray
    threshold: float


@dataclass(frozen=True, eq=False)
class CarriedMask:
    """A Mask that waits on a frame for its reader's word.

    start, number: of the frame that it was carried from, and of this one.
    """

    case_id: int
    start: int
    number: int
    target: str
    shape: tuple[int, int]
    packed: bytes = field(repr=False)

    @property
    def mask(self) -> np.ndarray:
        """(H, W) uint8 0/1."""
        bits = np.frombuffer(zlib.decompress(self.packed), np.uint8)
        return np.unpackbits(bits, count=self.shape[0] * self.shape[1]).reshape(self.shape)


def source(open_case: OpenCase) -> Source:
    """The open case's Mask as it is now. Raises UserError where there is none to carry or copy."""
    draft, case = open_case.draft, open_case.case
    if draft is None or not draft.document.mask.any():
        raise UserError(f"{case.name}: nothing is marked; mark it here first.")
    return Source(case, open_case.image, draft.target, draft.document.mask.copy(), draft.threshold)


def carry(
    session: Session,
    start: Source,
    *,
    on_frame: Callable[[CarriedMask], None] = lambda found: None,
    cancelled: Callable[[], bool] = lambda: False,
) -> str:
    """Carry a Mask to the frames of the worklist that follow; returns one line: how far it came, and why no further.

    on_frame gets each Mask as it is found; none of them is kept and no case changes its status. Frames outside the
    span are walked through. It ends at a cut, where doubt rises, at a frame that is accepted already, and after 100
    frames. Raises Locked, WorkspaceError.
    """
    from unet_studio.editing.carry import LIMIT, carry_span

    require_writable(session)
    way = _Way(session, start, cancelled)
    scene = scenes.begin(session, start.image)
    found: list[int] = []
    for step in carry_span(start.mask, way.frames(), threshold=start.threshold):
        case, image = way.given.popleft()
        if step.cut:
            return _said(found, f"stopped at frame {number(case)}: the scene changes")
        scenes.join(session, image, scene)
        if step.doubt > LIMIT:
            return _said(found, f"stopped at frame {number(case)}: the mask is in doubt there")
        if case.id in way.wanted:
            found.append(number(case))
            packed = zlib.compress(np.packbits(step.mask).tobytes(), 1)
            on_frame(CarriedMask(case.id, number(start.case), found[-1], start.target, start.image.shape, packed))
    return _said(found, way.end or "this is the last frame")


def _said(found: list[int], why: str) -> str:
    count = f"{len(found)} frame{'' if len(found) == 1 else 's'}"
    return f"Carried to {count}, as far as frame {found[-1]}; {why}" if found else f"Not carried: {why}"


def copy(session: Session, start: Source, onto: OpenCase) -> bool:
    """Put another frame's Mask in as one undo step that keeps locked pixels; False where it changes nothing.

    Raises UserError where nothing may be changed or the pictures differ in size.
    """
    name, draft = onto.case.name, onto.draft
    if draft is None or draft.target != start.target:
        raise UserError(f"{name}: its target is not {start.target}; choose it there, then copy again.")
    if start.mask.shape != draft.document.shape:
        raise UserError(f"{name}: its size is not that of {start.case.name}; mark it anew.")
    from unet_studio.editing.put import put
    from unet_studio.editing.rect import whole
    from unet_studio.editing.toolbox import TOOLBOX

    scenes.join(session, onto.image, scenes.begin(session, start.image))
    row, document = TOOLBOX["copied"], draft.document
    return put(document, row.name, row.label, whole(document.shape), start.mask) is not None


class _Way:
    """The frames from the corrected one on: the tracker reads `frames`, which fills `given` and, in the end, `end`."""

    def __init__(self, session: Session, start: Source, cancelled: Callable[[], bool]) -> None:
        from unet_studio.imaging import windowing

        self.given: deque[tuple[Case, Image]] = deque()  # what the tracker got after the first and has not answered
        self.end = ""  # why there were no more, "" after the last one
        self._session, self._start, self._cancelled = session, start, cancelled
        self._window = windowing.default_voi(start.image)
        if start.case.video:
            frame = start.case.frame
            frames.make_rows(session, start.case, range(frame + 1, frame + 1 + MOST_WALKED))
        every = spans.frames(session, start.case.id)
        self._ahead = every[1 + [case.id for case in every].index(start.case.id) :]
        free = start.case.video and sequence.key(start.case) not in spans.spans(session)
        shown = {case.id for case in (self._ahead if free else spans.worklist(session))}
        self._ahead = self._ahead[:MOST_WALKED] if start.case.video else self._ahead
        self.wanted = {case.id for case in self._ahead if case.id in shown and case.status not in LEFT_OUT}

    def frames(self) -> Iterator[Frame]:
        """Pictures (H, W[, 3]) uint8 through one window, with the active model's probability where it is wanted."""
        start = self._start
        yield viewing.display(start.image, self._window), self._probability(start.image)
        asked = 0
        for case in self._ahead:
            wanted = case.id in self.wanted
            asked += wanted
            image = self._image(case, asked)
            if image is None:
                return
            if wanted and case.target is None:
                store.set_target(self._session.workspace, case.id, self._session.reader, start.target)
            self.given.append((case, image))
            yield viewing.display(image, self._window), self._probability(image) if wanted else None

    def _image(self, case: Case, asked: int) -> Image | None:
        """The next picture; None, with `end`, where the way ends before it."""
        image = None
        if self._cancelled():
            self.end = "stopped by you"
        elif case.status in ACCEPTED:
            self.end = f"frame {number(case)} is accepted already"
        elif asked > MOST:
            self.end = f"{MOST} frames at a time"
        else:
            try:
                image = opening.load_image(self._session, case.id)
            except Unreadable as error:
                self.end = f"stopped at frame {number(case)}: {error}"
        if image is not None and image.pixels.shape != self._start.image.pixels.shape:
            self.end, image = f"stopped at frame {number(case)}: the picture has another size", None
        return image

    def _probability(self, image: Image) -> np.ndarray | None:
        """The active model's, kept in the Workspace like any Proposal; None where no model can be asked."""
        workspace, target = self._session.workspace, self._start.target
        try:
            version = versions.active(self._session, target)
            kept = store.latest_proposal(workspace, image.content_hash, target, version.id)
            if kept is None:
                kept = proposing.model(self._session, version.id, "auto").propose(image)
                store.save_proposal(workspace, image.content_hash, kept)
        except ModelError:
            return None
        return kept.probability
