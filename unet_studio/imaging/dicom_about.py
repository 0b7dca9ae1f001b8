"""How a DICOM picture was taken and what it belongs to, read defensively: an unreadable element counts as absent."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pydicom.dataset import Dataset, FileDataset

from unet_studio.core.image import Acquisition, meaning
from unet_studio.core.survey import Origin
from unet_studio.imaging.dicom_open import PIXEL_KEYWORDS, text
from unet_studio.imaging.dicom_values import number, numbers, spacing_mm, value_transform
from unet_studio.imaging.document import Header
from unet_studio.imaging.fingerprint import digest

UNDEFINED_LENGTH = 0xFFFFFFFF
VALUE_KEYWORDS = ("PhotometricInterpretation", "BitsStored", "PixelRepresentation")


def acquisition(dataset: Dataset) -> Acquisition:
    """Body part, view, intent, burnt-in patient data and the shape of a pixel."""
    burnt_in = {"YES": True, "NO": False}.get(text(dataset, "BurnedInAnnotation").upper())
    return Acquisition(
        body_part=(text(dataset, "BodyPartExamined") or _meaning(dataset, "AnatomicRegionSequence")).upper(),
        view=_view(dataset),
        intent=text(dataset, "PresentationIntentType").upper(),
        burnt_in=burnt_in,
        aspect=_aspect(dataset),
    )


def _view(dataset: Dataset) -> str:
    """The view as named or coded; where it is neither, rows that run to the front or the back tell a lateral one."""
    named = text(dataset, "ViewPosition") or _meaning(dataset, "ViewCodeSequence")
    if named:
        return named.upper()
    orientation = _texts(dataset, "PatientOrientation")
    return "LATERAL" if orientation and orientation[0][:1] in ("A", "P") else ""


def _aspect(dataset: Dataset) -> tuple[int, int] | None:
    """PixelAspectRatio, vertical : horizontal; None where it is 1, absurd, or a spacing says more."""
    ratio = numbers(dataset, "PixelAspectRatio")
    if len(ratio) != 2 or not all(1 <= side <= 10_000 for side in ratio) or ratio[0] == ratio[1]:
        return None
    return None if spacing_mm(dataset, 0) else (int(ratio[0]), int(ratio[1]))


def origin(dataset: FileDataset, header: Header) -> Origin:
    """Patient, study, series, place in the series, what it was made from, and a fingerprint of its pixels."""
    return Origin(
        patient=text(dataset, "PatientID"),
        patient_name=text(dataset, "PatientName"),
        study=text(dataset, "StudyInstanceUID"),
        study_date=text(dataset, "StudyDate"),
        study_text=text(dataset, "StudyDescription"),
        series=text(dataset, "SeriesInstanceUID"),
        series_number=int(number(dataset, "SeriesNumber") or 0),
        series_text=text(dataset, "SeriesDescription"),
        number=int(number(dataset, "InstanceNumber") or 0),
        instance=text(dataset, "SOPInstanceUID"),
        made_from=tuple(_made_from(dataset)),
        looks=fingerprint(dataset, header),
    )


def _made_from(dataset: Dataset) -> Iterator[str]:
    yield from (text(item, "ReferencedSOPInstanceUID") for item in _items(dataset, "SourceImageSequence"))
    if event := text(dataset, "IrradiationEventUID"):
        yield event


def _meaning(dataset: Dataset, keyword: str) -> str:
    return next((text(item, "CodeMeaning") for item in _items(dataset, keyword)), "")


def _items(dataset: Dataset, keyword: str) -> list[Dataset]:
    try:
        return list(dataset.get(keyword) or [])
    except Exception:  # a damaged sequence of an element that is not needed
        return []


def _texts(dataset: Dataset, keyword: str) -> list[str]:
    try:
        value = dataset.get(keyword)
    except Exception:  # a damaged value of an element that is not needed
        return []
    return [] if value is None else [value] if isinstance(value, str) else [str(one) for one in value]


def fingerprint(dataset: FileDataset, header: Header, whole: bool = False) -> str:
    """A digest of size, value transform and stored pixel bytes, all or some; "" where these cannot be had.

    What pydicom deferred is read from the file.
    """
    told = [text(dataset, keyword) for keyword in VALUE_KEYWORDS]
    facts = (header.rows, header.columns, header.frames, *told, meaning(value_transform(dataset, 0)))
    try:
        element: Any = dataset.get_item(next(keyword for keyword in PIXEL_KEYWORDS if keyword in dataset))
        if element.value is not None:
            return digest(io.BytesIO(element.value), facts=facts, whole=whole)
        length = None if element.length == UNDEFINED_LENGTH else element.length
        with Path(str(dataset.filename)).open("rb") as file:
            return digest(file, element.value_tell, length, facts=facts, whole=whole)
    except (OSError, LookupError):  # damaged pixels are told of when they are read
        return ""
