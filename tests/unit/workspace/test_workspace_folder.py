"""Opening, making and refusing Workspaces."""

from __future__ import annotations

import json
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from unet_studio.core.errors import WorkspaceError
from unet_studio.workspace import filesystem, folder, store


def one_sentence(error: pytest.ExceptionInfo[Exception]) -> str:
    text = str(error.value)
    assert "\n" not in text
    assert text.endswith(".")
    assert "Error" not in text
    return text


def test_a_new_one_is_made_and_found_again(tmp_path: Path) -> None:
    made = store.open_workspace(tmp_path / "a" / "b")
    again = store.open_workspace(tmp_path / "a" / "b", create=False)
    assert made == again
    facts = json.loads((made.folder / "workspace.json").read_text())
    assert facts["format"] == 1
    assert facts["id"] == made.id


def test_nothing_is_made_unasked(tmp_path: Path) -> None:
    with pytest.raises(WorkspaceError) as error:
        store.open_workspace(tmp_path / "none", create=False)
    one_sentence(error)
    assert not (tmp_path / "none").exists()


def test_the_default_one_is_in_the_users_local_profile(own_profile: Path) -> None:
    made = store.open_workspace()
    assert made.folder == store.default_folder()
    assert made.folder.is_relative_to(own_profile)


def test_a_newer_folder_is_refused(room) -> None:
    (room.ws.folder / "workspace.json").write_text('{"format": 2, "id": "x"}')
    with pytest.raises(WorkspaceError, match="newer U-Net Studio") as error:
        store.open_workspace(room.ws.folder)
    one_sentence(error)


def test_a_newer_database_is_refused(room) -> None:
    with sqlite3.connect(room.ws.database) as connection:
        connection.execute("PRAGMA user_version = 99")
    connection.close()
    with pytest.raises(WorkspaceError, match="format 99") as error:
        store.open_workspace(room.ws.folder)
    one_sentence(error)


@pytest.mark.parametrize("facts", ["", "{", "[]", '{"id": 3}'])
def test_a_damaged_or_missing_facts_file_is_written_anew(room, facts: str) -> None:
    path = room.ws.folder / "workspace.json"
    path.write_text(facts)
    assert store.open_workspace(room.ws.folder) == room.ws
    assert json.loads(path.read_text())["id"] == room.ws.id
    path.unlink()
    assert store.open_workspace(room.ws.folder) == room.ws
    assert path.is_file()


def test_a_missing_or_emptied_database_is_never_made_anew(room) -> None:
    for suffix in ("", "-wal", "-shm"):
        room.ws.database.with_name(room.ws.database.name + suffix).unlink(missing_ok=True)
    with pytest.raises(WorkspaceError, match="missing") as error:
        store.open_workspace(room.ws.folder)
    one_sentence(error)
    room.ws.database.touch()
    with pytest.raises(WorkspaceError, match="damaged") as error:
        store.open_workspace(room.ws.folder)
    one_sentence(error)


def test_a_file_that_is_no_database_is_refused(room) -> None:
    room.ws.database.write_bytes(b"not a database at all" * 100)
    with pytest.raises(WorkspaceError, match="damaged") as error:
        store.open_workspace(room.ws.folder)
    one_sentence(error)


def test_a_folder_that_vanished_is_one_sentence_and_stays_away(room) -> None:
    shutil.rmtree(room.ws.folder)
    for call in (lambda: store.cases(room.ws, "a"), lambda: store.add_cases(room.ws, [])):
        with pytest.raises(WorkspaceError, match="not there any more") as error:
            call()
        one_sentence(error)
    assert not room.ws.folder.exists()


def test_another_programs_database_is_left_alone(tmp_path: Path) -> None:
    database = tmp_path / "studio.sqlite"
    with sqlite3.connect(database) as connection:
        connection.execute("CREATE TABLE theirs (a)")
    connection.close()
    with pytest.raises(WorkspaceError):
        store.open_workspace(tmp_path)


def test_a_file_in_the_folders_place_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(WorkspaceError) as error:
        store.open_workspace(tmp_path / "file")
    one_sentence(error)
    with pytest.raises(WorkspaceError) as error:
        store.open_workspace(tmp_path / "file" / "below")
    one_sentence(error)


def test_it_works_after_it_was_moved(room, tmp_path: Path) -> None:
    saved = room.accept()
    shutil.move(room.ws.folder, tmp_path / "elsewhere")
    moved = store.open_workspace(tmp_path / "elsewhere")
    assert moved.id == room.ws.id
    assert (store.correction_mask(moved, saved.id) == room.mask()).all()
    assert store.kept_image(moved, saved.image_hash) is not None


def test_wal_here_and_none_on_a_network(room, monkeypatch: pytest.MonkeyPatch) -> None:
    def mode() -> str:
        connection = sqlite3.connect(room.ws.database)
        found = connection.execute("PRAGMA journal_mode").fetchone()[0]
        connection.close()
        return str(found)

    assert mode() == "wal"
    monkeypatch.setattr(filesystem, "is_network", lambda _: True)
    store.open_workspace(room.ws.folder)
    assert mode() == "delete"
    assert [case.name for case in store.cases(room.ws, "x")] == ["film.png"]
    monkeypatch.undo()
    store.open_workspace(room.ws.folder)
    assert mode() == "wal"


def test_network_file_systems_are_told_by_their_mounts() -> None:
    mounts = filesystem.parse_proc_mounts(
        "/dev/sda / ext4 rw 0 0\nserver:/x /mnt/my\\040share nfs4 rw 0 0\ntmpfs /mnt/my\\040share/local tmpfs rw 0 0\n"
        "me@host: /home/me/remote fuse.sshfs rw 0 0\n"
    )
    assert filesystem.kind_of(Path("/home"), mounts) == "ext4"
    assert filesystem.kind_of(Path("/mnt/my share/a/b"), mounts) == "nfs4"
    assert filesystem.kind_of(Path("/mnt/my share/local"), mounts) == "tmpfs"
    assert filesystem.kind_of(Path("/mnt/my share2"), mounts) == "ext4"
    assert filesystem.kind_of(Path("/home/me/remote/x"), mounts) == "fuse.sshfs"
    mac = filesystem.parse_mount_command(
        "/dev/disk1 on / (apfs, local)\n//me@host/share on /Volumes/s (x) (smbfs, nodev)\n"
    )
    assert filesystem.kind_of(Path("/Volumes/s (x)/a"), mac) == "smbfs"


def test_this_folder_is_not_on_a_network_of_unknown_kind(tmp_path: Path) -> None:
    assert isinstance(filesystem.is_network(tmp_path), bool)


def test_the_room_is_light() -> None:
    code = (
        "import sys; from unet_studio.workspace import store;"
        "print([name for name in ('torch', 'cv2', 'PIL', 'PySide6', 'pydicom') if name in sys.modules])"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert found.strip() == "[]"


def test_the_layout_format_is_one() -> None:
    assert folder.FORMAT == 1


def test_settings_and_reader(room, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOGNAME", "house")
    assert store.reader_name(room.ws) == "house"
    assert store.set_reader_name(room.ws, "  Dr. Ärztin ") == "Dr. Ärztin"
    assert store.reader_name(store.open_workspace(room.ws.folder)) == "Dr. Ärztin"
    assert store.set_reader_name(room.ws, " ") == "house"
    assert store.get_setting(room.ws, "mode:lung", "ask") == "ask"
    store.set_setting(room.ws, "mode:lung", {"a": [1, None]})
    assert store.get_setting(room.ws, "mode:lung") == {"a": [1, None]}
    assert store.get_setting(room.ws, "salt") is None
