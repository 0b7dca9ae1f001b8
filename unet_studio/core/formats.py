"""The table of formats: what `--format` and the export dialog offer, each with one plain sentence."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from unet_studio.core.errors import UserError


@dataclass(frozen=True)
class Format:
    """One row. scope: "frame" = a file for each Mask, "file" = one for all frames of a file, "set" = one for all.

    A format of "set" may have files for each Mask besides. picture: it holds the picture too, which has to be decoded.
    dicom: it is only written for DICOM sources.
    """

    name: str
    title: str
    words: str
    scope: str
    picture: bool = False
    dicom: bool = False


F = Format
ROWS = (
    F("png", "PNG mask", "Black and white, 0 and 255, with a JSON file beside it; always written.", "frame"),
    F("labelmap", "Label map", "PNG of label numbers, 0 background, 1 lung, 2 polyp; looks black.", "frame"),
    F("overlay", "Overlay", "The picture with the mask drawn on it, for slides and reports.", "frame", picture=True),
    F(
        "seg",
        "DICOM SEG",
        "Segmentation object for the PACS, with the patient's tags of its source.",
        "file",
        dicom=True,
    ),
    F("sc", "DICOM overlay", "The overlay as a Secondary Capture that any viewer shows.", "frame", True, dicom=True),
    F("nifti", "NIfTI", "One .nii.gz for each file, for research programs such as ITK-SNAP.", "file"),
    F("nrrd", "NRRD", "One .nrrd for each file, for 3D Slicer.", "file"),
    F("coco", "COCO", "One JSON file for all masks, as runs of pixels and as polygons.", "set"),
    F("labelme", "labelme", "Polygons as JSON beside a copy of the picture, to go on with in labelme.", "frame", True),
    F("yolo", "YOLO", "Polygons as text, to train YOLO segmentation.", "frame"),
    F("csv", "Measurements", "A table of areas, boxes, centres, perimeters and the two lungs.", "set"),
    F("nnunet", "nnU-Net", "A raw data set with pictures, labels and splits by patient, for nnU-Net v2.", "set", True),
    F("training", "Training folder", "Pictures, masks and a manifest that `python -m training` takes.", "set", True),
)
FORMATS: dict[str, Format] = {row.name: row for row in ROWS}


def chosen(names: Iterable[str]) -> tuple[str, ...]:
    """These formats in the table's order, with png, which is always written. Raises UserError for an unknown one."""
    wanted = {name.strip().lower() for name in names if name.strip()} | {"png"}
    unknown = sorted(wanted - set(FORMATS))
    if unknown:
        raise UserError(f"{unknown[0]}: this format is not known; choose among {', '.join(FORMATS)}.")
    return tuple(name for name in FORMATS if name in wanted)
