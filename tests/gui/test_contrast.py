"""Contrast of texts and icons by WCAG 2: 4.5 to 1 for text, 3 to 1 for icons; text that is disabled is excepted."""

import re

import numpy as np
import pytest
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QAbstractButton, QApplication, QComboBox, QLabel, QLineEdit, QSpinBox

from unet_studio.core.resources import resources_folder
from unet_studio.gui import theme
from unet_studio.gui.learn_plot import ACTIVE, CANDIDATE, LOSS

TEXT, ICON = 4.5, 3.0
NO_TEXT = ("::handle", "::groove", "::sub-page", "::add-", "::sub-", "::separator", "::indicator", "::chunk", "#rule",
           "QTableCornerButton", "QScrollBar", "QSplitter", "QProgressBar")  # fmt: skip
GROUNDS = (theme.BACKGROUND, theme.PANEL, theme.CHOSEN)
HEX = r"#[0-9a-fA-F]{6}"


def luminance(colour: str) -> float:
    """Relative luminance of WCAG 2.2."""
    parts = np.array([int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)])
    linear = np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)
    return float(linear @ [0.2126, 0.7152, 0.0722])


def contrast(one: str, other: str) -> float:
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def rules() -> list[tuple[str, dict[str, str]]]:
    """(selector, its colour and background) of the style sheet."""
    sheet = re.sub(r"/\*.*?\*/", "", (resources_folder() / "style.qss").read_text(encoding="utf-8"), flags=re.S)
    found = []
    for selectors, body in re.findall(r"([^{}]+)\{([^{}]*)\}", sheet.replace("{icons}", "").replace("{large}", "")):
        colours = dict(re.findall(rf"(?:^|[;\s])(color|background|placeholder-text-color):\s*({HEX})", body))
        found += [(one.strip(), colours) for one in selectors.split(",") if colours]
    return found


def pairs() -> list[tuple[str, str, str]]:
    """(selector, text, ground) of all that can stand on each other."""
    enabled = [(name, colours) for name, colours in rules() if ":disabled" not in name]
    states = (":", "[", "#banner", "#waiting", "#turn_")  # grounds of one text alone
    surfaces = {
        colours["background"]
        for name, colours in enabled
        if "background" in colours and not any(mark in name for mark in states) and "QPushButton" not in name
    }
    found = []
    for name, colours in enabled:
        text = [colours[key] for key in ("color", "placeholder-text-color") if key in colours]
        grounds = [colours["background"]] if "background" in colours else sorted(surfaces)
        if not any(mark in name for mark in NO_TEXT):
            found += [(name, one, ground) for one in text or [theme.TEXT] for ground in grounds]
    key = next(colours["color"] for name, colours in enabled if name == "QLabel#key")
    return found + [
        ("key of " + n, key, c["background"]) for n, c in enabled if "QPushButton" in n and "background" in c
    ]


def test_contrast_is_that_of_the_standard():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


def test_every_text_of_the_style_sheet_stands_out():
    assert len(pairs()) > 60
    weak = [(name, text, on, round(contrast(text, on), 2)) for name, text, on in pairs() if contrast(text, on) < TEXT]
    assert weak == []


def test_every_colour_of_the_theme_stands_out():
    texts = (theme.TEXT, theme.QUIET, theme.ACCENT, theme.GOOD, theme.WARNING, theme.BAD)
    weak = [(text, on) for text in texts for on in GROUNDS if contrast(text, on) < TEXT]
    assert weak == []
    assert all(contrast(one, theme.BACKGROUND) >= TEXT for one in (LOSS, CANDIDATE, ACTIVE))


def test_every_icon_stands_out():
    weak = []
    for file in sorted((resources_folder() / "icons").glob("*.svg")):
        if file.stem != "app":  # the window's emblem is no control
            colours = set(re.findall(HEX, file.read_text(encoding="utf-8")))
            weak += [(file.stem, one, on) for one in colours for on in GROUNDS if contrast(one, on) < ICON]
    assert weak == []


def weak_on_screen(root) -> list[str]:
    """Enabled texts of a window that do not stand out against what lies behind them on the screen."""
    QApplication.processEvents()
    image, weak = root.grab().toImage(), []
    for kind in (QLabel, QAbstractButton, QComboBox, QLineEdit, QSpinBox):
        for widget in root.findChildren(kind):
            said = getattr(widget, "text", lambda: "x")()
            if (
                widget.isVisible()
                and widget.isEnabled()
                and said
                and widget.visibleRegion().boundingRect().height() > 4
            ):
                area = widget.visibleRegion().boundingRect()
                area.moveTopLeft(widget.mapTo(root, area.topLeft()))
                step = max(1, area.width() // 40)
                seen = [
                    image.pixelColor(x, y).name()
                    for x in range(area.left(), area.right(), step)
                    for y in range(area.top(), area.bottom(), 2)
                ]
                ground = max(set(seen), key=seen.count)
                text = QColor(widget.palette().color(widget.foregroundRole())).name()
                if contrast(text, ground) < TEXT:
                    weak.append(f"{type(widget).__name__} {widget.objectName()} {said!r}: {text} on {ground}")
    return weak


def test_what_is_on_the_screen_stands_out(studio, qtbot):
    window = studio()
    window.resize(1366, 768)
    assert weak_on_screen(window) == []
    for name in ("preferences", "export", "change_keys", "about", "exclude", "reader"):
        window.actions_set[name].trigger()
        dialog = QApplication.activeModalWidget()
        assert weak_on_screen(dialog) == [], name
        dialog.reject()
        qtbot.waitUntil(lambda: QApplication.activeModalWidget() is None)
