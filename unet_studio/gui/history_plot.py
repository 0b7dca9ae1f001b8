"""One chart of the history: a measure per film over the model versions. Imported by a job: pyqtgraph takes a while."""

from __future__ import annotations

from collections.abc import Sequence

import pyqtgraph as pg
from PySide6.QtWidgets import QWidget

from unet_studio.gui import theme
from unet_studio.workflow.medians import Middle

LINE = "#56b4e9"
MOST_TICKS = 5


class HistoryPlot(pg.PlotWidget):
    """Medians as dots joined by a line; filled with an interval where there are enough films, hollow without."""

    def __init__(self, title: str, parent: QWidget | None = None) -> None:
        super().__init__(parent, background=theme.BACKGROUND)
        self.setAccessibleName(title)
        self.setMinimumSize(180, 110)
        self.setMouseEnabled(False, False)
        self.setMenuEnabled(False)
        self.hideButtons()
        item = self.getPlotItem()
        item.setTitle(title, color=theme.TEXT, size=f"{self.font().pointSizeF():.1f}pt")
        for side in ("left", "bottom"):
            axis = item.getAxis(side)
            axis.enableAutoSIPrefix(False)
            axis.setPen(theme.BORDER)
            axis.setTextPen(theme.QUIET)
            axis.setStyle(tickFont=self.font())
        item.getAxis("left").setWidth(self.fontMetrics().horizontalAdvance("000000") + 12)
        item.getAxis("bottom").setHeight(self.fontMetrics().height() + 10)
        item.showGrid(x=False, y=True, alpha=0.15)
        self.points: list[tuple[str, Middle]] = []

    def show_points(self, points: Sequence[tuple[str, Middle | None]]) -> None:
        """Draw (version's name, median) in this order; what has no median is left out."""
        self.points = [(name, found) for name, found in points if found is not None]
        self.clear()
        medians = [found.median for _, found in self.points]
        places = list(range(len(medians)))
        for place, (_, found) in enumerate(self.points):
            if found.low is not None and found.high is not None:
                self.plot([place, place], [found.low, found.high], pen=pg.mkPen(LINE, width=2))
        sure = [found.low is not None for _, found in self.points]
        inside = [pg.mkBrush(LINE if one else theme.BACKGROUND) for one in sure]
        self.plot(
            places, medians, pen=pg.mkPen(LINE, width=1), symbol="o", symbolSize=9, symbolPen=LINE, symbolBrush=inside
        )
        step = max(1, -(-len(places) // MOST_TICKS))
        self.getPlotItem().getAxis("bottom").setTicks(
            [[(place, self.points[place][0]) for place in places if (len(places) - 1 - place) % step == 0]]
        )
        self.setXRange(-0.5, max(0.5, len(places) - 0.5), padding=0)
        self._fit(medians)

    def _fit(self, medians: list[float]) -> None:
        """The whole of every interval, and room around a single value."""
        ends = [end for _, found in self.points for end in (found.low, found.high) if end is not None] + medians
        if ends:
            low, high = min(ends), max(ends)
            room = (high - low) * 0.12 or max(abs(high) * 0.1, 0.01)
            self.setYRange(low - room, high + room, padding=0)
