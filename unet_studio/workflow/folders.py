"""Stills that name no patient: which of a folder belong together is asked once for each folder, and kept."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import asdict, dataclass

from unet_studio.core.changes import Changes
from unet_studio.core.grouping import ALONE, FEW, Rule, groups, guess
from unet_studio.core.image import Image
from unet_studio.core.target import TARGETS
from unet_studio.workflow.session import Session, require_writable
from unet_studio.workspace import store

SETTING = "folder groups"


@dataclass(frozen=True)
class Folder:
    """A folder of stills. names: of its pictures on the worklist; guessed: what their names suggest; rule: the answer
    that is kept, None where nobody was asked; accepted: how many have been accepted, whose side stays as it is."""

    path: str
    names: tuple[str, ...]
    guessed: Rule
    rule: Rule | None
    accepted: int

    @property
    def name(self) -> str:
        """The folder's own name."""
        return os.path.basename(self.path) or self.path  # noqa: PTH119 - a path may hold bytes that are no text


def rule_of(session: Session, folder: str) -> Rule | None:
    """The answer kept for a folder, None where there is none."""
    kept = store.get_setting(session.workspace, SETTING, {}).get(folder)
    return None if kept is None else Rule(**kept)


def group_in_folder(session: Session, image: Image) -> str:
    """The group of a still by its folder's answer, "" without one or where it is alone."""
    folder, name = os.path.split(image.source.path)
    rule = rule_of(session, folder)
    return "" if rule is None else identifier(folder, rule, name)


def identifier(folder: str, rule: Rule, name: str) -> str:
    """What `group_in_folder` gives for one file."""
    key = "" if rule.how == ALONE else rule.key(name)
    return f"folder {folder}\n{rule.how} {rule.part} {key}" if key else ""


def folder_of(session: Session, case_id: int) -> Folder:
    """The folder of a case, with its other stills on the worklist. Raises WorkspaceError."""
    case = store.case(session.workspace, case_id, session.reader)
    path = os.path.dirname(case.path)  # noqa: PTH120
    stills = [
        one
        for one in store.cases(session.workspace, session.reader)
        if one.frames == 1 and os.path.dirname(one.path) == path  # noqa: PTH120
    ]
    seen = store.groups_of_images(session.workspace)
    target = TARGETS.get(case.target or "")
    names = tuple(os.path.basename(one.path) for one in stills)  # noqa: PTH119
    accepted = sum(one.image_hash in seen for one in stills)
    return Folder(
        path, names, guess(names, video=target is not None and target.video), rule_of(session, path), accepted
    )


def to_ask(session: Session, case_id: int, image: Image) -> Folder | None:
    """The folder of an open picture where its reader has to be asked about it; None otherwise."""
    if not session.writable or image.source.frames > 1 or image.group:
        return None
    if store.has_group(session.workspace, image.content_hash):
        return None
    if rule_of(session, os.path.dirname(image.source.path)) is not None:  # noqa: PTH120
        return None
    folder = folder_of(session, case_id)
    return folder if len(folder.names) >= FEW and folder.accepted < len(folder.names) else None


def choose(session: Session, folder: str, rule: Rule) -> Changes:
    """Keep the answer for a folder. A group of which pictures were accepted already takes the side of the first.

    Raises Locked, WorkspaceError.
    """
    require_writable(session)
    kept = dict(store.get_setting(session.workspace, SETTING, {}))
    kept[folder] = asdict(rule)
    _take_sides(session, folder, rule)
    store.set_setting(session.workspace, SETTING, kept)
    count = len(groups(rule, _names(session, folder)))
    return Changes(message=f"{count} groups of pictures in this folder")


def _take_sides(session: Session, folder: str, rule: Rule) -> None:
    seen = store.groups_of_images(session.workspace)
    known: dict[str, str] = {}
    for case in store.cases(session.workspace, session.reader):
        path, name = os.path.split(case.path)
        tie = identifier(folder, rule, name) if path == folder and case.frames == 1 else ""
        if tie and case.image_hash in seen:
            known.setdefault(tie, case.image_hash)
            if seen[case.image_hash].order < seen[known[tie]].order:
                known[tie] = case.image_hash
    take = {store.group_hash(session.workspace, tie): seen[image].group for tie, image in known.items()}
    store.take_sides(session.workspace, take)


def _names(session: Session, folder: str) -> Sequence[str]:
    paths = (case.path for case in store.cases(session.workspace, session.reader) if case.frames == 1)
    return [name for path, name in map(os.path.split, paths) if path == folder]
