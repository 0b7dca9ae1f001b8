"""What can propose and learn on this machine, and why not more."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import QGridLayout, QLabel, QWidget

from unet_studio.gui.dialogs.frame import Frame
from unet_studio.gui.texts import tr


def show_devices(parent: QWidget, reports: Sequence[dict]) -> Frame:
    """Show the reports of `diagnosing.doctor`, one row each."""
    dialog = Frame(parent, tr("Devices"), tr("A real convolution was run on each device."))
    grid = QGridLayout()
    grid.setHorizontalSpacing(16)
    grid.setVerticalSpacing(10)
    for row, report in enumerate(reports):
        mark = QLabel("✓ " + tr("works") if report["ok"] else "✗ " + tr("not used"))
        mark.setProperty("kind", "good" if report["ok"] else "bad")
        text = QLabel("\n".join(part for part in (report["label"], report["reason"], report["remedy"]) if part))
        text.setWordWrap(True)
        for column, widget in enumerate((QLabel(report["name"].upper()), mark, text)):
            grid.addWidget(widget, row, column)
    grid.setColumnStretch(2, 1)
    dialog.body.addLayout(grid)
    dialog.offer("", tr("Close"))
    dialog.resize(560, 0)
    dialog.open()
    return dialog
