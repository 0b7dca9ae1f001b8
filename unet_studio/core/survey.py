"""What a file is and belongs to, told without decoding a pixel: for lists of thousands of files."""

from __future__ import annotations

from dataclasses import dataclass, field

from unet_studio.core.image import Acquisition

PICTURE, OTHER, REPORT, DAMAGED, TWIN = "picture", "other", "report", "damaged", "twin"
VIEWER = "viewer"  # an icon or other picture of a disc's viewer; can be opened, and counts as no picture
MISSING = "missing"  # named by a disc's index, and not there
OPENS = frozenset({TWIN, VIEWER})


@dataclass(frozen=True)
class Origin:
    """What a picture belongs to. Patient's data: kept in memory for the series browser, written nowhere.

    looks: a fingerprint of some of its pixel bytes, "" where there is none; equal ones are worth comparing.
    """

    patient: str = ""
    patient_name: str = ""
    study: str = ""
    study_date: str = ""
    study_text: str = ""
    series: str = ""
    series_number: int = 0
    series_text: str = ""
    number: int = 0
    instance: str = ""
    made_from: tuple[str, ...] = ()  # SOP instances, and the irradiation event
    looks: str = ""


@dataclass(frozen=True)
class Survey:
    """One file of a folder: `kind` is PICTURE, OTHER, REPORT or DAMAGED, and `error` says why it does not open."""

    path: str
    kind: str
    error: str = ""
    format: str = ""
    rows: int = 0
    columns: int = 0
    frames: int = 0
    modality: str = ""
    video: bool = False
    acquisition: Acquisition = field(default_factory=Acquisition)
    origin: Origin = field(default_factory=Origin)
