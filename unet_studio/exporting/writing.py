"""One export: every Mask into every chosen format, each file checked after it was written, finished ones skipped."""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import partial
from pathlib import Path

from unet_studio.core.errors import UserError
from unet_studio.core.formats import FORMATS, Format
from unet_studio.exporting import naming
from unet_studio.exporting.finished import Finished
from unet_studio.exporting.frame import Frame, digest, identity, mask_sha256
from unet_studio.exporting.png import Provenance
from unet_studio.exporting.stack import Stack, Written
from unet_studio.exporting.writers import COMPOSERS, WRITERS

LAYOUT = 1  # of the formats' files; a higher number writes them anew
LAYOUTS = {"nifti": 2, "nrrd": 2}  # and of those that were changed later


class Writing:
    """The formats beside the PNG masks, in OUT/FORMAT/; to be used from one thread.

    problems: one sentence for each file that failed. written: files or rows made. left_out: Masks by format that it
    does not suit.
    """

    def __init__(self, out: Path, formats: tuple[str, ...], *, anonymous: bool = False) -> None:
        """formats: as `formats.chosen` gives them. Raises UserError where an earlier export's record is unreadable."""
        self.problems: list[str] = []
        self.left_out: dict[str, int] = {}
        self.written = 0
        self._anonymous = anonymous
        self._rows = [FORMATS[name] for name in formats if name != "png"]
        self._finished = {row.name: Finished(out / row.name) for row in self._rows}
        self._waiting: dict[tuple[str, str, str], Stack] = {}

    def missing(self, name: str, made: Provenance, mask_hash: str, *, is_dicom: bool) -> bool:
        """Whether a format needs the Mask under this name; those of one file for all frames always do."""
        rows = [row for row in self._rows if is_dicom or not row.dicom]
        return any(row.scope == "file" or not self._done(row, name, made, mask_hash) for row in rows)

    def add(self, frame: Frame, png: Path, *, is_dicom: bool) -> None:
        """Write one Mask in every format; what fails becomes a sentence in `problems`.

        png: its PNG mask. is_dicom: its source is a DICOM file.
        """
        mask_hash = frame.provenance.mask_sha256 or mask_sha256(frame.mask)
        for row in self._rows:
            if row.dicom and not is_dicom:
                self.left_out[row.name] = self.left_out.get(row.name, 0) + 1
            elif row.scope == "file":
                self._wait(frame, png, identity(frame.provenance, mask_hash))
            elif self._done(row, frame.name, frame.provenance, mask_hash):
                self._try(partial(self._regroup, row, frame, mask_hash))
            else:
                self._try(partial(self._write, row, frame, mask_hash))

    def file_done(self, *, is_dicom: bool) -> None:
        """The last frame of a file was added: write the formats of one file for all frames."""
        for stack in self._waiting.values():
            for row in self._rows:
                if row.scope == "file" and (is_dicom or not row.dicom):
                    self._try(partial(self._write_stack, row, stack))
        self._waiting.clear()

    def close(self) -> None:
        """Write the lists of all Masks, those of earlier runs into the same folder included."""
        for row in self._rows:
            if row.name in COMPOSERS and self._finished[row.name].changed:
                self._try(partial(COMPOSERS[row.name], self._finished[row.name]))

    def _wait(self, frame: Frame, png: Path, mark: str) -> None:
        """Put a frame to the others of its file."""
        made = frame.provenance
        key = frame.file_name, made.target, made.reader if made.reviewed else ""
        before = self._waiting.get(key)
        others = [one for one in before.written if one.frame != made.frame - 1] if before is not None else []
        written = sorted([*others, Written(made.frame - 1, png, made, mark)], key=lambda one: one.frame)
        grid = before.grid if before is not None else frame.grid
        self._waiting[key] = Stack(frame.file_name, made.frames, tuple(written), frame.source, grid)

    def _done(self, row: Format, name: str, made: Provenance, mask_hash: str) -> bool:
        return self._finished[row.name].holds(name, self._mark(row, identity(made, mask_hash)))

    def _mark(self, row: Format, *what: str) -> str:
        return digest([row.name, LAYOUTS.get(row.name, LAYOUT), self._anonymous and row.dicom, *what])

    def _regroup(self, row: Format, frame: Frame, mask_hash: str) -> None:
        """Groups of `predict` have another name in every run: the newest one counts for the whole list."""
        finished, mark = self._finished[row.name], self._mark(row, identity(frame.provenance, mask_hash))
        if "group" in finished.row(frame.name, mark):
            finished.again(frame.name, mark, group=frame.group)

    def _write(self, row: Format, frame: Frame, mask_hash: str) -> None:
        names, write = WRITERS[row.name]
        finished = self._finished[row.name]
        files = free(finished.folder, frame.name, lambda name: names(name, frame.provenance.target))
        kept = write(finished.folder, files, frame, self._anonymous)
        mark = self._mark(row, identity(frame.provenance, mask_hash))
        finished.add(frame.name, frame.subject, mark, files, kept)
        self.written += 1

    def _write_stack(self, row: Format, stack: Stack) -> None:
        names, write = WRITERS[row.name]
        finished = self._finished[row.name]
        mark = self._mark(row, *(f"{one.frame} {one.identity}" for one in stack.written))
        if finished.holds(stack.name, mark):
            return
        files = free(finished.folder, stack.name, lambda name: names(name, stack.first.target))
        kept = write(finished.folder, files, stack, self._anonymous)
        finished.add(stack.name, digest([stack.name, stack.first.target]), mark, files, kept)
        self.written += 1

    def _try(self, work: Callable[[], object]) -> None:
        try:
            work()
        except UserError as error:
            self.problems.append(str(error))


def free(folder: Path, name: str, files_of: Callable[[str], list[str]]) -> list[str]:
    """The files of `name`, or of its first number of which none is there."""
    for base in naming.numbered(Path(name)):
        files = files_of(base.as_posix())
        if not any(os.path.lexists(folder / file) for file in files):
            return files
    raise AssertionError("numbers do not end")
