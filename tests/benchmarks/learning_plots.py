"""The two plots of docs/learning.md: `python tests/benchmarks/learning_plots.py mixes|verdicts --log FILE --out PNG`.

mixes: fine-tunes as two rows of finetune.py do, and measures weights between parent and result on other pictures of
both conventions (--log keeps the numbers; a log that is there is drawn again without a run). verdicts: the gain of
every run in logs of finetune.py, by what its Corrections were, live or kept.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
sys.path.insert(0, str(Path(__file__).resolve().parent))
import finetune
import pyqtgraph as pg
import pyqtgraph.exporters
from PySide6.QtCore import Qt

from training.checkpoint import load_model, save_model
from training.finetune import interpolate
from unet_studio.core.resources import bundled_model

SEED = 1
MIXES = (0.0, 0.25, 0.5, 0.7, 0.85, 1.0)
NEW, OLD, LIVE, KEPT = "#0072b2", "#d55e00", "#009e73", "#999999"  # told apart by colour-blind eyes too
ROWS = {"v7-8": "8 films of the new convention alone", "mixed-v7": "8 of the new and 8 of the old one"}
KINDS = {
    "v7-8": "another convention", "one-lung": "one lung only", "heart": "heart included", "wider": "3 % wider",
    "mixed-v7": "new and old, told apart", "mixed-heart": "new and old, hardly told apart",
    "untold-heart": "new and old, not told apart", "polyp": "polyps of one hospital", "same": "same convention",
    "contradicting": "contradicting",
}  # fmt: skip


def measured(name: str) -> list[dict[str, object]]:
    """Dice on other pictures of each kind for every mix of one run."""
    row, model = finetune.ROWS[name], bundled_model("lung")
    task, folder = row.make(SEED), Path(tempfile.mkdtemp(prefix="mixes-"))
    try:
        outcome = finetune.fine_tune(row, model, task.learned, SEED, finetune.STEPS[row.seconds], folder)
        assert outcome.candidate is not None, outcome.failed
        parent, about = load_model(model)
        candidate = load_model(outcome.candidate)[0].state_dict()
        lines: list[dict[str, object]] = []
        for mix in MIXES:
            state = interpolate(parent.state_dict(), candidate, mix / outcome.metrics["mix"])
            save_model(state, replace(about, path=folder / "mix.safetensors", card={}, sha256=""))
            found = {kind: finetune.mean_dice(folder / "mix.safetensors", films) for kind, films in task.others.items()}
            lines.append({"row": name, "mix": mix, "chosen": outcome.metrics["mix"], "dice": found})
            print(json.dumps(lines[-1]), flush=True)
    finally:
        shutil.rmtree(folder)
    return lines


def draw_mixes(lines: list[dict], place: Path) -> None:
    """One plot a row: Dice on both conventions by mix; a line where the run chose."""
    layout = page(900, 330)
    for column, (name, title) in enumerate(ROWS.items()):
        mine = [line for line in lines if line["row"] == name]
        plot = layout.addPlot(0, column, title=title)
        plot.addLegend(offset=(-15, -12), labelTextColor="k")
        plot.setLabels(bottom="mix (0: active version, 1: result)", left="Dice on other films")
        plot.getAxis("left").setWidth(58)
        plot.getAxis("bottom").setHeight(45)
        plot.setYRange(0.85, 1.0)
        for kind, colour in zip(mine[0]["dice"], (NEW, OLD), strict=True):
            words = "new convention" if colour == NEW else "old convention"
            values = [line["dice"][kind] for line in mine]
            pen, symbol = pg.mkPen(colour, width=3), "o" if colour == NEW else "s"
            plot.plot([line["mix"] for line in mine], values, pen=pen, symbol=symbol, symbolBrush=colour, name=words)
        chosen = pg.mkPen("k", style=Qt.PenStyle.DashLine)
        plot.addItem(pg.InfiniteLine(mine[0]["chosen"], pen=chosen, label="chosen", labelOpts={"color": "k"}))
    save(layout, place)


def draw_verdicts(runs: list[dict], place: Path) -> None:
    """The gain of each run, a row for what was corrected; green went live."""
    names = [name for name in KINDS if any(run["row"] == name for run in runs)]
    layout = page(900, 60 + 48 * len(names))
    plot = layout.addPlot()
    plot.addLegend(offset=(-10, 10), labelTextColor="k")
    plot.setLabels(bottom="gain in agreement on held-out Corrections")
    plot.getAxis("bottom").enableAutoSIPrefix(False)
    counts = {name: sum(run["row"] == name for run in runs) for name in names}
    ticks = [(place, f"{KINDS[name]} (n = {counts[name]})") for place, name in enumerate(reversed(names))]
    plot.getAxis("left").setTicks([ticks])
    heights = {name: place for place, name in enumerate(reversed(names))}
    for live, colour, symbol, words in ((True, LIVE, "o", "live"), (False, KEPT, "x", "kept")):
        chosen = [run for run in runs if run["row"] in heights and run["live"] is live]
        at = [heights[run["row"]] + 0.25 * ((run["seed"] % 5) / 2 - 1) for run in chosen]
        plot.plot([run["gain"] for run in chosen], at, pen=None, symbol=symbol, symbolBrush=colour, symbolPen=colour,
                  name=words)  # fmt: skip
    plot.addItem(pg.InfiniteLine(0.0, pen=pg.mkPen("k", style=Qt.PenStyle.DotLine)))
    save(layout, place)


def page(width: int, height: int) -> pg.GraphicsLayoutWidget:
    """White, with black axes."""
    pg.setConfigOptions(background="w", foreground="k", antialias=True)
    pg.mkQApp()
    layout = pg.GraphicsLayoutWidget()
    layout.resize(width, height)
    layout.show()
    pg.mkQApp().processEvents()
    return layout


def save(layout: pg.GraphicsLayoutWidget, place: Path) -> None:
    for _ in range(5):  # the axes find their room
        pg.mkQApp().processEvents()
    pg.exporters.ImageExporter(layout.scene()).export(str(place))
    print(place)


def read(log: Path) -> list[dict]:
    return [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()] if log.exists() else []


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=("mixes", "verdicts"))
    parser.add_argument("--log", type=Path, required=True, nargs="+")
    parser.add_argument("--out", type=Path, required=True)
    asked = parser.parse_args()
    lines = [line for log in asked.log for line in read(log)]
    if asked.what == "verdicts":
        draw_verdicts(lines, asked.out)
        return
    if not lines:
        lines = [line for name in ROWS for line in measured(name)]
        asked.log[0].write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    draw_mixes(lines, asked.out)


if __name__ == "__main__":
    main()
