"""Carrying a Mask over frames: on a drawn polyp, at cuts, flashes and blurs, out of the picture, and on nothing."""

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from unet_studio.core.proposal import ONE
from unet_studio.editing.carry import LIMIT, carried, carry_span
from unet_studio.editing.threshold import mask_at

SIZE = (288, 352)
FRAMES = 26


def noise(rng, shape, cell, octaves=4):
    plane = np.zeros(shape, np.float32)
    for octave in range(octaves):
        grid = [max(3, int(side / max(2, cell / 2**octave))) for side in shape]
        coarse = rng.standard_normal(grid).astype(np.float32)
        plane += cv2.resize(coarse, shape[::-1], interpolation=cv2.INTER_CUBIC) / 2**octave
    return plane / plane.std()


def taken(texture, x, y):
    return cv2.remap(texture, np.float32(x), np.float32(y), cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT)


def clip(seed, count=FRAMES, heading=None, turning=0.12, speed=0.03):
    """Frames and true masks: mucosa with folds and vessels, a polyp over it, a moving light, glints, blur and noise.

    The polyp moves by `speed` of the width a frame, turns, grows and deforms; lengths are parts of the width.
    """
    rng, (rows, columns) = np.random.default_rng(seed), SIZE
    wide = (int(1.6 * rows), int(1.6 * columns))
    folds = np.maximum(0, np.sin(np.arange(wide[1]) * 14 / columns + noise(rng, wide, columns / 6, 2))) ** 6
    vessels = np.exp(-((noise(rng, wide, columns / 7, 3) / 0.06) ** 2)) * (noise(rng, wide, columns / 3, 1) > -0.2)
    relief = 1 + 0.1 * noise(rng, wide, columns / 4, 2) + 0.06 * noise(rng, wide, columns / 40) - 0.3 * folds
    wall = np.float32([190, 95, 75]) * relief[..., None] - np.float32([35, 45, 35]) * vessels[..., None]
    own = (columns // 2, columns // 2)
    pits = 0.07 * noise(rng, own, columns / 30)[..., None]
    veins = np.exp(-((noise(rng, own, columns / 12, 3) / 0.08) ** 2))[..., None]
    skin = np.float32([204, 79, 67]) * (1 + pits) - np.float32([22, 30, 24]) * veins
    gloss = noise(rng, wide, columns / 60, 2)
    middle, light = np.array([rng.uniform(0.4, 0.6), rng.uniform(0.33, 0.47)]), np.array([0.5, 0.4])
    angle = rng.uniform(0, 2 * np.pi) if heading is None else heading
    radius, lobes, spin = rng.uniform(0.09, 0.14), rng.uniform(-0.14, 0.14, 2), rng.uniform(-0.04, 0.04)
    x, y = np.meshgrid((np.arange(columns) + 0.5) / columns, (np.arange(rows) + 0.5) / columns)
    for time in range(count):
        off_x, off_y = x - middle[0], y - middle[1]
        along, across = np.array(
            [[np.cos(spin * time), np.sin(spin * time)], [-np.sin(spin * time), np.cos(spin * time)]]
        ) @ [
            off_x.ravel(),
            off_y.ravel(),
        ]
        along, across = along.reshape(SIZE), across.reshape(SIZE)
        phi, size = np.arctan2(across, along), radius * np.exp(0.006 * time)
        rim = size * (1 + lobes[0] * np.cos(2 * phi) + (lobes[1] + 0.04 * np.sin(time / 4)) * np.cos(3 * phi) / 2)
        out = np.hypot(along, across) / rim
        height = np.sqrt(np.clip(1 - np.minimum(out, 1) ** 2, 0, 1))
        picture = taken(wall.astype(np.float32), *(columns * (np.stack([x, y]) - 0.5 * (middle[:, None, None] - 0.8))))
        picture *= (1 - 0.35 * np.exp(-(((out - 1.03) / 0.1) ** 2)))[..., None]
        body = taken(
            skin.astype(np.float32), columns * (0.14 * along / size + 0.25), columns * (0.14 * across / size + 0.25)
        )
        edge = np.clip((1 - out) * rim * columns / 1.2 + 0.5, 0, 1)[..., None]
        picture = picture * (1 - edge) + body * (0.75 + 0.3 * height)[..., None] * edge
        fall = 1.15 * np.exp(-((x - light[0]) ** 2 + (y - light[1]) ** 2) / 0.35) + 0.12
        glints = taken(gloss, *(columns * (0.8 * np.stack([x, y]) + 0.4 * (light - 0.6 * middle)[:, None, None] + 0.4)))
        hot = np.clip((glints - 2.4 + 0.5 * (fall - 0.6) + 0.4 * edge[..., 0] * height) * 2.5, 0, 1)[..., None]
        picture = picture * fall[..., None] * (1 - hot) + 255 * hot
        picture = cv2.GaussianBlur(picture, (0, 0), 0.6) + rng.normal(0, 3, picture.shape)
        yield np.clip(picture, 0, 255).astype(np.uint8), (out <= 1).astype(np.uint8)
        middle = middle + speed * np.array([np.cos(angle), np.sin(angle)])
        angle, light = angle + turning, np.clip(light + rng.normal(0, 0.01, 2), 0.3, 0.55)


def proposed(masks, seed):
    """What a network might say: the true outline, wrong by smooth random distances, with false islands."""
    rng, shape = np.random.default_rng(seed), (144, 176)
    for mask in masks:
        small = cv2.resize(mask, shape[::-1], interpolation=cv2.INTER_NEAREST)
        away = cv2.distanceTransform(small, cv2.DIST_L2, 5) - cv2.distanceTransform(1 - small, cv2.DIST_L2, 5)
        away += np.sqrt(small.sum() / np.pi) * (0.12 * noise(rng, shape, 20, 2) + 0.06 * rng.standard_normal())
        if rng.random() < 0.4:
            x, y = np.meshgrid(np.arange(shape[1]) - rng.uniform(0, 176), np.arange(shape[0]) - rng.uniform(0, 144))
            away = np.maximum(away, rng.uniform(3, 11) - np.hypot(x, y))
        yield np.rint(ONE / (1 + np.exp(np.clip(-away, -40, 40)))).astype(np.uint16)


def dice(one, other):
    return 2 * np.count_nonzero(one & other) / max(1, np.count_nonzero(one) + np.count_nonzero(other))


def textured(seed, shape, colour):
    rng = np.random.default_rng(seed)
    return rng.integers(0, 256, (*shape, 3) if colour else shape, np.uint8)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_drawn_polyp_25_frames_ahead(seed):
    frames = list(clip(seed))
    says = list(proposed([mask for _, mask in frames], seed))
    pictures = [picture for picture, _ in frames]
    for known in (says, [None] * FRAMES):
        found = list(carry_span(frames[0][1], zip(pictures, known, strict=True)))
        assert len(found) == FRAMES - 1
        overlap = [dice(one.mask, true) for one, (_, true) in zip(found, frames[1:], strict=True)]
        assert min(overlap) >= 0.9
        alone = [dice(mask_at(one, *SIZE, 0.5), true) for one, (_, true) in zip(says[1:], frames[1:], strict=True)]
        assert np.mean(overlap) >= np.mean(alone)
        assert known is not says or overlap[-1] >= alone[-1]


def dimmed(picture, at):
    return (picture * (0.7 + 0.3 * np.cos(at / 3))).astype(np.uint8)


def crossed(picture, at):
    """An instrument, two thirds as wide as the polyp, comes in from the left and goes out again."""
    tip = 40 * (8 - abs(at - 8)) if 4 <= at <= 12 else 0
    bar = cv2.rectangle(np.zeros(SIZE, np.uint8), (-1, 130), (tip, 165), 1, -1) * (tip > 0)
    shade = 150 + 60 * np.cos((np.arange(SIZE[0]) - 147) / 12)
    return np.where(bar[..., None] > 0, shade[:, None, None], picture).astype(np.uint8)


@pytest.mark.parametrize("seed", [2, 3])
@pytest.mark.parametrize("change", [dimmed, crossed])
def test_light_that_changes_and_an_instrument_before_it(seed, change):
    frames = list(clip(seed, 20))
    says = list(proposed([mask for _, mask in frames], seed))
    pictures = [change(picture, at) for at, (picture, _) in enumerate(frames)]
    found = list(carry_span(frames[0][1], zip(pictures, says, strict=True)))
    believed = [one for one in found if one.doubt <= LIMIT]
    assert len(believed) == 19
    assert all(
        dice(one.mask, true) >= (0.95 if change is dimmed else 0.8)
        for one, (_, true) in zip(believed, frames[1:], strict=False)
    )


def test_it_stops_at_a_cut_and_nowhere_else():
    one, other = list(clip(1)), list(clip(5, 20))
    other = [(np.roll(picture, 1, axis=2), mask) for picture, mask in other]
    frames = one[:12] + other
    found = list(carry_span(one[0][1], [(picture, None) for picture, _ in frames]))
    assert len(found) == 12
    assert found[-1].cut
    assert not found[-1].mask.any()
    assert not any(step.cut for step in found[:-1])


SPOILT = {
    "flash": lambda picture: np.clip(picture * 2.2 + 40.0, 0, 255).astype(np.uint8),
    "white": lambda picture: np.full_like(picture, 255),
    "dark": lambda picture: (picture * 0.4).astype(np.uint8),
    "blur": lambda picture: cv2.GaussianBlur(picture, (0, 0), 4),
}


@pytest.mark.parametrize("kind", SPOILT)
def test_one_spoilt_frame_does_not_stop_it(kind):
    frames = list(clip(2, 16))
    pictures = [SPOILT[kind](picture) if at == 8 else picture for at, (picture, _) in enumerate(frames)]
    found = list(carry_span(frames[0][1], [(picture, None) for picture in pictures]))
    assert len(found) == 15
    assert not any(one.cut for one in found)
    assert dice(found[7].mask, frames[8][1]) >= 0.8
    assert dice(found[-1].mask, frames[-1][1]) >= 0.88


@pytest.mark.parametrize("heading", [0.0, np.pi])
def test_a_polyp_that_leaves_is_not_invented(heading):
    frames = list(clip(4, 30, heading, 0.0, 0.035))
    gone = next(at for at, (_, mask) in enumerate(frames) if not mask.any())
    found = list(carry_span(frames[0][1], [(picture, None) for picture, _ in frames]))
    late = found[gone - 1 :]
    assert not late or (late[-1].doubt > 0.6 and len(late) <= 3)
    assert found[-1].doubt > 0.6
    assert all(np.count_nonzero(one.mask) < 0.3 * np.count_nonzero(frames[0][1]) for one in late)


def test_a_network_that_was_wrong_does_not_pull():
    frames = list(clip(3, 8))
    wrong = np.zeros(SIZE, np.uint16)
    wrong[20:120, 20:120] = ONE
    alone = list(carry_span(frames[0][1], [(picture, None) for picture, _ in frames]))
    pulled = list(carry_span(frames[0][1], [(picture, wrong) for picture, _ in frames]))
    for one, other in zip(alone, pulled, strict=True):
        np.testing.assert_array_equal(one.mask, other.mask)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 999), st.integers(1, 70), st.integers(1, 70), st.booleans(), st.booleans())
def test_the_same_frame_gives_the_same_mask(seed, rows, columns, colour, known):
    picture = textured(seed, (rows, columns), colour)
    rng = np.random.default_rng(seed)
    mask = (rng.random((rows, columns)) < rng.random()).astype(np.uint8)
    guess = rng.integers(0, ONE + 1, (8, 9), np.uint16) if known else None
    found = carried(mask, picture, picture.copy(), guess, probability_before=guess)
    np.testing.assert_array_equal(found.mask, mask)
    assert found.doubt == 0
    assert not found.cut


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 999), st.integers(1, 60), st.integers(1, 60), st.booleans(), st.booleans(), st.booleans())
def test_any_frames_deterministic_and_untouched(seed, rows, columns, colour, known, empty):
    before, after = textured(seed, (rows, columns), colour), textured(seed + 1, (rows, columns), colour)
    mask = np.zeros((rows, columns), np.uint8)
    if not empty:
        mask[rows // 3 :, columns // 3 :] = 1
    guess = np.full((5, 4), ONE, np.uint16) if known else None
    given_arrays = [plane for plane in (before, after, mask, guess) if plane is not None]
    kept = [plane.copy() for plane in given_arrays]
    for plane in given_arrays:
        plane.setflags(write=False)
    first, again = (carried(mask, before, after, guess, probability_before=guess) for _ in range(2))
    np.testing.assert_array_equal(first.mask, again.mask)
    assert (first.doubt, first.cut) == (again.doubt, again.cut)
    assert first.mask.shape == mask.shape
    assert first.mask.dtype == np.uint8
    assert first.mask.max() <= 1
    assert 0 <= first.doubt <= 1
    assert not (empty and first.mask.any())
    for plane, copy in zip(given_arrays, kept, strict=True):
        np.testing.assert_array_equal(plane, copy)


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 999), st.integers(-12, 12), st.integers(-12, 12), st.booleans())
def test_a_shifted_picture_shifts_the_mask(seed, right, down, colour):
    rng = np.random.default_rng(seed)
    planes = [noise(rng, (220, 260), 20) for _ in range(3 if colour else 1)]
    world = np.clip(128 + 40 * np.squeeze(np.dstack(planes)), 0, 255).astype(np.uint8)
    mask = cv2.ellipse(np.zeros((180, 220), np.uint8), (105, 90), (40, 26), 20, 0, 360, 1, -1)
    before, after = world[20:200, 20:240], world[20 - down : 200 - down, 20 - right : 240 - right]
    found = carried(mask, before, after)
    true = np.roll(mask, (down, right), (0, 1))
    disc = np.ones((3, 3), np.uint8)
    assert not (found.mask & ~cv2.dilate(true, disc)).any()
    assert not (cv2.erode(true, disc) & ~found.mask).any()
    assert not found.cut


def test_sizes_that_do_not_fit_are_said():
    picture = np.zeros((4, 5), np.uint8)
    with pytest.raises(ValueError, match="mask"):
        carried(np.zeros((5, 4), np.uint8), picture, picture)
    with pytest.raises(ValueError, match="frame"):
        carried(np.zeros((4, 5), np.uint8), picture, np.zeros((5, 5), np.uint8))
