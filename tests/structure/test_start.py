"""`sh start` on machines that lack something, and on one that is set up already; nothing is installed here."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import venv
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="start is for Debian and Ubuntu")
TOOLS = ("cat", "cksum", "date", "dirname", "env", "grep", "head", "mkdir", "rm", "sed", "sh", "sleep", "tail", "uname")


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    folder = tmp_path / "a folder" / "unet-studio"
    folder.mkdir(parents=True)
    for name in ("start", "pyproject.toml"):
        shutil.copy(ROOT / name, folder)
    return folder


@pytest.fixture
def machine(tmp_path: Path) -> Path:
    """A PATH of an ordinary user's few commands, without Python and with no library that Qt needs."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for tool in TOOLS:
        found = shutil.which(tool)
        assert found, tool
        (folder / tool).symlink_to(found)
    command(folder / "id", "echo 1000")
    command(folder / "ldconfig", ":")
    return folder


def command(path: Path, text: str) -> None:
    path.write_text(f"#!/bin/sh\n{text}\n", encoding="utf-8")
    path.chmod(0o755)


def give_libraries(machine: Path) -> None:
    names = re.findall(r"(lib[\w.+-]+\.so\.\d+):", (ROOT / "start").read_text(encoding="utf-8"))
    assert len(names) == 11
    command(machine / "ldconfig", "\n".join(f"echo '{name} (libc6,x86-64)'" for name in names))


def give_python(machine: Path) -> None:
    command(machine / "python3", f'exec "{sys.executable}" "$@"')


def start(checkout: Path, machine: Path, *arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
    environment = {"PATH": str(machine), "HOME": str(checkout), **more}
    return subprocess.run(
        [str(machine / "sh"), str(checkout / "start"), *arguments],
        cwd=machine,
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.mark.parametrize("script", ["start", "check"])
@pytest.mark.parametrize("shell", ["sh", "dash", "bash"])
def test_scripts_are_plain_shell(script: str, shell: str) -> None:
    if shutil.which(shell) is None:
        pytest.skip(f"{shell} is not here")
    subprocess.run([shell, "-n", str(ROOT / script)], check=True)


def test_without_python_it_names_the_line_of_an_administrator(checkout: Path, machine: Path) -> None:
    done = start(checkout, machine)
    assert done.returncode == 1
    *said, line = done.stderr.splitlines()
    assert len(said) == 1
    assert line.startswith("apt-get update && apt-get install -y python3 python3-venv libegl1 ")
    assert not (checkout / ".setup").exists()


def test_a_display_needs_the_libraries_of_a_window(checkout: Path, machine: Path) -> None:
    give_python(machine)
    done = start(checkout, machine, DISPLAY=":0")
    assert done.returncode == 1
    assert "libxcb-cursor0" in done.stderr
    assert "python3" not in done.stderr


def test_tests_need_no_libraries_of_a_window(checkout: Path, machine: Path) -> None:
    done = start(checkout, machine, "--set-up", "test")
    assert done.returncode == 1
    assert "libegl1" in done.stderr
    assert "libxcb" not in done.stderr


@pytest.mark.parametrize(
    ("trouble", "said"),
    [
        ({"WHEELS": "/no/such/folder"}, "/no/such/folder: no such folder"),
        ({"PYTHON": "/bin/false"}, "/bin/false is no"),
    ],
)
def test_wrong_settings_are_named(checkout: Path, machine: Path, trouble: dict[str, str], said: str) -> None:
    give_libraries(machine)
    give_python(machine)
    done = start(checkout, machine, **trouble)
    assert done.returncode == 1
    assert said in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert not (checkout / ".setup" / "lock").exists()


def test_a_folder_that_cannot_be_written_is_named(checkout: Path, machine: Path) -> None:
    give_libraries(machine)
    give_python(machine)
    (checkout / ".setup").touch()
    done = start(checkout, machine)
    assert done.returncode == 1
    assert done.stderr == (
        f"start: {checkout} cannot be written; copy the folder to a place of your own and run sh start there\n"
    )


def test_the_second_start_installs_nothing_and_passes_everything_on(checkout: Path, machine: Path) -> None:
    give_libraries(machine)
    environment = checkout / ".venv"
    venv.create(environment, with_pip=False)
    command(environment / "bin" / "unet-studio", 'printf "%s\\n" "$@"')
    version = f"{sys.version_info[0]} {sys.version_info[1]}"
    with (checkout / "pyproject.toml").open("rb") as project:
        checksum = subprocess.run(["cksum"], stdin=project, capture_output=True, text=True, check=True).stdout
    (environment / "set-up-test").write_text(f"{environment} {version}\n{checksum}", encoding="utf-8")
    done = start(checkout, machine, "a film.dcm", "--target", "lung", LANG=os.environ.get("LANG", "C"))
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == ["--sample", "a film.dcm", "--target", "lung"]
    assert done.stderr == ""
    assert not (checkout / ".setup").exists()
