"""Correct once, the rest follows: after strokes, what they say about other places is offered as islands."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from PySide6.QtCore import QObject, QTimer

from unet_studio.editing.document import Document, Event
from unet_studio.editing.toolbox import TOOLBOX
from unet_studio.gui.action_set import ActionSet
from unet_studio.gui.canvas import Canvas
from unet_studio.gui.ghosts import ROW, Ghosts
from unet_studio.gui.jobs import FOLLOW, Jobs, Token
from unet_studio.gui.preferences import Preferences
from unet_studio.gui.reading import Reading
from unet_studio.gui.second_look import SecondLook
from unet_studio.gui.texts import mark

REST_MS = 500  # the hand rests so long before anything is worked out
SOURCE = mark("from your strokes")
LEAST = 2.5e-4  # of the picture: smaller islands are not offered


class FollowLink(QObject):
    """Watches the Document; every change of it ends what is being worked out and begins it anew."""

    def __init__(
        self, reading: Reading, canvas: Canvas, look: SecondLook, ghosts: Ghosts, jobs: Jobs, actions: ActionSet
    ) -> None:
        super().__init__(canvas)
        self._reading, self._canvas, self._look = reading, canvas, look
        self._ghosts, self._jobs, self._actions = ghosts, jobs, actions
        self._on = True
        self._asked = False  # strokes were made on this picture
        self._early = False  # before the features were there
        self._document: Document | None = None
        self._token: Token | None = None
        self._rest = QTimer(self, singleShot=True, interval=REST_MS)
        self._rest.timeout.connect(self._begin)
        reading.opened.connect(lambda _opened: self._change_picture())
        look.changed.connect(self._look_changed)
        actions.check("follow", True)

    def handlers(self) -> dict[str, Callable[..., object]]:
        """What the switch does."""
        return {"follow": self._switch}

    def restore(self, kept: Preferences) -> None:
        """Set what was kept."""
        self._actions.check("follow", kept.follow)

    def kept(self) -> dict[str, Any]:
        """Fields of the preferences."""
        return {"follow": self._on}

    def _switch(self, on: bool) -> None:
        self._on = on
        self._stop()
        if on:
            self._start()
        else:
            self._ghosts.clear(SOURCE)

    def _change_picture(self) -> None:
        self._stop()
        self._asked = self._early = False
        document = self._canvas.document
        if self._document is not None and self._listen in self._document.listeners:
            self._document.listeners.remove(self._listen)
        self._document = document
        if document is not None:
            document.listeners.append(self._listen)

    def _listen(self, event: Event) -> None:
        """A new stroke leaves shown what does not contradict it until the answer is there; all else takes it away."""
        if event.step is None:  # something is being drawn
            self._stop()
            self._start()
            return
        if event.step.kind == ROW.name:
            return
        self._stop()
        row = TOOLBOX.get(event.step.kind)
        stroke = event.op == "step" and row is not None and row.sets_lock
        if not stroke:
            self._ghosts.clear(SOURCE)
        self._asked = self._asked or stroke
        self._start()

    def _look_changed(self) -> None:
        if self._look.features is None:
            self._stop()
            self._ghosts.clear(SOURCE)
        elif self._early:
            self._early = False
            self._start()

    def _stop(self) -> None:
        self._rest.stop()
        if self._token is not None:
            self._token.cancel()
            self._token = None

    def _start(self) -> None:
        if self._on and self._asked:
            self._rest.start()

    def _begin(self) -> None:
        draft, proposal, features = self._reading.draft, self._reading.proposal, self._look.features
        self._early = features is None
        if draft is None or proposal is None or features is None:
            return
        if self._canvas.busy:
            self._rest.start()
            return
        mask, touched, threshold = draft.document.mask.copy(), draft.document.touched.copy(), draft.threshold

        def work(token: Token) -> Any:
            return following(features, proposal.probability, mask, touched, threshold, token.cancelled)

        self._token = self._jobs.run(work, done=self._offer, lane=FOLLOW)

    def _offer(self, islands: Any) -> None:
        self._token = None
        self._ghosts.show(islands, SOURCE)


def following(
    features: np.ndarray,
    probability: np.ndarray,
    mask: np.ndarray,
    touched: np.ndarray,
    threshold: float,
    cancelled: Callable[[], bool],
) -> tuple[Any, ...]:
    """The islands that strokes ask for elsewhere; arguments as editing's `follow` and `islands` take them."""
    from unet_studio.editing import follow, islands

    said = follow.said(mask, touched, (probability.shape[0], probability.shape[1]))
    after = follow.follow(features, probability, said, threshold)
    if cancelled() or np.array_equal(after, probability):
        return ()
    wanted = follow.ghost(mask, probability, after, threshold)
    return islands.differences(mask, wanted, touched, least=max(4, round(LEAST * mask.size))).islands
