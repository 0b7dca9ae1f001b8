"""Makes up for pictures that an older program kept without what they look like."""

from __future__ import annotations

from collections.abc import Callable

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
