"""labelme's JSON: one polygon for each separate part of the Mask, beside a copy of the picture that labelme opens."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from unet_studio.exporting.frame import Frame
from unet_studio.exporting.pictures import plain_png, put
from unet_studio.exporting.polygons import outlines, require_close
from unet_studio.exporting.reading import labelme_polygons

VERSION = "5.5.0"  # of the layout


def write(folder: Path, files: list[str], frame: Frame) -> dict[str, Any]:
    """STEM.json, and STEM.png with the picture as it is shown. Raises UserError."""
    path, picture = (folder / file for file in files)
    rows, columns = frame.mask.shape
    shapes = [
        {
            "label": frame.provenance.target,
            "points": one.astype(float).tolist(),
            "group_id": None,
            "description": "",
            "shape_type": "polygon",
            "flags": {},
            "mask": None,
        }
        for one in outlines(frame.mask)
    ]
    facts = {
        "version": VERSION,
        "flags": {},
        "shapes": shapes,
        "imagePath": picture.name,
        "imageData": None,
        "imageHeight": rows,
        "imageWidth": columns,
    }
    put(picture, plain_png(frame.picture()))
    put(path, (json.dumps(facts, indent=2) + "\n").encode())
    require_close(path, labelme_polygons(path, frame.provenance.target), frame.mask)
    return {}
