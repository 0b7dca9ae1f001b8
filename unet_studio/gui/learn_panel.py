"""The learn panel: what waits, the run under way with its curves, the verdict, the active version."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QProgressBar, QVBoxLayout, QWidget

from unet_studio.core.model_version import Mode
from unet_studio.core.target import TARGETS
from unet_studio.gui.action_set import ActionSet
from unet_studio.gui.controls import ActionButton
from unet_studio.gui.names import said
from unet_studio.gui.texts import mark, tr, tr_n

if TYPE_CHECKING:
    from unet_studio.gui.learn_plot import LearnPlot

PHASES = {
    "loading": mark("Loading"),
    "comparing": mark("Looking at the held-out films"),
    "rehearsing": mark("Learning"),
    "learning": mark("Learning"),
    "judging": mark("Comparing old and new"),
}
PLOT = "unet_studio.gui.learn_plot"  # imported by a job: it takes a third of a second


def time_left(seconds: float | None) -> str:
    """What is left of the time allowed, as a reader says it; a run may end before."""
    if seconds is None:
        return ""
    seconds = max(0, round(seconds))
    if seconds < 90:
        return tr("at most {seconds} s left", seconds=seconds)
    return tr("at most {minutes} min {seconds:02d} s left", minutes=seconds // 60, seconds=seconds % 60)


def memory(count: int | None) -> str:
    """Bytes as a reader says them."""
    if not count:
        return ""
    return tr("{size:.1f} GB", size=count / 1e9) if count >= 1e9 else tr("{size:.0f} MB", size=count / 1e6)


def not_learned(count: int, model_id: str) -> str:
    """How many learned Corrections the active version has not learned from, since it was rolled back or imported."""
    return tr_n("%n that {model} has not learned from", "%n that {model} has not learned from", count, model=model_id)


def _phase(progress: Any) -> str:
    words = progress.message or tr(PHASES.get(progress.phase, progress.phase.capitalize()))
    if progress.rounds > 1 and progress.round:
        words += " " + tr("(round {number} of {count})", number=progress.round, count=progress.rounds)
    return words


class LearnPanel(QWidget):
    """Shows learning; starting and stopping it are the window's actions."""

    def __init__(self, actions: ActionSet, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("learn_panel")
        self.active = QLabel(objectName="active_version")
        self.queue = QLabel(objectName="queue_count")
        self.queue.setWordWrap(True)
        self.verdict = QLabel(objectName="verdict")
        self.verdict.setWordWrap(True)
        self.verdict.hide()
        self.state = QLabel(objectName="quiet")
        self.state.setWordWrap(True)
        self.dice = QLabel(objectName="held_out_dice")
        self.progress = QProgressBar(objectName="learn_progress")
        self.progress.setTextVisible(False)
        self.placeholder = QLabel(
            tr("The curves of a run are drawn here:\ntraining loss and agreement on held-out films.")
        )
        self.placeholder.setObjectName("placeholder")
        self.placeholder.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.placeholder.setWordWrap(True)
        self.plot: LearnPlot | None = None
        self.legend: QLabel | None = None
        self._lay_out(actions)
        self.show_run(False)

    def _lay_out(self, actions: ActionSet) -> None:
        self._layout = layout = QVBoxLayout(self)
        layout.setContentsMargins(10, 8, 10, 8)
        layout.setSpacing(6)
        head = QHBoxLayout()
        head.addWidget(QLabel(tr("Learn"), objectName="title"))
        head.addStretch(1)
        head.addWidget(self.active)
        layout.addLayout(head)
        waiting = QHBoxLayout()
        waiting.addWidget(self.queue, 1)
        waiting.addWidget(ActionButton(actions["queue"], tr("Queue…"), show_key=False))
        layout.addLayout(waiting)
        layout.addWidget(self._start_row(actions))
        self.stop = ActionButton(actions["cancel_learning"])
        layout.addWidget(self.stop)
        layout.addWidget(self.progress)
        layout.addWidget(self.state)
        layout.addWidget(self.dice)
        self._plot_place = layout.count()
        layout.addWidget(self.placeholder, 1)
        layout.addWidget(self.verdict)
        self.review = ActionButton(actions["review"])
        self.review.hide()
        layout.addWidget(self.review)
        row = QHBoxLayout()
        row.setSpacing(6)
        row.addWidget(ActionButton(actions["versions"], tr("Versions…"), show_key=False))
        row.addWidget(ActionButton(actions["rollback"], show_key=False))
        layout.addLayout(row)

    def _start_row(self, actions: ActionSet) -> QWidget:
        """Learn now, and beside it the way to the choices."""
        self.start = QWidget(objectName="learn_start")
        row = QHBoxLayout(self.start)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(4)
        row.addWidget(ActionButton(actions["learn"], kind="main"), 1)
        row.addWidget(ActionButton(actions["learn_with"], "…", show_key=False))
        return self.start

    def show_queue(self, to_learn: Mapping[str, int], held_out: int, again: int = 0, model_id: str = "") -> None:
        """Say how many Corrections of each Target are to be learned from, and how many only compare models.

        again: learned ones that the active version, `model_id`, has not learned from.
        """
        waiting = sum(to_learn.values())
        if waiting + held_out + again == 0:
            self.queue.setText(tr("The queue is empty. Accept a picture to fill it."))
            return
        each = ", ".join(f"{count} {tr(TARGETS[name].title)}" for name, count in sorted(to_learn.items()))
        words = f" ({each})" if len(to_learn) > 1 else ""
        parts = [tr_n("%n correction waiting", "%n corrections waiting", waiting) + words]
        if again:
            parts.append(not_learned(again, model_id))
        if held_out:
            parts.append(tr_n("%n held out", "%n held out", held_out))
        self.queue.setText(", ".join(parts))
        self.queue.setToolTip(tr("Held out: never learned from, to compare models on") if held_out else "")

    def show_active(self, model_id: str, mode: Mode = Mode.ASK) -> None:
        """Name the version that proposes now, and the mode of its Target where it is not the usual one."""
        words = {Mode.FROZEN: tr("frozen"), Mode.AUTOMATIC: tr("automatic")}.get(mode, "")
        self.active.setText(" · ".join(part for part in (words, model_id) if part))
        self.active.setToolTip(tr("Active model version: {name}", name=model_id) if model_id else "")
        if mode is Mode.FROZEN:
            self.queue.setText(tr("Frozen for a reader study: nothing is learned, {model} stays.", model=model_id))

    def show_review(self, on: bool, asks: bool) -> None:
        """Offer the page with before and after; `asks`: something waits for a decision."""
        self.review.setVisible(on and not self.stop.isVisibleTo(self))
        self.review.setProperty("kind", "good" if asks else "")
        self.review.style().polish(self.review)

    def say(self, text: str) -> None:
        """One line while a run prepares itself."""
        self.state.setText(text)

    def show_run(self, running: bool) -> None:
        """Switch between start and stop."""
        self.start.setVisible(not running)
        for widget in (self.stop, self.progress, self.state, self.dice, self.legend):
            if widget is not None:
                widget.setVisible(running)
        if running:
            self.verdict.hide()
            self.review.hide()

    def begin(self) -> None:
        """A run begins: empty curves."""
        if self.plot is not None or PLOT in sys.modules:
            self._curves().start_over()
        self.progress.setRange(0, 0)
        self.state.setText(tr("Preparing"))
        self.dice.setText(tr("Held-out Dice –"))
        self.show_run(True)

    def _curves(self) -> LearnPlot:
        if self.plot is None:
            from unet_studio.gui.learn_plot import LearnPlot, legend

            self.plot = LearnPlot(self)
            self.legend = QLabel(legend())
            self._layout.insertWidget(self._plot_place, self.legend)
            self._layout.insertWidget(self._plot_place + 1, self.plot, 1)
            self.placeholder.hide()
        return self.plot

    def show_progress(self, progress) -> None:
        """Show one Progress of `workflow.learning`."""
        if progress.steps:
            self.progress.setRange(0, progress.steps)
            self.progress.setValue(progress.step)
        parts = (_phase(progress), time_left(progress.seconds_left), progress.device, memory(progress.memory_bytes))
        self.state.setText(" · ".join(part for part in parts if part))
        if progress.held_out_dice is not None and progress.parent_dice is not None:
            new, active = f"{progress.held_out_dice:.3f}", f"{progress.parent_dice:.3f}"
            self.dice.setText(tr("Held-out Dice {new}, active {active}", new=new, active=active))
        self._curves().mark_round(progress.round, progress.rounds, progress.step)
        self._curves().add(progress.step, progress.loss, progress.held_out_dice, progress.parent_dice)

    def close_plot(self) -> None:
        """Let the curves go: pyqtgraph's menus would outlive the window."""
        if self.plot is not None:
            self.plot.close()
            self.plot.deleteLater()
            self.plot = None

    def show_verdict(self, text: str, kind: str) -> None:
        """One sentence at the end of a run; kind is good, quiet or bad."""
        self.show_run(False)
        text = said(text)
        self.verdict.setProperty("kind", kind)
        self.verdict.style().polish(self.verdict)
        self.verdict.setText(text.split(";")[0])  # the rest is for whoever points at it, and stands on the page
        self.verdict.setToolTip(text)
        self.verdict.setVisible(bool(text))
