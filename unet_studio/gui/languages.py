"""Other languages: translations are files `unet_studio_de.qm` in `resources/translations`."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from pathlib import Path

from PySide6.QtCore import QLibraryInfo, QLocale, QTranslator
from PySide6.QtWidgets import QApplication

from unet_studio.core.resources import resources_folder
from unet_studio.gui.texts import tr

PREFIX = "unet_studio_"
ENGLISH = "en"


def folder() -> Path:
    """Where translations lie."""
    return resources_folder() / "translations"


def available(where: Path | None = None) -> dict[str, str]:
    """Languages that can be chosen, English first: code -> name in that language."""
    codes = sorted(file.stem.removeprefix(PREFIX) for file in (where or folder()).glob(f"{PREFIX}*.qm"))
    return {ENGLISH: "English"} | {code: QLocale(code).nativeLanguageName() or code for code in codes}


def choose(wanted: Sequence[str], there: Collection[str]) -> str:
    """The first wanted language that is there, or English. wanted: such as "de-AT"; there: codes such as "de"."""
    for name in wanted:
        code = name.replace("-", "_")
        for known in (code, code.split("_")[0]):
            if known in there:
                return known
    return ENGLISH


def install(application: QApplication, language: str = "", where: Path | None = None) -> str:
    """Let texts appear in `language` ("" = the system's) from now on; returns a sentence where that failed, else "".

    Widgets that are there already keep their texts: to be called before the window is made.
    """
    for old in application.findChildren(QTranslator):
        application.removeTranslator(old)
        old.deleteLater()
    code = choose([language] if language else QLocale.system().uiLanguages(), available(where))
    if code == ENGLISH:
        return ""
    file = (where or folder()) / f"{PREFIX}{code}.qm"
    own, qt = QTranslator(application), QTranslator(application)
    if not own.load(str(file)):
        return tr("{file} is damaged, so the texts are English; make it again with lrelease", file=file)
    if qt.load(QLocale(code), "qtbase", "_", QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)):
        application.installTranslator(qt)
    application.installTranslator(own)
    return ""
