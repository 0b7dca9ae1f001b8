"""The translators' template: every text that goes through `tr`, and every text of the tables, as a Qt .ts file.

`python -m unet_studio.gui.template` writes `resources/translations/unet_studio_en.ts` anew; with names of other .ts
files it brings those up to date and keeps what is translated in them. `pyside6-lrelease FILE.ts` makes the .qm.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

from unet_studio.core.case import EXCLUDE_REASONS
from unet_studio.core.target import TARGETS
from unet_studio.editing.toolbox import AMOUNTS, TOOLBOX
from unet_studio.gui import languages
from unet_studio.gui.actions import ACTIONS
from unet_studio.gui.canvas.tools import IN_HAND
from unet_studio.gui.canvas.turn import WORDS
from unet_studio.gui.palette import OKABE_ITO
from unet_studio.gui.texts import CONTEXT, uncapital
from unet_studio.workflow.viewing import PRESET_NAMES

CALLS = {"tr": 0, "mark": 0, "tr_n": 1}  # which argument is the text that translators get
TEMPLATE = f"{languages.PREFIX}{languages.ENGLISH}.ts"


def of_tables() -> Iterator[str]:
    """Texts of tables that know nothing of Qt."""
    for action in ACTIONS:
        yield from (action.text, action.tip, action.menu)
    for row in TOOLBOX.values():
        yield from (row.label, uncapital(row.label))
    for amount in AMOUNTS:
        yield amount.words
    for tool in IN_HAND.values():
        yield tool.hint
    for target in TARGETS.values():
        yield target.title
    yield from WORDS.values()
    yield from (name.capitalize() for name in PRESET_NAMES)
    for colour in OKABE_ITO:
        yield colour.capitalize()
    for reason in EXCLUDE_REASONS:
        yield from (reason, reason.capitalize())


def of_sources(folder: Path) -> Iterator[tuple[str, bool]]:
    """(text, whether it counts) of each call with a text written out, in the Python files of a folder."""
    for file in sorted(folder.rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            name = node.func.id if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) else ""
            if name in CALLS and len(node.args) > CALLS[name]:
                text = node.args[CALLS[name]]
                if isinstance(text, ast.JoinedStr):
                    raise ValueError(f"{file}:{node.lineno}: values go into {{names}}, not into an f-string")
                if isinstance(text, ast.Constant):
                    yield str(text.value), name == "tr_n"


def texts() -> dict[str, bool]:
    """Every text to be translated, in alphabetical order, and whether it has forms for numbers."""
    found = {text: False for text in of_tables() if text}
    for text, counts in of_sources(Path(__file__).parent):
        found[text] = found.get(text, False) or counts
    return dict(sorted(found.items()))


def document(language: str, known: dict[str, list[str]] | None = None) -> str:
    """The .ts file for a language. known: translations by text, one for each form."""
    root = ElementTree.Element("TS", version="2.1", language=language, sourcelanguage=languages.ENGLISH)
    context = ElementTree.SubElement(root, "context")
    ElementTree.SubElement(context, "name").text = CONTEXT
    for text, counts in texts().items():
        said = (known or {}).get(text, [])
        message = ElementTree.SubElement(context, "message", {"numerus": "yes"} if counts else {})
        ElementTree.SubElement(message, "source").text = text
        translation = ElementTree.SubElement(message, "translation", {} if any(said) else {"type": "unfinished"})
        if counts:
            for form in said or [""]:
                ElementTree.SubElement(translation, "numerusform").text = form
        elif said:
            translation.text = said[0]
    ElementTree.indent(root, " ")
    body = ElementTree.tostring(root, encoding="unicode")
    return f'<?xml version="1.0" encoding="utf-8"?>\n<!DOCTYPE TS>\n{body}\n'


def translated(file: Path) -> tuple[str, dict[str, list[str]]]:
    """The language and the translations of a .ts file."""
    root = ElementTree.parse(file).getroot()
    known = {}
    for message in root.iter("message"):
        translation = message.find("translation")
        forms = [form.text or "" for form in translation.iter("numerusform")] or [translation.text or ""]
        known[message.findtext("source", "")] = forms if any(forms) else []
    return root.get("language", ""), known


def main(names: list[str]) -> None:
    """Write the template, and bring the named files up to date."""
    place = languages.folder() / TEMPLATE
    place.parent.mkdir(exist_ok=True)
    place.write_text(document(languages.ENGLISH), encoding="utf-8", newline="\n")
    for name in names:
        language, known = translated(Path(name))
        Path(name).write_text(document(language, known), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main(sys.argv[1:])
