"""Augmentation of pictures in 0..1 together with their masks. numpy and cv2 only."""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]
MIDDLE = 0.5  # what lies outside the picture: the padding's gray


@dataclass(frozen=True)
class AugmentSpec:
    """How far a picture may be changed. Angles in degrees, shifts as a part of the side, chances in 0..1."""

    rotate: float = 0.0
    scale: tuple[float, float] = (1.0, 1.0)
    stretch: float = 0.0
    shift: float = 0.0
    flip_columns: bool = False
    flip_rows: bool = False
    gamma: tuple[float, float] = (1.0, 1.0)
    contrast: float = 0.0
    brightness: float = 0.0
    colour: float = 0.0
    saturation: float = 0.0
    blur: float = 0.0
    noise: float = 0.0
    invert: float = 0.0
    marks: float = 0.0  # chance of burnt-in letters and tube-like lines
    elastic: float = 0.0  # deviation of the 3 x 3 grid's displacements in px (Ronneberger 2015: 10), bicubic between
    mirror: bool = False  # what lies outside the picture is its mirror image, else mid-gray
    anywhere: bool = False  # the canvas is laid anywhere on the picture, as a patch, else on its middle
    empty: float = 0.0  # chance of a window without any target, blown up: what a frame without a finding looks like


NONE = AugmentSpec()
LUNG = AugmentSpec(
    rotate=8, scale=(0.85, 1.15), stretch=0.08, shift=0.07, gamma=(0.6, 1.6), contrast=0.15, brightness=0.1,
    blur=0.1, noise=0.03, invert=0.2, marks=0.3,
)  # fmt: skip
POLYP = AugmentSpec(
    rotate=45, scale=(0.7, 1.4), stretch=0.1, shift=0.12, flip_columns=True, flip_rows=True, gamma=(0.7, 1.4),
    contrast=0.3, brightness=0.15, colour=0.18, saturation=0.4, blur=0.15, noise=0.03, marks=0.08, empty=0.07,
)  # fmt: skip
CXR = AugmentSpec(rotate=10, shift=0.08, elastic=6, gamma=(0.7, 1.4), contrast=0.1, brightness=0.05, mirror=True)
EM = AugmentSpec(
    rotate=180, flip_columns=True, flip_rows=True, elastic=10, gamma=(0.8, 1.25), contrast=0.1, brightness=0.05,
    mirror=True, anywhere=True,
)  # fmt: skip
POLYP_128 = AugmentSpec(rotate=30, scale=(0.85, 1.2), flip_columns=True, flip_rows=True, contrast=0.15, brightness=0.1)
ANY = AugmentSpec(
    rotate=15, scale=(0.8, 1.25), stretch=0.08, shift=0.08, gamma=(0.7, 1.4), contrast=0.2, brightness=0.1, colour=0.1,
    saturation=0.2, blur=0.1, noise=0.02,
)  # fmt: skip
# a fine-tune has few steps: what the parent already knows is shown less often
FOR_FINE_TUNING = {
    "lung": replace(LUNG, invert=0.05, marks=0.1, blur=0.0),
    "polyp": replace(POLYP, rotate=20, scale=(0.8, 1.25), marks=0.0, empty=0.0),
}


def augment(
    picture: Floats, planes: Floats, canvas: tuple[int, int], spec: AugmentSpec, rng: np.random.Generator
) -> tuple[Floats, Floats]:
    """One random variant on a grid of `canvas` (rows, columns).

    picture: (h, w, channels) float32 in 0..1; planes: (h, w, n) float32: mask and what goes with it (0 outside).
    Returns (rows, columns, channels) and (rows, columns, n), both float32; planes are interpolated, not thresholded.
    """
    zoom = 1.0
    if rng.random() < spec.empty and (window := empty_window(planes[..., 0], rng)) is not None:
        picture, planes = picture[window], planes[window]
        zoom = min(canvas[0] / picture.shape[0], canvas[1] / picture.shape[1])
    matrix = affine(picture.shape[:2], canvas, spec, rng, zoom)
    size = (canvas[1], canvas[0])
    outside = (MIDDLE,) * 4
    moved = cv2.warpAffine(picture, matrix, size, flags=cv2.INTER_LINEAR, borderValue=outside)
    moved_planes = cv2.warpAffine(planes, matrix, size, flags=cv2.INTER_LINEAR)
    moved = np.asarray(moved, dtype=np.float32).reshape(*canvas, picture.shape[2])
    values = change_values(moved, spec, rng)
    return values, np.asarray(moved_planes, dtype=np.float32).reshape(*canvas, planes.shape[2])


def empty_window(mask: Floats, rng: np.random.Generator, tries: int = 8) -> tuple[slice, slice] | None:
    """A window of 0.4 to 0.7 of each side without any target; None where `tries` found none. mask: (h, w)."""
    for _ in range(tries):
        part = rng.uniform(0.4, 0.7)
        rows, columns = (max(1, int(part * side)) for side in mask.shape)
        top, left = (
            int(rng.integers(0, side - length + 1)) for side, length in zip(mask.shape, (rows, columns), strict=True)
        )
        window = (slice(top, top + rows), slice(left, left + columns))
        if not mask[window].any():
            return window
    return None


def affine(
    shape: tuple[int, ...], canvas: tuple[int, int], spec: AugmentSpec, rng: np.random.Generator, zoom: float = 1.0
) -> npt.NDArray[np.float64]:
    """A random 2x3 matrix from picture to canvas, both as (x, y) in px, pixel centres at integers."""
    angle = np.deg2rad(rng.uniform(-spec.rotate, spec.rotate))
    scale = zoom * np.exp(rng.uniform(*np.log(spec.scale)))
    stretch = np.exp(rng.uniform(-spec.stretch, spec.stretch))
    x_factor = scale * stretch * (-1 if spec.flip_columns and rng.random() < 0.5 else 1)
    y_factor = scale / stretch * (-1 if spec.flip_rows and rng.random() < 0.5 else 1)
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    linear = turn @ np.diag([x_factor, y_factor])
    middle = (np.array([shape[1], shape[0]]) - 1) / 2
    target = (np.array([canvas[1], canvas[0]]) - 1) / 2
    target = target + rng.uniform(-spec.shift, spec.shift, 2) * np.array([canvas[1], canvas[0]])
    return np.hstack([linear, (target - linear @ middle)[:, None]])


def change_values(picture: Floats, spec: AugmentSpec, rng: np.random.Generator) -> Floats:
    """(h, w, channels) in 0..1 with other brightness, contrast, colour, sharpness, noise, marks and polarity."""
    values = picture
    if rng.random() < spec.marks:
        values = draw_marks(values, rng)
    if spec.gamma != (1.0, 1.0):
        values = np.clip(values, 0.0, 1.0) ** np.float32(np.exp(rng.uniform(*np.log(spec.gamma))))
    contrast = 1.0 + rng.uniform(-spec.contrast, spec.contrast)
    values = (values - MIDDLE) * contrast + MIDDLE + rng.uniform(-spec.brightness, spec.brightness)
    if values.shape[2] == 3 and spec.colour > 0:
        values = values * (1.0 + rng.uniform(-spec.colour, spec.colour, 3)).astype(np.float32)
        gray = values.mean(axis=2, keepdims=True)
        values = gray + (values - gray) * np.float32(1.0 + rng.uniform(-spec.saturation, spec.saturation))
    if rng.random() < spec.blur:
        blurred = cv2.GaussianBlur(values.astype(np.float32), (0, 0), float(rng.uniform(0.4, 1.6)))
        values = np.asarray(blurred, dtype=np.float32).reshape(picture.shape)
    if spec.noise > 0:
        values = values + rng.uniform(0, spec.noise) * rng.standard_normal(values.shape, dtype=np.float32)
    values = np.clip(values, 0.0, 1.0).astype(np.float32)
    return 1.0 - values if rng.random() < spec.invert else values


def draw_marks(picture: Floats, rng: np.random.Generator) -> Floats:
    """A copy with a few bright letters, lines and arcs, as film markers, cables and overlays leave them."""
    marked = picture
    rows, columns = picture.shape[:2]

    def point() -> tuple[int, int]:
        return int(rng.integers(0, columns)), int(rng.integers(0, rows))

    for _ in range(int(rng.integers(1, 4))):
        stencil = np.zeros((rows, columns), np.uint8)
        if rng.random() < 0.5:
            text = "".join(rng.choice(list("LRPASUPINE0123456789"), int(rng.integers(1, 7))))
            size = float(rng.uniform(0.3, 1.0))
            cv2.putText(stencil, text, point(), cv2.FONT_HERSHEY_SIMPLEX, size, 255, 2, cv2.LINE_AA)
        else:
            corners = np.array([point() for _ in range(int(rng.integers(2, 5)))], np.int32)
            cv2.polylines(stencil, [corners], False, 255, int(rng.integers(1, 4)), cv2.LINE_AA)
        cover = stencil[..., None].astype(np.float32) / 255
        marked = marked * (1 - cover) + np.float32(rng.uniform(0.0, 1.0)) * cover
    return marked
