"""One compressed DICOM frame to its samples by imagecodecs, told by its content and not by the syntax's name."""

from __future__ import annotations

import imagecodecs
import numpy as np

from unet_studio.imaging.codestream import Codestream, inspect
from unet_studio.imaging.refusal import COPY_AGAIN, Refused, check_size, damaged

SYNTAX_NAMES = {"jpeg": "JPEG", "ljpeg": "JPEG", "jpegls": "JPEG-LS", "jpeg2k": "JPEG 2000", "jpegxl": "JPEG XL"}


class Undecided(Refused):
    """A frame for pydicom's own decoders to try: RLE has no start code, Pillow knows a JPEG that only lacks its end."""

    def __init__(self, wrong: str) -> None:
        super().__init__(wrong, COPY_AGAIN)


def decode_frame(data: bytes, rows: int, columns: int, photometric: str) -> tuple[np.ndarray, Codestream, str]:
    """Samples (H, W) or (H, W, 3) of one JPEG, JPEG-LS, JPEG 2000 or JPEG XL frame.

    Returns them with the frame's own header and the photometric interpretation that they are in now. Raises Refused
    (Undecided for an unknown or unfinished frame), also where it is of another size than the data set says.
    """
    stream = inspect(data)
    if stream.rows and (stream.rows, stream.columns) != (rows, columns):
        check_size(stream.rows, stream.columns)
        raise damaged("holds a compressed picture of another size than its header says")
    if not stream.codec:
        raise Undecided("holds a compressed picture of an unknown kind")
    if not stream.complete:
        raise Undecided("is cut short: a part of its pixels is missing")
    try:
        samples, photometric = _samples(data, stream, photometric)
    except MemoryError:
        raise
    except Exception as error:  # each codec has its own errors
        name = SYNTAX_NAMES[stream.codec]
        raise damaged(f"holds a {name} frame that cannot be decoded") from error
    if samples.shape[:2] != (rows, columns):
        raise damaged("holds a compressed picture of another size than its header says")
    return samples, stream, photometric


def _samples(data: bytes, stream: Codestream, photometric: str) -> tuple[np.ndarray, str]:
    if stream.codec == "jpeg":
        return _jpeg(data, stream, photometric)
    if stream.codec == "ljpeg":
        return np.asarray(imagecodecs.jpeg_decode(data)), photometric
    if stream.codec == "jpegls":
        samples = np.asarray(imagecodecs.jpegls_decode(data))
        planes = samples.ndim == 3 and samples.shape[1:] == (stream.rows, stream.columns)
        return np.moveaxis(samples, 0, -1) if planes else samples, photometric
    if stream.codec == "jpegxl":
        return np.asarray(imagecodecs.jpegxl_decode(data, numthreads=2)), _as_rgb(photometric)
    try:
        samples = imagecodecs.jpeg2k_decode(data, numthreads=2)
    except imagecodecs.Jpeg2kError:
        samples = imagecodecs.htj2k_decode(data)
    stays = photometric.startswith("YBR_FULL") and stream.ycbcr is None
    return np.asarray(samples), photometric if stays else _as_rgb(photometric)


def _jpeg(data: bytes, stream: Codestream, photometric: str) -> tuple[np.ndarray, str]:
    """Baseline to progressive, 8 or 12 bits; colours as the JPEG's own markers say, else as the data set says."""
    if photometric.startswith(("MONOCHROME", "PALETTE")):
        return np.asarray(imagecodecs.jpeg8_decode(data)), photometric
    is_ycbcr = stream.ycbcr if stream.ycbcr is not None else photometric != "RGB"
    colours = "YCBCR" if is_ycbcr else "RGB"
    return np.asarray(imagecodecs.jpeg8_decode(data, colorspace=colours, outcolorspace="RGB")), "RGB"


def _as_rgb(photometric: str) -> str:
    """JPEG 2000's own colour transform is undone by the decoder; so is JPEG XL's."""
    return "RGB" if photometric.startswith("YBR") else photometric
