"""Palettes to RGB, and colour depths other than 8 and 16 bits to these."""

from __future__ import annotations

import numpy as np
from pydicom.dataset import Dataset
from pydicom.pixels.processing import apply_color_lut

from unet_studio.imaging.dicom_values import little_endian, numbers, table_entries
from unet_studio.imaging.refusal import damaged, refused_as


def from_palette(index: np.ndarray, dataset: Dataset) -> np.ndarray:
    """(H, W, 3) RGB of PALETTE COLOR; uint8 where the 16-bit entries carry no more than 8 bits."""
    if "SegmentedRedPaletteColorLookupTableData" in dataset:
        return _narrowed(_segmented(index, dataset))
    descriptor = numbers(dataset, "RedPaletteColorLookupTableDescriptor")
    if len(descriptor) != 3:
        raise damaged("has no colour palette")
    entries, first, bits = (int(one) for one in descriptor)
    entries = entries or 65536
    channels = [_channel(dataset, colour, entries) for colour in ("Red", "Green", "Blue")]
    table = _narrowed(np.stack(channels, axis=-1) if bits > 8 else np.stack(channels, axis=-1).astype(np.uint8))
    return np.asarray(table[np.clip(index.astype(np.int64) - first, 0, entries - 1)])


def _channel(dataset: Dataset, colour: str, entries: int) -> np.ndarray:
    data = dataset.get(f"{colour}PaletteColorLookupTableData")
    values = table_entries(data, entries, little_endian(dataset))
    if values is None:
        raise damaged("has a damaged colour palette")
    return values


def _segmented(index: np.ndarray, dataset: Dataset) -> np.ndarray:
    with refused_as(lambda _: damaged("has a damaged colour palette")):
        return np.asarray(apply_color_lut(index, dataset))[..., :3]


def _narrowed(colours: np.ndarray) -> np.ndarray:
    """8-bit colours where 16-bit ones only repeat or shift them."""
    if colours.dtype == np.uint16 and not ((colours & 255).any() and (colours % 257).any()):
        return (colours >> 8).astype(np.uint8)
    return colours


def full_depth(samples: np.ndarray, bits: int) -> np.ndarray:
    """(H, W, 3) uint8 or uint16 whose values use the whole range, from unsigned samples of `bits` bits."""
    if bits <= 8:
        return samples.astype(np.uint8) if bits == 8 else _scaled(samples, bits, np.uint8)
    if bits == 16:
        return samples.astype(np.uint16)
    return (samples >> (bits - 16)).astype(np.uint16) if bits > 16 else _scaled(samples, bits, np.uint16)


def _scaled(samples: np.ndarray, bits: int, to: type[np.uint8] | type[np.uint16]) -> np.ndarray:
    top, most = (1 << bits) - 1, int(np.iinfo(to).max)
    wide = np.minimum(samples, top).astype(np.uint32) * np.uint32(most)
    return np.asarray(((wide + np.uint32(top // 2)) // np.uint32(top)).astype(to))
