"""Which functions write which format; each is imported when it is needed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from unet_studio.exporting import coco, labelme, measurements, pictures, secondary, seg, sets, volumes, yolo
from unet_studio.exporting.finished import Finished

Names = Callable[[str, str], list[str]]  # (name, Target) to the files of one Mask, relative to the format's folder
Write = Callable[[Path, list[str], Any, bool], dict[str, Any]]  # folder, files, Frame or Stack, anonymous


def _one(suffix: str) -> Names:
    return lambda name, target: [name + suffix]


def _plain(write: Callable[[Path, list[str], Any], dict[str, Any]]) -> Write:
    """A writer that knows no patient."""
    return lambda folder, files, what, anonymous: write(folder, files, what)


def _no_files(name: str, target: str) -> list[str]:
    return []


WRITERS: dict[str, tuple[Names, Write]] = {
    "labelmap": (_one(".png"), _plain(pictures.labelmap)),
    "overlay": (_one(".png"), _plain(pictures.overlay)),
    "seg": (_one(".dcm"), lambda folder, files, what, hide: seg.write(folder, files, what, anonymous=hide)),
    "sc": (_one(".dcm"), lambda folder, files, what, hide: secondary.write(folder, files, what, anonymous=hide)),
    "nifti": (_one(".nii.gz"), _plain(volumes.nifti)),
    "nrrd": (_one(".nrrd"), _plain(volumes.nrrd)),
    "coco": (_no_files, _plain(coco.write)),
    "labelme": (lambda name, target: [f"{name}.json", f"{name}.png"], _plain(labelme.write)),
    "yolo": (_one(".txt"), _plain(yolo.write)),
    "csv": (_no_files, _plain(measurements.write)),
    "nnunet": (sets.nnunet_files, _plain(sets.nnunet)),
    "training": (sets.training_files, _plain(sets.training)),
}


def _classes(finished: Finished) -> list[Path]:
    """classes.txt, which tells the class numbers of YOLO's lines."""
    return [finished.publish("classes.txt", iter([yolo.classes().encode()]))]


COMPOSERS: dict[str, Callable[[Finished], list[Path]]] = {
    "coco": coco.compose,
    "csv": measurements.compose,
    "nnunet": sets.compose_nnunet,
    "training": sets.compose_training,
    "yolo": _classes,
}
