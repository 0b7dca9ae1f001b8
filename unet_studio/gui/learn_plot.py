"""The live plot of a run: training loss left, Dice on held-out Corrections right. Imported when a run first begins."""

from __future__ import annotations

import math

import pyqtgraph as pg
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from unet_studio.gui import theme
from unet_studio.gui.texts import tr

LOSS, CANDIDATE, ACTIVE = "#e69f00", "#56b4e9", "#b4bcc5"
Points = list[tuple[float, float]]


def legend() -> str:
    """What the curves are, in their colours."""
    rows = ((LOSS, "━", tr("loss")), (CANDIDATE, "●━", tr("Dice, new")), (ACTIVE, "╍", tr("Dice, active")))
    return " &nbsp; ".join(f"<span style='color:{colour}'>{line} {words}</span>" for colour, line, words in rows)


class LearnPlot(pg.PlotWidget):
    """Three curves on two scales: loss, Dice of the candidate (solid), Dice of the active version (dashed).

    Where a round begins the training starts again from the parent: a line has its number, and the curves are broken.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent, background=theme.BACKGROUND)
        self.setObjectName("learn_plot")
        self.setMinimumHeight(84)
        self.setAccessibleName(tr("Training loss, and Dice of candidate and active version, by step"))
        self.setMouseEnabled(False, False)
        self.setMenuEnabled(False)
        self.hideButtons()
        self._dice_view = pg.ViewBox(enableMouse=False, enableMenu=False)
        self._axes()
        self._loss = self.plot(pen=pg.mkPen(LOSS, width=2), connect="finite")
        pen = pg.mkPen(CANDIDATE, width=2)
        self._candidate = pg.PlotDataItem(pen=pen, symbol="o", symbolSize=5, symbolBrush=CANDIDATE, connect="finite")
        self._active = pg.PlotDataItem(pen=pg.mkPen(ACTIVE, width=2, style=Qt.PenStyle.DashLine))
        for curve in (self._active, self._candidate):
            self._dice_view.addItem(curve)
        self._lines: list[pg.InfiniteLine] = []
        self.start_over()

    def _axes(self) -> None:
        item = self.getPlotItem()
        item.showAxis("right")
        item.scene().addItem(self._dice_view)
        item.getAxis("right").linkToView(self._dice_view)
        self._dice_view.setXLink(item)
        item.vb.sigResized.connect(lambda: self._dice_view.setGeometry(item.vb.sceneBoundingRect()))
        for side, colour in (("left", LOSS), ("right", CANDIDATE), ("bottom", theme.QUIET)):
            axis = item.getAxis(side)
            axis.enableAutoSIPrefix(False)
            axis.setPen(theme.BORDER)
            axis.setTextPen(colour)
        item.showGrid(x=False, y=True, alpha=0.15)

    def start_over(self) -> None:
        """Empty curves."""
        self._points: dict[str, Points] = {"loss": [], "candidate": [], "active": []}
        self._rounds: list[tuple[int, float]] = []
        for line in self._lines:
            self.removeItem(line)
        self._lines = []
        self._draw()

    def add(self, step: int, loss: float | None, candidate: float | None, active: float | None) -> None:
        """Add what is known at a step."""
        for name, value in (("loss", loss), ("candidate", candidate), ("active", active)):
            if value is not None and math.isfinite(value):
                self._points[name].append((float(step), float(value)))
        self._draw()

    def mark_round(self, number: int, rounds: int, step: int) -> None:
        """A round (1, 2, ...) of `rounds` is under way at a step; its line is drawn once."""
        if rounds < 2 or number < 1 or any(known == number for known, _ in self._rounds):
            return
        self._rounds.append((number, float(step)))
        looks = {"position": 0.93, "color": theme.QUIET, "anchors": [(0, 0.5), (0, 0.5)]}
        line = pg.InfiniteLine(step, pen=pg.mkPen(theme.BORDER, width=1), label=str(number), labelOpts=looks)
        self.addItem(line, ignoreBounds=True)
        self._lines.append(line)

    def _draw(self) -> None:
        for name, curve in (("loss", self._loss), ("candidate", self._candidate), ("active", self._active)):
            points = self._points[name] if name == "active" else self._broken(self._points[name])
            curve.setData([x for x, _ in points], [y for _, y in points])

    def _broken(self, points: Points) -> Points:
        """With a gap where a round begins."""
        found: Points = []
        starts = [step for _, step in self._rounds[1:]]
        for x, y in points:
            while starts and x >= starts[0]:
                found.append((starts.pop(0), math.nan))
            found.append((x, y))
        return found

    def curves(self) -> dict[str, Points]:
        """The points drawn, by curve: loss, candidate, active."""
        return self._points

    def rounds(self) -> list[tuple[int, float]]:
        """Number and first step of each round that is marked."""
        return self._rounds
