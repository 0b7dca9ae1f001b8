"""What a run leaves to look at: OUT/log.csv, and OUT/tensorboard where TensorBoard is installed."""

from __future__ import annotations

import csv
import io
import math
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from training.checkpoint import replace_file

HEADER = ("step", "epoch", "loss", "rate", "gradient_norm", "validation_dice", "seconds", "skipped")
NO_TENSORBOARD = 'TensorBoard is not installed: the curves are in log.csv only; pip install "unet-studio[train]".'


@dataclass(frozen=True)
class Tick:
    """One step done.

    step of steps; epoch: counted from 1; loss: of this step; seconds: since the run began, breaks not counted;
    rate: the optimiser's, outside the encoder; norm: the gradient's, before clipping; dice: mean Dice of the averaged
    weights on the validation pictures, at the end of an epoch that has any; skipped: steps left out so far because
    loss or gradient was not finite; note: what is said once.
    """

    step: int
    steps: int
    epoch: int
    loss: float
    seconds: float
    seconds_left: float
    rate: float = 0.0
    norm: float = 0.0
    dice: float | None = None
    skipped: int = 0
    note: str = ""


@dataclass(frozen=True, eq=False)
class Log:
    """Open logs of a run; `board` is TensorBoard's writer, None without."""

    file: IO[str]
    board: Any

    def write(self, tick: Tick) -> None:
        """One row and one point on each curve."""
        dice = "" if tick.dice is None else tick.dice
        row = (tick.step, tick.epoch, tick.loss, tick.rate, tick.norm, dice, round(tick.seconds, 3), tick.skipped)
        csv.writer(self.file, lineterminator="\n").writerow(row)
        self.file.flush()
        if self.board is not None:
            curves = {"loss": tick.loss, "rate": tick.rate, "gradient norm": tick.norm, "validation Dice": tick.dice}
            for name, value in curves.items():
                if value is not None and math.isfinite(value):
                    self.board.add_scalar(name, value, tick.step)

    def keep(self) -> None:
        """Put everything on the disk, before a state that stands on it is saved."""
        os.fsync(self.file.fileno())
        if self.board is not None:
            self.board.flush()


@contextmanager
def logging_to(out: Path, step: int) -> Iterator[Log]:
    """The logs of the run in OUT, gone on with after `step` (0 = begun anew): later rows and points are cut off."""
    cut(out / "log.csv", step)
    board = tensorboard_writer(out / "tensorboard", step)
    try:
        with (out / "log.csv").open("a", encoding="utf-8", newline="") as file:
            yield Log(file, board)
    finally:
        if board is not None:
            board.close()


def cut(path: Path, step: int) -> None:
    """Leave the header and the rows up to `step` in the file; half a row, as a killed run leaves it, goes too."""
    text = path.read_text(encoding="utf-8") if path.is_file() and step else ""
    whole = text[: text.rfind("\n") + 1]
    rows = [row for row in csv.reader(io.StringIO(whole)) if row and row[0].isdigit() and int(row[0]) <= step]
    kept = "".join(f"{','.join(row)}\n" for row in [HEADER, *rows])
    replace_file(path, kept.encode())


def tensorboard_writer(folder: Path, step: int) -> Any:
    """A writer that goes on after `step`, None where TensorBoard is not installed."""
    try:
        from torch.utils.tensorboard import SummaryWriter
    except ImportError:
        return None
    if not step:
        for old in folder.glob("events.out.tfevents.*"):
            old.unlink()
    return SummaryWriter(str(folder), purge_step=step + 1)
