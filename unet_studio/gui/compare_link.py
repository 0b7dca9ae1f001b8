"""Ties comparisons to the window: hold to see the earlier model's Mask, and what is shown side by side."""

from __future__ import annotations

from collections.abc import Callable
from html import escape
from typing import Any

import numpy as np
from PySide6.QtCore import QObject, QTimer

from unet_studio.gui.action_set import ActionSet
from unet_studio.gui.beside import COLLEAGUE, EARLIER, PICTURE, PROPOSAL, Beside
from unet_studio.gui.canvas import Canvas
from unet_studio.gui.canvas.difference import ADDED, REMOVED
from unet_studio.gui.corner import Corner
from unet_studio.gui.jobs import MODEL, Jobs, Token
from unet_studio.gui.reading import Opened, Reading
from unet_studio.gui.texts import mark, tr

REST_MS = 150  # the threshold rests this long: the comparison follows
NO_EARLIER = mark("There is no earlier model version to compare with")
NO_PROPOSAL = mark("No proposal yet")
HIDDEN = mark("Hidden until you have accepted your own mask of this picture")
NO_COLLEAGUE = mark("No other reader has accepted a mask of this picture")
OTHER = (230, 159, 0)  # orange: told apart from both Targets' own colours

Mask = np.ndarray


def _square(colour: tuple[int, int, int], sign: str = "■") -> str:
    return f"<span style='color: rgb{colour}; font-size: large'>{sign}</span>"


LEGEND = (
    (_square((255, 255, 255), "□"), mark("outline of the earlier model's mask")),
    (_square(ADDED), mark("added: only in the mask now")),
    (_square(REMOVED, "▨"), mark("removed: only in the earlier model's mask")),
)


class CompareLink(QObject):
    """Fetches what the Mask is compared with and shows it."""

    def __init__(
        self, reading: Reading, canvas: Canvas, beside: Beside, corner: Corner, actions: ActionSet, jobs: Jobs
    ) -> None:
        super().__init__(canvas)
        self._reading, self._canvas, self._beside = reading, canvas, beside
        self._corner, self._actions, self._jobs = corner, actions, jobs
        self._earlier: tuple[tuple[Any, float], Mask | None] | None = None
        self._shown: tuple[Any, ...] | None = None  # what the companion shows, or is about to
        self._rest = QTimer(self, singleShot=True, interval=REST_MS)
        self._rest.timeout.connect(self._fill)
        reading.opened.connect(self._opened)
        reading.edited.connect(self._rest.start)
        beside.choice_changed.connect(self._fill)
        beside.left.connect(lambda: actions.check("beside", False))

    def handlers(self) -> dict[str, Callable[..., object]]:
        """What the actions of this part do."""
        return {"show_proposal": self._hold, "beside": self._open}

    def _opened(self, _opened: Opened | None) -> None:
        self._earlier = self._shown = None
        self._beside.show_mask(None)
        self._fill()

    @property
    def _key(self) -> tuple[Any, float]:
        """The open case and the threshold in force."""
        case = self._reading.open_case
        draft = None if case is None else case.draft
        return case, 0.5 if draft is None else draft.threshold

    # the earlier model's Mask

    def _with_earlier(self, then: Callable[[Mask | None], None]) -> None:
        """Call with the earlier model's Mask of the open case at its threshold, unless another case came in between."""
        key, session = self._key, self._reading.session
        if self._earlier is not None and self._earlier[0] == key:
            then(self._earlier[1])
            return

        def work(_token: Token) -> Mask | None:
            from unet_studio.workflow import proposing

            return proposing.previous_mask(session, *key)

        def take(mask: Mask | None) -> None:
            if self._key[0] is key[0]:
                self._earlier = (key, mask)
                then(mask)

        self._jobs.run(work, done=take, lane=MODEL, label=tr("Comparing"))

    def _hold(self, on: bool) -> None:
        if on and self._reading.draft is not None:
            self._with_earlier(self._show_difference)
        else:
            self._canvas.set_difference(None)
            self._corner.show_legend("")

    def _show_difference(self, mask: Mask | None) -> None:
        if mask is None:
            self._jobs.said.emit(tr(NO_EARLIER), False)
        elif self._actions["show_proposal"].isChecked():
            self._canvas.set_difference(mask)
            self._corner.show_legend("<br>".join(f"{square} {escape(tr(words))}" for square, words in LEGEND))

    # side by side

    def _open(self, on: bool) -> None:
        self._beside.open(on)
        self._shown = None
        self._fill()
        self._canvas.setFocus()

    def _fill(self) -> None:
        """Show beside the canvas what was chosen, if it is not shown yet."""
        case, threshold = self._key
        what, proposal = self._beside.chosen, self._reading.proposal
        key = (what, case, threshold, proposal) if what in (PROPOSAL, EARLIER) else (what, case)
        if self._beside.isHidden() or case is None or key == self._shown:
            return
        self._shown = key
        if what == PICTURE:
            self._beside.show_mask(None)
        elif what == EARLIER:
            self._with_earlier(lambda mask: self._put(key, mask, "" if mask is not None else tr(NO_EARLIER)))
        elif what == COLLEAGUE:
            self._draw_colleague(key, case)
        elif proposal is None:
            self._beside.show_mask(None, note=tr(NO_PROPOSAL))
        else:
            self._draw_proposal(key, proposal, threshold)

    def _draw_proposal(self, key: tuple[Any, ...], proposal: Any, threshold: float) -> None:
        def work(_token: Token) -> Mask:
            from unet_studio.editing.threshold import mask_at

            return mask_at(proposal.probability, proposal.rows, proposal.columns, threshold)

        note = tr("{model}, threshold {percent:.0f} %", model=proposal.model_id, percent=threshold * 100)
        self._jobs.run(work, done=lambda mask: self._put(key, mask, note), lane=MODEL, label=tr("Comparing"))

    def _draw_colleague(self, key: tuple[Any, ...], case: Any) -> None:
        """Another reader's accepted Mask, once this reader has accepted theirs; whoever is not shown is named."""
        session = self._reading.session
        self._beside.show_mask(None)

        def work(_token: Token) -> Any:
            from unet_studio.workflow.readers import other_masks

            return other_masks(session, case.image.content_hash, case.target)

        def take(found: Any) -> None:
            if not found:
                self._put(key, None, tr(HIDDEN if found is None else NO_COLLEAGUE))
                return
            notes = [
                tr("{reader}: Dice {dice:.3f}, HD95 {hd95:.1f} px", reader=one.reader, dice=one.dice, hd95=one.hd95)
                for one in found
            ]
            self._put(key, found[0].mask, "; ".join(notes))

        self._jobs.run(work, done=take, lane=MODEL, label=tr("Comparing"))

    def _put(self, key: tuple[Any, ...], mask: Mask | None, note: str) -> None:
        if key == self._shown and self._beside.chosen in (PROPOSAL, EARLIER, COLLEAGUE):
            self._beside.show_mask(mask, OTHER, note)
