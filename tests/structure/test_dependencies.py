"""What the program imports is what pyproject.toml asks for, and the other way round."""

from __future__ import annotations

import ast
import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
IMPORTED_AS = {"PySide6-Essentials": "PySide6", "opencv-python-headless": "cv2", "pillow": "PIL", "pynrrd": "nrrd"}
WITH_ANOTHER = {"shiboken6"}  # comes with PySide6
TO_TRAIN_ONLY = {"monai"}


def declared() -> set[str]:
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    listed = re.search(r"^dependencies = \[(.*?)^\]", text, flags=re.MULTILINE | re.DOTALL)
    assert listed
    names = re.findall(r'"([\w-]+)', listed[1])
    return {IMPORTED_AS.get(name, name) for name in names}


def imported() -> set[str]:
    names = set()
    for package in ("unet_studio", "training"):
        for path in (ROOT / package).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Import):
                    names |= {alias.name.split(".")[0] for alias in node.names}
                elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                    names.add(node.module.split(".")[0])
    return names - set(sys.stdlib_module_names) - {"unet_studio", "training"}


def test_every_import_is_declared_and_every_dependency_imported() -> None:
    assert imported() - WITH_ANOTHER - TO_TRAIN_ONLY == declared()
