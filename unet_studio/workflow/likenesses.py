"""What kept pictures look like: made up for where an older program did not say it, and what it ties together."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from unet_studio.core.correction import Correction
from unet_studio.core.errors import UserError
from unet_studio.workflow.opening import kept_image
from unet_studio.workflow.session import Session
from unet_studio.workspace import store


def complete(session: Session, cancelled: Callable[[], bool] = lambda: False) -> int:
    """Record what every kept picture looks like; how many were not known. One that is damaged looks like nothing."""
    from unet_studio.imaging.likeness import likeness

    missing = store.without_likeness(session.workspace) if session.writable else []
    for done, image_hash in enumerate(missing):
        if cancelled():
            return done
        try:
            image = kept_image(session, image_hash)
        except UserError:
            image = None
        store.keep_likeness(session.workspace, image_hash, b"" if image is None else likeness(image))
    return len(missing)


def tied(session: Session, corrections: Sequence[Correction]) -> list[Correction]:
    """These Corrections, those of groups that near-duplicates tie together under one group's hash."""
    united = store.united_groups(session.workspace)
    return [replace(one, group=united.get(one.group, one.group)) for one in corrections]
