"""Which pictures belong together: by the patient that a header names, or as a reader said once of a folder's stills."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import median

ALONE, WHOLE = "alone", "whole"
LAST_NUMBER, FIRST_NUMBER, PART = "last number", "first number", "part"
PARTS = 4  # how many parts of a name are offered
FEW = 3  # stills of a folder, from which on its reader is asked
PATIENT = 10  # stills of one patient, at most, where names are believed to tell patients apart
NOBODY = frozenset({"anon", "anonymous", "anonymized", "anonymised", "unknown", "none", "null", "na", "n/a", "noid"})
_SEPARATORS = re.compile(r"[\s_.\-]+")


def patient_key(patient_id: str, study: str) -> str:
    """What ties pictures of one patient together: the identifier, else the study's, else "".

    An identifier that stands for nobody ("ANONYMOUS", 0000) would make one patient of all.
    """
    word = patient_id.strip().casefold()
    return study if word in NOBODY or not word.strip("0-_. ") else patient_id


@dataclass(frozen=True)
class Rule:
    """What names of one group have in common: everything before the last number, up to the first, or one part.

    how: ALONE, WHOLE, LAST_NUMBER, FIRST_NUMBER or PART; part: counted from 1, between blanks, dots, - and _.
    """

    how: str = ALONE
    part: int = 0

    def key(self, name: str) -> str:
        """What ties a file (its name without folders) to others of its folder; "" where nothing does."""
        stem = os.path.splitext(name)[0]  # noqa: PTH122 - a name may hold bytes that are no text
        if self.how == WHOLE:
            return "all"
        if self.how == LAST_NUMBER:
            found = re.fullmatch(r"(.*?)[\s_.\-]*[0-9]+[^0-9]*", stem, re.DOTALL)
            return found[1] if found else stem
        if self.how == FIRST_NUMBER:
            found = re.match(r"[^0-9]*[0-9]+", stem)
            return found[0] if found else stem
        if self.how == PART:
            parts = [part for part in _SEPARATORS.split(stem) if part]
            return parts[self.part - 1] if 0 < self.part <= len(parts) else ""
        return ""


RULES = (Rule(), Rule(WHOLE), Rule(LAST_NUMBER), Rule(FIRST_NUMBER), *(Rule(PART, n) for n in range(1, PARTS + 1)))


def groups(rule: Rule, names: Iterable[str]) -> dict[str, list[str]]:
    """{key: names} of a folder's files; a file that nothing ties to others is a group under its own name."""
    found: dict[str, list[str]] = {}
    for name in names:
        found.setdefault(rule.key(name) or f"\0{name}", []).append(name)
    return found


def useful(rule: Rule, names: Sequence[str]) -> bool:
    """Whether a rule about names says anything: more than one group, and fewer than there are files."""
    return 1 < len(groups(rule, names)) < len(names)


def guess(names: Sequence[str], *, video: bool) -> Rule:
    """The rule that a folder's names suggest; ALONE where they suggest none.

    video: frames of videos, of which a group may hold any number; patients have a few pictures each, so that names
    which differ in a number alone (film001, film002, ...) say nothing.
    """
    for rule in RULES[2:]:
        sizes = [len(members) for members in groups(rule, names).values()]
        if useful(rule, names) and median(sizes) > 1 and (video or (len(sizes) >= FEW and max(sizes) <= PATIENT)):
            return rule
    return Rule()
