"""Whether file or folder names tell the patient: both sides are spelled alike, and everyday words tell nobody."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from unet_studio.core.grouping import NOBODY
from unet_studio.exporting.naming import stem

WORD, WHOLE, LONG = 3, 4, 7  # signs of a name as a word of its own, of a whole name or number, of one inside a word
NUMBER = 6  # digits, from which on a number also tells where letters touch it
PLAIN, SPELLED_OUT = 0, 1  # Müller as muller or as mueller
WORDS_OF_PATHS = """
test testing tests demo sample phantom dummy example patient patients person name names female male adult child lung
lungs thorax chest heart breast polyp polyps colon body head hand knee abdomen pelvis spine foot left right image images
picture pictures film films frame frames photo scan scans study studies series file files folder data dataset dicom dir
disc cdrom export exports import mask masks label labels train val normal case cases new old the and for with out von
van der den del los mrs herr frau prof med xray cxr hospital klinik clinic
"""
EVERYDAY = NOBODY | frozenset(WORDS_OF_PATHS.split())
_LETTERS = {
    "ä": ("a", "ae"),
    "ö": ("o", "oe"),
    "ü": ("u", "ue"),
    "ø": ("o", "oe"),
    "å": ("a", "aa"),
    "ł": ("l", "l"),
    "æ": ("ae", "ae"),
    "œ": ("oe", "oe"),
    "đ": ("d", "d"),
    "ð": ("d", "d"),
    "þ": ("th", "th"),
    "ı": ("i", "i"),
}
_WORDS = re.compile(r"[^\W_]+")
_PIECES = re.compile(r"\d+|[^\W\d_]+")
_UID = re.compile(r"\d+(\.\d+){4,}")
_IDEOGRAPHS = 0x2E80  # from here on a letter tells as much as two


@dataclass(frozen=True)
class Spelled:
    """A text in small letters without accents: `whole` has its letters and digits alone.

    words: places in it where something else stood between; ends: also where capitals or digits begin and end.
    """

    text: str
    whole: str
    words: frozenset[int]
    ends: frozenset[int]


def tells(parts: Iterable[str], name: str, numbers: Iterable[str]) -> bool:
    """True where one of the parts of a path looks like the patient's name or one of the numbers.

    name: as DICOM writes it, Family^Given, other scripts behind =. numbers: identifiers, birth date as YYYYMMDD.
    """
    stems = [stem(part) for part in parts]
    people = [one for one in name.split("=") if one]
    known = [order for number in numbers for order in (number, *_other_orders(number))]
    for way in (PLAIN, SPELLED_OUT):
        spelled = [spell(one, way) for one in stems]
        if any(_tells_number(part, spell(one, way)) for part in spelled for one in known):
            return True
        if any(_tells_name(part, one, way) for part in spelled for one in people):
            return True
    return False


def spell(text: str, way: int = PLAIN) -> Spelled:
    """A text as it is compared. way: PLAIN or SPELLED_OUT."""
    whole, words, ends = "", {0}, {0}
    for word in _WORDS.findall(unicodedata.normalize("NFC", text)):
        for piece in _pieces(word):
            whole += _folded(piece, way)
            ends.add(len(whole))
        words.add(len(whole))
    return Spelled(text, whole, frozenset(words), frozenset(ends))


def _pieces(word: str) -> list[str]:
    """MeierIda2 as Meier, Ida, 2."""
    found: list[str] = []
    for run in _PIECES.findall(word):
        start = 0
        for place in range(1, len(run)):
            if run[place].isupper() and run[place - 1].islower():
                found.append(run[start:place])
                start = place
        found.append(run[start:])
    return found


def _folded(piece: str, way: int) -> str:
    signs = (_LETTERS.get(sign, (sign, sign))[way] for sign in piece.casefold())
    return "".join(sign for sign in unicodedata.normalize("NFKD", "".join(signs)) if not unicodedata.combining(sign))


def _tells_number(part: Spelled, number: Spelled) -> bool:
    digits = number.whole
    if len(digits) < WHOLE or digits in EVERYDAY or not digits.strip("0"):
        return False
    if _UID.fullmatch(part.text):  # its short numbers are other people's
        return len(digits) >= NUMBER and f".{number.text}." in f".{part.text}."
    if digits.isdecimal() and len(digits) < NUMBER:
        return _found(part, digits, part.words)
    return _found(part, digits, part.ends)


def _tells_name(part: Spelled, person: str, way: int) -> bool:
    components = [spell(one, way).whole for one in person.split("^")]
    names = [spell(one, way).whole for one in person.replace("^", " ").split()]
    single = {*components, *names, *(spell(one, way).whole for one in _WORDS.findall(person))}
    if any(_says(one) >= WORD and _tells_alone(part, one) for one in single):
        return True
    whole = [one for one in components if one][:2]  # family and given name; whoever has one alone wrote no ^
    return _tells_together(part, whole if len(whole) == 2 else names[:2])


def _tells_alone(part: Spelled, name: str) -> bool:
    if name.isdecimal():
        return _tells_number(part, spell(name))
    return name not in EVERYDAY and _found(part, name, part.ends)


def _tells_together(part: Spelled, names: Sequence[str]) -> bool:
    """Both names, in one word or apart, in either order: enough also where each is short or an everyday word."""
    own = [one for one in names if _says(one) > 1 and one not in EVERYDAY and not one.isdecimal()]
    if len(names) < 2 or sum(map(_says, names)) < WHOLE or not own:
        return False
    joined = (names[0] + names[1], names[1] + names[0])
    return any(_found(part, one, part.ends) for one in joined) or all(_found(part, one, part.ends) for one in names)


def _says(text: str) -> int:
    return sum(2 if ord(sign) >= _IDEOGRAPHS else 1 for sign in text)


def _found(part: Spelled, wanted: str, ends: frozenset[int]) -> bool:
    """Whether it stands in the part, from one of the ends to another; what is long may also stand inside a word.

    No number is found inside a longer one.
    """
    inside = _says(wanted) >= LONG
    start = part.whole.find(wanted)
    while start >= 0:
        end = start + len(wanted)
        begins = start in ends or (inside and not wanted[0].isdecimal())
        if begins and (end in ends or (inside and not wanted[-1].isdecimal())):
            return True
        start = part.whole.find(wanted, start + 1)
    return False


def _other_orders(number: str) -> tuple[str, ...]:
    """A date as YYYYMMDD in the orders that Europe and America write."""
    if not re.fullmatch(r"(19|20)\d{6}", number):
        return ()
    year, month, day = number[:4], number[4:6], number[6:]
    return day + month + year, month + day + year
