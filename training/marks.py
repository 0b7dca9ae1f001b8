"""What lies over a picture without belonging to the patient: words, tubes, borders, reflections. numpy and cv2 only.

Pictures are (h, w, channels) float32 in 0..1; functions return a changed copy or a cover: (h, w) float32, 0 where the
picture is seen and 1 where it is hidden.
"""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]
Points = npt.NDArray[np.float64]

LETTERS = list("ABCDEFGHIJKLMNOPRSTUVWXYZ0123456789:/-.")
FONTS = (cv2.FONT_HERSHEY_SIMPLEX, cv2.FONT_HERSHEY_DUPLEX, cv2.FONT_HERSHEY_PLAIN, cv2.FONT_HERSHEY_COMPLEX)
SIDES = ("L", "R", "L", "R", "LINKS", "RE", "AP", "PA")
SHIFT = 4  # cv2 draws in 1/16 px


def over(picture: Floats, cover: Floats, level: float | npt.NDArray[np.float64]) -> Floats:
    """The picture with `level` (one value or one per channel) where the cover is."""
    hidden = cover[..., None]
    return picture + hidden * (np.asarray(level, dtype=np.float32) - picture)


def words(picture: Floats, rng: np.random.Generator) -> Floats:
    """With a side marker or one to three blocks of burnt-in lines near the edges, now and then on a box of their own.

    Nearly white, seldom nearly black; on colour frames now and then yellow or green.
    """
    marked = picture
    for _ in range(int(rng.integers(1, 4))):
        ink, box = _block(picture.shape[:2], rng)
        dark = rng.random() < 0.15
        level = rng.uniform(0.85, 1.0, picture.shape[2] if rng.random() < 0.3 else 1)
        if level.size == 3 and rng.random() < 0.5:
            level = level * np.array([rng.uniform(0.2, 1.0), 1.0, rng.uniform(0.0, 0.4)])
        if rng.random() < 0.2:
            marked = over(marked, box, 1.0 if dark else 0.0)
        marked = over(marked, ink, 1.0 - level if dark else level)
    return marked


def _block(shape: tuple[int, ...], rng: np.random.Generator) -> tuple[Floats, Floats]:
    """Covers of a block of lines and of the box around it."""
    rows, columns = shape[:2]
    ink, box = np.zeros((rows, columns), np.uint8), np.zeros((rows, columns), np.uint8)
    marker = rng.random() < 0.4
    lines = [str(rng.choice(SIDES))] if marker else _lines(rng)
    font = FONTS[int(rng.integers(len(FONTS)))]
    height = rows * (rng.uniform(0.05, 0.11) if marker else rng.uniform(0.025, 0.05))
    size = height / cv2.getTextSize("X", font, 1.0, 1)[0][1]
    thickness = max(1, round(height / rng.uniform(5, 9)))
    widest = max(cv2.getTextSize(line, font, size, thickness)[0][0] for line in lines)
    place = _near_an_edge(rng)
    left = int(place[0] * max(0.0, columns - widest))
    top = int(place[1] * max(0.0, rows - 1.6 * height * len(lines)))
    pad = int(height * 0.4)
    bottom = int(top + 1.6 * height * len(lines))
    cv2.rectangle(box, (left - pad, top - pad // 2), (left + widest + pad, bottom + pad // 2), 255, -1)
    for index, line in enumerate(lines):
        base = (left, int(top + height * (1.2 + 1.6 * index)))
        cv2.putText(ink, line, base, font, size, 255, thickness, cv2.LINE_AA)
    return _part(ink), _part(box)


def _lines(rng: np.random.Generator) -> list[str]:
    return ["".join(rng.choice(LETTERS, int(rng.integers(2, 13)))) for _ in range(int(rng.integers(1, 5)))]


def _near_an_edge(rng: np.random.Generator) -> Points:
    """(x, y) in 0..1; three times of four within an eighth of an edge."""
    place = rng.random(2)
    if rng.random() < 0.75:
        axis = int(rng.integers(2))
        place[axis] = abs(int(rng.integers(2)) - place[axis] / 8)
    return place


def tubes(picture: Floats, rng: np.random.Generator) -> Floats:
    """With one to four tubes or cables: curved, brighter than what is below, half transparent; some end in a disc."""
    shape = (picture.shape[0], picture.shape[1])
    unit = max(shape) / 256
    marked = picture
    for _ in range(int(rng.integers(1, 5))):
        cover = np.zeros(shape, np.uint8)
        path = np.rint(_curve(shape, rng) * 2**SHIFT).astype(np.int32)
        width = round(unit * rng.uniform(3, 7))
        if rng.random() < 0.5 and width >= 3:
            cv2.polylines(cover, [path], False, 255, width, cv2.LINE_AA, SHIFT)
            cv2.polylines(cover, [path], False, int(rng.integers(60, 160)), max(1, width - 2), cv2.LINE_AA, SHIFT)
        else:
            cv2.polylines(cover, [path], False, 255, max(1, round(unit * rng.uniform(0.7, 2))), cv2.LINE_AA, SHIFT)
            if rng.random() < 0.5:
                _electrode(cover, path[-1], unit * rng.uniform(3, 7))
        soft = np.float32(rng.uniform(0.25, 0.8)) * _part(cv2.GaussianBlur(cover, (0, 0), 0.5 * unit))
        marked = over(marked, soft, 1.0)
    return marked


def _electrode(cover: npt.NDArray[np.uint8], end: npt.NDArray[np.int32], radius: float) -> None:
    """A disc with a denser knob in its middle, drawn into the cover."""
    centre = (int(end[0]), int(end[1]))
    cv2.circle(cover, centre, int(radius * 2**SHIFT), 130, -1, cv2.LINE_AA, SHIFT)
    cv2.circle(cover, centre, int(radius * 2**SHIFT / 2.2), 255, -1, cv2.LINE_AA, SHIFT)


def _curve(shape: tuple[int, int], rng: np.random.Generator) -> Points:
    """(32, 2) points (x, y) in px of a cubic Bezier curve from an edge, one of three from above the middle."""
    ends = rng.uniform(-0.05, 1.05, (4, 2))
    if rng.random() < 1 / 3:
        ends[0] = rng.uniform(0.4, 0.6), -0.02
        ends[1:3, 0] = rng.uniform(0.35, 0.65, 2)
        ends[1:3, 1] = rng.uniform((0.1, 0.3), (0.3, 0.6))
        ends[3] = rng.uniform(0.3, 0.75), rng.uniform(0.3, 0.95)
    else:
        ends[0, int(rng.integers(2))] = rng.choice((-0.02, 1.02))
    along = np.linspace(0, 1, 32)[:, None]
    shares = (1 - along) ** 3, 3 * along * (1 - along) ** 2, 3 * along**2 * (1 - along), along**3
    points = sum(share * end for share, end in zip(shares, ends, strict=True))
    return np.asarray(points * (np.array([shape[1], shape[0]]) - 1))


def shutter(shape: tuple[int, int], rng: np.random.Generator) -> Floats:
    """Cover of a film's collimation: one to four sides, each up to an eighth in, a little askew, edges sharp."""
    inside = np.array([[0, 0], [1, 0], [1, 1], [0, 1]], np.float64) * 1.2 - 0.1
    for side in rng.permutation(4)[: int(rng.integers(1, 5))]:
        axis, far = int(side) % 2, int(side) // 2
        corners = np.nonzero((inside[:, axis] > 0.5) == bool(far))[0]
        depth = rng.uniform(0.01, 0.125) + rng.uniform(-0.012, 0.012, 2)
        inside[corners, axis] = np.abs(far - depth)
    return _outside([inside], shape, 0.4)


def scope_frame(shape: tuple[int, int], rng: np.random.Generator) -> Floats:
    """Cover of an endoscope's black surround: a circle, a box with cut corners, or bars at two sides."""
    kind = int(rng.integers(3))
    middle = 0.5 + rng.uniform(-0.03, 0.03, 2)
    if kind == 0:
        angles = np.linspace(0, 2 * np.pi, 96, endpoint=False)
        radius = rng.uniform(0.5, 0.66) * max(shape) / np.array([shape[1], shape[0]])
        outline = middle + radius * np.stack([np.cos(angles), np.sin(angles)], axis=-1)
    elif kind == 1:
        cut, half = rng.uniform(0.1, 0.35), 0.5 - rng.uniform(0.0, 0.08, 2)
        ring = [(-1, cut - 1), (cut - 1, -1), (1 - cut, -1), (1, cut - 1)]
        outline = middle + half * np.array([*ring, *[(-x, -y) for x, y in ring]])
    else:
        half = np.full(2, 0.6)
        half[int(rng.integers(2))] = 0.5 - rng.uniform(0.02, 0.12)
        outline = middle + half * np.array([(-1, -1), (1, -1), (1, 1), (-1, 1)])
    return _outside([outline], shape, rng.uniform(0.4, 1.2))


def _outside(outlines: list[Points], shape: tuple[int, int], soft: float) -> Floats:
    """Cover of all but the polygons ((x, y) in parts of the sides), its edge `soft` px wide."""
    cover = np.full(shape, 255, np.uint8)
    for outline in outlines:
        points = np.rint((outline * np.array([shape[1], shape[0]]) - 0.5) * 2**SHIFT).astype(np.int32)
        cv2.fillPoly(cover, [points], 0, cv2.LINE_AA, SHIFT)
    return _part(cv2.GaussianBlur(cover, (0, 0), soft))


def holes(shape: tuple[int, int], rng: np.random.Generator) -> Floats:
    """Cover of one to three boxes or discs of 4 to 16 % of the side: a pacemaker, a clip, a picture in the picture."""
    cover = np.zeros(shape, np.uint8)
    rows, columns = shape
    for _ in range(int(rng.integers(1, 4))):
        x, y = rng.random(2) * (columns, rows)
        half = rng.uniform(0.02, 0.08, 2) * (columns, rows)
        if rng.random() < 0.5:
            first, last = ((int(x + sign * half[0]), int(y + sign * half[1])) for sign in (-1, 1))
            cv2.rectangle(cover, first, last, 255, -1)
        else:
            size = (max(1, int(half[0])), max(1, int(half[1])))
            cv2.ellipse(cover, (int(x), int(y)), size, rng.uniform(0, 180), 0, 360, 255, -1, cv2.LINE_AA)
    return _part(cover)


def glints(picture: Floats, rng: np.random.Generator) -> Floats:
    """With 2 to 15 specular reflections, white spots of up to 2 % of the side in clusters, where it is not dark."""
    rows, columns = picture.shape[:2]
    cover = np.zeros((rows, columns), np.uint8)
    centres = rng.random((int(rng.integers(1, 4)), 2))
    for _ in range(int(rng.integers(2, 16))):
        x, y = centres[int(rng.integers(len(centres)))] + rng.normal(0, 0.06, 2)
        size = np.exp(rng.uniform(np.log(0.002), np.log(0.02), 2)) * max(rows, columns)
        axes = (max(1, round(size[0])), max(1, round(size[1])))
        centre = (int(x * columns), int(y * rows))
        cv2.ellipse(cover, centre, axes, rng.uniform(0, 180), 0, 360, 255, -1, cv2.LINE_AA)
    lit = np.clip(3.0 * picture.mean(axis=2) - 0.3, 0.0, 1.0)
    soft = cv2.GaussianBlur(cover, (0, 0), rng.uniform(0.5, 1.2))
    return over(picture, _part(soft) * lit, rng.uniform(0.92, 1.0))


def hides(target: Floats, cover: Floats) -> float:
    """Part of the target (h, w) that the cover hides, 0 where there is no target."""
    whole = float(target.sum())
    return float((target * cover).sum()) / whole if whole > 0 else 0.0


def _part(drawn: npt.NDArray[Any]) -> Floats:
    return np.asarray(drawn / np.float32(255), dtype=np.float32)
