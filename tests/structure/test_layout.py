"""The house keeps its shape: folders, sizes, old enough syntax, nothing unfinished, nothing unpickled."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = ("unet_studio", "training")
TOP = {
    "unet_studio",
    "training",
    "resources",
    "tests",
    "docs",
    "pyproject.toml",
    "README.md",
    "LICENSE",
    "start",
    "check",
}
ROOMS = {
    "core",
    "imaging",
    "inference",
    "editing",
    "learning",
    "exporting",
    "workspace",
    "workflow",
    "gui",
    "cli",
}
FILE_LINES, FUNCTION_LINES, INIT_LINES = 400, 60, 40
PICTURES = {".png", ".jpg", ".jpeg", ".tif", ".tiff", ".bmp", ".gif", ".webp", ".dcm", ".dicom", ".npy", ".npz"}
UNFINISHED = re.compile(r"\b(TO" r"DO|FIX" r"ME|XX" r"X|raise NotImplemented" r"Error)\b")
PICKLING = {"pickle", "cPickle", "dill", "joblib", "shelve", "marshal", "cloudpickle"}
NEWER_THAN_3_10 = {
    "enum": {"StrEnum", "verify", "member", "nonmember"},
    "datetime": {"UTC"},
    "typing": {"Self", "override", "assert_never", "reveal_type", "Never", "LiteralString", "Unpack", "TypeVarTuple"},
    "itertools": {"batched"},
    "asyncio": {"TaskGroup", "timeout"},
    "contextlib": {"chdir"},
    "warnings": {"deprecated"},
}


def sources(*folders: str) -> list[Path]:
    return sorted(path for folder in folders for path in (ROOT / folder).rglob("*.py"))


def trees(*folders: str) -> Iterator[tuple[str, ast.Module]]:
    for path in sources(*folders):
        yield str(path.relative_to(ROOT)), ast.parse(path.read_text(encoding="utf-8"), feature_version=(3, 10))


def test_top_level_is_the_one_of_the_design() -> None:
    made = re.findall(r"^(\w+)/$", (ROOT / ".gitignore").read_text(), flags=re.MULTILINE)
    found = {path.name for path in ROOT.iterdir() if not path.name.startswith(".")} - set(made)
    assert found == TOP
    assert (ROOT / ".ci" / "run").is_file()


def test_the_application_has_its_rooms_and_no_other() -> None:
    application = ROOT / "unet_studio"
    rooms = {path.parent.name for path in application.glob("*/__init__.py")}
    assert rooms == ROOMS
    assert {path.name for path in application.glob("*.py")} == {"__init__.py", "__main__.py"}


def test_files_are_short() -> None:
    long = {}
    for path in sources(*PROGRAM, "tests"):
        lines = path.read_text(encoding="utf-8").count("\n")
        if lines > (INIT_LINES if path.name == "__init__.py" else FILE_LINES):
            long[str(path.relative_to(ROOT))] = lines
    assert not long


def test_functions_are_short() -> None:
    long = {
        f"{name}:{node.name}": node.end_lineno - node.lineno + 1
        for name, tree in trees(*PROGRAM, "tests")
        for node in ast.walk(tree)
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
        and node.end_lineno is not None
        and node.end_lineno - node.lineno + 1 > FUNCTION_LINES
    }
    assert not long


def test_nothing_newer_than_python_3_10() -> None:
    newer = [
        f"{name}: {node.module}.{alias.name}"
        for name, tree in trees(*PROGRAM, "tests")
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
        if alias.name in NEWER_THAN_3_10.get(node.module or "", ())
    ]
    newer += [f"{name}: tomllib" for name, tree in trees(*PROGRAM, "tests") if "tomllib" in imported(tree)]
    assert not newer


def test_nothing_is_left_unfinished() -> None:
    marks = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in [*sources(*PROGRAM, "tests"), *(ROOT / "docs").rglob("*.md"), ROOT / "start", ROOT / "check"]
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if UNFINISHED.search(line)
    ]
    assert not marks


def test_nothing_is_unpickled() -> None:
    unsafe = []
    for name, tree in trees(*PROGRAM, "tests"):
        unsafe += [f"{name}: import {module}" for module in imported(tree) & PICKLING]
        unsafe += [f"{name}:{node.lineno}" for node in ast.walk(tree) if isinstance(node, ast.Call) and unpickles(node)]
    assert not unsafe


def imported(tree: ast.Module) -> set[str]:
    """The first names of everything that a module imports, at its top or inside a function."""
    names: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names.add(node.module.split(".")[0])
    return names


def unpickles(call: ast.Call) -> bool:
    given = {keyword.arg: keyword.value for keyword in call.keywords}

    def is_true(option: str) -> bool:
        value = given.get(option)
        return isinstance(value, ast.Constant) and value.value is True

    return is_true("allow_pickle") or (ast.unparse(call.func) == "torch.load" and not is_true("weights_only"))


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        ("np.load(f, allow_pickle=True)", True),
        ("np.load(f, allow_pickle=False)", False),
        ("torch.load(f)", True),
        ("torch.load(f, weights_only=False)", True),
        ("torch.load(f, weights_only=True)", False),
    ],
)
def test_unpickling_is_seen(statement: str, expected: bool) -> None:
    call = ast.parse(statement, mode="eval").body
    assert isinstance(call, ast.Call)
    assert unpickles(call) is expected


def test_pictures_are_icons_or_pages_of_the_documentation() -> None:
    allowed = (ROOT / "resources" / "icons", ROOT / "resources" / "sample", ROOT / "docs" / "images")
    astray = [
        str(path.relative_to(ROOT))
        for folder in (*PROGRAM, "resources", "tests", "docs")
        for path in (ROOT / folder).rglob("*")
        if path.suffix.lower() in PICTURES and not any(place in path.parents for place in allowed)
    ]
    assert not astray


def test_bundled_models_have_a_card_each() -> None:
    models = ROOT / "resources" / "models"
    weights = {path.stem for path in models.glob("*.safetensors")}
    assert {"lung", "polyp"} <= weights
    assert weights <= {path.name.split(".")[0] for path in models.glob("*.json")}


def test_documents_link_to_what_exists() -> None:
    dead = [
        f"{page.relative_to(ROOT)}: {link}"
        for page in [ROOT / "README.md", *(ROOT / "docs").rglob("*.md")]
        for link in re.findall(r"\]\(([^)#:]+)[^)]*\)", page.read_text(encoding="utf-8"))
        if not (page.parent / link).exists()
    ]
    assert not dead
