"""Content hash, modality step and changes."""

import numpy as np

from unet_studio.core.changes import Changes
from unet_studio.core.image import Image, LookupTable, Source, ValueTransform, content_hash, modality_values


def test_content_hash_depends_on_pixels_shape_and_depth_only() -> None:
    pixels = np.arange(24, dtype=np.uint8).reshape(4, 6)
    assert content_hash(pixels) == content_hash(np.asfortranarray(pixels))
    different = [pixels.reshape(6, 4), pixels.astype(np.uint16), pixels + 1]
    assert len({content_hash(pixels), *(content_hash(other) for other in different)}) == 4


def test_rescale_with_negative_slope() -> None:
    pixels = np.array([[0, 10]], np.int16)
    values = modality_values(Image(pixels, Source("a"), "DICOM", ValueTransform(slope=-2.0, intercept=5.0)))
    assert values.tolist() == [[5.0, -15.0]]


def test_modality_lut_clamps_at_both_ends() -> None:
    table = LookupTable(first=2, values=np.array([7, 8, 9], np.uint16), bits=16)
    pixels = np.array([[0, 2, 3, 4, 200]], np.uint8)
    values = modality_values(Image(pixels, Source("a"), "DICOM", ValueTransform(modality_lut=table)))
    assert values.tolist() == [[7, 7, 8, 9, 9]]


def test_changes_add_up_and_keep_the_later_message() -> None:
    both = Changes(frozenset({1}), queue=True, message="first") | Changes(frozenset({2}), models=True)
    assert both == Changes(frozenset({1, 2}), queue=True, models=True, message="first")
    assert (both | Changes(message="second")).message == "second"
