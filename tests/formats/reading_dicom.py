"""DICOM rows: every transfer syntax and photometric interpretation that a writer could be found for."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import imagecodecs
import numpy as np
import pydicom
from PIL import Image as Pillow
from pydicom.dataset import Dataset
from pydicom.encaps import encapsulate, encapsulate_extended
from pydicom.sequence import Sequence
from pydicom.uid import RLELossless

from tests.formats.dicom_files import write_dicom
from tests.formats.rows import Row, coloured, judged, letter
from unet_studio.imaging import reader

LOSSLESS = {
    "JPEG Lossless, process 14 (.57)": ("1.2.840.10008.1.2.4.57", "ljpeg"),
    "JPEG Lossless, SV1 (.70)": ("1.2.840.10008.1.2.4.70", "ljpeg"),
    "JPEG-LS Lossless (.80)": ("1.2.840.10008.1.2.4.80", "jpegls"),
    "JPEG 2000 Lossless (.90)": ("1.2.840.10008.1.2.4.90", "jpeg2k"),
    "HTJ2K Lossless (.201)": ("1.2.840.10008.1.2.4.201", "htj2k"),
    "HTJ2K Lossless RPCL (.202)": ("1.2.840.10008.1.2.4.202", "htj2k"),
    "JPEG XL Lossless (.110)": ("1.2.840.10008.1.2.4.110", "jpegxl"),
}
OBJECTS = {  # SOP classes whose pixels open like any other's
    "US": "1.2.840.10008.5.1.4.1.1.6.1", "XA": "1.2.840.10008.5.1.4.1.1.12.1", "MG": "1.2.840.10008.5.1.4.1.1.1.2",
    "NM": "1.2.840.10008.5.1.4.1.1.20", "PT": "1.2.840.10008.5.1.4.1.1.128", "SEG": "1.2.840.10008.5.1.4.1.1.66.4",
    "ES": "1.2.840.10008.5.1.4.1.1.77.1.1", "SM": "1.2.840.10008.5.1.4.1.1.77.1.6", "OT": "1.2.840.10008.5.1.4.1.1.7",
}  # fmt: skip
DICOM = "DICOM"


def dicom_rows(folder: Path) -> Iterator[Row]:
    """All rows of DICOM; files are written to `folder`."""
    path = folder / "film"
    yield from _native(path)
    yield from _values(path)
    yield from _compressed(path)
    yield from _colours(path)
    yield from _frames(path)


def _native(path: Path) -> Iterator[Row]:
    kinds = (
        ("uint8", 255),
        ("uint16", 65535),
        ("int16", 3000),
        ("uint32", 1 << 30),
        ("int32", 1 << 30),
        ("float32", 9),
    )
    for kind, top in kinds:
        pixels = letter(top, np.dtype(kind).type, -top // 4 if kind[0] in "if" else 0)
        yield judged(DICOM, f"{kind} samples", reader.read(write_dicom(path, pixels)), pixels)
    double = letter(900, np.float64)
    yield judged(DICOM, "float64 samples", reader.read(write_dicom(path, double)), double)
    for bits in range(2, 16):
        stored = letter((1 << bits) - 1, np.uint16)
        high = stored | np.uint16(0xFFFF ^ ((1 << bits) - 1)) & np.uint16(0xA5A5)
        image = reader.read(write_dicom(path, high, BitsStored=bits, HighBit=bits - 1))
        yield judged(DICOM, f"{bits} bits of 16, an overlay in the others", image, stored)
    mask = letter() > 200
    data = np.packbits(mask, bitorder="little").tobytes()
    image = reader.read(write_dicom(path, letter(), BitsAllocated=1, BitsStored=1, HighBit=0, PixelData=data))
    yield judged(DICOM, "1 bit", image, mask)
    wide = letter(4095, np.uint16)
    for what, options in (
        ("implicit VR", {"implicit": True, "syntax": "1.2.840.10008.1.2"}),
        ("big-endian", {"syntax": "1.2.840.10008.1.2.2"}),
        ("deflated", {"syntax": "1.2.840.10008.1.2.1.99"}),
        ("no preamble, no meta header", {"bare": True}),
        ("no preamble, no meta header, implicit VR", {"bare": True, "implicit": True}),
        ("no preamble, no meta header, big-endian", {"bare": True, "syntax": "1.2.840.10008.1.2.2"}),
    ):
        yield judged(DICOM, what, reader.read(write_dicom(path, wide, **options)), wide)
    data = write_dicom(path, wide).read_bytes()
    path.write_bytes(gzip.compress(data))
    yield judged(DICOM, "packed by gzip", reader.read(path), wide)
    path.write_bytes(imagecodecs.zstd_encode(data))
    yield judged(DICOM, "packed by zstd", reader.read(path), wide)


def _values(path: Path) -> Iterator[Row]:
    wide = letter(4095, np.uint16)

    def row(what: str, expected: np.ndarray, pixels: np.ndarray = wide, **elements: Any) -> Row:
        return judged(DICOM, what, reader.read(write_dicom(path, pixels, **elements)), expected)

    yield row(
        "MONOCHROME1", 4095 - wide, 4095 - wide, PhotometricInterpretation="MONOCHROME1", BitsStored=12, HighBit=11
    )
    yield row("Presentation LUT Shape INVERSE", 4095 - wide, 4095 - wide, PresentationLUTShape="INVERSE")
    yield row("rescale", wide * 2.0 - 1000.0, RescaleSlope="2", RescaleIntercept="-1000")
    dark = 4095 - wide
    yield row("negative slope", dark * -1.5 + 100.0, dark, RescaleSlope="-1.5", RescaleIntercept="100")
    for function in ("LINEAR", "LINEAR_EXACT", "SIGMOID"):
        yield row(f"VOI {function}", wide, WindowCenter="2000", WindowWidth="3000", VOILUTFunction=function)
    yield row("several windows", wide, WindowCenter=["2000", "40"], WindowWidth=["3000", "80"])
    ramp = np.arange(4096, dtype=np.uint16)
    item = _table(ramp[::-1])
    yield row("Modality LUT sequence", wide, 4095 - wide, ModalityLUTSequence=Sequence([item]))
    yield row("VOI LUT sequence", wide, VOILUTSequence=Sequence([_table(ramp)]))


def _table(values: np.ndarray) -> Dataset:
    item = Dataset()
    item.add_new("LUTDescriptor", "US", [len(values), 0, 12])
    item.ModalityLUTType = "US"
    item.add_new("LUTData", "OW", values.astype("<u2").tobytes())
    return item


def _encoded(codec: str, pixels: np.ndarray) -> bytes:
    encoders = {
        "ljpeg": lambda: imagecodecs.ljpeg_encode(pixels, bitspersample=16),
        "jpegls": lambda: imagecodecs.jpegls_encode(pixels),
        "jpeg2k": lambda: imagecodecs.jpeg2k_encode(pixels, level=0, codecformat="j2k", reversible=True),
        "htj2k": lambda: imagecodecs.htj2k_encode(pixels, reversible=True),
        "jpegxl": lambda: imagecodecs.jpegxl_encode(pixels, lossless=True),
    }
    return bytes(encoders[codec]())


def _compressed(path: Path) -> Iterator[Row]:
    wide, twelve = letter(65535, np.uint16), letter(4095, np.uint16)
    for what, (syntax, codec) in LOSSLESS.items():
        _write_as(path, wide, _encoded(codec, wide), syntax)
        yield judged(DICOM, f"{what}, 16 bit", reader.read(path), wide)
    frames = {
        "JPEG Baseline (.50)": ("50", imagecodecs.jpeg8_encode(letter(), level=97), letter(), 6),
        "JPEG Extended (.51), 12 bit": ("51", imagecodecs.jpeg8_encode(twelve, level=98, bitspersample=12), twelve, 60),
        "JPEG-LS near-lossless (.81)": ("81", imagecodecs.jpegls_encode(wide, level=5), wide, 5),
        "JPEG 2000 lossy (.91)": ("91", imagecodecs.jpeg2k_encode(wide, level=60, codecformat="j2k"), wide, 400),
        "HTJ2K lossy (.203)": ("203", imagecodecs.htj2k_encode(wide, level=0.0005, reversible=False), wide, 400),
        "JPEG XL lossy (.112)": ("112", imagecodecs.jpegxl_encode(wide, level=98), wide, 2500),
    }  # fmt: skip
    for what, (number, frame, pixels, within) in frames.items():
        stored = {"BitsStored": 12, "HighBit": 11} if "12 bit" in what else {}
        _write_as(path, pixels, bytes(frame), f"1.2.840.10008.1.2.4.{number}", **stored)
        yield judged(DICOM, what, reader.read(path), pixels, within)
    for pixels, what in ((letter(), "8 bit"), (wide, "16 bit"), (coloured(), "RGB")):
        dataset = pydicom.dcmread(write_dicom(path, pixels))
        dataset.compress(RLELossless, generate_instance_uid=False)
        dataset.save_as(path)
        yield judged(DICOM, f"RLE, {what}", reader.read(path), pixels)


def _write_as(path: Path, pixels: np.ndarray, frame: bytes, syntax: str, **elements: Any) -> None:
    """A compressed film in a syntax that pydicom may not know: written under another name and renamed in the file."""
    known = "1.2.840.10008.1.2.4.201" if len(syntax) == len("1.2.840.10008.1.2.4.201") else "1.2.840.10008.1.2.4.90"
    write_dicom(path, pixels, [frame], known, **elements)
    path.write_bytes(path.read_bytes().replace(known.encode(), syntax.encode()))


def _colours(path: Path) -> Iterator[Row]:
    rgb = coloured()
    ybr = np.asarray(Pillow.fromarray(rgb).convert("YCbCr"))
    for dtype in (np.uint8, np.uint16):
        pixels, bits = coloured(dtype), np.dtype(dtype).itemsize * 8
        yield judged(DICOM, f"RGB, {bits} bit", reader.read(write_dicom(path, pixels)), pixels)
        planes = np.moveaxis(pixels, -1, 0).tobytes()
        image = reader.read(write_dicom(path, pixels, PlanarConfiguration=1, PixelData=planes))
        yield judged(DICOM, f"RGB, {bits} bit, by planes", image, pixels)
    image = reader.read(write_dicom(path, ybr, PhotometricInterpretation="YBR_FULL"))
    yield judged(DICOM, "YBR_FULL", image, rgb, 3)
    pairs = ybr.reshape(rgb.shape[0], -1, 2, 3)
    halved = np.stack([pairs[:, :, 0, 0], pairs[:, :, 1, 0], pairs[:, :, 0, 1], pairs[:, :, 0, 2]], -1).tobytes()
    image = reader.read(write_dicom(path, ybr, PhotometricInterpretation="YBR_FULL_422", PixelData=halved))
    yield judged(DICOM, "YBR_FULL_422", image, rgb, 6)
    partial = _partial(rgb)
    pairs = partial.reshape(rgb.shape[0], -1, 2, 3)
    halved = np.stack([pairs[:, :, 0, 0], pairs[:, :, 1, 0], pairs[:, :, 0, 1], pairs[:, :, 0, 2]], -1).tobytes()
    image = reader.read(write_dicom(path, partial, PhotometricInterpretation="YBR_PARTIAL_422", PixelData=halved))
    yield judged(DICOM, "YBR_PARTIAL_422", image, rgb, 6)
    for photometric, reversible in (("YBR_RCT", True), ("YBR_ICT", False)):
        frame = imagecodecs.jpeg2k_encode(
            rgb, level=0 if reversible else 60, codecformat="j2k", reversible=reversible, mct=True
        )
        _write_as(
            path,
            rgb,
            bytes(frame),
            "1.2.840.10008.1.2.4.9" + "01"[not reversible],
            PhotometricInterpretation=photometric,
        )
        yield judged(DICOM, f"JPEG 2000, {photometric}", reader.read(path), rgb, 0 if reversible else 4)
    for stored in ("YCBCR", "RGB"):
        frame = imagecodecs.jpeg8_encode(rgb, level=98, colorspace="RGB", outcolorspace=stored, subsampling="444")
        said = "YBR_FULL" if stored == "YCBCR" else "RGB"
        _write_as(path, rgb, bytes(frame), "1.2.840.10008.1.2.4.50", PhotometricInterpretation=said)
        yield judged(DICOM, f"JPEG Baseline in {said}", reader.read(path), rgb, 10)
    for bits in (8, 16):
        picture = Pillow.fromarray(rgb).quantize(64)
        palette = np.asarray(picture.getpalette(), np.uint8).reshape(-1, 3)
        expected = np.asarray(picture.convert("RGB"))
        elements: dict[str, Any] = {"PhotometricInterpretation": "PALETTE COLOR"}
        for channel, colour in enumerate(("Red", "Green", "Blue")):
            elements[f"{colour}PaletteColorLookupTableDescriptor"] = [len(palette), 0, bits]
            values = palette[:, channel].astype(np.uint8 if bits == 8 else "<u2") * (1 if bits == 8 else 257)
            elements[f"{colour}PaletteColorLookupTableData"] = values.astype(np.uint8 if bits == 8 else "<u2").tobytes()
        image = reader.read(write_dicom(path, np.asarray(picture), **elements))
        yield judged(DICOM, f"PALETTE COLOR, {bits}-bit entries", image, expected)


def _partial(rgb: np.ndarray) -> np.ndarray:
    """ITU-R BT.601 with Y in 16..235 and Cb, Cr in 16..240."""
    red, green, blue = (rgb[..., channel].astype(float) for channel in range(3))
    luma = 16 + 0.2568 * red + 0.5041 * green + 0.0979 * blue
    blues = 128 - 0.1482 * red - 0.2910 * green + 0.4392 * blue
    reds = 128 + 0.4392 * red - 0.3678 * green - 0.0714 * blue
    return np.rint(np.dstack([luma, blues, reds])).astype(np.uint8)


def _frames(path: Path) -> Iterator[Row]:
    wide = letter(4095, np.uint16)
    both = np.stack([wide[::-1], wide])
    image = reader.read(write_dicom(path, both), 1)
    yield judged(DICOM, "second of two frames", image, wide)
    for modality, kind in OBJECTS.items():
        image = reader.read(write_dicom(path, both, SOPClassUID=kind, Modality=modality), 1)
        yield judged(DICOM, f"{modality}, second frame", image, wide)
    dose = {"SOPClassUID": "1.2.840.10008.5.1.4.1.1.481.2", "Modality": "RTDOSE", "DoseGridScaling": "0.5"}
    yield judged(DICOM, "RT Dose, second frame, in Gy", reader.read(write_dicom(path, both, **dose), 1), wide * 0.5)
    coded = [_encoded("jpegls", one) for one in both]
    syntax = "1.2.840.10008.1.2.4.80"
    table, offsets, lengths = encapsulate_extended(coded)
    for what, elements in (
        ("frames in two fragments each, offsets given", {"PixelData": encapsulate(coded, fragments_per_frame=2)}),
        ("frames without offsets", {"PixelData": encapsulate(coded, has_bot=False)}),
        (
            "extended offsets",
            {"PixelData": table, "ExtendedOffsetTable": offsets, "ExtendedOffsetTableLengths": lengths},
        ),
    ):
        yield judged(DICOM, what, reader.read(write_dicom(path, both, coded, syntax, **elements), 1), wide)
    one = {"PixelData": encapsulate(coded[1:], fragments_per_frame=3, has_bot=False)}
    image = reader.read(write_dicom(path, wide, coded[1:], syntax, **one))
    yield judged(DICOM, "one frame in three fragments, no offsets", image, wide)
