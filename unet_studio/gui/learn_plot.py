"""The live plot of a run: training loss left, Dice on held-out Corrections right. Imported when a run first begins."""

from __future__ import annotations

import pyqtgraph as pg
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from unet_studio.gui import theme
from unet_studio.gui.texts import tr

LOSS, CANDIDATE, ACTIVE = "#e69f00", "#56b4e9", "#b4bcc5"


def legend() -> str:
    """What the curves are, in their colours."""
    rows = ((LOSS, "━", tr("loss")), (CANDIDATE, "●━", tr("Dice, new")), (ACTIVE, "╍", tr("Dice, active")))
    return " &nbsp; ".join(f"<span style='color:{colour}'>{line} {words}</span>" for colour, line, words in rows)


class LearnPlot(pg.PlotWidget):
    """Three curves on two scales: loss, Dice of the candidate (solid), Dice of the active version (dashed)."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent, background=theme.BACKGROUND)
        self.setObjectName("learn_plot")
        self.setMinimumHeight(110)
        self.setAccessibleName(tr("Training loss, and Dice of candidate and active version, by step"))
        self.setMouseEnabled(False, False)
        self.setMenuEnabled(False)
        self.hideButtons()
        self._dice_view = pg.ViewBox(enableMouse=False, enableMenu=False)
        self._axes()
        self._loss = self.plot(pen=pg.mkPen(LOSS, width=2))
        pen = pg.mkPen(CANDIDATE, width=2)
        self._candidate = pg.PlotDataItem(pen=pen, symbol="o", symbolSize=5, symbolBrush=CANDIDATE)
        self._active = pg.PlotDataItem(pen=pg.mkPen(ACTIVE, width=2, style=Qt.PenStyle.DashLine))
        for curve in (self._active, self._candidate):
            self._dice_view.addItem(curve)
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
        self._points: dict[str, list[tuple[float, float]]] = {"loss": [], "candidate": [], "active": []}
        self._draw()

    def add(self, step: int, loss: float | None, candidate: float | None, active: float | None) -> None:
        """Add what is known at a step."""
        for name, value in (("loss", loss), ("candidate", candidate), ("active", active)):
            if value is not None and value == value:
                self._points[name].append((float(step), float(value)))
        self._draw()

    def _draw(self) -> None:
        for name, curve in (("loss", self._loss), ("candidate", self._candidate), ("active", self._active)):
            points = self._points[name]
            curve.setData([x for x, _ in points], [y for _, y in points])

    def curves(self) -> dict[str, list[tuple[float, float]]]:
        """The points drawn, by curve: loss, candidate, active."""
        return self._points
