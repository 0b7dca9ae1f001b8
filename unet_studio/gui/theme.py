"""The looks: one style sheet and one set of icons, both data in `resources`."""

from __future__ import annotations

from functools import lru_cache

from PySide6.QtGui import QColor, QFont, QIcon, QPalette
from PySide6.QtWidgets import QApplication

from unet_studio.core.resources import resources_folder

BACKGROUND, PANEL, RAISED, BORDER = "#14171a", "#1b1f23", "#2a3037", "#434c56"
CHOSEN = "#1e4059"  # ground of a chosen row
TEXT, QUIET, ACCENT, GOOD, WARNING, BAD = "#eceff2", "#b4bcc5", "#56b4e9", "#4cc38a", "#e69f00", "#ff8a80"


@lru_cache(maxsize=128)
def icon(name: str) -> QIcon:
    """The icon of that name; it is drawn from SVG at any scale."""
    return QIcon(str(resources_folder() / "icons" / f"{name}.svg"))


def apply(application: QApplication, text_percent: int = 100) -> None:
    """Dress the application: Fusion style, dark palette, style sheet, text size relative to the system's."""
    application.setStyle("Fusion")
    application.setPalette(_palette())
    font = QFont(application.property("system_font") or application.font())
    application.setProperty("system_font", QFont(font))
    if font.pointSizeF() > 0:
        font.setPointSizeF(font.pointSizeF() * text_percent / 100)
    else:
        font.setPixelSize(round(font.pixelSize() * text_percent / 100))
    application.setFont(font)
    folder = resources_folder()
    sheet = (folder / "style.qss").read_text(encoding="utf-8")
    large = f"{1.6 * font.pointSizeF():.1f}pt" if font.pointSizeF() > 0 else f"{1.6 * font.pixelSize():.0f}px"
    application.setStyleSheet(sheet.replace("{icons}", (folder / "icons").as_posix()).replace("{large}", large))
    application.setWindowIcon(icon("app"))


def _palette() -> QPalette:
    palette = QPalette()
    roles = QPalette.ColorRole
    for role, colour in (
        (roles.Window, PANEL),
        (roles.Base, BACKGROUND),
        (roles.AlternateBase, PANEL),
        (roles.Button, RAISED),
        (roles.WindowText, TEXT),
        (roles.Text, TEXT),
        (roles.ButtonText, TEXT),
        (roles.ToolTipBase, RAISED),
        (roles.ToolTipText, TEXT),
        (roles.PlaceholderText, QUIET),
        (roles.BrightText, "#ffffff"),
        (roles.Highlight, "#1f5f86"),
        (roles.HighlightedText, "#ffffff"),
        (roles.Link, ACCENT),
        (roles.Mid, BORDER),
        (roles.Dark, BACKGROUND),
        (roles.Shadow, "#000000"),
    ):
        palette.setColor(role, QColor(colour))
    for role in (roles.WindowText, roles.Text, roles.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, role, QColor("#808a95"))
    return palette
