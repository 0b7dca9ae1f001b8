"""Devices: which one to compute on, and what keeps a better one away."""

from __future__ import annotations

import os
import shutil
import sys
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import torch
from torch.nn import functional as F

LEAST_FREE = 400 * 2**20  # bytes on the card for the CUDA libraries, a network and one picture
LABELS = {"cuda": "CUDA", "mps": "Apple MPS"}


@dataclass(frozen=True)
class DeviceChoice:
    """`name` is what torch takes ("cpu", "cuda", "mps"); `label` and `why` (not a better one) are for the reader."""

    name: str
    label: str
    why: str = ""


@dataclass(frozen=True)
class DeviceReport:
    """Whether a device computes; `reason` and `remedy` are a line each, "" where it does."""

    name: str
    ok: bool
    label: str
    reason: str = ""
    remedy: str = ""


@dataclass(frozen=True)
class Obstacle:
    """What keeps a device from being used, and what mends it."""

    reason: str
    remedy: str


def choose(prefer: str = "auto") -> DeviceChoice:
    """The device to compute on: CUDA, else Apple MPS, else the CPU; or the preferred one where it can be used.

    Raises ValueError for a name other than "auto", "cpu", "cuda" and "mps".
    """
    if prefer not in ("auto", "cpu", "cuda", "mps"):
        raise ValueError(f"There is no device {prefer!r}; choose auto, cpu, cuda or mps.")
    if prefer == "cpu":
        return DeviceChoice("cpu", label_of("cpu"), "The CPU was asked for.")
    wanted = _candidates() if prefer == "auto" else [prefer]
    reasons = []
    for name in wanted:
        obstacle = obstacle_to(name)
        if obstacle is None:
            return DeviceChoice(name, label_of(name))
        reasons.append(obstacle.reason)
    return DeviceChoice("cpu", label_of("cpu"), " ".join(reasons))


def out_of_memory(error: BaseException) -> bool:
    """Whether an error of a computation means that the card's or the machine's memory is full."""
    text = str(error).lower()
    kind = isinstance(error, (torch.OutOfMemoryError, MemoryError))
    return kind or "out of memory" in text or "can't allocate memory" in text


def free_card() -> None:
    """Give memory that nothing uses any more back to the other programs on the card."""
    if torch.cuda.is_initialized():  # type: ignore[no-untyped-call]
        torch.cuda.empty_cache()
    if torch.backends.mps.is_available():
        torch.mps.empty_cache()


def diagnose() -> list[DeviceReport]:
    """A real convolution on every device that this machine could have, the best first, the CPU last."""
    return [_report(name) for name in [*_candidates(), "cpu"]]


def label_of(name: str) -> str:
    """The device in words, for instance "CUDA: GeForce RTX 4070" or "CPU (2 threads)"."""
    if name == "cuda":
        return f"CUDA: {_quietly(lambda: torch.cuda.get_device_name(0), 'unknown card')}"
    if name == "mps":
        return LABELS["mps"]
    threads = torch.get_num_threads()
    return f"CPU ({threads} thread{'s' if threads != 1 else ''})"


def obstacle_to(name: str) -> Obstacle | None:
    """Why CUDA or MPS cannot be used, found without computing anything; None when it looks usable."""
    return cuda_obstacle() if name == "cuda" else mps_obstacle()


def cuda_obstacle() -> Obstacle | None:
    """What keeps CUDA away: no card, a CPU build, a driver or card too old, a full card."""
    if torch.version.cuda is None and torch.version.hip is None:
        if not nvidia_driver_answers():
            return Obstacle("No NVIDIA card with a driver was found.", "Nothing to mend; the CPU is used.")
        return Obstacle(
            "An NVIDIA driver is installed, but this PyTorch is a build for the CPU only.",
            "Install the CUDA build of PyTorch as the README says for this system.",
        )
    available, said = _cuda_available()
    if not available:
        return _unavailable(said)
    return _too_old() or _full()


def mps_obstacle() -> Obstacle | None:
    """What keeps Apple's graphics away."""
    if not torch.backends.mps.is_built():
        return Obstacle("This PyTorch was built without Apple MPS.", "Install PyTorch's build for Apple silicon.")
    if not torch.backends.mps.is_available():
        return Obstacle("This Mac has no GPU that PyTorch can use.", "Use macOS 12.3 or later on Apple silicon.")
    return None


def nvidia_driver_answers() -> bool:
    """Whether an NVIDIA driver is installed, whatever PyTorch makes of it."""
    if sys.platform == "win32":
        return (Path(os.environ.get("SYSTEMROOT", r"C:\Windows")) / "System32" / "nvcuda.dll").is_file()
    return Path("/proc/driver/nvidia/version").exists() or shutil.which("nvidia-smi") is not None


def _candidates() -> list[str]:
    return ["mps"] if sys.platform == "darwin" else ["cuda"]


def _cuda_available() -> tuple[bool, str]:
    """Whether torch sees a card, and what it says about it; its warnings stay off the terminal."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        available = torch.cuda.is_available()
        said = " ".join(str(warning.message) for warning in caught)
        if not available and not said:
            try:
                torch.cuda.init()  # type: ignore[no-untyped-call]
            except (RuntimeError, AssertionError) as error:
                said = str(error)
    return available, said


def _unavailable(said: str) -> Obstacle:
    if "driver" in said and "too old" in said:
        return Obstacle(
            f"The NVIDIA driver is too old for this PyTorch (CUDA {torch.version.cuda}).",
            "Update the NVIDIA driver and start again.",
        )
    if not nvidia_driver_answers():
        return Obstacle("No NVIDIA card with a driver was found.", "Install the NVIDIA driver if there is a card.")
    return Obstacle(
        "An NVIDIA driver is installed, but it gives PyTorch no card.",
        "Start the computer again; if nvidia-smi then shows no card, install the driver again.",
    )


def _too_old() -> Obstacle | None:
    major, minor = torch.cuda.get_device_capability(0)
    if torch.version.hip is not None or any(_runs(arch, major, minor) for arch in torch.cuda.get_arch_list()):
        return None
    return Obstacle(
        f"{torch.cuda.get_device_name(0)} (compute capability {major}.{minor}) is not supported by this PyTorch.",
        "Install a PyTorch version that still supports this card, or go on with the CPU.",
    )


def _runs(arch: str, major: int, minor: int) -> bool:
    """Whether code for `arch` ("sm_86", "compute_90") runs on a card of this capability."""
    kind, _, digits = arch.partition("_")
    digits = digits.rstrip("af")
    if not digits.isdigit():
        return False
    built = int(digits[:-1]), int(digits[-1])
    if kind == "compute":
        return built <= (major, minor)
    return built[0] == major and built[1] <= minor


def _full() -> Obstacle | None:
    try:
        free, total = torch.cuda.mem_get_info(0)
    except RuntimeError as error:
        return _failure("cuda", error)
    if free >= LEAST_FREE:
        return None
    return Obstacle(
        f"The graphics card is full: {free // 2**20} of {total // 2**20} MB are free.",
        "Close other programs that use the card.",
    )


def _failure(name: str, error: Exception) -> Obstacle:
    """What an error of a computation means for a reader."""
    text = str(error)
    if "out of memory" in text.lower():
        return Obstacle("The graphics card is full.", "Close other programs that use the card.")
    if "no kernel image" in text:
        return Obstacle("This PyTorch has no code for this card.", "Install a PyTorch version that supports the card.")
    first = (text.strip().splitlines() or [type(error).__name__])[0].rstrip(".")
    return Obstacle(f"A test computation on {LABELS.get(name, 'the CPU')} failed: {first}.", "Install PyTorch again.")


def _report(name: str) -> DeviceReport:
    obstacle = obstacle_to(name) if name != "cpu" else None
    if obstacle is None:
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                right = convolve(name)
        except (RuntimeError, AssertionError) as error:
            obstacle = _failure(name, error)
        else:
            if not right:
                obstacle = Obstacle("A test computation gave a wrong result.", "Update the driver and PyTorch.")
    if obstacle is None:
        return DeviceReport(name, True, label_of(name))
    label = LABELS.get(name, "") or label_of(name)
    return DeviceReport(name, False, label, obstacle.reason, obstacle.remedy)


def convolve(name: str) -> bool:
    """Whether a convolution with a known answer comes out right on the device."""
    values = torch.ones(1, 8, 32, 32, device=name)
    found = F.conv2d(values, torch.ones(8, 8, 3, 3, device=name), padding=1)
    return bool(abs(float(found[0, 0, 16, 16].cpu()) - 72.0) < 0.5)


def _quietly(ask: Callable[[], str], otherwise: str) -> str:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return ask()
        except (RuntimeError, AssertionError):
            return otherwise
