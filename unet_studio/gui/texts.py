"""The window's texts in the reader's language: every text that is shown goes through `tr` or `tr_n`.

The English text is the key under which Qt looks for another language; without one it is what the reader sees.
`python -m unet_studio.gui.template` finds the calls and the tables and writes the translators' template.
"""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication

CONTEXT = "U-Net Studio"


def mark(text: str) -> str:
    """Mark a text of a table for the translators; it is looked up by `tr` when it is shown."""
    return text


def tr(text: str, **values: object) -> str:
    """A text in the reader's language, with {names} replaced by values."""
    return _filled(QCoreApplication.translate(CONTEXT, text), text, values)


def tr_n(one: str, many: str, count: int, **values: object) -> str:
    """A text that counts: %n stands for the number. Translators get `many`, with as many forms as a language has."""
    said = QCoreApplication.translate(CONTEXT, many, None, count)
    english = (one if count == 1 else many).replace("%n", str(count))
    return _filled(english if said == many.replace("%n", str(count)) else said, english, values)


def plain(text: str) -> str:
    """A menu's text without the mark of its letter."""
    return text.replace("&&", "\0").replace("&", "").replace("\0", "&")


def uncapital(text: str) -> str:
    """With a small first letter, as in "Undo brush stroke"; these forms are in the template too."""
    return text[:1].lower() + text[1:]


def _filled(said: str, english: str, values: dict[str, object]) -> str:
    if not values:
        return said
    try:
        return said.format(**values)
    except (KeyError, IndexError, ValueError):  # a translation with a wrong name in braces: the English text is right
        return english.format(**values)
