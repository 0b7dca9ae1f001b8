"""DICOM's value transforms, spacing and grouping, read defensively: an unreadable element counts as absent."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from pydicom.dataset import Dataset

from unet_studio.core.grouping import patient_key
from unet_studio.core.image import LookupTable, ValueTransform, Window
from unet_studio.imaging.dicom_open import text

TWO_DIMENSIONAL, CENTIMETRES = 1.0, 3.0  # of an ultrasound region
WINDOW_FUNCTIONS = ("LINEAR", "LINEAR_EXACT", "SIGMOID")


def value_transform(dataset: Dataset, frame: int) -> ValueTransform:
    """Modality and VOI steps of one frame of a gray picture, functional groups of enhanced objects included."""
    modality = functional(dataset, frame, "PixelValueTransformationSequence")
    voi = functional(dataset, frame, "FrameVOILUTSequence")
    slope = number(modality, "RescaleSlope")
    if slope is None or slope == 0.0:
        slope = number(dataset, "DoseGridScaling") or 1.0
    intercept = number(modality, "RescaleIntercept") or 0.0
    inverted = text(dataset, "PhotometricInterpretation") == "MONOCHROME1"
    little, stored = little_endian(dataset), _stored_range(dataset)
    modality_lut = next(iter(_tables(modality, "ModalityLUTSequence", stored, little)), None)
    if modality_lut is not None:
        values = float(modality_lut.values.min()), float(modality_lut.values.max())
    else:
        ends = [slope * end + intercept for end in stored]
        values = min(ends), max(ends)
    return ValueTransform(
        slope=slope,
        intercept=intercept,
        modality_lut=modality_lut,
        voi_luts=_tables(voi, "VOILUTSequence", values, little),
        windows=_windows(voi),
        inverted=inverted or text(dataset, "PresentationLUTShape").upper() == "INVERSE",
    )


def functional(dataset: Dataset, frame: int, keyword: str) -> Dataset:
    """The item of a functional group macro for one frame, else the shared one, else the data set itself."""
    for groups, index in (("PerFrameFunctionalGroupsSequence", frame), ("SharedFunctionalGroupsSequence", 0)):
        item = _item(dataset, groups, index)
        found = _item(item, keyword, 0) if item is not None else None
        if found is not None:
            return found
    return dataset


def _item(dataset: Dataset, keyword: str, index: int) -> Dataset | None:
    try:
        sequence = dataset.get(keyword)
        return sequence[index] if sequence is not None and index < len(sequence) else None
    except Exception:  # a damaged sequence of an element that is not needed
        return None


def numbers(dataset: Dataset, keyword: str) -> list[float]:
    """An element's values as finite floats, [] where it is absent or unreadable."""
    try:
        value = dataset.get(keyword)
        values: Sequence[Any] = value if isinstance(value, Sequence) and not isinstance(value, str) else [value]
        found = [float(one) for one in values]
    except Exception:  # absent, empty or not a number
        return []
    return found if all(math.isfinite(one) for one in found) else []


def number(dataset: Dataset, keyword: str) -> float | None:
    """The first of an element's values, None where it is absent or unreadable."""
    return next(iter(numbers(dataset, keyword)), None)


def signed(dataset: Dataset) -> bool:
    """True where stored values are two's complement."""
    return number(dataset, "PixelRepresentation") == 1.0


def _windows(dataset: Dataset) -> tuple[Window, ...]:
    function = text(dataset, "VOILUTFunction").upper() or "LINEAR"
    function = function if function in WINDOW_FUNCTIONS else "LINEAR"
    least = 1.0 if function == "LINEAR" else 0.0
    pairs = zip(numbers(dataset, "WindowCenter"), numbers(dataset, "WindowWidth"), strict=False)
    names = _names(dataset)
    return tuple(
        Window(center, width, names[index] if index < len(names) else "", function)
        for index, (center, width) in enumerate(pairs)
        if width >= least and width > 0.0
    )


def _names(dataset: Dataset) -> list[str]:
    try:
        value = dataset.get("WindowCenterWidthExplanation")
    except Exception:  # a damaged value of an element that is not needed
        return []
    return [] if value is None else [value] if isinstance(value, str) else [str(one) for one in value]


def _stored_range(dataset: Dataset) -> tuple[float, float]:
    """Least and greatest value that a stored pixel can have."""
    bits = number(dataset, "BitsStored") or number(dataset, "BitsAllocated") or 16.0
    count = 2.0 ** min(max(bits, 1.0), 32.0)
    return (-count / 2, count / 2 - 1) if signed(dataset) else (0.0, count - 1)


def _tables(dataset: Dataset, keyword: str, values: tuple[float, float], little: bool) -> tuple[LookupTable, ...]:
    """The readable tables of a sequence, for input values between the two `values`."""
    try:
        tables = [_table(item, values, little) for item in dataset.get(keyword) or []]
    except Exception:  # a damaged sequence of an element that is not needed
        return ()
    return tuple(table for table in tables if table is not None)


def little_endian(dataset: Dataset) -> bool:
    """False for the rare big-endian files, whose word tables pydicom leaves as they are."""
    return dataset.original_encoding[1] is not False


def _table(item: Dataset, values: tuple[float, float], little: bool) -> LookupTable | None:
    """One LUT (PS3.3 C.11.1.1): descriptor (entries, first input value, bits), 8-bit entries sometimes packed."""
    descriptor = numbers(item, "LUTDescriptor")
    if len(descriptor) != 3:
        return None
    entries, first, bits = (int(one) for one in descriptor)
    entries = entries or 65536
    table = table_entries(item.get("LUTData"), entries, little)
    if table is None or not 1 <= bits <= 16:
        return None
    explanation = text(item, "LUTExplanation") or text(item, "ModalityLUTType")
    return LookupTable(_first_mapped(first, entries, values), table, bits, explanation)


def _first_mapped(written: int, entries: int, values: tuple[float, float]) -> int:
    """The first input value of a LUT, whose 16 bits are US or SS by the values that go in (PS3.3 C.11.1.1, C.11.2.1.1).

    The VR that a file names, or that an implicit one is given, is often the other one: of the two readings the one
    counts that maps more of `values` (least, greatest), where both map as much the one of their sign.
    """
    low, high = values
    plain = written % 65536
    readings = (plain - 65536, plain) if low < 0 else (plain, plain - 65536)
    possible = [one for one in readings if one >= -32768]
    return max(possible, key=lambda first: min(high, first + entries - 1.0) - max(low, float(first)))


def table_entries(data: Any, entries: int, little: bool = True) -> np.ndarray | None:
    """A table's first `entries` entries as (n,) uint16, 8-bit ones sometimes packed; None where data lack."""
    if isinstance(data, bytes):
        word = np.dtype("<u2" if little else ">u2")
        data = data[: len(data) // 2 * 2] if len(data) > entries + 1 else data
        values = np.frombuffer(data, np.uint8 if len(data) <= entries + 1 else word)
    elif isinstance(data, Sequence):
        values = np.asarray(list(data), np.int64)
    else:
        return None
    if len(values) < entries or entries < 1:
        return None
    return values[:entries].astype(np.uint16)


def spacing_mm(dataset: Dataset, frame: int) -> tuple[float, float] | None:
    """(row, column) spacing in mm: in the patient where known, else at the detector; None for 0, absent or absurd."""
    measures = functional(dataset, frame, "PixelMeasuresSequence")
    found = _pair(measures, "PixelSpacing")
    if found is None and (found := _pair(dataset, "ImagerPixelSpacing")):
        magnification = number(dataset, "EstimatedRadiographicMagnificationFactor") or 1.0
        if magnification > 1.0:
            found = (found[0] / magnification, found[1] / magnification)
    return found or _pair(dataset, "NominalScannedPixelSpacing") or _of_regions(dataset)


def _of_regions(dataset: Dataset) -> tuple[float, float] | None:
    """What the two-dimensional regions of an ultrasound picture agree on (PS3.3 C.8.5.5), in mm; None where not."""
    try:
        regions = list(dataset.get("SequenceOfUltrasoundRegions") or [])
    except Exception:  # a damaged sequence of an element that is not needed
        return None
    found = set()
    for region in regions:
        units = (number(region, "PhysicalUnitsXDirection"), number(region, "PhysicalUnitsYDirection"))
        if number(region, "RegionSpatialFormat") == TWO_DIMENSIONAL and units == (CENTIMETRES, CENTIMETRES):
            deltas = (number(region, "PhysicalDeltaY"), number(region, "PhysicalDeltaX"))
            found.add(tuple(round(abs(delta or 0.0) * 10.0, 6) for delta in deltas))
    down, across = next(iter(found)) if len(found) == 1 else (0.0, 0.0)
    return (down, across) if 0.0 < down < 1000.0 and 0.0 < across < 1000.0 else None


def _pair(dataset: Dataset, keyword: str) -> tuple[float, float] | None:
    values = numbers(dataset, keyword)
    if len(values) != 2 or not all(0.0 < value < 1000.0 for value in values):
        return None
    return values[0], values[1]


def group(dataset: Dataset) -> str:
    """What ties pictures of one patient together, "" where the header does not say."""
    return patient_key(text(dataset, "PatientID"), text(dataset, "StudyInstanceUID"))
