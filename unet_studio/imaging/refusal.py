"""Why a file is not opened: what is wrong with it and what would help."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from unet_studio.core.survey import DAMAGED
from unet_studio.imaging import limits

COPY_AGAIN = "copy or export it again from where it came from"


class Refused(Exception):
    """A file that is not opened; becomes the one sentence "NAME WRONG; REMEDY".

    kind: core.survey's OTHER for what is no picture, REPORT for DICOM without pixels, DAMAGED for a picture that fails.
    """

    def __init__(self, wrong: str, remedy: str = "", kind: str = DAMAGED) -> None:
        super().__init__(wrong)
        self.wrong = wrong
        self.remedy = remedy
        self.kind = kind

    def sentence(self, name: str) -> str:
        """The sentence that a reader sees, with the file's name in front."""
        return f"{shown(name)} {self.wrong}" + (f"; {self.remedy}" if self.remedy else "")


def shown(name: str) -> str:
    """A file name that is safe in one line: control characters and lone surrogates become question marks."""
    return "".join(character if character.isprintable() else "?" for character in name) or "this file"


def damaged(what: str) -> Refused:
    """The refusal of a file whose data do not hold together; `what` is a clause such as "is cut short"."""
    return Refused(what, COPY_AGAIN)


def from_system(error: BaseException) -> bool:
    """True for the operating system's errors; libraries raise OSError, without a number, for damaged data too."""
    return isinstance(error, OSError) and error.errno is not None


@contextmanager
def refused_as(refusal: Callable[[Exception], Refused]) -> Iterator[None]:
    """Whatever a library raises for damaged data becomes `refusal(error)`.

    Refusals, want of memory and the operating system's errors stay as they are.
    """
    try:
        yield
    except (Refused, MemoryError):
        raise
    except Exception as error:  # libraries raise whatever a damaged element provokes
        if from_system(error):
            raise
        raise refusal(error) from error


def cut_short() -> Refused:
    """The refusal of a file that ends before its pixels do."""
    return damaged("is cut short: a part of its pixels is missing")


def check_size(rows: int, columns: int) -> None:
    """Raises Refused where a header claims an empty frame, or one larger than `limits.FRAME_PIXELS`."""
    if rows < 1 or columns < 1:
        raise damaged("says that it has no rows or no columns")
    if rows * columns > limits.FRAME_PIXELS:
        most = limits.FRAME_PIXELS // 1_000_000
        raise Refused(
            f"says that it has {columns} x {rows} pixels, more than the {most} million that can be opened",
            "export it at a smaller size",
        )
