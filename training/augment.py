"""Augmentation of pictures in 0..1 together with their masks. numpy and cv2 only.

This module has the specification, the geometry and the order; `appearance` and `marks` have what is done to values.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np
import numpy.typing as npt

from training import appearance, marks
from training.appearance import MIDDLE
from training.elastic import displacements, warp

Floats = npt.NDArray[np.float32]
Matrix = npt.NDArray[np.float64]

MOST_HIDDEN = 1 / 3  # part of the target that a border or a hole may hide: what is left must still be recognised


@dataclass(frozen=True)
class AugmentSpec:
    """How far a picture may be changed; everything is off by default.

    Angles in degrees, shifts as a part of the side; what is called a chance is in 0..1, per picture.
    """

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
    hue: float = 0.0  # largest turn of colours about the gray axis
    blur: float = 0.0  # chance
    noise: float = 0.0  # largest deviation
    invert: float = 0.0  # chance of the other polarity
    marks: float = 0.0  # chance of burnt-in words and side markers
    elastic: float = 0.0  # deviation of the 3 x 3 grid's displacements in px (Ronneberger 2015: 10), bicubic between
    mirror: bool = False  # what lies outside the picture is its mirror image, else mid-gray
    anywhere: bool = False  # the canvas is laid anywhere on the picture, as a patch, else on its middle
    overhang: float = 0.0  # with `anywhere`: how far a patch may hang over the picture's edge, as a part of its side
    empty: float = 0.0  # chance of a window without any target, blown up: what a frame without a finding looks like
    light: float = 0.0  # deviation of the logarithm of a smooth gain field
    vignette: float = 0.0  # chance of corners darker than the middle
    exposure: float = 0.0  # chance of blacks and whites clipped away
    sharpen: float = 0.0  # chance of raised edges or local contrast
    shake: float = 0.0  # chance of motion blur
    jpeg: float = 0.0  # chance of JPEG compression
    tubes: float = 0.0  # chance of tubes, cables and electrodes
    collimate: float = 0.0  # chance of a film's black or white collimation borders
    frame: float = 0.0  # chance of an endoscope's black surround
    glints: float = 0.0  # chance of specular reflections
    cutout: float = 0.0  # chance of small opaque boxes and discs


NONE = AugmentSpec()
# lungs: no flips, since the heart is on the left, the stomach's air below it, and films hang with the head up
LUNG = AugmentSpec(
    rotate=8, scale=(0.85, 1.15), stretch=0.08, shift=0.07, gamma=(0.6, 1.6), contrast=0.15, brightness=0.1,
    blur=0.1, noise=0.03, invert=0.2, marks=0.25, light=0.1, exposure=0.15, sharpen=0.15, jpeg=0.1, tubes=0.25,
    collimate=0.2, cutout=0.08,
)  # fmt: skip
# a colonoscope has no up: frames may be flipped and turned
POLYP = AugmentSpec(
    rotate=45, scale=(0.7, 1.4), stretch=0.1, shift=0.12, flip_columns=True, flip_rows=True, gamma=(0.7, 1.4),
    contrast=0.3, brightness=0.15, colour=0.15, saturation=0.4, hue=6, blur=0.12, noise=0.03, marks=0.08, empty=0.12,
    light=0.15, vignette=0.2, exposure=0.1, sharpen=0.1, shake=0.08, jpeg=0.15, frame=0.15, glints=0.25, cutout=0.08,
)  # fmt: skip
CXR = AugmentSpec(rotate=10, shift=0.08, elastic=6, gamma=(0.7, 1.4), contrast=0.1, brightness=0.05, mirror=True)
# overhang: 92 of 572 px, the border that the 2015 network does not answer for, so that each pixel may be answered
EM = AugmentSpec(
    rotate=180, flip_columns=True, flip_rows=True, elastic=10, gamma=(0.8, 1.25), contrast=0.1, brightness=0.05,
    mirror=True, anywhere=True, overhang=0.161,
)  # fmt: skip
POLYP_128 = AugmentSpec(rotate=30, scale=(0.85, 1.2), flip_columns=True, flip_rows=True, contrast=0.15, brightness=0.1)
ANY = AugmentSpec(
    rotate=15, scale=(0.8, 1.25), stretch=0.08, shift=0.08, gamma=(0.7, 1.4), contrast=0.2, brightness=0.1, colour=0.1,
    saturation=0.2, blur=0.1, noise=0.02,
)  # fmt: skip


def mild(spec: AugmentSpec) -> AugmentSpec:
    """For few steps: geometry and tone only, words less often, and nothing that hides or spoils the picture."""
    return replace(
        spec, blur=0.0, sharpen=0.0, shake=0.0, exposure=0.0, jpeg=0.0, light=0.0, vignette=0.0, collimate=0.0,
        frame=0.0, cutout=0.0, empty=0.0, tubes=0.0, glints=0.0, marks=0.4 * spec.marks, invert=0.25 * spec.invert,
    )  # fmt: skip


FOR_FINE_TUNING = {
    "lung": mild(LUNG),
    "polyp": replace(mild(POLYP), rotate=20, scale=(0.8, 1.25), hue=3, marks=0.0),
}


def augment(
    picture: Floats, planes: Floats, canvas: tuple[int, int], spec: AugmentSpec, rng: np.random.Generator
) -> tuple[Floats, Floats]:
    """One random variant on a grid of `canvas` (rows, columns).

    picture: (h, w, channels) float32 in 0..1; planes: (h, w, n) float32: mask and what goes with it.
    Returns (rows, columns, channels) and (rows, columns, n), both float32; planes are interpolated, not thresholded.
    Outside the picture planes are 0, or mirrored with it; they are also 0 under collimation and an endoscope's
    surround, where nobody could draw a target.
    """
    zoom = 1.0
    if rng.random() < spec.empty and (window := empty_window(planes[..., 0], rng)) is not None:
        picture, planes = picture[window], planes[window]
        zoom = min(canvas[0] / picture.shape[0], canvas[1] / picture.shape[1])
    picture, planes = under_borders(picture, planes, spec, rng)
    matrix = affine(picture.shape[:2], canvas, spec, rng, zoom)
    moves = displacements(canvas, spec.elastic, rng) if spec.elastic > 0 else None
    values, moved = move(picture, planes, canvas, matrix, moves, spec.mirror)
    return change_values(values, moved[..., 0], spec, rng), moved


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


def under_borders(values: Floats, planes: Floats, spec: AugmentSpec, rng: np.random.Generator) -> tuple[Floats, Floats]:
    """With collimation or an endoscope's surround, unless that hides more than MOST_HIDDEN of the target."""
    shape = (values.shape[0], values.shape[1])
    if rng.random() < spec.collimate:
        cover, level = marks.shutter(shape, rng), 1.0 if rng.random() < 0.25 else 0.0
        # black or white beyond the film's own range leaves less of the range to the film
        room = rng.uniform(0.0, 0.25)
        inside = values * np.float32(1.0 - room) + np.float32(room * (1.0 - level))
    elif rng.random() < spec.frame:
        cover, level, inside = marks.scope_frame(shape, rng), rng.uniform(0.0, 0.06), values
    else:
        return values, planes
    if marks.hides(planes[..., 0], cover) > MOST_HIDDEN:
        return values, planes
    return marks.over(inside, cover, level), planes * (1.0 - cover[..., None])


def affine(
    shape: tuple[int, ...], canvas: tuple[int, int], spec: AugmentSpec, rng: np.random.Generator, zoom: float = 1.0
) -> Matrix:
    """A random 2x3 matrix from picture to canvas, both as (x, y) in px, pixel centres at integers."""
    angle = np.deg2rad(rng.uniform(-spec.rotate, spec.rotate))
    scale = zoom * np.exp(rng.uniform(*np.log(spec.scale)))
    stretch = np.exp(rng.uniform(-spec.stretch, spec.stretch))
    x_factor = scale * stretch * (-1 if spec.flip_columns and rng.random() < 0.5 else 1)
    y_factor = scale / stretch * (-1 if spec.flip_rows and rng.random() < 0.5 else 1)
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    linear = turn @ np.diag([x_factor, y_factor])
    size = np.array([canvas[1], canvas[0]])
    middle = (np.array([shape[1], shape[0]]) - 1) / 2
    if spec.anywhere:
        middle = middle + place(np.array([shape[1], shape[0]]), size / scale, spec.overhang, rng)
    target = (size - 1) / 2 + rng.uniform(-spec.shift, spec.shift, 2) * size
    return np.hstack([linear, (target - linear @ middle)[:, None]])


def place(picture: Matrix, patch: Matrix, overhang: float, rng: np.random.Generator) -> Matrix:
    """How far from the picture's middle a patch's middle lies, (x, y) in px, both sizes (x, y) too.

    The patch lies within the picture, or where it is the larger one the picture within the patch, either with
    `overhang` of the patch's side to spare.
    """
    room = np.abs((picture - patch) / 2 + overhang * patch)
    return room * rng.uniform(-1.0, 1.0, 2)


def move(
    picture: Floats, planes: Floats, canvas: tuple[int, int], matrix: Matrix, moves: Floats | None, mirror: bool
) -> tuple[Floats, Floats]:
    """Picture and planes on the canvas, each resampled once; `moves` as `elastic.displacements`, None = affine only."""
    border = cv2.BORDER_REFLECT_101 if mirror else cv2.BORDER_CONSTANT
    moved = []
    for values, outside in ((picture, (MIDDLE,) * 4), (planes, (0.0,) * 4)):
        if moves is None:
            size = (canvas[1], canvas[0])
            flat = cv2.warpAffine(values, matrix, size, flags=cv2.INTER_LINEAR, borderMode=border, borderValue=outside)
            moved.append(np.asarray(flat, dtype=np.float32).reshape(*canvas, values.shape[2]))
        else:
            moved.append(warp(values, matrix, moves, border, outside))
    return moved[0], moved[1]


def change_values(picture: Floats, target: Floats, spec: AugmentSpec, rng: np.random.Generator) -> Floats:
    """With other light, tone, colour, sharpness, overlays and polarity, (h, w, channels) in 0..1.

    In the order they arise: in the patient, in the light and the detector, in the processing, on the screen, in the
    file. target: (h, w), what must not be hidden.
    """
    values = in_the_body(picture, target, spec, rng)
    values = in_the_light(values, spec, rng)
    values = in_the_processing(values, spec, rng)
    if rng.random() < spec.marks:
        values = marks.words(values, rng)
    if rng.random() < spec.jpeg:
        values = appearance.compressed(values, rng)
    values = np.clip(values, 0.0, 1.0)
    return 1.0 - values if rng.random() < spec.invert else values


def in_the_body(picture: Floats, target: Floats, spec: AugmentSpec, rng: np.random.Generator) -> Floats:
    """With tubes, reflections and small things in front of the target, (h, w), which goes on behind them."""
    values = picture
    if rng.random() < spec.tubes:
        values = marks.tubes(values, rng)
    if rng.random() < spec.glints:
        values = marks.glints(values, rng)
    if rng.random() < spec.cutout:
        cover = marks.holes((values.shape[0], values.shape[1]), rng)
        if marks.hides(target, cover) <= MOST_HIDDEN:
            values = marks.over(values, cover, rng.random(values.shape[2]))
    return values


def in_the_light(values: Floats, spec: AugmentSpec, rng: np.random.Generator) -> Floats:
    """With uneven light, motion, another focus and another exposure."""
    if spec.light > 0:
        values = appearance.uneven_light(values, spec.light, rng)
    if rng.random() < spec.vignette:
        values = appearance.vignette(values, rng)
    if rng.random() < spec.shake:
        values = appearance.shaken(values, rng)
    if rng.random() < spec.blur:
        values = appearance.blurred(values, rng)
    if rng.random() < spec.exposure:
        values = appearance.clipped(values, rng)
    if spec.noise > 0:
        values = appearance.noisy(values, rng.uniform(0, spec.noise), rng)
    return values


def in_the_processing(values: Floats, spec: AugmentSpec, rng: np.random.Generator) -> Floats:
    """With other edges, gamma, contrast, brightness and colours."""
    if rng.random() < spec.sharpen:
        values = appearance.sharpened(values, rng)
    if spec.gamma != (1.0, 1.0):
        values = appearance.gamma(values, float(np.exp(rng.uniform(*np.log(spec.gamma)))))
    gain = 1.0 + rng.uniform(-spec.contrast, spec.contrast)
    values = appearance.tone(values, gain, rng.uniform(-spec.brightness, spec.brightness))
    if values.shape[2] == 3 and max(spec.colour, spec.saturation, spec.hue) > 0:
        gains = 1.0 + rng.uniform(-spec.colour, spec.colour, 3)
        saturation = 1.0 + rng.uniform(-spec.saturation, spec.saturation)
        values = appearance.recolour(values, gains, saturation, rng.uniform(-spec.hue, spec.hue))
    return values
