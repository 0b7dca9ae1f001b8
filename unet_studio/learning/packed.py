"""A Model version as one file: its weights, byte for byte, and its card in the file's own metadata.

The file is safetensors and any program that reads those can open it. Its metadata hold, besides what the weights file
had, CARD (JSON), HEADER (the weights file's own header, so that its bytes and SHA-256 can be had again) and CHECK (the
SHA-256 of the whole file with zeros in CHECK's place).
"""

from __future__ import annotations

import hashlib
import json
import struct
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from training.checkpoint import KEY, describe, load_model
from unet_studio.core.errors import ModelError

FORMAT = 1
CARD, HEADER, CHECK = "unet_studio_version", "unet_studio_header", "unet_studio_check"
LARGEST_HEADER = 100_000_000  # bytes, as safetensors has it
ZEROS = "0" * 64
_LENGTH = struct.Struct("<Q")


def pack(weights: bytes, card: Mapping[str, Any]) -> bytes:
    """The bytes of a version's file. weights: of a sound safetensors file; card: JSON values. Raises ValueError."""
    header, data = _split(weights)
    text = json.dumps({**card, "format": FORMAT}, sort_keys=True)
    rows = json.loads(header)
    rows["__metadata__"] = {
        **rows.get("__metadata__", {}),
        CARD: text,
        HEADER: header.decode(),
        CHECK: ZEROS,
    }
    packed = json.dumps(rows, separators=(",", ":")).encode()
    packed += b" " * (-len(packed) % 8)  # tensors begin at a multiple of 8 bytes
    digest = _digest(packed, data)
    place = f'"{CHECK}":"'
    return _LENGTH.pack(len(packed)) + packed.replace((place + ZEROS).encode(), (place + digest).encode(), 1) + data


def unpack(data: bytes, name: str) -> tuple[bytes, dict[str, Any]]:
    """(weights file, card) of a version's file. Raises ModelError, one sentence that begins with `name`."""
    damaged = f"{name}: the file is damaged or not complete; have it exported and copied again."
    try:
        packed, tensors = _split(data)
        rows = json.loads(packed)
        facts = rows.get("__metadata__", {})
    except (ValueError, AttributeError, RecursionError) as error:
        text = "it is not a model file, or a damaged one; choose a file that `unet-studio models export` wrote."
        raise ModelError(f"{name}: {text}") from error
    if not {CARD, HEADER, CHECK} <= set(facts):
        what = "a model file" if KEY in facts else "a safetensors file"
        raise ModelError(f"{name}: it is {what}, but no exported version; choose one that `models export` wrote.")
    try:
        text, header = str(facts[CARD]), str(facts[HEADER]).encode()
        check = str(facts[CHECK])
        if len(check) != len(ZEROS) or check != _digest(packed.replace(check.encode(), ZEROS.encode(), 1), tensors):
            raise ModelError(damaged)
        card = dict(json.loads(text))
        number = int(card["format"])
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise ModelError(damaged) from error
    if number > FORMAT:
        raise ModelError(f"{name}: written by a newer U-Net Studio (format {number}); install that one.")
    return _LENGTH.pack(len(header)) + header + tensors, card


def network_of(weights: Path) -> tuple[dict[str, Any], dict[str, Any]]:
    """Architecture and input of the network in a weights file, to be compared with others. Raises ModelError."""
    try:
        about = describe(weights)
    except (ValueError, OSError) as error:
        raise ModelError(str(error)) from error
    return dict(about.architecture), dict(vars(about.input))


def check_weights(weights: Path, target: str, name: str) -> None:
    """Raises ModelError, one sentence that begins with `name`, for weights that cannot propose this Target.

    That is: an unknown network, weights that do not fit it or are not finite, another Target.
    """
    try:
        _, about = load_model(weights)
    except (ValueError, OSError) as error:
        raise ModelError(str(error).replace(str(weights), f"{name}:", 1)) from error
    if about.target != target:
        raise ModelError(f"{name}: its weights propose {about.target}, but its card says {target}; export it again.")


def _split(data: bytes) -> tuple[bytes, bytes]:
    """(header, tensors) of a safetensors file. Raises ValueError."""
    if len(data) < _LENGTH.size:
        raise ValueError("too short")
    (length,) = _LENGTH.unpack_from(data)
    if length > min(LARGEST_HEADER, len(data) - _LENGTH.size):
        raise ValueError("its header is not whole")
    end = _LENGTH.size + length
    return data[_LENGTH.size : end], data[end:]


def _digest(header: bytes, tensors: bytes) -> str:
    digest = hashlib.sha256(_LENGTH.pack(len(header)) + header)
    digest.update(tensors)
    return digest.hexdigest()
