"""Opening and closing a Workspace for one reader."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from unet_studio.core.errors import Locked
from unet_studio.workspace import store
from unet_studio.workspace.store import Hold, Holder, Workspace


@dataclass(frozen=True)
class Session:
    """An open Workspace as one reader uses it.

    writable: False while another window has the Workspace; held_by then says who, in one sentence.
    """

    workspace: Workspace
    reader: str
    writable: bool = True
    held_by: str = ""
    hold: Hold | None = field(default=None, compare=False, repr=False)

    @property
    def folder(self) -> Path:
        """The Workspace's folder."""
        return self.workspace.folder


def open_session(
    folder: Path | None = None, *, reader: str | None = None, window: bool = False, create: bool = True
) -> Session:
    """Open (or make) the Workspace in `folder`, None being the user's own.

    window: take the window's lock; where another window has it the session is read-only.
    reader: for this session only; None takes the name kept in the Workspace. Raises WorkspaceError.
    """
    workspace = store.open_workspace(folder, create=create)
    name = (reader or "").strip() or store.reader_name(workspace)
    if not window:
        return Session(workspace, name)
    try:
        return Session(workspace, name, hold=store.hold(workspace, "window", name))
    except Locked as error:
        return Session(workspace, name, writable=False, held_by=str(error))


def close_session(session: Session) -> None:
    """Let the window's lock go."""
    if session.hold is not None:
        session.hold.release()


def change_reader(session: Session, name: str) -> Session:
    """Go on as another reader, and keep the name in the Workspace; an empty one means the system's user."""
    require_writable(session)
    return replace(session, reader=store.set_reader_name(session.workspace, name))


def require_writable(session: Session) -> None:
    """Raises Locked where another window has the Workspace."""
    if not session.writable:
        raise Locked(session.held_by)


def other_window(session: Session) -> Holder | None:
    """Who has the Workspace open in a window that is not this session's; a case may be open there. None: nobody."""
    return None if session.hold is not None else store.holder(session.workspace, "window")


@contextmanager
def using_session(folder: Path | None = None, *, reader: str | None = None) -> Iterator[Session]:
    """A session for one command."""
    session = open_session(folder, reader=reader)
    try:
        yield session
    finally:
        close_session(session)
