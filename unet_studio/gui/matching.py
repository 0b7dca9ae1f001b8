"""Finding a command by what somebody types: every word has to occur, and whole words count more than letters."""

from __future__ import annotations

WHOLE, START, INSIDE, LETTERS = 0, 1, 2, 6


def score(typed: str, *texts: str) -> int | None:
    """How far from `typed` the texts are, 0 for the nearest; None where a typed word is found in none of them.

    Texts come in order of weight. A word may be a whole word, the start or the inside of one, or, in the first text
    only and from two letters on, letters in their order. A dash is found by the hyphen of the keyboard.
    """
    total = 0
    for word in _plain(typed).split():
        found = [
            4 * place + worth
            for place, text in enumerate(texts)
            if (worth := _worth(word, _plain(text), letters=place == 0)) is not None
        ]
        if not found:
            return None
        total += min(found)
    return total


def _plain(text: str) -> str:
    return text.casefold().replace("–", "-")


def _worth(word: str, text: str, letters: bool) -> int | None:
    if word in text.split():
        return WHOLE
    if text.startswith(word) or f" {word}" in text:
        return START
    if word in text:
        return INSIDE
    return LETTERS if letters and len(word) > 1 and _in_order(word, text) else None


def _in_order(word: str, text: str) -> bool:
    rest = iter(text)
    return all(letter in rest for letter in word)
