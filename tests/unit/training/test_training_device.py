"""Devices, with the platform faked: every obstacle is named with its remedy, and nothing reaches the terminal."""

from __future__ import annotations

import sys
import warnings

import pytest
import torch

from training import device

GB = 2**30


@pytest.fixture
def card(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """A machine whose NVIDIA card works; tests take parts of it away."""
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setattr(torch.version, "cuda", "12.6")
    monkeypatch.setattr(device, "nvidia_driver_answers", lambda: True)
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "get_device_name", lambda index: "RTX 4070")
    monkeypatch.setattr(torch.cuda, "get_device_capability", lambda index: (8, 9))
    monkeypatch.setattr(torch.cuda, "get_arch_list", lambda: ["sm_80", "sm_90"])
    monkeypatch.setattr(torch.cuda, "mem_get_info", lambda index: (8 * GB, 12 * GB))
    monkeypatch.setattr(device, "convolve", lambda name: True)
    return monkeypatch


def test_a_card_that_works_is_taken(card: pytest.MonkeyPatch) -> None:
    assert device.choose() == device.DeviceChoice("cuda", "CUDA: RTX 4070", "")
    assert [report.ok for report in device.diagnose()] == [True, True]
    chosen = device.choose("cpu")
    assert (chosen.name, chosen.why) == ("cpu", "The CPU was asked for.")


def too_old_driver() -> bool:
    warnings.warn(
        "CUDA initialization: The NVIDIA driver on your system is too old (found version 11040).", stacklevel=1
    )
    return False


OBSTACLES = {
    "no card": (
        [(torch.version, "cuda", None), (device, "nvidia_driver_answers", lambda: False)],
        "No NVIDIA card",
        "the CPU is used",
    ),
    "cpu build": ([(torch.version, "cuda", None)], "a build for the CPU only", "Install the CUDA build"),
    "old driver": ([(torch.cuda, "is_available", too_old_driver)], "driver is too old", "Update the NVIDIA driver"),
    "silent driver": (
        [(torch.cuda, "is_available", lambda: False), (torch.cuda, "init", lambda: None)],
        "gives PyTorch no card",
        "Start the computer again",
    ),
    "old card": (
        [(torch.cuda, "get_device_capability", lambda index: (5, 2))],
        "RTX 4070 (compute capability 5.2) is not supported",
        "still supports this card",
    ),
    "newer card": ([(torch.cuda, "get_device_capability", lambda index: (12, 0))], "12.0", "Install a PyTorch version"),
    "full card": (
        [(torch.cuda, "mem_get_info", lambda index: (100 * 2**20, 12 * GB))],
        "100 of 12288 MB are free",
        "Close other programs",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", OBSTACLES)
def test_what_keeps_the_card_away_is_said(
    name: str, card: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    changes, reason, remedy = OBSTACLES[name]
    for where, attribute, value in changes:
        card.setattr(where, attribute, value)
    chosen = device.choose()
    assert chosen.name == "cpu"
    assert chosen.label.startswith("CPU (1 thread)")
    assert reason in chosen.why
    assert device.choose("cuda") == chosen
    report = device.diagnose()[0]
    assert (report.name, report.ok) == ("cuda", False)
    assert reason in report.reason
    assert remedy in report.remedy
    assert "\n" not in report.reason + report.remedy
    assert capfd.readouterr() == ("", "")


def test_code_for_a_newer_card_by_way_of_ptx(card: pytest.MonkeyPatch) -> None:
    card.setattr(torch.cuda, "get_device_capability", lambda index: (12, 0))
    card.setattr(torch.cuda, "get_arch_list", lambda: ["sm_80", "compute_90"])
    assert device.choose().name == "cuda"


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 20 MiB"), "full"),
        (RuntimeError("CUDA error: no kernel image is available for execution on the device\nCompile"), "no code for"),
        (RuntimeError("cuDNN error: CUDNN_STATUS_NOT_INITIALIZED\nmore"), "CUDNN_STATUS_NOT_INITIALIZED."),
    ],
)
def test_a_convolution_that_fails(card: pytest.MonkeyPatch, error: Exception, reason: str) -> None:
    def fail(name: str) -> bool:
        if name == "cuda":
            raise error
        return True

    card.setattr(device, "convolve", fail)
    first, last = device.diagnose()
    assert not first.ok
    assert reason in first.reason
    assert first.remedy
    assert last.ok


def test_a_convolution_that_is_wrong(card: pytest.MonkeyPatch) -> None:
    card.setattr(device, "convolve", lambda name: name == "cpu")
    assert "wrong result" in device.diagnose()[0].reason


def test_apple(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")
    monkeypatch.setattr(device, "convolve", lambda name: True)
    monkeypatch.setattr(torch.backends.mps, "is_built", lambda: True)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: True)
    assert device.choose() == device.DeviceChoice("mps", "Apple MPS", "")
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: False)
    assert device.choose().name == "cpu"
    assert "no GPU" in device.choose().why
    assert [report.name for report in device.diagnose()] == ["mps", "cpu"]


def test_a_driver_is_found_by_its_files(monkeypatch: pytest.MonkeyPatch, tmp_path) -> None:
    monkeypatch.setattr(sys, "platform", "win32")
    monkeypatch.setenv("SYSTEMROOT", str(tmp_path))
    assert not device.nvidia_driver_answers()
    (tmp_path / "System32").mkdir()
    (tmp_path / "System32" / "nvcuda.dll").touch()
    assert device.nvidia_driver_answers()
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setattr(device.shutil, "which", lambda name: "/usr/bin/nvidia-smi")
    assert device.nvidia_driver_answers()


def test_this_machine_s_own_convolution_is_right() -> None:
    assert device.diagnose()[-1] == device.DeviceReport("cpu", True, "CPU (1 thread)")


def test_an_unknown_device_is_refused() -> None:
    with pytest.raises(ValueError, match="choose auto, cpu, cuda or mps"):
        device.choose("tpu")
