"""Another language: the template holds every text, and a translation reaches each text that the window shows."""

import subprocess
from pathlib import Path
from xml.etree import ElementTree

import PySide6
import pytest
from PySide6.QtCore import QLocale, Qt
from PySide6.QtGui import QAction
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QComboBox, QLabel, QLineEdit, QMenu, QTableWidget, QWidget

from unet_studio.editing import islands
from unet_studio.gui import languages, preferences, template
from unet_studio.gui.actions import ACTIONS
from unet_studio.gui.dialogs.span import SpanDialog
from unet_studio.gui.follow_link import SOURCE
from unet_studio.gui.needs import NEEDS
from unet_studio.gui.texts import plain, tr, tr_n

DIALOGS = ("reader", "preferences", "export", "versions", "shortcuts", "change_keys", "about", "exclude", "palette")
NAMES = (
    "U-Net Studio",
    "Dice",
    "DICOM",
    "PNG",
    "JSON",
    "English",
    "Deutsch",
    "Apache License 2.0",
    "Dr Test",
    "film_1.png",
)


RELEASE = Path(PySide6.__file__).parent / "lrelease"
compiled = pytest.mark.skipif(not RELEASE.is_file(), reason="this PySide6 comes without lrelease")


def release(file: Path) -> None:
    """Make the .qm of a .ts file."""
    subprocess.run([str(RELEASE), str(file)], check=True, capture_output=True, timeout=120)


@pytest.fixture(scope="module")
def brackets(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a translation in which every text stands in brackets; what is shown without them is English."""
    file = tmp_path_factory.mktemp("brackets") / "unet_studio_de.ts"
    words = {text: [f"⟦{text}⟧"] * (1 + counts) for text, counts in template.texts().items()}
    file.write_text(template.document("de", words), encoding="utf-8")
    release(file)
    return file.parent


@pytest.fixture
def pseudo(studio, brackets, monkeypatch):
    """The window in that language."""
    monkeypatch.setattr(languages, "folder", lambda: brackets)
    monkeypatch.setattr(preferences, "load", lambda folder: preferences.Preferences(language="de"))
    yield studio()
    languages.install(QApplication.instance(), "en")


def words_of(widget: QWidget) -> list[str]:
    """Everything that a widget says by itself."""
    said = [widget.toolTip(), widget.windowTitle() if widget.isWindow() else ""]
    if isinstance(widget, QLabel | QAbstractButton | QLineEdit):
        said.append(widget.text())
    if isinstance(widget, QLineEdit):
        said[-1:] = [widget.placeholderText()]
    if isinstance(widget, QComboBox):
        said += [widget.itemText(place) for place in range(widget.count())]
    if isinstance(widget, QMenu):
        said.append(widget.title())
    if isinstance(widget, QTableWidget):
        said += [widget.horizontalHeaderItem(column).text() for column in range(widget.columnCount())]
    return [text for text in said if text]


def english(text: str) -> bool:
    """Whether a text has words that are neither translated nor names, numbers, units or keys."""
    rest = text
    for name in NAMES:
        rest = rest.replace(name, "")
    words = [word for word in rest.replace("<", " <").split() if not word.startswith("<")]
    return "⟦" not in text and any(sum(letter.isalpha() for letter in word) > 3 and "/" not in word for word in words)


def left_in_english(*roots: QWidget) -> set[str]:
    found = set()
    for root in roots:
        for widget in (root, *root.findChildren(QWidget)):
            if not widget.objectName().startswith(("qt_", "status_", "active_version", "message", "key", "verdict")):
                found |= {f"{type(widget).__name__} {widget.objectName()}: {t}" for t in words_of(widget) if english(t)}
    return found


def test_the_template_is_up_to_date():
    written = (languages.folder() / template.TEMPLATE).read_text(encoding="utf-8")
    assert written == template.document("en"), "run: python -m unet_studio.gui.template"
    sources = {message.findtext("source") for message in ElementTree.fromstring(written).iter("message")}
    assert {row.text for row in ACTIONS} | {row.tip for row in ACTIONS} | {row.menu for row in ACTIONS} <= sources


def test_no_value_is_glued_into_a_text(tmp_path):
    (tmp_path / "one.py").write_text('tr(f"{count} masks written")\n', encoding="utf-8")
    with pytest.raises(ValueError, match=r"one\.py:1"):
        list(template.of_sources(tmp_path))
    (tmp_path / "one.py").write_text('tr("{count} masks written", count=3)\ntr_n("%n a", "%n b", 2)\n')
    assert list(template.of_sources(tmp_path)) == [("{count} masks written", False), ("%n b", True)]


@compiled
def test_every_text_of_the_window_and_its_dialogs_is_translated(pseudo, qtbot):
    window = pseudo
    assert left_in_english(window) == set()
    for row in ACTIONS:
        action: QAction = window.actions_set[row.id]
        if action.isVisible() and not row.id.startswith("window_"):
            assert "⟦" in action.text(), row.id
            assert "⟦" in action.toolTip(), row.id
    for name in DIALOGS:
        window.actions_set[name].trigger()
        dialog = QApplication.activeModalWidget()
        assert left_in_english(dialog) == set(), name
        dialog.reject()
        qtbot.waitUntil(lambda: QApplication.activeModalWidget() is None)
    for name in ("polygon", "fill_holes", "unlock_all", "next", "next"):
        window.actions_set[name].trigger()
        assert "⟦" in window.status.message(), name
        qtbot.waitUntil(lambda: not window.reading.busy)
    window.masks.run("grow")


@compiled
def test_what_the_picture_says_is_translated(pseudo, qtbot):
    window = pseudo
    run, strip, document = window.actions_set, window.strip, window.canvas.document

    def said() -> str:
        return window.status.message()

    for name, answer in (("doubt_next", "P"), ("doubt_previous", ""), ("blink", ""), ("beside", ""), ("turn_left", "")):
        run.enable(NEEDS)
        window.status.say("")
        run[name].trigger()
        if answer or name == "doubt_previous":
            assert said().startswith("⟦"), name
            assert answer in said(), name
    assert window.looks.corner.turn_text.text().startswith("⟦View ⟦turned 90° left⟧⟧\n⟦")
    window.compare._show_difference(None)
    assert said().startswith("⟦There is no earlier")
    run.check("show_proposal", True)
    window.compare._show_difference(document.mask.copy())
    assert window.looks.corner.legend.text().count("⟦") == 3
    wanted = document.mask.copy()
    wanted[20:40, 20:40] = 1
    found = islands.differences(document.mask, wanted, document.touched).islands
    window.ghosts.show(found, SOURCE)
    assert strip.waiting.text().startswith("⟦1 islands proposed ⟦from your strokes⟧")
    window.ghosts.show(found, "another", "⟦elsewhere⟧")
    assert "⟦⟦from your strokes⟧ and ⟦elsewhere⟧⟧" in strip.waiting.text()
    for verb, start in ((window.ghosts.go_on, "⟦It adds 400 px: Y "), (window.ghosts.accept_all, "⟦2 islands")):
        verb()
        assert said().startswith(start)
    window.canvas.set_tool("ruler")
    QTest.mousePress(window.canvas, Qt.MouseButton.LeftButton, pos=window.canvas.to_widget(10, 10))
    QTest.mouseMove(window.canvas, window.canvas.to_widget(60, 60))
    QTest.mouseRelease(window.canvas, Qt.MouseButton.LeftButton, pos=window.canvas.to_widget(60, 60))
    assert said().startswith("⟦Distance 71")
    window.carry.step(-1)
    assert said() == "⟦This is the first frame⟧"
    frames = window.worklist.panel.model.cases()
    dialog = SpanDialog(window, frames, None, frames.index)
    assert left_in_english(dialog) == set()
    assert left_in_english(window) == set()


@compiled
def test_what_can_run_is_said_in_the_other_language(pseudo):
    window = pseudo
    window.actions_set["palette"].trigger()
    palette = QApplication.activeModalWidget()
    QTest.keyClicks(palette.edit, "undo")
    assert palette.chosen().id == "undo"  # the English words go on working
    assert palette.chosen().needs.startswith("⟦needs ⟦")
    palette.reject()


@compiled
def test_a_translation_file_is_made_dropped_and_loaded(qtbot, tmp_path: Path):
    file = tmp_path / "unet_studio_de.ts"
    words = {
        "&Open files…": ["&Dateien öffnen…"],
        "%n corrections waiting": ["%n Korrektur wartet", "%n Korrekturen warten"],
    }
    file.write_text(template.document("de", words), encoding="utf-8")
    assert {k: v for k, v in template.translated(file)[1].items() if v} == words
    release(file)
    assert languages.available(tmp_path) == {"en": "English", "de": "Deutsch"}
    application = QApplication.instance()
    try:
        assert languages.install(application, "de", tmp_path) == ""
        assert tr("&Open files…") == "&Dateien öffnen…"
        assert [tr_n("%n correction waiting", "%n corrections waiting", n) for n in (1, 3)] == [
            "1 Korrektur wartet",
            "3 Korrekturen warten",
        ]
        assert tr("Worklist") == "Worklist"
        file.with_suffix(".qm").write_bytes(b"damaged")
        assert "damaged" in languages.install(application, "de", tmp_path)
        assert tr("&Open files…") == "&Open files…"
    finally:
        languages.install(application, "en", tmp_path)


def test_numbers_in_english():
    assert [tr_n("%n mask in {place}", "%n masks in {place}", n, place="x") for n in (0, 1, 2)] == [
        "0 masks in x",
        "1 mask in x",
        "2 masks in x",
    ]
    assert plain("&Fish && chips") == "Fish & chips"


def test_a_wrong_name_in_a_translation_leaves_the_english_text(qtbot, monkeypatch):
    monkeypatch.setattr("unet_studio.gui.texts.QCoreApplication.translate", lambda *_: "{wrong}")
    assert tr("{right} x", right=1) == "1 x"


@pytest.mark.parametrize(
    ("wanted", "chosen"),
    [
        (["de-AT", "de", "en"], "de"),
        (["en-GB", "de"], "en"),
        (["fr", "de"], "de"),
        (["pt-BR"], "pt_BR"),
        (["ja"], "en"),
        ([], "en"),
    ],
)
def test_the_first_language_that_is_there(wanted, chosen):
    assert languages.choose(wanted, {"en": "", "de": "", "pt_BR": ""}) == chosen
    assert QLocale(chosen).language() != QLocale.Language.C
