"""DICOM Secondary Capture of the overlay: RGB, in the source's study, without any claim about geometry."""

from __future__ import annotations

import io
import warnings
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np

from unet_studio.core.errors import UserError
from unet_studio.core.target import TARGETS
from unet_studio.exporting import dicom_source
from unet_studio.exporting.frame import Frame, require_same
from unet_studio.exporting.pictures import drawn_overlay, put
from unet_studio.exporting.seg import MAKER, SERIES_NUMBER, description

NOT_COPIED = ("Rows", "Columns", "NumberOfFrames", "SliceThickness", *dicom_source.PLANE, *dicom_source.GROUPS)


def write(folder: Path, files: list[str], frame: Frame, *, anonymous: bool) -> dict[str, Any]:
    """STEM.dcm. Raises UserError."""
    import pydicom

    if frame.source is None:
        raise UserError(f"{frame.name}: its DICOM file is not at hand, so no Secondary Capture is written.")
    source = dicom_source.reference(frame.source, frame.provenance.source_sha256, frame.name, anonymous=anonymous)
    drawn, path = drawn_overlay(frame), folder / files[0]
    stream = io.BytesIO()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        _object(source, drawn, frame).save_as(stream, enforce_file_format=True)
    put(path, stream.getvalue())
    found = pydicom.dcmread(path).pixel_array
    if found.shape != drawn.shape or not np.array_equal(found, drawn):
        require_same(path, np.zeros((1, 1)), frame.mask)
    return {}


def _object(source: Any, drawn: np.ndarray, frame: Frame) -> Any:
    from pydicom.dataset import Dataset, FileDataset, FileMetaDataset
    from pydicom.uid import ExplicitVRLittleEndian

    made = frame.provenance
    referred = Dataset()
    referred.ReferencedSOPClassUID, referred.ReferencedSOPInstanceUID = source.SOPClassUID, source.SOPInstanceUID
    if made.frames > 1:
        referred.ReferencedFrameNumber = made.frame
    meta = FileMetaDataset()
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    new = FileDataset("", {}, file_meta=meta, preamble=b"\0" * 128)
    for element in source:
        if element.keyword not in (*NOT_COPIED, "FrameOfReferenceUID", "SeriesInstanceUID"):
            new[element.tag] = element
    marks = [source.SOPInstanceUID, frame.subject, made.mask_sha256 or frame.name]
    new.SOPClassUID = dicom_source.SECONDARY_CAPTURE
    new.SOPInstanceUID = dicom_source.derived_uid("sc", *marks)
    new.SeriesInstanceUID = dicom_source.derived_uid("sc series", source.SeriesInstanceUID, made.target)
    meta.MediaStorageSOPClassUID, meta.MediaStorageSOPInstanceUID = new.SOPClassUID, new.SOPInstanceUID
    new.Modality, new.ConversionType = "OT", "WSD"
    new.SeriesNumber, new.InstanceNumber = SERIES_NUMBER + 1, made.frame
    new.SeriesDescription = f"{TARGETS[made.target].title} mask, overlay"
    new.ImageType = ["DERIVED", "SECONDARY"]
    new.PatientOrientation = ""
    if "BodyPartExamined" not in new:
        new.Laterality = source.get("Laterality", "")  # asked for where the body part might be one of a pair
    new.Manufacturer = new.SecondaryCaptureDeviceManufacturer = MAKER
    new.SoftwareVersions = new.SecondaryCaptureDeviceSoftwareVersions = made.program
    new.DerivationDescription = description(made)
    new.SourceImageSequence = [referred]
    made_at = datetime.now()
    new.ContentDate, new.ContentTime = made_at.strftime("%Y%m%d"), made_at.strftime("%H%M%S")
    new.Rows, new.Columns = drawn.shape[:2]
    new.SamplesPerPixel, new.PhotometricInterpretation, new.PlanarConfiguration = 3, "RGB", 0
    new.BitsAllocated, new.BitsStored, new.HighBit, new.PixelRepresentation = 8, 8, 7, 0
    data = drawn.tobytes()
    new.PixelData = data + b"\0" * (len(data) % 2)
    new["PixelData"].VR = "OB"
    return new
