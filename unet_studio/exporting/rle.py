"""COCO's runs of pixels: counts of 0 and 1 in turn down the columns, packed into text as pycocotools packs them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np


def encode(mask: np.ndarray) -> str:
    """The packed runs of an (H, W) Mask."""
    return packed(counts(mask))


def decode(runs: str | Sequence[int], shape: tuple[int, int]) -> np.ndarray:
    """(H, W) uint8 0/1 of packed runs or of a list of counts. Raises ValueError where they do not fill the shape."""
    numbers = np.asarray(unpacked(runs) if isinstance(runs, str) else list(runs), np.int64)
    if (numbers < 0).any() or numbers.sum() != shape[0] * shape[1]:
        raise ValueError("runs of another size than the picture")
    values = np.arange(len(numbers), dtype=np.uint8) & 1
    mask: np.ndarray = np.repeat(values, numbers).reshape(shape[1], shape[0]).T
    return mask


def counts(mask: np.ndarray) -> list[int]:
    """Lengths of the runs down the columns, the first one of 0 (it may be empty)."""
    flat = (mask != 0).ravel(order="F").astype(np.int8)
    ends = np.flatnonzero(np.diff(flat)) + 1
    lengths = np.diff(np.concatenate([[0], ends, [flat.size]])).tolist()
    return [0, *lengths] if flat.size and flat[0] else lengths


def packed(numbers: Sequence[int]) -> str:
    """Five bits a letter, least first, from the fourth number on as the difference to the one two before."""
    letters = bytearray()
    for index, number in enumerate(numbers):
        rest = number - numbers[index - 2] if index > 2 else number
        more = True
        while more:
            bits = rest & 0x1F
            rest >>= 5
            more = rest != -1 if bits & 0x10 else rest != 0
            letters.append((bits | 0x20 if more else bits) + 48)
    return letters.decode("ascii")


def unpacked(text: str) -> list[int]:
    """The inverse of `packed`. Raises ValueError for text that is cut off or has other letters in it."""
    numbers: list[int] = []
    rest, shift = 0, 0
    for letter in text:
        value = ord(letter) - 48
        if not 0 <= value < 64 or shift > 60:
            raise ValueError("no runs of pixels")
        rest |= (value & 0x1F) << shift
        shift += 5
        if value & 0x20:
            continue
        if value & 0x10:
            rest |= -1 << shift
        numbers.append(rest + numbers[-2] if len(numbers) > 2 else rest)
        rest, shift = 0, 0
    if shift:
        raise ValueError("runs of pixels that are cut off")
    return numbers
