"""A Workspace with drawn films, opened without a window."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from unet_studio.workflow import opening
from unet_studio.workflow.session import Session, close_session, open_session


@pytest.fixture
def session(workspace: Path, films: Path) -> Iterator[Session]:
    opened = open_session(workspace)
    opening.add_paths(opened, [films])
    yield opened
    close_session(opened)
