"""Where things lie inside a Workspace folder."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

DATABASE = "studio.sqlite"
FACTS = "workspace.json"


@dataclass(frozen=True)
class Workspace:
    """One open Workspace. It holds no handles: it may be passed to threads and kept as long as one likes.

    id: a random name given at creation, the same wherever the folder is moved.
    """

    folder: Path
    id: str

    @property
    def database(self) -> Path:
        """The SQLite file."""
        return self.folder / DATABASE

    @property
    def journals(self) -> Path:
        """The folder of the drafts' journals."""
        return self.folder / "journal"

    @property
    def backups(self) -> Path:
        """The folder of the database's copies."""
        return self.folder / "backups"

    def inside(self, name: str) -> Path:
        """The file that a row names, for instance `masks/ab/abcd.png`."""
        return self.folder.joinpath(*name.split("/"))
