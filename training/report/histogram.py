"""A histogram of Dice as inline SVG, coloured by the page's own variables."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import numpy as np

from training.metrics import Interval

WIDTH, HEIGHT = 420, 170
LEFT, RIGHT, TOP, BOTTOM = 34, 18, 22, 34
BINS = 20
LOWEST = (0.9, 0.8, 0.5, 0.0)  # where the axis may begin


def axis_from(values: Sequence[float]) -> float:
    """The highest of LOWEST that leaves no value out, for one axis over all sources."""
    return next(low for low in LOWEST if min(values) >= low)


def histogram(source: str, named: Sequence[tuple[str, float]], mean: Interval, low: float) -> str:
    """<svg> of (name, Dice) pairs between `low` and 1, the mean marked with its interval; bars name their pictures."""
    places = [min(BINS - 1, int((value - low) / (1 - low) * BINS + 1e-9)) for _, value in named]
    most = max(int(np.bincount(places).max()), 1)
    bars = []
    for index in sorted(set(places)):
        names = [name for (name, _), place in zip(named, places, strict=True) if place == index]
        first, last = (low + (1 - low) * step / BINS for step in (index, index + 1))
        height = len(names) / most * (HEIGHT - TOP - BOTTOM)
        listed = ", ".join(names[:8]) + (f" and {len(names) - 8} more" if len(names) > 8 else "")
        bars.append(
            f'<rect class="bar" x="{_x(first, low) + 0.75:.1f}" y="{HEIGHT - BOTTOM - height:.1f}" rx="1.5" '
            f'width="{_x(last, low) - _x(first, low) - 1.5:.1f}" height="{height:.1f}">'
            f"<title>{first:.3g} to {last:.3g}: {len(names)}. {escape(listed)}</title></rect>"
        )
    says = f"Histogram of Dice on {len(named)} pictures of {source}, mean {mean.mean:.3f}"
    return (
        f'<svg class="histogram" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{escape(says)}">'
        f"{_grid(most, low)}{_band(mean, low)}{''.join(bars)}{_mean(mean, low)}</svg>"
    )


def _x(value: float, low: float) -> float:
    return LEFT + (value - low) / (1 - low) * (WIDTH - LEFT - RIGHT)


def _grid(most: int, low: float) -> str:
    """The ground line, five ticks below it and the number of pictures of the highest bar."""
    floor = HEIGHT - BOTTOM
    ticks = [low + (1 - low) * step / 5 for step in range(6)]
    words = [
        f'<text class="tick" x="{_x(t, low):.1f}" y="{floor + 15}" text-anchor="middle">{t:.2f}</text>' for t in ticks
    ]
    return (
        f'<line class="axis" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{floor}" y2="{floor}"/>'
        f'<line class="rule" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{TOP}" y2="{TOP}"/>'
        f'<text class="tick" x="{LEFT - 6}" y="{TOP + 4}" text-anchor="end">{most}</text>'
        f'<text class="tick" x="{LEFT - 6}" y="{floor + 4}" text-anchor="end">0</text>{"".join(words)}'
        f'<text class="tick" x="{(LEFT + WIDTH - RIGHT) / 2:.0f}" y="{HEIGHT - 4}" text-anchor="middle">Dice</text>'
    )


def _band(mean: Interval, low: float) -> str:
    first, last = _x(max(mean.low, low), low), _x(mean.high, low)
    width, height = max(last - first, 1), HEIGHT - BOTTOM - TOP + 6
    return f'<rect class="band" x="{first:.1f}" y="{TOP - 6}" width="{width:.1f}" height="{height}"/>'


def _mean(mean: Interval, low: float) -> str:
    """A line at the mean, and the number on the side where there is room."""
    middle = _x(mean.mean, low)
    anchor, words = ("end", middle + 4) if middle > WIDTH - 110 else ("start", middle - 4)
    return (
        f'<line class="mean" x1="{middle:.1f}" x2="{middle:.1f}" y1="{TOP - 6}" y2="{HEIGHT - BOTTOM}"/>'
        f'<text class="label" x="{words:.1f}" y="{TOP - 10}" text-anchor="{anchor}">mean {mean.mean:.3f}</text>'
    )
