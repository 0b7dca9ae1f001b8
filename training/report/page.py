"""The report's page: one HTML text that needs nothing but the pictures beside it."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from html import escape

import numpy as np

from training import em
from training.checkpoint import ModelFile
from training.evaluate import Result
from training.metrics import Interval, mean_with_interval
from training.pooled import pooled
from training.report import overlay
from training.report.histogram import axis_from, histogram
from training.report.markup import pairs, section, table
from training.report.model import model_facts
from training.report.style import STYLE

POOLED = {"dice": "Dice (F1)", "iou": "IoU", "precision": "Precision", "recall": "Recall", "accuracy": "Accuracy"}
ERRORS = {
    "pixel_error": "Pixel error",
    "rand_error": "Rand error",
    "information_error": "1 − V<sup>Info</sup>",
    "variation_of_information": "Variation of information, bits",
}
WORDS = {
    "Dice": "twice the common area, of both areas together. 1 is the same mask, 0 has nothing in common. Where nothing "
    "is drawn it is 1 if nothing is proposed either, else 0.",
    "IoU": "the common area, of the area that either has. Always lower than Dice.",
    "Precision, recall": "how much of what is proposed is right; how much of what is drawn is found.",
    "Accuracy": "the part of all pixels that is right, background included. Easily high where the target is small.",
    "HD95": "the distance, in pixels of the picture, within which 95 % of one outline lies from the other, the larger "
    "of both directions. An empty mask against one that is not counts as the picture's diagonal.",
    "Mean per picture, pooled": "the mean gives every picture the same weight; pooled measures count the pixels of all "
    "pictures together, so that large targets weigh more. Papers report either.",
    "Interval": "95 %, from drawing the pictures 2000 times with replacement (bootstrap). It tells how far the mean "
    "may be off for pictures like these, not how it is on those of another hospital.",
}


@dataclass(frozen=True)
class Shown:
    """One of the worst pictures: its Result, links to the picture with and without outlines, and their size in px."""

    result: Result
    outlined: str
    plain: str
    rows: int
    columns: int


def page(about: ModelFile, results: Sequence[Result], shown: Sequence[Shown], held_out: bool) -> str:
    """The whole page; results: at least one; shown: the worst pictures, lowest Dice first."""
    by_source = {source: [r for r in results if r.source == source] for source in sorted({r.source for r in results})}
    ordered = [row for rows in by_source.values() for row in rows]
    title = f"{about.target.capitalize()} masks: proposed against drawn"
    parts = (
        f"<header><p class='kind'>Evaluation report</p><h1>{escape(title)}</h1>"
        f"{_lead(about, ordered, shown[0].result, held_out)}</header>",
        f"<div class='cards'>{_cards(by_source)}</div>",
        section("Means per picture", _means(by_source)),
        section("All pixels pooled", _pooled(by_source)),
        _cells(by_source),
        _worst(shown, len(results)),
        section("What the numbers mean", pairs({key: escape(text) for key, text in WORDS.items()})),
        section("The model", model_facts(about)),
        f"<footer>{escape(_notice(about))} The measures of every picture are in "
        "<a href='pictures.csv'>pictures.csv</a>.</footer>",
    )
    head = (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)}</title><style>{STYLE}</style></head>"
    )
    return f"{head}\n<body><main>\n{chr(10).join(part for part in parts if part)}\n</main></body></html>\n"


def _lead(about: ModelFile, results: Sequence[Result], worst: Result, held_out: bool) -> str:
    dice = [result.dice for result in results]
    interval = mean_with_interval(dice)
    which = "held out from training" if held_out else "in all"
    count = f"{len(results)} picture{'s' if len(results) > 1 else ''}"
    text = (
        f"<p class='lead'>On <b>{count} {which}</b> the mean Dice is <b>{interval.mean:.3f}</b> "
        f"<span class='quiet'>({interval.low:.3f} to {interval.high:.3f})</span>. Half of them lie above "
        f"{np.median(dice):.3f}; the worst, {escape(worst.name)}, has {worst.dice:.3f}.</p>"
    )
    known = sorted({result.source for result in results} & set(about.card.get("data", {})))
    if not held_out and known:
        text += (
            f"<p class='warning'>Not only held-out pictures were measured. Those of {escape(', '.join(known))} include "
            "pictures that the model was trained on: their numbers flatter it.</p>"
        )
    measured = datetime.datetime.now(datetime.timezone.utc).date().isoformat()
    return text + f"<p class='quiet'>{escape(about.path.name)}, measured on {measured}. {escape(_notice(about))}</p>"


def _notice(about: ModelFile) -> str:
    return str(about.card.get("notice", "Not a medical device."))


def _cards(by_source: Mapping[str, Sequence[Result]]) -> str:
    low = axis_from([row.dice for rows in by_source.values() for row in rows])
    cards = []
    for source, rows in by_source.items():
        mean = _interval(rows, "dice")
        named = sorted(((row.name, row.dice) for row in rows), key=lambda both: both[1])
        cards.append(
            f"<article class='card'><h2>{escape(source)}</h2><p class='figure'><b>{mean.mean:.3f}</b> mean Dice "
            f"<span class='quiet'>{mean.low:.3f} to {mean.high:.3f}, {len(rows)} pictures</span></p>"
            f"{histogram(source, named, mean, low)}</article>"
        )
    return "".join(cards)


def _interval(rows: Sequence[Result], name: str) -> Interval:
    return mean_with_interval([getattr(row, name) for row in rows])


def _with_all(by_source: Mapping[str, Sequence[Result]]) -> dict[str, Sequence[Result]]:
    """The sources, and where there are several all of them together, under a name that no folder has."""
    every = [row for rows in by_source.values() for row in rows]
    return {escape(source): rows for source, rows in by_source.items()} | (
        {"<i>all</i>": every} if len(by_source) > 1 else {}
    )


def _means(by_source: Mapping[str, Sequence[Result]]) -> str:
    lines = []
    for source, rows in _with_all(by_source).items():
        away = _interval(rows, "hd95")
        spans = [_span(_interval(rows, name), 3) for name in ("dice", "iou")]
        means = [f"{np.mean([getattr(row, name) for row in rows]):.3f}" for name in ("precision", "recall", "accuracy")]
        median = f"{np.median([row.dice for row in rows]):.3f}"
        lines.append([source, str(len(rows)), spans[0], median, spans[1], *means, _span(away, 1)])
    heads = ["", "Pictures", "Dice", "Median Dice", "IoU", "Precision", "Recall", "Accuracy", "HD95, px"]
    empty = [row for rows in by_source.values() for row in rows if row.empty]
    note = ""
    if empty:
        marked = float(np.mean([row.marked for row in empty]))
        note = (
            f"<p class='note'>On {len(empty)} of the pictures nothing is drawn; "
            f"{sum(row.marked > 0 for row in empty)} of these have something proposed on them, "
            f"{100 * marked:.1f} % of their area in the mean.</p>"
        )
    return table(heads, lines) + note


def _span(interval: Interval, digits: int) -> str:
    low, high = f"{interval.low:.{digits}f}", f"{interval.high:.{digits}f}"
    return f"{interval.mean:.{digits}f} <span class='quiet'>{low} to {high}</span>"


def _pooled(by_source: Mapping[str, Sequence[Result]]) -> str:
    lines = []
    for source, rows in _with_all(by_source).items():
        together = pooled(row.counts for row in rows)
        lines.append([source, *(f"{getattr(together, name):.3f}" for name in POOLED)])
    return table(["", *POOLED.values()], lines)


def _cells(by_source: Mapping[str, Sequence[Result]]) -> str:
    """The membrane measures at the model's threshold and at the best one, "" where no picture has them."""
    lines = []
    for source, rows in by_source.items():
        cells = [row.cells for row in rows if row.cells]
        if cells:
            here = asdict(em.mean_errors([one.errors for one in cells]))
            lines.append([escape(source), "the model's", *(f"{here[name]:.4f}" for name in ERRORS)])
            best = [em.best_over_thresholds([one.by_threshold for one in cells], name) for name in ERRORS]
            lines.append(
                ["", "best on test", *(f"{one.value:.4f} <small>at {one.threshold:g}</small>" for one in best)]
            )
    note = (
        "<p class='note'>0 is perfect. Segments are the 4-connected parts inside cells; Rand error and information "
        "leave out what is membrane in the drawn mask (Arganda-Carreras 2015). The challenge of 2012 reports each "
        "measure at the threshold that is best on the test pictures themselves, which flatters.</p>"
    )
    return section("Membranes", table(["", "Threshold", *ERRORS.values()], lines) + note) if lines else ""


def _worst(shown: Sequence[Shown], count: int) -> str:
    figures = "".join(_figure(rank, one) for rank, one in enumerate(shown, 1))
    colours = [f"rgb{colour}" for colour in (overlay.DRAWN, overlay.PROPOSED)]
    title = f"The {len(shown)} worst pictures" if len(shown) < count else "All pictures, the worst first"
    return (
        f"<section class='worst'><h2>{title}</h2><input type='checkbox' id='outlines' checked>"
        "<p class='legend'><label for='outlines'>outlines</label>"
        f"<span><i style='background:{colours[0]}'></i>drawn</span>"
        f"<span><i style='background:{colours[1]}'></i>proposed</span></p><div class='grid'>{figures}</div></section>"
    )


def _figure(rank: int, one: Shown) -> str:
    result = one.result
    said = f"Dice {result.dice:.3f}, HD95 {result.hd95:.1f} px"
    if result.empty or result.marked == 0:
        said += ", nothing drawn" if result.empty else ", nothing proposed"
    name, size = escape(result.name), f"width='{one.columns}' height='{one.rows}'"
    return (
        f"<figure><a href='{one.outlined}'><img src='{one.plain}' {size} alt=''>"
        f"<img class='over' src='{one.outlined}' {size} alt='{name} with both outlines, {said}'></a>"
        f"<figcaption><b>{rank}. {name}</b> <span class='quiet'>{escape(result.source)}</span><br>{said}</figcaption>"
        "</figure>"
    )
