"""An Image without its pixels as plain JSON values, and back: for the decode child's pipe and for kept copies."""

from __future__ import annotations

import base64
import zlib
from dataclasses import asdict
from typing import Any

import numpy as np

from unet_studio.core.grid import Grid
from unet_studio.core.image import Acquisition, Image, LookupTable, Source, ValueTransform, Window


def image_facts(image: Image) -> dict[str, Any]:
    """Everything of an Image but pixels, path and group, in JSON values; lookup tables as packed base64."""
    return {
        "format": image.format,
        "frame": image.source.frame,
        "frames": image.source.frames,
        "sha256": image.source.sha256,
        "transform": _transform_facts(image.transform),
        "spacing_mm": list(image.spacing_mm) if image.spacing_mm else None,
        "bits": image.bits,
        "modality": image.modality,
        "photometric": image.photometric,
        "content_hash": image.content_hash,
        "acquisition": asdict(image.acquisition),
        "grid": asdict(image.grid) if image.grid is not None else None,
        "dtype": image.pixels.dtype.str,
        "shape": list(image.pixels.shape),
    }


def image_from(facts: dict[str, Any], pixels: np.ndarray, path: str = "", group: str = "") -> Image:
    """The Image of image_facts' dictionary; raises KeyError, TypeError or ValueError where that is malformed."""
    spacing = facts["spacing_mm"]
    return Image(
        pixels=pixels,
        source=Source(path, int(facts["frame"]), int(facts["frames"]), str(facts["sha256"])),
        format=str(facts["format"]),
        transform=_transform_from(facts["transform"]),
        spacing_mm=(float(spacing[0]), float(spacing[1])) if spacing else None,
        bits=int(facts["bits"]),
        modality=str(facts["modality"]),
        photometric=str(facts["photometric"]),
        group=group,
        content_hash=str(facts["content_hash"]),
        acquisition=acquisition_from(facts.get("acquisition") or {}),
        grid=_grid_from(facts["grid"]) if facts.get("grid") else None,
    )


def acquisition_from(facts: dict[str, Any]) -> Acquisition:
    """The Acquisition of asdict's dictionary, of which parts may be missing."""
    aspect, burnt_in = facts.get("aspect"), facts.get("burnt_in")
    return Acquisition(
        body_part=str(facts.get("body_part") or ""),
        view=str(facts.get("view") or ""),
        intent=str(facts.get("intent") or ""),
        burnt_in=None if burnt_in is None else bool(burnt_in),
        aspect=(int(aspect[0]), int(aspect[1])) if aspect else None,
    )


def _grid_from(facts: dict[str, Any]) -> Grid:
    affine = facts["affine"]
    return Grid(
        shape=tuple(int(one) for one in facts["shape"]),
        axes=tuple(int(one) for one in facts["axes"]),
        backwards=tuple(bool(one) for one in facts["backwards"]),
        spacing=tuple(float(one) for one in facts["spacing"]),
        affine=tuple(tuple(float(one) for one in row) for row in affine) if affine else None,
    )


def _transform_facts(transform: ValueTransform) -> dict[str, Any]:
    return {
        "slope": transform.slope,
        "intercept": transform.intercept,
        "modality_lut": _table_facts(transform.modality_lut) if transform.modality_lut else None,
        "voi_luts": [_table_facts(table) for table in transform.voi_luts],
        "windows": [[one.center, one.width, one.explanation, one.function] for one in transform.windows],
        "inverted": transform.inverted,
    }


def _transform_from(facts: dict[str, Any]) -> ValueTransform:
    table = facts["modality_lut"]
    return ValueTransform(
        slope=float(facts["slope"]),
        intercept=float(facts["intercept"]),
        modality_lut=_table_from(table) if table else None,
        voi_luts=tuple(_table_from(one) for one in facts["voi_luts"]),
        windows=tuple(
            Window(float(c), float(w), str(name), str(function)) for c, w, name, function in facts["windows"]
        ),
        inverted=bool(facts["inverted"]),
    )


def _table_facts(table: LookupTable) -> dict[str, Any]:
    values = np.ascontiguousarray(table.values, "<i4")
    packed = base64.b64encode(zlib.compress(values.tobytes(), 1)).decode("ascii")
    return {
        "first": table.first,
        "bits": table.bits,
        "explanation": table.explanation,
        "dtype": table.values.dtype.str,
        "values": packed,
    }


def _table_from(facts: dict[str, Any]) -> LookupTable:
    dtype = np.dtype(str(facts["dtype"]))
    if dtype.kind not in "iu":
        raise ValueError(f"a lookup table of {dtype} values")
    values = np.frombuffer(zlib.decompress(base64.b64decode(facts["values"])), "<i4").astype(dtype)
    return LookupTable(int(facts["first"]), values, int(facts["bits"]), str(facts["explanation"]))
