"""Where the picture moved between two frames: dense optical flow on small copies. Imports cv2: load it late.

A flow is (h, w, 2) float32, (x, y) in px of the small copy: the target's pixel p was at p + flow[p] in the source.
Flows come from DIS (Kroeger et al., "Fast optical flow using dense inverse search", ECCV 2016); where the two
directions do not undo each other, they are not believed (Sundaram et al., "Dense point trajectories", ECCV 2010).
"""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

Gray = npt.NDArray[np.uint8]
Floats = npt.NDArray[np.float32]

SIDE = 320  # px; long side of the small copies
LEAST = 32  # px; what DIS needs along each side
GLINT = 31  # px; white spots in squares of this side are filled in: they move with the light, not with the tissue
SLACK = 1.2  # px by which the two directions may miss each other
WINDOW = 11  # px; side of the squares in which two pictures are compared
FEATURES = 500
FINE = 6.0  # px; sigma of the coarsest texture that counts as fine
ROUNDS = 4  # of the robust fit


def small_size(rows: int, columns: int) -> tuple[int, int]:
    """(h, w) of the small copy of a picture of rows x columns px."""
    scale = min(1.0, SIDE / max(rows, columns))
    return max(1, round(rows * scale)), max(1, round(columns * scale))


def small(picture: npt.NDArray[np.uint8]) -> Gray:
    """(H, W) or (H, W, 3) RGB uint8 to a (h, w) gray copy without glints and without slow changes of light."""
    rows, columns = small_size(picture.shape[0], picture.shape[1])
    shrunk = cv2.resize(picture, (columns, rows), interpolation=cv2.INTER_AREA)
    gray = (cv2.cvtColor(shrunk, cv2.COLOR_RGB2GRAY) if shrunk.ndim == 3 else shrunk).astype(np.float32)
    whitest = np.asarray(shrunk.min(axis=2) if shrunk.ndim == 3 else shrunk, np.float32)
    bright = (whitest > cv2.blur(whitest, (GLINT, GLINT)) + 30) | (whitest > 230)
    known = 1 - cv2.dilate(np.asarray(bright, np.float32), np.ones((5, 5), np.uint8))
    around = cv2.GaussianBlur(gray * known, (0, 0), 4) / (cv2.GaussianBlur(known, (0, 0), 4) + 1e-3)
    calm = np.asarray(known * gray + (1 - known) * around, np.float32)
    light = cv2.resize(calm, (-(-columns // 8), -(-rows // 8)), interpolation=cv2.INTER_AREA)
    light = cv2.resize(cv2.GaussianBlur(light, (0, 0), 5), (columns, rows), interpolation=cv2.INTER_LINEAR)
    return np.asarray(np.clip(128 + 2 * (calm - light), 0, 255), np.uint8)


def detail(gray: Gray) -> Gray:
    """(h, w): a small copy's fine texture, everywhere of about the same contrast, whatever the light."""
    plane = gray.astype(np.float32)
    fine = plane - cv2.GaussianBlur(plane, (0, 0), FINE)
    contrast = np.sqrt(cv2.GaussianBlur(fine * fine, (0, 0), FINE) + 16)
    return np.asarray(np.clip(128 + 36 * fine / contrast, 0, 255), np.uint8)


def flow(target: Gray, source: Gray, begin: Floats | None = None) -> Floats:
    """The flow from small copy `target` to `source`, of one shape; begin: a flow to start the search from."""
    rows, columns = target.shape
    border = (0, max(0, LEAST - rows), 0, max(0, LEAST - columns), cv2.BORDER_REPLICATE)
    known = np.zeros((rows, columns, 2), np.float32) if begin is None else begin
    padded = [cv2.copyMakeBorder(plane, *border) for plane in (target, source, known)]
    found = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_MEDIUM).calc(padded[0], padded[1], padded[2])
    return np.asarray(found[:rows, :columns], np.float32)


def leap(target: Gray, source: Gray) -> Floats | None:
    """The one shift, turn and scale that most corners agree on, as a flow; None where too few do.

    For moves too far for DIS: ORB (Rublee et al., ICCV 2011) and RANSAC.
    """
    if min(target.shape) < LEAST:
        return None
    detector = cv2.ORB.create(FEATURES, fastThreshold=5)
    (corners, words), (others, their) = (detector.detectAndCompute(plane, None) for plane in (target, source))
    if words is None or their is None:
        return None
    pairs = cv2.BFMatcher(cv2.NORM_HAMMING, crossCheck=True).match(words, their)
    if len(pairs) < 8:
        return None
    points = np.array([corners[pair.queryIdx].pt for pair in pairs], np.float32)
    found = np.array([others[pair.trainIdx].pt for pair in pairs], np.float32)
    matrix, kept = cv2.estimateAffinePartial2D(points, found, method=cv2.RANSAC, ransacReprojThreshold=3)
    if matrix is None or int(kept.sum()) < 8:
        return None
    at = places(target.shape)
    return np.asarray(at @ matrix[:, :2].T + matrix[:, 2] - at, np.float32)


def places(shape: tuple[int, ...]) -> Floats:
    """(h, w, 2) float32: each pixel's own (x, y)."""
    x, y = np.meshgrid(np.arange(shape[1], dtype=np.float32), np.arange(shape[0], dtype=np.float32))
    return np.stack([x, y], axis=-1)


def pulled(plane: npt.NDArray[np.generic], moved: Floats, outside: int = cv2.BORDER_REPLICATE) -> Floats:
    """What a flow brings from the source plane (h, w[, 2]) to the target's grid, bilinear, float32."""
    at = places(moved.shape) + moved
    source = np.asarray(plane, np.float32)
    return np.asarray(cv2.remap(source, at[..., 0], at[..., 1], cv2.INTER_LINEAR, borderMode=outside), np.float32)


def chained(first: Floats, then: Floats) -> Floats:
    """The flow from first's target to then's source, `then` starting where `first` arrives."""
    return first + pulled(then, first)


def consistency(there: Floats, back: Floats) -> Floats:
    """(h, w) 0..1: 1 where `back` undoes `there` and it stays inside the picture."""
    error = chained(there, back)
    inside = pulled(np.ones(there.shape[:2], np.float32), there, cv2.BORDER_CONSTANT)
    slack = SLACK**2 + 0.01 * (there**2).sum(axis=2)
    return np.asarray(np.exp(-(error**2).sum(axis=2) / (2 * slack)) * inside, np.float32)


def likeness(target: Gray, source: Gray, moved: Floats) -> Floats:
    """(h, w) -1..1: how each square of the target correlates with what the flow brings there; near 0 where flat."""
    near, far = np.asarray(target, np.float32), pulled(source.astype(np.float32), moved)
    window = (WINDOW, WINDOW)
    means = [cv2.blur(plane, window) for plane in (near, far, near * near, far * far, near * far)]
    one, other = (np.maximum(square - mean * mean, 0) for mean, square in zip(means[:2], means[2:4], strict=True))
    return np.asarray((means[4] - means[0] * means[1]) / (np.sqrt(one * other) + 16), np.float32)


def of_body(moved: Floats, weight: Floats, radius: float, calm: float = 1e-3) -> Floats:
    """The flow of the thing that `weight` (h, w) 0..1 covers, continued beyond its outline.

    At the outline of what stands out from the wall a dense flow is a mixture of its motion and the wall's. So one
    affine motion is fitted where the weight is, robustly, and what deviates from it is blurred by `radius` (px).
    """
    rows, columns = np.nonzero(weight > 0.02)
    if rows.size < 16:
        return moved
    middle = np.array([columns.mean(), rows.mean()], np.float32)
    points = np.column_stack([columns, rows]).astype(np.float32) - middle
    design = np.column_stack([points / radius, np.ones(len(points), np.float32)])
    seen, known = moved[rows, columns], weight[rows, columns]
    trust = known
    for _ in range(ROUNDS):
        normal = design.T @ (design * trust[:, None]) + calm * np.eye(3, dtype=np.float32)
        affine = np.linalg.solve(normal, design.T @ (seen * trust[:, None]))
        trust = known / (1 + ((seen - design @ affine) ** 2).sum(axis=1))
    at = (places(moved.shape) - middle) / radius
    steady = np.asarray(at @ affine[:2] + affine[2], np.float32)
    spread = [cv2.GaussianBlur(plane, (0, 0), radius) for plane in (weight, (moved - steady) * weight[..., None])]
    return np.asarray(steady + spread[1] / (spread[0] + 0.05)[..., None], np.float32)
