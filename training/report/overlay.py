"""Pictures for a report: a film or frame with the drawn and the proposed outline on it. numpy and cv2 only."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

from training.preprocess import Array, Bytes, InputSpec, unit_values

LONG_SIDE = 720  # px; twice what the report's grid shows
DRAWN = (0x22, 0xD3, 0xFF)  # RGB; cyan and amber stay apart in every kind of colour blindness, and on red mucosa
PROPOSED = (0xFF, 0xB0, 0x00)
WINDOW = InputSpec(size=LONG_SIDE, channels=1, kind="gray", low=0.5, high=99.5)
SUBPIXEL = 4  # bits of a pixel's fraction that cv2.polylines takes

Picture = npt.NDArray[np.uint8]


def plain(values: Array) -> Picture:
    """(H, W[, 3 RGB]) of any depth to (h, w, 3) uint8 RGB with the long side LONG_SIDE.

    Gray values are windowed by percentiles as in WINDOW; colours of 16 bits are brought to 8.
    """
    if values.ndim == 2:
        shown = np.repeat(unit_values(values, False, WINDOW), 3, axis=2)
    else:
        full = np.iinfo(values.dtype).max if np.issubdtype(values.dtype, np.integer) else 1
        shown = np.clip(values[..., :3].astype(np.float32) / np.float32(full), 0, 1)
    factor = LONG_SIDE / max(values.shape[:2])
    size = tuple(max(1, round(side * factor)) for side in values.shape[1::-1])
    scaled = cv2.resize(shown, size, interpolation=cv2.INTER_AREA if factor < 1 else cv2.INTER_CUBIC)
    return np.asarray(np.rint(np.clip(scaled, 0, 1) * 255), dtype=np.uint8)


def outlined(picture: Picture, drawn: Bytes, proposed: Bytes) -> Picture:
    """`plain`'s picture with the outlines of two (H, W) masks at the picture's own size.

    The drawn one is a broad line below the thin proposed one, so that both are seen where they agree.
    """
    down, across = picture.shape[0] / drawn.shape[0], picture.shape[1] / drawn.shape[1]
    strokes = [(_lines(drawn, down, across), DRAWN, 4), (_lines(proposed, down, across), PROPOSED, 2)]
    shaded = picture.copy()
    for lines, _, width in strokes:
        cv2.polylines(shaded, lines, True, (0, 0, 0), width + 2, cv2.LINE_AA, SUBPIXEL)
    shown = cv2.addWeighted(picture, 0.5, shaded, 0.5, 0)
    for lines, colour, width in strokes:
        cv2.polylines(shown, lines, True, colour, width, cv2.LINE_AA, SUBPIXEL)
    return np.asarray(shown, dtype=np.uint8)


def _lines(mask: Bytes, down: float, across: float) -> list[npt.NDArray[np.int32]]:
    """Outlines of the mask in sixteenths of a pixel of a picture so many times larger."""
    rows, columns = mask.shape
    # at four times the size an outline runs along the edge of the mask's pixels, not through their centres
    scale = max(1, min(4, 4096 // max(rows, columns)))
    large = cv2.resize((mask > 0).astype(np.float32), (columns * scale, rows * scale), interpolation=cv2.INTER_LINEAR)
    found, _ = cv2.findContours((large >= 0.5).astype(np.uint8), cv2.RETR_CCOMP, cv2.CHAIN_APPROX_NONE)
    factor = np.array([across, down]) / scale * (1 << SUBPIXEL)
    shift = 0.5 * (1 << SUBPIXEL)
    return [np.rint((line.reshape(-1, 2) + 0.5) * factor - shift).astype(np.int32) for line in found]


def write_jpeg(path: Path, picture: Picture) -> None:
    """Write (h, w, 3) uint8 RGB; any path, also one with letters that cv2.imwrite does not take."""
    path.write_bytes(cv2.imencode(".jpg", picture[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, 88])[1].tobytes())
