"""The header of a DICOM source, fit to be copied into SEG and Secondary Capture; what is invalid is left empty."""

from __future__ import annotations

import gzip
import hashlib
import io
import uuid
import warnings
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from unet_studio.core.digests import file_sha256
from unet_studio.core.errors import UserError
from unet_studio.core.grouping import patient_key

PATIENT = ("PatientName", "PatientID", "PatientBirthDate", "PatientSex")  # type 2: there, even if empty
PATIENT_STUDY = ("PatientAge", "PatientSize", "PatientWeight")
STUDY = ("StudyDate", "StudyTime", "AccessionNumber", "ReferringPhysicianName", "StudyID")  # type 2
STUDY_MORE = ("StudyDescription", "IssuerOfPatientID")
PLANE = ("ImageOrientationPatient", "ImagePositionPatient")
GEOMETRY = ("Rows", "Columns", "NumberOfFrames", "PixelSpacing", "SliceThickness", "Laterality", "BodyPartExamined")
GROUPS = ("SharedFunctionalGroupsSequence", "PerFrameFunctionalGroupsSequence")
IDENTITY = ("PatientName", "PatientID", "PatientBirthDate")
SECONDARY_CAPTURE = "1.2.840.10008.5.1.4.1.1.7"
UNPACKED_BYTES = 1 << 30
GZIP, ZSTD = b"\x1f\x8b", b"\x28\xb5\x2f\xfd"
PICTURES = (b"\x89PNG", b"\xff\xd8\xff\xe0", b"\xff\xd8\xff\xe1", b"II*\0", b"MM\0*", b"GIF8")


@dataclass(frozen=True)
class Patient:
    """Who a file is of, for the warning about names in paths and for groups; never written or shown.

    name: as the file has it, Family^Given. numbers: identifier and birth date.
    """

    key: str = ""
    name: str = ""
    numbers: tuple[str, ...] = ()


def header(path: Path, *, pixels: bool = False) -> Any:
    """The data set, without pixels unless asked, or None where the file is no DICOM that can be read."""
    import pydicom

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with path.open("rb") as file:
                start = file.read(132)
            source = _unpacked(path, start)
            plain = source is not path or start[128:132] != b"DICM"
            if plain and start.startswith(PICTURES):
                return None
            found = pydicom.dcmread(source, stop_before_pixels=not pixels, force=plain)
            return found if found.get("Rows") else None
    except Exception:  # pydicom raises whatever a damaged element provokes; the picture itself was read elsewhere
        return None


def _unpacked(path: Path, start: bytes) -> Any:
    """What pydicom is to read: the file itself, or what a packed one holds."""
    if start.startswith(GZIP):
        with gzip.open(path, "rb") as stream:
            return io.BytesIO(stream.read(UNPACKED_BYTES))
    if start.startswith(ZSTD):
        import imagecodecs

        return io.BytesIO(imagecodecs.zstd_decode(path.read_bytes(), out=UNPACKED_BYTES))
    return path


def patient(path: Path) -> Patient:
    """Whom the file names; empty for what is no DICOM."""
    found = header(path)
    if found is None:
        return Patient()
    name, number, birth = (str(text(found, one)) for one in IDENTITY)
    return Patient(patient_key(number, str(text(found, "StudyInstanceUID"))), name, (number, birth))


def text(dataset: Any, keyword: str) -> Any:
    """An element's value, "" where it is absent or unreadable."""
    try:
        value = dataset.get(keyword)
    except Exception:  # a damaged value of an element that is not needed
        return ""
    return "" if value is None else value


def reference(path: Path, sha256: str, name: str, *, anonymous: bool) -> Any:
    """A new data set with patient, study and geometry of the file at `path`.

    name: what messages call it, as its own name may be the patient's. With `anonymous` patient and study
    are empty and every UID is another one, always the same for the same original.
    Raises UserError where the file is gone, is another one by now, or no DICOM.
    """
    from pydicom.dataset import Dataset, FileMetaDataset
    from pydicom.uid import ExplicitVRLittleEndian

    _require_unchanged(path, sha256, name)
    found = header(path)
    if found is None:
        raise UserError(f"{name}: no DICOM file, so there is nothing to make a DICOM object from.")
    new = Dataset()
    new.SpecificCharacterSet = "ISO_IR 192"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for keyword in (*PATIENT, *STUDY):
            _set(new, keyword, None if anonymous else valid(found, keyword))
        for keyword in () if anonymous else (*PATIENT_STUDY, *STUDY_MORE):
            if (value := valid(found, keyword)) is not None:
                _set(new, keyword, value)
        for keyword in GEOMETRY:
            if (value := valid(found, keyword)) not in (None, ""):
                _set(new, keyword, value)
        _drop_senseless(new)
        _plane(new, found)
        _uids(new, found, sha256, anonymous)
    new.file_meta = FileMetaDataset()
    new.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    return new


def valid(dataset: Any, keyword: str) -> Any:
    """An element's value where it is one that its kind allows, else None."""
    from pydicom import config
    from pydicom.datadict import dictionary_VR
    from pydicom.valuerep import validate_value

    value = text(dataset, keyword)
    if value == "" or value is None:
        return None
    vr = dictionary_VR(keyword)
    try:
        for one in [value] if isinstance(value, str) or not hasattr(value, "__iter__") else list(value):
            validate_value(vr, one if vr in ("US", "SQ", "PN") else str(one), config.RAISE)
        if vr == "DA":
            datetime.strptime(str(value), "%Y%m%d")
    except Exception:  # whatever is wrong with it: it is left out
        return None
    if keyword == "PatientSex" and value not in ("M", "F", "O"):
        return None
    return str(value) if vr in ("DA", "TM") else value


def derived_uid(*texts: str) -> str:
    """A UID that is always the same for the same texts and cannot be turned back."""
    number = uuid.UUID(bytes=hashlib.sha256("\n".join(texts).encode()).digest()[:16], version=4).int
    return f"2.25.{number}"


def _drop_senseless(new: Any) -> None:
    """Sizes of 0, and a number of frames where there is but one: a single frame is not referred to by number."""
    if int(new.get("NumberOfFrames") or 1) <= 1:
        new.pop("NumberOfFrames", None)
    if not all(float(side) > 0 for side in new.get("PixelSpacing") or [0]):
        new.pop("PixelSpacing", None)
    if float(new.get("SliceThickness") or 0) <= 0:
        new.pop("SliceThickness", None)


def _uids(new: Any, found: Any, sha256: str, anonymous: bool) -> None:
    meta = getattr(found, "file_meta", None) or {}
    kind = valid(found, "SOPClassUID") or meta.get("MediaStorageSOPClassUID")
    new.SOPClassUID = str(kind or SECONDARY_CAPTURE)
    for keyword in ("StudyInstanceUID", "SeriesInstanceUID", "SOPInstanceUID", "FrameOfReferenceUID"):
        value = valid(found, keyword)
        if keyword == "FrameOfReferenceUID" and (value is None or not _has_plane(new)):
            continue
        missing = value is None
        value = derived_uid(keyword, sha256) if missing else str(value)
        setattr(new, keyword, derived_uid("anonymous", value) if anonymous and not missing else value)


def _plane(new: Any, found: Any) -> None:
    """Where the picture lies in the patient; left out where a part of it is missing."""
    if all(valid(found, keyword) is not None for keyword in PLANE) and "PixelSpacing" in new:
        for keyword in PLANE:
            setattr(new, keyword, valid(found, keyword))
    else:
        new.pop("SliceThickness", None)
    try:
        first = found.PerFrameFunctionalGroupsSequence[0].PlanePositionSequence[0].ImagePositionPatient
    except Exception:  # absent or damaged
        return
    if len(first) == 3:
        for keyword in GROUPS:
            if keyword in found:
                new[keyword] = found[keyword]


def _has_plane(new: Any) -> bool:
    single = int(new.get("NumberOfFrames") or 1) == 1
    return all(keyword in new for keyword in PLANE if single) and (single or GROUPS[1] in new)


def _set(new: Any, keyword: str, value: Any) -> None:
    setattr(new, keyword, "" if value is None else value)


def _require_unchanged(path: Path, sha256: str, name: str) -> None:
    try:
        found = file_sha256(path)
    except OSError as error:
        raise UserError(
            f"{name}: its file's tags are needed for DICOM and cannot be read ({error.strerror}); put it back."
        ) from error
    if found != sha256:
        raise UserError(f"{name}: its file has changed since its mask was made, so no DICOM is written; open it anew.")
