"""What the window remembers from one day to the next: kept as JSON in the Workspace's folder."""

from __future__ import annotations

import json
import logging
from dataclasses import asdict, dataclass, fields
from pathlib import Path

from unet_studio.editing.toolbox import COUNT, ISLAND, LEVEL, RADIUS, SMOOTH

log = logging.getLogger("unet_studio.window")
FILE = "window.json"


@dataclass(frozen=True)
class Preferences:
    """Looks and sizes; every value has a default, so that a file of another version does no harm."""

    geometry: str = ""  # Qt's saved geometry, base64
    left_width: int = 0  # px, 0 = the default
    right_width: int = 0
    opacity: int = 35  # percent
    brush: int = 20  # image px
    order: int = 0  # of the worklist
    text_percent: int = 100
    language: str = ""  # "" = the system's
    recent: str = ""  # commands last run from the palette
    learn_seconds: int = 300  # the longest that a run may take
    learn_from: str = "active"  # what a run starts from
    learn_readers: str = ""  # JSON list of the readers to learn from, "" = all
    learn_device: str = "auto"
    export_folder: str = ""
    export_formats: str = "png"  # with commas between
    export_anonymous: bool = False
    show_lock: bool = False
    outline: bool = True
    show_names: bool = False  # file names on the screen
    colour_lung: str = "sky blue"  # a name of gui's palette
    colour_polyp: str = "yellow"
    beside: str = "picture"  # what is shown side by side
    follow: bool = True  # islands are offered after strokes
    amount_level: int = LEVEL.default  # of the tools and commands; see editing's toolbox
    amount_largest: int = COUNT.default
    amount_island: int = ISLAND.default
    amount_radius: int = RADIUS.default
    amount_smooth: int = SMOOTH.default


def load(folder: Path) -> Preferences:
    """The remembered preferences, or the defaults where there are none that can be read."""
    try:
        found = json.loads((folder / FILE).read_text(encoding="utf-8"))
        kinds = {field.name: type(field.default) for field in fields(Preferences)}
        return Preferences(**{name: value for name, value in found.items() if type(value) is kinds.get(name)})
    except (OSError, ValueError, AttributeError):
        return Preferences()


def save(folder: Path, preferences: Preferences) -> None:
    """Remember; a failure costs the looks only."""
    try:
        part = folder / (FILE + ".part")
        part.write_text(json.dumps(asdict(preferences), indent=1), encoding="utf-8")
        part.replace(folder / FILE)
    except OSError as error:
        log.warning("the window's looks were not kept: %s", type(error).__name__)
