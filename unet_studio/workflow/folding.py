"""The files of an opened folder that are no rows of the worklist: one line for each folder, which unfolds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from unet_studio.core.survey import DAMAGED, MISSING, OTHER, REPORT, TWIN, VIEWER
from unet_studio.workflow.session import Session
from unet_studio.workspace import store
from unet_studio.workspace.store import OtherFile


@dataclass(frozen=True)
class FoldedLine:
    """How many files of a folder are folded away; damaged ones have rows of their own besides.

    missing: named by the folder's DICOMDIR, and not there.
    """

    folder: str
    not_pictures: int = 0
    reports: int = 0
    damaged: int = 0
    twins: int = 0
    missing: int = 0

    @property
    def others(self) -> int:
        """All but the twins, which their pictures stand for, and what is not there."""
        return self.not_pictures + self.reports + self.damaged

    def words(self) -> str:
        """The line as a terminal shows it."""
        others = (
            f"{_count(self.others, 'other file')}: {_count(self.not_pictures, 'not a picture', 'not pictures')}, "
            f"{_count(self.reports, 'report')}, {self.damaged} damaged"
        )
        twins = _count(self.twins, "twin")
        missing = missing_words(self.missing)
        all_words = ((others, self.others), (twins, self.twins), (missing, self.missing))
        return "; ".join(words for words, number in all_words if number)


def missing_words(number: int) -> str:
    """What is said of files that only an index knows."""
    return f"{number} named in DICOMDIR {'is' if number == 1 else 'are'} missing"


def _count(number: int, one: str, many: str = "") -> str:
    return f"{number} {one if number == 1 else many or one + 's'}"


def lines(session: Session) -> list[FoldedLine]:
    """A line for each folder with folded files; damaged pictures alone make none. Raises WorkspaceError."""
    folders: dict[str, dict[str, int]] = {}
    for folder, kind, count in store.count_others(session.workspace):
        folders.setdefault(folder, {})[kind] = count
    return [_line(folder, kinds) for folder, kinds in folders.items() if set(kinds) != {DAMAGED}]


def _line(folder: str, kinds: Mapping[str, int]) -> FoldedLine:
    plain = kinds.get(OTHER, 0) + kinds.get(VIEWER, 0)
    return FoldedLine(
        folder, plain, kinds.get(REPORT, 0), kinds.get(DAMAGED, 0), kinds.get(TWIN, 0), kinds.get(MISSING, 0)
    )


def words(kinds: Mapping[str, int]) -> str:
    """The line of a folder by the number of files of each kind, for a terminal."""
    return _line("", kinds).words()


def files(session: Session, folder: str) -> list[OtherFile]:
    """The files under one line, damaged ones first. Raises WorkspaceError."""
    return store.others(session.workspace, folder)


def twins(session: Session, case_id: int) -> list[str]:
    """Paths of the files that a row stands for besides its own. Raises WorkspaceError."""
    return store.twins(session.workspace, case_id)
