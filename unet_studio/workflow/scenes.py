"""Scenes: pictures without a patient that show the same thing, so that they learn or examine together and never both.

A Mask that is carried or copied from frame to frame says that they show the same thing; names alone do not.
"""

from __future__ import annotations

from unet_studio.core.image import Image
from unet_studio.workflow.folders import group_in_folder
from unet_studio.workflow.session import Session
from unet_studio.workspace import store
from unet_studio.workspace.split import HASHED


def group_of(image: Image) -> str:
    """What ties the picture to others: patient or study, else the file of several frames, else ""."""
    return image.group or (f"file {image.source.sha256}" if image.source.frames > 1 else "")


def scene_of(session: Session, image: Image) -> str:
    """The group of a picture: `group_of`, else its folder's answer, else the scene it was found in, else ""."""
    return group_of(image) or group_in_folder(session, image) or _scene(session, image)


def begin(session: Session, image: Image) -> str:
    """The scene that begins at a picture: its group, else the picture itself as the store names it."""
    return scene_of(session, image) or f"picture {image.content_hash}"


def join(session: Session, image: Image, scene: str) -> None:
    """Keep, as a hash, that a picture belongs to a scene; one that has a group or a scene keeps it."""
    if not scene_of(session, image):
        store.set_setting(session.workspace, _name(image), HASHED + store.group_hash(session.workspace, scene))


def _scene(session: Session, image: Image) -> str:
    return str(store.get_setting(session.workspace, _name(image), ""))


def _name(image: Image) -> str:
    return f"scene {image.content_hash}"
