"""What earlier runs have finished in a format's folder, kept beside the files, so that a batch goes on where it ended.

One JSON line a Mask: its name, subject, identity, files, and the row that goes into the format's list of all Masks.
No path and no tag of a patient stands in it. Several Masks may want one name, as those of x.dcm and x.dicom do: which
is which is told by the identity, a digest of the source's hash and of all else that makes a file this very one.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from unet_studio.core.digests import file_sha256
from unet_studio.core.errors import UserError
from unet_studio.exporting import newfile

NAME = ".finished.jsonl"


class Finished:
    """The record of one folder; rows stay on the disk, only names and places are held."""

    def __init__(self, folder: Path) -> None:
        """Raises UserError where the record cannot be read."""
        self.folder = folder
        self.changed = False
        self._path = folder / NAME
        self._names: dict[tuple[str, str], tuple[str, int]] = {}  # name, identity -> subject, place of its line
        self._subjects: dict[str, tuple[str, str]] = {}  # subject -> the name and identity that count
        self._sums: dict[str, set[str]] = {}  # lists that this program wrote -> their SHA-256
        self._end = 0
        self._load()

    def holds(self, name: str, identity: str) -> bool:
        """Whether this very Mask was written before and all its files are there."""
        found = self._names.get((name, identity))
        return found is not None and all((self.folder / file).is_file() for file in self._line(found[1])["files"])

    def row(self, name: str, identity: str) -> dict[str, Any]:
        """The row kept for a Mask that this `holds`."""
        return dict(self._line(self._names[name, identity][1])["row"])

    def add(self, name: str, subject: str, identity: str, files: Sequence[str], row: Mapping[str, Any]) -> None:
        """A Mask is finished; files: relative to the folder. Raises UserError where the record cannot be written."""
        line = {"name": name, "subject": subject, "identity": identity, "files": list(files), "row": dict(row)}
        place = self._append(line)
        self._names[name, identity] = subject, place
        self._subjects[subject] = name, identity
        self.changed = True

    def again(self, name: str, identity: str, **row: Any) -> None:
        """Put other values into a finished Mask's row, where they differ."""
        line = self._line(self._names[name, identity][1])
        if any(line["row"].get(key) != value for key, value in row.items()):
            self.add(name, line["subject"], identity, line["files"], {**line["row"], **row})

    def rows(self) -> Iterator[dict[str, Any]]:
        """The rows of all Masks, in the order in which they came; of one subject only the newest."""
        newest = set(self._subjects.values())
        for which, (_, place) in list(self._names.items()):
            if which in newest:
                yield dict(self._line(place)["row"])

    def publish(self, name: str, parts: Iterator[bytes]) -> Path:
        """Write a list of all Masks in place of the one written before.

        Raises UserError, and changes nothing, where a file of that name is not the one that this program wrote.
        """
        path = self.folder / name
        if os.path.lexists(path) and file_sha256(path) not in self._sums.get(name, ()):
            raise UserError(
                f"{path}: made or changed by something else, so it stays as it is; export into another folder."
            )
        newfile.replace(path, parts, lambda found: self._know(name, found))
        return path

    def _know(self, name: str, sha256: str) -> None:
        """A list is about to take its place: from now on it counts as this program's own."""
        self._append({"list": name, "sha256": sha256})
        self._sums.setdefault(name, set()).add(sha256)

    def _load(self) -> None:
        if not self._path.is_file():
            return
        try:
            with self._path.open("rb") as file:
                for raw in file:
                    place, self._end = self._end, self._end + len(raw)
                    self._take(raw, place)
        except OSError as error:
            raise UserError(f"{self._path}: cannot be read ({error.strerror}); choose another folder.") from error

    def _take(self, raw: bytes, place: int) -> None:
        try:
            line = json.loads(raw)
            if "list" in line:
                self._sums.setdefault(line["list"], set()).add(line["sha256"])
            elif raw.endswith(b"\n") and isinstance(line["files"], list):
                which = line["name"], line["identity"]
                self._names[which] = line["subject"], place
                self._subjects[line["subject"]] = which
        except (ValueError, KeyError, TypeError):
            return  # a line that was cut off: its Mask is written again

    def _line(self, place: int) -> dict[str, Any]:
        with self._path.open("rb") as file:
            file.seek(place)
            return dict(json.loads(file.readline()))

    def _append(self, line: Mapping[str, Any]) -> int:
        data = json.dumps(line).encode("ascii") + b"\n"  # escaped: names that are not UTF-8 come back as they were
        self._end = newfile.append(self._path, data)
        return self._end - len(data)
