"""The history of the versions in the window: its charts, its sentence, and what it says where there is little."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from unet_studio.gui.dialogs import history as page
from unet_studio.gui.dialogs.history import HistoryDialog, saving_text
from unet_studio.workflow.case_rows import CaseRow
from unet_studio.workflow.history import history_of


def film(number: int, version: str, seconds: float, reader: str = "Dr A") -> CaseRow:
    return CaseRow(
        *(f"{number:012x}", f"patient {number}", "lung", reader, "queued"),
        accepted_at="2025-01-01T00:00:00+00:00",
        version=version,
        dice=0.9,
        hd95_px=4.0,
        changed_pixels=int(seconds),
        active_seconds=seconds,
    )


def study(after: float, films: int = 12):
    rows = [film(n, "lung-v1", 90 + n % 5) for n in range(12)]
    rows += [film(20 + n, "lung-v7", after + n % 5) for n in range(films)]
    rows += [film(n, "lung-v1", 10, "Dr B") for n in range(3)]
    return history_of(rows)


@pytest.fixture
def dialog(qtbot):
    window = QWidget()
    qtbot.addWidget(window)
    window.resize(1366, 768)
    window.show()
    dialog = HistoryDialog(window, "lung", "Dr A")
    dialog.open()
    yield dialog
    dialog.reject()


def test_charts_and_table_have_the_numbers_of_one_reader(dialog) -> None:
    dialog.show_rows(study(40))
    assert dialog.readers.currentText() == "Dr A"
    assert [name for name, _ in dialog.plots["seconds"].points] == ["v1 (n=12)", "v7 (n=12)"]
    medians = [found.median for _, found in dialog.plots["seconds"].points]
    assert medians == [91.5, 41.5]
    assert dialog.table.item(0, 0).text() == "lung-v7"
    assert dialog.table.item(1, 1).text() == "12"
    assert dialog.saving.text().startswith("lung-v7 saves 50 s per film (median, 95 % interval ")
    assert "n = 12, against lung-v1, n = 12" in dialog.saving.text()
    dialog.readers.setCurrentIndex(1)
    assert [found.median for _, found in dialog.plots["seconds"].points] == [10.0]
    assert dialog.plots["seconds"].points[0][1].low is None
    assert dialog.saving.text().startswith("No saving can be told yet")


@pytest.mark.parametrize(
    ("after", "films", "begins"),
    [
        (130, 12, "lung-v7 costs 40 s more per film"),
        (90, 12, "lung-v7 shows no sure saving per film"),
        (40, 9, "No saving can be told yet"),
    ],
)
def test_the_sentence_says_no_more_than_is_known(after: float, films: int, begins: str) -> None:
    rows = [row for row in study(after, films) if row.reader == "Dr A"]
    assert saving_text(rows).startswith(begins)


def test_nothing_yet_is_said_in_words(dialog) -> None:
    assert dialog.pages.currentIndex() == page.WAIT
    dialog.show_progress(3, 120)
    assert dialog.waiting.text() == "Measuring 120 films, once"
    dialog.show_rows([])
    assert dialog.pages.currentIndex() == page.NONE
    assert not dialog.saving.text()


def test_the_window_opens_it_and_stops_measuring_when_it_is_closed(studio, qtbot, monkeypatch) -> None:
    from unet_studio.workflow import history

    asked = []

    def made_up(session, target, on_progress, cancelled):
        asked.append((target, cancelled))
        return study(40) if target == "lung" else []

    monkeypatch.setattr(history, "history", made_up)
    window = studio()
    QTest.keyClick(window.canvas, Qt.Key.Key_H, Qt.KeyboardModifier.ControlModifier)
    dialog = QApplication.activeModalWidget()
    qtbot.waitUntil(lambda: dialog.pages.currentIndex() == page.CHART, timeout=20_000)
    dialog.targets.setCurrentIndex(1)
    qtbot.waitUntil(lambda: dialog.pages.currentIndex() == page.NONE, timeout=20_000)
    dialog.reject()
    assert [target for target, _ in asked] == ["lung", "polyp"]
    assert all(cancelled() for _, cancelled in asked)


def test_the_window_writes_the_report(studio, qtbot, tmp_path) -> None:
    window = studio()
    window.history.report(tmp_path / "report")
    qtbot.waitUntil(lambda: not window.jobs.busy(), timeout=20_000)
    assert "Report of 2 rows" in window.status.message()
    assert (tmp_path / "report" / "methods.md").is_file()
