"""Where the program's data files lie: `resources/` of a checkout, or `unet_studio/resources` of a wheel."""

from pathlib import Path


def resources_folder() -> Path:
    """The folder that holds models, icons, style sheet and shortcuts.

    Raises FileNotFoundError when neither place exists (a damaged installation).
    """
    package = Path(__file__).resolve().parent.parent
    for folder in (package / "resources", package.parent / "resources"):
        if (folder / "models").is_dir():
            return folder
    raise FileNotFoundError(f"{package}: the program's data files are missing; install U-Net Studio again")


def bundled_model(target: str) -> Path:
    """The weights (safetensors) that come with the program for one Target."""
    return resources_folder() / "models" / f"{target}.safetensors"
