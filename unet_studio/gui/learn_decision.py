"""What becomes of a new version: the notice, the page with before and after, and the change between two cases.

No version changes while a case is open: a change that is decided on waits until the reader leaves the case.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QObject, Signal

from unet_studio.core.changes import Changes
from unet_studio.core.errors import Cancelled, UserError
from unet_studio.core.model_version import Mode, ModelVersion
from unet_studio.gui.dialogs.decision import KEEP, LOOK, OVERRIDE, USE, DecisionPage
from unet_studio.gui.jobs import COMPARE, Jobs, Token
from unet_studio.gui.learn_link import LearnLink
from unet_studio.gui.learn_panel import LearnPanel
from unet_studio.gui.reading import Reading
from unet_studio.gui.teaching import Teaching
from unet_studio.gui.texts import tr
from unet_studio.gui.version_words import moved

Verb = Callable[[Any, Any], Changes]  # (session, workflow.versions) -> Changes


class DecisionLink(QObject):
    """Shows what waits for a decision, and carries decisions out between two cases."""

    changed = Signal(object)  # Changes
    told = Signal(str, str)  # a sentence on a change of the active version, and its kind

    def __init__(
        self, reading: Reading, learn: LearnLink, teaching: Teaching, panel: LearnPanel, jobs: Jobs, window: Any
    ) -> None:
        super().__init__(window)
        self._reading, self._learn, self._panel, self._jobs, self._window = reading, learn, panel, jobs, window
        self._teaching = teaching
        self._waiting: tuple[Verb, str] | None = None  # decided on; carried out when the case is left
        self._begun: set[str] = set()  # versions whose going live by itself was begun
        self._last: str = ""  # the version that the last run made
        reading.left.connect(self._between)
        learn.refreshed.connect(self._look)
        teaching.ended.connect(self._ended)

    def handlers(self) -> dict[str, Callable[..., object]]:
        """What the actions of this part do."""
        return {"review": self.review, "rollback": lambda: self.rollback()}

    def facts(self) -> set[str]:
        """What holds; see `actions`."""
        return {"review"} if self._reviewable() is not None else set()

    @property
    def waiting(self) -> bool:
        """Whether a change waits for the open case to be left."""
        return self._waiting is not None

    # what waits

    def _undecided(self) -> ModelVersion | None:
        """The newest version that the gate found better and nobody decided on."""
        found = self._learn.known.undecided.get(self._learn.target(), ())
        return found[-1] if found else None

    def _reviewable(self) -> ModelVersion | None:
        """What the page would show: what waits for a decision, else what the last run made."""
        waits = self._undecided()
        last = self._learn.known.version(self._last)
        return waits or (last if last is not None and last.target == self._learn.target() else None)

    def _ended(self, outcome: Any) -> None:
        if outcome is not None and outcome.model is not None:
            self._last = outcome.model.id

    def _look(self) -> None:
        """Show what waits; in mode automatic it goes live by itself."""
        if self._teaching.running or not self._learn.read_once:
            return
        self._panel.show_review(self._reviewable() is not None, asks=self._asks())
        for target, found in self._learn.known.undecided.items():
            mode = self._learn.known.modes.get(target, Mode.ASK)
            if found and mode is Mode.AUTOMATIC and found[-1].id not in self._begun:
                self._begun.add(found[-1].id)
                self._let_live(found[-1])
                return
        version = self._undecided()
        if self._asks() and version is not None:
            text = tr("{model} is better: {dice}", model=version.id, dice=moved(version))
            self._panel.show_verdict(text, "good")

    def _asks(self) -> bool:
        mode = self._learn.known.modes.get(self._learn.target(), Mode.ASK)
        return mode is Mode.ASK and self._waiting is None and self._undecided() is not None

    # changes of the active version

    def activate(self, model_id: str, reason: str = "") -> None:
        """Let a version go live, now or when the open case is left."""
        text, words = self._words(model_id)
        self._change(lambda session, versions: versions.activate(session, model_id, reason), text, words)

    def _words(self, model_id: str) -> tuple[str, str]:
        """What is said while a version waits to go live, and once it has."""
        version = self._learn.known.version(model_id)
        dice = moved(version) if version is not None and version.passed else ""
        words = tr("{model} proposes from now on.", model=model_id)
        if dice:
            words = tr("{model} proposes from now on: {dice}", model=model_id, dice=dice)
        return tr("{model} proposes as soon as you leave this picture.", model=model_id), words

    def _let_live(self, version: ModelVersion) -> None:
        """Nobody chose this version: it goes live by its Target's mode, now or when the open case is left."""

        def verb(session: Any, _versions: Any) -> Changes:
            from unet_studio.workflow import going_live

            return going_live.go_live(session, version.id, case_open=False) or Changes()

        self._change(verb, *self._words(version.id))

    def rollback(self, target: str = "") -> None:
        """Go back to the version that was active before, now or when the open case is left."""
        target = target or self._learn.target()
        text = tr("The version before proposes as soon as you leave this picture.")
        self._change(lambda session, versions: versions.rollback(session, target), text, "")

    def decline(self, model_id: str) -> None:
        """Keep the active version; nothing changes for an open case, so that this is done at once."""
        self._waiting = None
        self._panel.show_verdict("", "quiet")
        self._run(lambda session, versions: versions.decline(session, model_id), self.changed.emit)

    def _change(self, verb: Verb, text: str, words: str) -> None:
        """text: said while it waits; words: said when it is done, "" for the verb's own."""
        if self._reading.case_id >= 0:
            self._waiting = verb, words
            self._tell(text, "quiet")
            self._panel.show_review(self._reviewable() is not None, asks=False)
            self._jobs.said.emit(text, False)
        else:
            self._run(verb, lambda changes: self._went_live(changes, words))

    def _between(self) -> None:
        """The reader has left a case, and the next is not open yet: its job stands behind this one."""
        if self._waiting is not None:
            (verb, words), self._waiting = self._waiting, None
            self._run(verb, lambda changes: self._went_live(changes, words))

    def _run(self, verb: Verb, done: Callable[[Changes], object]) -> None:
        session = self._reading.session

        def work(_token: Token) -> Changes:
            from unet_studio.workflow import versions

            return verb(session, versions)

        self._jobs.run(work, done=done, failed=self._refused, label=tr("Changing the model version"), must=True)

    def _went_live(self, changes: Changes, words: str) -> None:
        if not changes.models:  # by itself, and by now the mode or the active version is another
            self._begun.clear()
            self._panel.show_verdict("", "quiet")
            self.changed.emit(Changes(models=True))
            return
        self._last = ""
        self._tell(words or changes.message, "good")
        self.changed.emit(changes | Changes(worklist=True, message=words))  # what was queued is learned now

    def _tell(self, text: str, kind: str) -> None:
        self._panel.show_verdict(text, kind)
        self.told.emit(text, kind)

    def _refused(self, error: UserError) -> None:
        self._tell(str(error), "bad")
        self._jobs.said.emit(str(error), True)

    def close(self) -> None:
        """The window closes: what is decided on is carried out."""
        self._between()

    # the page

    def review(self) -> None:
        """Before and after of every held-out film of the newest version, and the decision."""
        version = self._reviewable()
        before = self._learn.known.version(version.compared_with) if version is not None else None
        if version is None or before is None:
            return
        choice = LOOK
        frozen = self._learn.known.modes.get(version.target) is Mode.FROZEN
        if self._reading.session.writable and not version.active and not frozen:
            choice = USE if version.passed else OVERRIDE
        self._open(before, version, choice)

    def compare(self, one_id: str, other_id: str) -> None:
        """Before and after of any two versions of one Target; the one with the smaller number is "before"."""
        found = [self._learn.known.version(name) for name in (one_id, other_id)]
        one, other = sorted((version for version in found if version is not None), key=lambda version: version.number)
        self._open(one, other, LOOK)

    def _open(self, one: ModelVersion, other: ModelVersion, choice: str) -> None:
        page = DecisionPage(self._window, one, other, choice)
        session = self._reading.session

        def work(token: Token) -> None:
            from unet_studio.workflow import comparing

            for film in comparing.compare(session, one.target, one.id, other.id):
                if token.cancelled():
                    raise Cancelled
                token.report(film)

        token = self._jobs.run(
            work,
            progress=page.add,
            done=lambda _nothing: page.end(),
            failed=lambda error: page.fail(str(error)),
            lane=COMPARE,
        )
        page.finished.connect(lambda _result: token.cancel())
        page.decided.connect(lambda what, why: self._decided(other.id, what, why))
        page.open()

    def _decided(self, model_id: str, what: str, why: str) -> None:
        if what == USE:
            self.activate(model_id, why)
        elif what == KEEP:
            self.decline(model_id)
