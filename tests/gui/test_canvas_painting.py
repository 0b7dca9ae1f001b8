"""What the canvas paints: read back pixel by pixel, at several zooms and device pixel ratios."""

import os
import subprocess
import sys
import textwrap

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from unet_studio.core.image import Image, Source, Window
from unet_studio.editing.document import Document
from unet_studio.gui.canvas import Canvas
from unet_studio.gui.canvas.overlay import border
from unet_studio.gui.canvas.picture import Picture
from unet_studio.gui.canvas.view import View, device_point, fitted, kept_in_sight, zoomed
from unet_studio.imaging import windowing

LEFT = Qt.MouseButton.LeftButton
SHAPE = (120, 160)
GRAY = 100
COLOUR = (240, 228, 66)
BACKGROUND = (12, 13, 15)


def as_array(image):
    image = image.convertToFormat(QImage.Format.Format_RGB888)
    flat = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.bytesPerLine())
    return flat[:, : 3 * image.width()].reshape(image.height(), image.width(), 3).astype(int)


def rendered(canvas):
    """(h, w, 3) of a full repaint in device px."""
    return as_array(canvas.grab().toImage())


def on_screen(canvas):
    """(h, w, 3) of what partial repaints have left on the screen."""
    QApplication.processEvents()
    return as_array(canvas.screen().grabWindow(canvas.winId()).toImage())


def mixed(colour, opacity):
    return np.array(colour) * opacity + GRAY * (1 - opacity)


@pytest.fixture
def canvas(qtbot):
    widget = Canvas()
    qtbot.addWidget(widget)
    widget.resize(500, 400)
    widget.set_image(np.full(SHAPE, GRAY, np.uint8))
    widget.set_document(Document(SHAPE))
    widget.set_colour(COLOUR)
    widget.show()
    qtbot.waitExposed(widget)
    return widget


def seen_pixels(canvas, ratio=1.0):
    """Image column and row under each device px of the widget, and whether it lies in the picture."""
    height, width = round(canvas.height() * ratio), round(canvas.width() * ratio)
    y, x = np.mgrid[:height, :width]
    left, top = canvas._view.to_image((0, 0))
    columns = np.floor(left + (x + 0.5) / ratio / canvas.zoom).astype(int)
    rows = np.floor(top + (y + 0.5) / ratio / canvas.zoom).astype(int)
    inside = (columns >= 0) & (columns < SHAPE[1]) & (rows >= 0) & (rows < SHAPE[0])
    return np.where(inside, columns, 0), np.where(inside, rows, 0), inside


@pytest.mark.parametrize("zoom", [0.4, 1.0, 2.6, 8.0, 30.0])
@pytest.mark.parametrize("outline", [False, True])
def test_colour_stands_where_the_mask_is_set_and_nowhere_else(canvas, zoom, outline):
    canvas.set_zoom(zoom)
    canvas.set_outline(outline)
    canvas.set_brush_size(13)
    middle = QPoint(canvas.width() // 2, canvas.height() // 2)
    QTest.mousePress(canvas, LEFT, pos=middle)
    QTest.mouseMove(canvas, middle + QPoint(40, 30))
    QTest.mouseRelease(canvas, LEFT, pos=middle + QPoint(40, 30))
    canvas.leaveEvent(None)
    seen = rendered(canvas)
    columns, rows, inside = seen_pixels(canvas)
    marked = inside & (canvas.mask[rows, columns] == 1)
    tinted = np.abs(seen - mixed(COLOUR, 0.25)).max(axis=-1) <= 2
    lined = np.abs(seen - np.array(COLOUR)).max(axis=-1) <= 2
    plain = np.abs(seen - GRAY).max(axis=-1) <= 1
    np.testing.assert_array_equal(tinted | lined, marked)
    np.testing.assert_array_equal(plain, inside & ~marked)
    assert lined.any() == outline
    assert (np.abs(seen - np.array(BACKGROUND)).max(axis=-1)[~inside] <= 1).all()


def test_opacity_colour_hiding_and_ghost_show(canvas):
    canvas.set_document(Document(SHAPE, np.ones(SHAPE, np.uint8)))
    canvas.set_outline(False)
    canvas.set_opacity(0.8)
    assert rendered(canvas)[200, 250] == pytest.approx(mixed(COLOUR, 0.8), abs=2)
    canvas.set_colour((255, 0, 0))
    assert rendered(canvas)[200, 250] == pytest.approx(mixed((255, 0, 0), 0.8), abs=2)
    canvas.set_mask_visible(False)
    assert rendered(canvas)[200, 250] == pytest.approx([GRAY] * 3)
    canvas.set_ghost(np.ones(SHAPE, np.uint8), (0, 255, 0))
    assert rendered(canvas)[200, 250] == pytest.approx(mixed((0, 255, 0), 0.15), abs=2)
    canvas.set_ghost(None)
    canvas.set_mask_visible(True)
    assert rendered(canvas)[200, 250] == pytest.approx(mixed((255, 0, 0), 0.8), abs=2)


@pytest.mark.parametrize("zoom", [0.37, 0.8, 1.0, 1.7, 3.3, 17.0])
def test_partial_repaints_add_up_to_the_whole(canvas, zoom):
    rng = np.random.default_rng(3)
    canvas.set_image(rng.integers(0, 255, SHAPE).astype(np.uint8))
    canvas.set_document(Document(SHAPE))
    canvas.set_zoom(zoom)
    QApplication.processEvents()
    for size in (1, 7, 40):
        canvas.set_brush_size(size)
        points = [QPoint(*at) for at in rng.integers((150, 120), (350, 280), (6, 2)).tolist()]
        QTest.mousePress(canvas, LEFT, pos=points[0])
        for point in points[1:]:
            QTest.mouseMove(canvas, point)
            QApplication.processEvents()
        QTest.mouseRelease(canvas, LEFT, pos=points[-1])
    canvas.document.undo()
    np.testing.assert_allclose(on_screen(canvas), rendered(canvas), atol=1)


def test_a_dab_repaints_its_own_rectangle_only(canvas, monkeypatch):
    canvas.set_zoom(1.0)
    QApplication.processEvents()
    areas = []
    draw = Picture.paint
    monkeypatch.setattr(
        Picture, "paint",
        lambda self, painter, exposed, *rest: (
            areas.append(exposed.width() * exposed.height()), draw(self, painter, exposed, *rest)
        ),
    )  # fmt: skip
    canvas.set_brush_size(21)
    QTest.mouseMove(canvas, QPoint(250, 200))
    QTest.mousePress(canvas, LEFT, pos=QPoint(250, 200))
    QTest.mouseMove(canvas, QPoint(252, 200))
    QApplication.processEvents()
    assert areas
    assert sum(areas) < 0.05 * canvas.width() * canvas.height()
    QTest.mouseRelease(canvas, LEFT, pos=QPoint(252, 200))


def test_large_pictures_are_drawn_from_means(canvas):
    fine = np.zeros((1001, 1501), np.uint8)
    fine[:, ::2] = 200
    canvas.set_image(fine)
    canvas.set_zoom(0.2)
    middle = rendered(canvas)[180:220, 230:270]
    assert abs(middle.mean() - 100) < 3
    assert middle.std() < 5
    canvas.set_shade(fine, lambda values: 255 - values)
    assert abs(rendered(canvas)[180:220, 230:270].mean() - 155) < 3


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.int16, np.int32, np.uint32, np.float32])
@pytest.mark.parametrize("zoom", [0.2, 1.0, 3.0])
def test_a_window_shows_what_the_whole_display_shows(canvas, dtype, zoom):
    """Only what is drawn goes through the window; the picture on the screen is the same."""
    values = (np.add.outer(np.arange(901), np.arange(1201)) // 17).astype(dtype)
    image = Image(values, Source("drawn.tif"), "TIFF")
    for window in (Window(60.0, 90.0), Window(62.0, 20.0)):
        canvas.set_image(windowing.display(image, window))
        canvas.set_zoom(zoom)
        expected = rendered(canvas).astype(int)
        canvas.set_image(np.zeros(values.shape, np.uint8))
        canvas.set_zoom(zoom)
        canvas.set_shade(values, windowing.shade(image, Window(1.0, 2.0)))
        canvas.set_shade(values, windowing.shade(image, window))
        assert np.abs(rendered(canvas) - expected).max() <= (0 if zoom >= 1 else 255 / window.width + 1)
        assert expected.std() > 10


def test_colour_pictures_keep_their_channels(canvas):
    rgb = np.zeros((*SHAPE, 3), np.uint8)
    rgb[..., 0], rgb[..., 2] = 200, 50
    canvas.set_image(rgb[:, ::-1])  # not contiguous
    for zoom in (0.5, 1.0, 5.0):
        canvas.set_zoom(zoom)
        assert rendered(canvas)[200, 250].tolist() == [200, 0, 50]


def test_painted_is_said_once_for_each_picture(canvas, qtbot):
    said = []
    canvas.first_painted.connect(lambda: said.append(1))
    canvas.set_image(np.zeros(SHAPE, np.uint8))  # comes before the first one has said so
    qtbot.waitUntil(lambda: said == [1])
    canvas.set_shade(np.ones(SHAPE, np.uint8), np.asarray)
    canvas.update()
    QApplication.processEvents()
    QApplication.processEvents()
    assert said == [1]


def test_picture_stays_whole_when_the_widget_grows(canvas):
    canvas.fit()
    canvas.resize(700, 600)
    assert canvas.zoom == pytest.approx(700 / 160)
    canvas.set_zoom(9.0, (80, 60))
    canvas.resize(500, 400)
    assert canvas.to_image(QPointF(250, 200)) == pytest.approx((80, 60), abs=0.2)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.lists(st.integers(0, 1), min_size=9, max_size=9), min_size=1, max_size=9),
    st.integers(1, 3),
    st.tuples(st.booleans(), st.booleans(), st.booleans(), st.booleans()),
)
def test_border_is_what_has_an_outside_within_its_width(rows, width, cut):
    inside = np.array(rows, np.uint8)
    padded = np.zeros((inside.shape[0] + 2 * width, 9 + 2 * width), np.uint8)
    padded[width:-width, width:-width] = inside
    left, top, right, bottom = cut
    padded[:, :width] |= left
    padded[:, -width:] |= right
    padded[:width, width:-width] |= top
    padded[-width:, width:-width] |= bottom
    expected = [
        [
            inside[r, c]
            and not (padded[r : r + 2 * width + 1, c + width].all() and padded[r + width, c : c + 2 * width + 1].all())
            for c in range(9)
        ]
        for r in range(inside.shape[0])
    ]
    np.testing.assert_array_equal(border(inside, width, cut), expected)


scale, shift = st.floats(0.01, 64), st.floats(-3000, 3000)


@settings(max_examples=100, deadline=None)
@given(scale, shift, shift, st.integers(0, 4000), st.sampled_from([1.0, 1.25, 1.5, 2.0, 3.0]))
def test_events_and_painting_agree_on_the_pixel(zoom, x, y, at, ratio):
    view = View(zoom, x, y)
    column = np.floor(view.to_image(device_point(((at + 0.3) / ratio, 0), ratio))[0])
    assert view.device_to_image(np.array([at]), ratio)[0] == pytest.approx(column, abs=1e-6)


@settings(max_examples=50, deadline=None)
@given(st.integers(1, 5000), st.integers(1, 5000), st.floats(0.1, 10), st.floats(0, 800), st.floats(0, 600))
def test_views_keep_the_picture_in_sight(rows, columns, factor, x, y):
    view = fitted((rows, columns), 800, 600)
    near = zoomed(view, factor, (x, y), (rows, columns))
    kept = kept_in_sight(near, (rows, columns), 800, 600)
    left, top = kept.to_widget((0, 0))
    right, bottom = kept.to_widget((columns, rows))
    assert left < 800
    assert top < 600
    assert right > 0
    assert bottom > 0


HIGH_DPI = """
    import numpy as np
    from PySide6.QtCore import QPoint, Qt
    from PySide6.QtTest import QTest
    from PySide6.QtWidgets import QApplication
    from unet_studio.editing.document import Document
    from unet_studio.gui.canvas import Canvas

    app = QApplication([])
    canvas = Canvas()
    canvas.resize(500, 400)
    canvas.set_image(np.full((120, 160), 100, np.uint8))
    canvas.set_document(Document((120, 160)))
    canvas.show()
    app.processEvents()
    ratio = canvas.devicePixelRatioF()
    for zoom in (1.0, 2.3, 9.0):
        canvas.set_zoom(zoom)
        canvas.set_brush_size(1)
        for at in [(80, 60), (83, 61)]:
            QTest.mouseClick(canvas, Qt.MouseButton.LeftButton, pos=canvas.to_widget(*at))
            assert np.argwhere(canvas.mask).tolist() == [[at[1], at[0]]], (zoom, at)
            canvas.document.undo()
    canvas.set_outline(False)
    canvas.set_brush_size(31)
    QTest.mouseClick(canvas, Qt.MouseButton.LeftButton, pos=canvas.to_widget(80, 60))
    canvas.leaveEvent(None)
    app.processEvents()
    image = canvas.grab().toImage()
    assert image.width() == round(500 * ratio), image.width()
    wrong = 0
    for y in range(0, image.height(), 3):
        for x in range(0, image.width(), 3):
            column, row = map(int, np.floor(canvas._view.to_image(((x + 0.5) / ratio, (y + 0.5) / ratio))))
            inside = 0 <= column < 160 and 0 <= row < 120
            wrong += bool(inside and canvas.mask[row, column]) != (image.pixelColor(x, y).blue() > 105)
    assert wrong == 0, wrong
    print("ratio", ratio)
"""


@pytest.mark.parametrize("ratio", ["1.25", "1.5", "2"])
def test_high_dpi(ratio):
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen", "QT_SCALE_FACTOR": ratio}
    run = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(HIGH_DPI)],
        env=environment, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert run.returncode == 0, run.stderr
    assert run.stdout.split() == ["ratio", str(float(ratio))]
