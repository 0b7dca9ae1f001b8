"""What a case is called on the screen: a number of this Workspace, or, where the reader has asked for it, its file.

A file's name counts as patient data (exports are called DOE_JOHN_19500101). Everything that shows the name of a case
asks `name_of` or `source_of`; sentences that may hold one go through `Cleaned`, in dialogs by way of `said`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from unet_studio.core.case import Case, with_frame
from unet_studio.core.correction import Correction
from unet_studio.gui.texts import mark, tr

VIDEO, PICTURE = mark("Video {number}"), mark("Picture {number}")
LEAST = 4  # letters of a name that is looked for inside a sentence; a shorter one counts at its beginning alone
_in_clear = [False]
_clean: list[Callable[[str], str]] = [str]  # the window's `Cleaned`


def show(in_clear: bool) -> None:
    """Show file names from now on, or numbers."""
    _in_clear[0] = in_clear


def in_clear() -> bool:
    """Whether file names are shown."""
    return _in_clear[0]


def name_of(case: Case) -> str:
    """What the reader sees in place of a case's name, or the name itself."""
    return case.name if _in_clear[0] or not case.file else _numbered(case, case.file)


def source_of(one: Correction) -> str:
    """The same for the file that a Correction comes from."""
    return one.source_name if _in_clear[0] or not one.source_file else _numbered(one, one.source_file)


def _numbered(one: Case | Correction, file: int) -> str:
    return with_frame(tr(VIDEO if one.video else PICTURE, number=file), one.frame, one.frames)


def said(text: str) -> str:
    """A sentence that was made elsewhere, for the screen."""
    return _clean[0](text)


def clean_by(cleaned: Callable[[str], str]) -> None:
    """What `said` asks from now on."""
    _clean[0] = cleaned


def reason_of(case: Case) -> str:
    """Why a case is excluded or unreadable, with its name as it is shown."""
    return case.reason if _in_clear[0] else _without(case.reason, [case])


def sort_key(case: Case) -> tuple[object, ...]:
    """By name as shown: numbers in their order."""
    return (case.name.casefold(),) if _in_clear[0] or not case.file else (case.file, case.frame)


class Cleaned:
    """Takes the names of the worklist's files out of a sentence, unless they are shown."""

    def __init__(self, cases: Callable[[], Iterable[Case]]) -> None:
        self._cases = cases

    def __call__(self, text: str) -> str:
        """The sentence for the screen."""
        return text if _in_clear[0] or not text else _without(text, self._cases())


def _without(text: str, cases: Iterable[Case]) -> str:
    found: dict[str, str] = {}
    for case in cases:
        place = with_frame("", case.frame, case.frames)
        file = case.name.removesuffix(place)
        if not case.file or file not in text:
            continue
        whole = name_of(case)
        short = whole.removesuffix(place)
        for name, label in ((case.path, short), (case.name, whole), (file, short)):
            if name and (len(name) >= LEAST or text.startswith(name)):
                found.setdefault(name, label)
    if not found:
        return text
    names = "|".join(re.escape(name) for name in sorted(found, key=len, reverse=True))
    return re.sub(rf"(?<!\w)(?:{names})(?!\w)", lambda one: found[one[0]], text)
