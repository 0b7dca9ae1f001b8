"""The brush's ring: a kept picture of it is drawn where the circle itself would be."""

import numpy as np
import pytest
from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QImage, QPainter

from unet_studio.gui.canvas import brush_outline

GROUND = QColor(90, 120, 60)


def drawn(diameter: float, left: float, top: float, ratio: float, largest: float, monkeypatch) -> np.ndarray:
    monkeypatch.setattr(brush_outline, "LARGEST_KEPT", largest)
    image = QImage(240, 240, QImage.Format.Format_RGB32)
    image.setDevicePixelRatio(ratio)
    image.fill(GROUND)
    painter = QPainter(image)
    brush_outline.paint_ring(painter, QRectF(left, top, diameter, diameter), ratio)
    painter.end()
    return np.frombuffer(image.constBits(), np.uint8).reshape(240, 240, 4)[..., :3].astype(int)


@pytest.mark.parametrize("ratio", [1.0, 2.0])
@pytest.mark.parametrize("diameter", [6.0, 20.5, 80.0])
@pytest.mark.parametrize(("left", "top"), [(10.0, 12.0), (10.25, 12.5), (9.9, 3.1)])
def test_kept_and_drawn_rings_are_one_to_the_eye(qapp, monkeypatch, diameter, left, top, ratio):
    kept = drawn(diameter, left, top, ratio, 256.0, monkeypatch)
    fresh = drawn(diameter, left, top, ratio, 0.0, monkeypatch)
    assert (kept != np.array([60, 120, 90])).any()
    exact = all(float(4 * ratio * edge).is_integer() for edge in (left, top))
    assert np.abs(kept - fresh).max() <= (2 if exact else 60)  # else up to an eighth of a px away
    assert np.abs(kept.mean(axis=(0, 1)) - fresh.mean(axis=(0, 1))).max() < 0.1


def test_a_ring_beyond_the_edge_leaves_no_trace_inside(qapp, monkeypatch):
    assert (drawn(30.0, -60.0, -60.0, 1.0, 256.0, monkeypatch) == np.array([60, 120, 90])).all()
