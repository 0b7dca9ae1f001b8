"""DICOM SEG of all Masks of a file, by highdicom; radiographs without a frame of reference included."""

from __future__ import annotations

import copy
import io
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from unet_studio.core.errors import UserError
from unet_studio.core.target import TARGETS
from unet_studio.exporting import dicom_source
from unet_studio.exporting.frame import require_same
from unet_studio.exporting.pictures import put
from unet_studio.exporting.png import Provenance
from unet_studio.exporting.stack import Stack

# (value, meaning) in SNOMED CT: property type and its category (PS3.16 CID 7150)
TYPES = {"lung": ("39607008", "Lung"), "polyp": ("41329004", "Polyp")}
CATEGORIES = {
    "lung": ("123037004", "Anatomical Structure"),
    "polyp": ("49755003", "Morphologically Abnormal Structure"),
}
MAKER = "U-Net Studio"
SERIES_NUMBER = 900
PROJECTION = "1.2.840.10008.5.1.4.1.1.1"  # Computed Radiography
FRAME_NUMBER, DERIVATION = 0x00081160, 0x00089124


def write(folder: Path, files: list[str], stack: Stack, *, anonymous: bool) -> dict[str, Any]:
    """STEM.dcm, one segment, BINARY. Raises UserError."""
    if stack.source is None:
        raise UserError(f"{stack.name}: its DICOM file is not at hand, so no SEG is written; put the file back.")
    path, volume = folder / files[0], stack.volume()
    source = dicom_source.reference(stack.source, stack.first.source_sha256, stack.name, anonymous=anonymous)
    if (source.Rows, source.Columns) != volume.shape[1:]:
        raise UserError(f"{stack.name}: its DICOM file has other rows and columns than the mask; take png.")
    try:
        data = _bytes(_object(source, volume, stack))
    except (ValueError, TypeError, AttributeError, KeyError, IndexError) as error:  # highdicom on an odd source
        raise UserError(f"{stack.name}: no SEG can be made of its DICOM file; take png, nifti or nrrd.") from error
    put(path, data)
    require_same(path, read_back(path, volume.shape), volume)
    return {}


def read_back(path: Path, shape: tuple[int, ...]) -> np.ndarray:
    """(frames, H, W) uint8 of a SEG that this program has just written, by the frames that its items refer to."""
    import pydicom

    found = pydicom.dcmread(path)
    pixels = np.asarray(found.pixel_array).reshape(-1, shape[1], shape[2])
    volume = np.zeros(shape, np.uint8)
    for item, plane in zip(found.PerFrameFunctionalGroupsSequence, pixels, strict=True):
        volume[source_frame(item)] = plane
    return volume


def source_frame(item: Any) -> int:
    """The frame, counted from 0, of the source that one item of a SEG's per-frame groups refers to."""
    try:
        referred = item.DerivationImageSequence[0].SourceImageSequence[0].get("ReferencedFrameNumber")
    except (AttributeError, IndexError):
        return 0
    number = referred[0] if isinstance(referred, list) else referred
    return int(number or 1) - 1


def _object(source: Any, volume: np.ndarray, stack: Stack) -> Any:
    """The data set; without a plane in the patient where the source has none that highdicom can use."""
    if "FrameOfReferenceUID" in source:
        try:
            return _made(source, volume if stack.frames > 1 else volume[0], stack)
        except (ValueError, TypeError, AttributeError, KeyError, IndexError):  # an odd source: its frames are named
            pass
    flat, kind = copy.deepcopy(source), source.SOPClassUID
    for keyword in ("FrameOfReferenceUID", "NumberOfFrames", *dicom_source.PLANE, *dicom_source.GROUPS):
        flat.pop(keyword, None)
    flat.SOPClassUID = PROJECTION  # highdicom refuses other kinds without a frame of reference; put right below
    found = _made(flat, volume[stack.written[0].frame], stack)
    found.PatientOrientation = ""  # it is asked for where no plane is told, and not known
    found.walk(lambda _, element: _name_class(element, kind))
    if stack.frames > 1:
        _spread(found, volume, stack)
    return found


def _made(source: Any, pixels: np.ndarray, stack: Stack) -> Any:
    import highdicom

    made = stack.first
    marks = [*(one.identity for one in stack.written), source.SOPInstanceUID, made.mask_sha256]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = highdicom.seg.Segmentation(
            source_images=[source],
            pixel_array=pixels,
            segmentation_type="BINARY",
            segment_descriptions=[_segment(made)],
            series_instance_uid=dicom_source.derived_uid("seg series", *marks),
            series_number=SERIES_NUMBER,
            sop_instance_uid=dicom_source.derived_uid("seg", *marks),
            instance_number=1,
            manufacturer=MAKER,
            manufacturer_model_name=MAKER,
            software_versions=made.program,
            device_serial_number=(made.model_sha256 or made.source_sha256)[:16],
            content_description=description(made),
            content_label=made.target.upper(),
            omit_empty_frames=len(stack.written) < stack.frames,
        )
    found.SpecificCharacterSet = "ISO_IR 192"
    found.ContentCreatorName = person(made.reader) if made.reviewed else ""
    found.SeriesDescription = f"{TARGETS[made.target].title} mask"
    return found


def _name_class(element: Any, kind: str) -> None:
    if element.keyword == "ReferencedSOPClassUID" and element.value == PROJECTION:
        element.value = kind


def _spread(found: Any, volume: np.ndarray, stack: Stack) -> None:
    """From the first frame's object to one of every frame with a Mask, each naming its frame of the source."""
    from pydicom.dataset import Dataset
    from pydicom.pixels.utils import pack_bits

    first = found.PerFrameFunctionalGroupsSequence[0]
    items = []
    for one in stack.written:
        item = copy.deepcopy(first)
        item.DerivationImageSequence[0].SourceImageSequence[0].ReferencedFrameNumber = one.frame + 1
        values = item.FrameContentSequence[0].DimensionIndexValues
        before = list(values) if isinstance(values, Sequence) else [values]
        item.FrameContentSequence[0].DimensionIndexValues = [*before, one.frame + 1]
        items.append(item)
    index = Dataset()
    index.DimensionIndexPointer, index.FunctionalGroupPointer = FRAME_NUMBER, DERIVATION
    index.DimensionOrganizationUID = found.DimensionOrganizationSequence[0].DimensionOrganizationUID
    index.DimensionDescriptionLabel = "Referenced Frame Number"
    found.DimensionIndexSequence.append(index)
    found.PerFrameFunctionalGroupsSequence = items
    found.NumberOfFrames = len(items)
    found.PixelData = pack_bits(volume[[one.frame for one in stack.written]].ravel())


def _segment(made: Provenance) -> Any:
    """One segment: what it is, and whether a model, a person or both drew it."""
    import highdicom
    from pydicom.sr.codedict import codes

    kind = "AUTOMATIC" if not made.reviewed else "SEMIAUTOMATIC" if made.model else "MANUAL"
    algorithm = None
    if made.model:
        algorithm = highdicom.AlgorithmIdentificationSequence(
            name=made.model,
            family=codes.cid7162.ArtificialIntelligence,
            version=made.model_sha256[:16] or "1",
            source=MAKER,
            parameters={"threshold": f"{made.threshold}"} if made.threshold is not None else None,
        )
    return highdicom.seg.SegmentDescription(
        segment_number=1,
        segment_label=TARGETS[made.target].title,
        segmented_property_category=highdicom.sr.CodedConcept(*_code(CATEGORIES[made.target])),
        segmented_property_type=highdicom.sr.CodedConcept(*_code(TYPES[made.target])),
        algorithm_type=kind if made.model else "MANUAL",
        algorithm_identification=algorithm,
    )


def _code(code: tuple[str, str]) -> tuple[str, str, str]:
    return code[0], "SCT", code[1]


def description(made: Provenance) -> str:
    """In 64 letters: who made it."""
    by = f"reviewed by {made.reader}" if made.reviewed else "not reviewed"
    return f"{made.model or 'drawn by hand'}, {by}"[:64].replace("\\", "/")


def person(name: str) -> str:
    """A reader's name as DICOM takes it: in the first component, without its separators."""
    return "".join(" " if one in "\\^=" or ord(one) < 32 else one for one in name)[:64].strip()


def _bytes(dataset: Any) -> bytes:
    stream = io.BytesIO()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        dataset.save_as(stream, enforce_file_format=True)
    return stream.getvalue()
