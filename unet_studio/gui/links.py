"""The links of the window: each ties one part of the program to the widgets, and a new one is added here.

A link is a QObject in a file NAME_link.py. It is made in `make`, after those that it uses; `handlers` runs its actions,
`facts` enables them, `restore` and `kept` carry its looks from day to day, `connect` ties it to the rest.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from unet_studio.gui.ahead_link import AheadLink
from unet_studio.gui.carry_link import CarryLink
from unet_studio.gui.compare_link import CompareLink
from unet_studio.gui.desk import Desk
from unet_studio.gui.doubt_link import DoubtLink
from unet_studio.gui.effort_link import EffortLink
from unet_studio.gui.focus_mark import FocusMark
from unet_studio.gui.follow_link import FollowLink
from unet_studio.gui.frames_link import FramesLink
from unet_studio.gui.ghosts import Ghosts
from unet_studio.gui.keys_link import KeysLink
from unet_studio.gui.learn_link import LearnLink
from unet_studio.gui.lock_link import LockLink
from unet_studio.gui.looks_link import LooksLink
from unet_studio.gui.mask_link import MaskLink
from unet_studio.gui.names_link import NamesLink
from unet_studio.gui.numbers_link import NumbersLink
from unet_studio.gui.picture_link import PictureLink
from unet_studio.gui.preferences import Preferences
from unet_studio.gui.second_look import SecondLook
from unet_studio.gui.seen_link import SeenLink
from unet_studio.gui.session_lock import SessionLock
from unet_studio.gui.worklist_link import WorklistLink

if TYPE_CHECKING:
    from unet_studio.gui.window import MainWindow


def make(window: MainWindow) -> None:
    """Make the links, as attributes of a window that has its widgets, `jobs`, `reading` and `teaching`."""
    reading, jobs, actions = window.reading, window.jobs, window.actions_set
    canvas, strip, bar = window.canvas, window.strip, window.status
    window.worklist = WorklistLink(reading, jobs, window)
    window.names = NamesLink(window.worklist.panel, actions, window)
    bar.cleaned = window.start.cleaned = window.names.cleaned
    window.learn = LearnLink(reading, window.teaching, window.learn_panel, jobs, window)
    window.picture = PictureLink(reading, canvas, window.segment, bar, actions)
    window.looks = LooksLink(reading, canvas, actions)
    window.masks = MaskLink(reading, canvas, strip, bar, actions)
    window.compare = CompareLink(reading, canvas, window.beside, window.looks.corner, actions, jobs)
    window.ghosts = Ghosts(reading, canvas, strip, bar, actions)
    window.look = SecondLook(reading, canvas, jobs)
    window.doubt = DoubtLink(reading, canvas, window.look, bar)
    window.follow = FollowLink(reading, canvas, window.look, window.ghosts, jobs, actions)
    canvas.first_painted.connect(reading.painted)
    window.lock = LockLink(reading, window.masks, canvas, bar, actions)
    window.numbers = NumbersLink(reading, canvas, window.segment, jobs)
    window.session_lock = SessionLock(window)
    window.ahead = AheadLink(reading, window.worklist.panel, window.teaching, jobs, window)
    reading.ahead = window.ahead.take
    window.efforts = EffortLink(reading, window.worklist.panel, window.teaching, jobs, window)
    window.carry = CarryLink(reading, window.worklist, window.ghosts, jobs, window)
    window.frames = FramesLink(
        reading, window.worklist, window.picture, canvas, window.frame_bar, actions, jobs, window
    )
    window.seen = SeenLink(reading, window.picture, canvas, actions, jobs, window)
    window.desk = Desk(window, reading, window.worklist, window.learn, jobs)
    window.keys = KeysLink(window, actions, jobs)
    FocusMark(canvas, strip)


def connect(window: MainWindow) -> None:
    """Tie the links to each other and to what the window shows."""
    window.session_lock.changed.connect(window.reading.clock.set_locked)
    for unreadable in (window.worklist.unreadable, window.reading.cannot_open):
        unreadable.connect(window.show_unreadable)
    for source in (window.reading, window.worklist, window.learn, window.carry):
        source.changed.connect(window.take)
    window.worklist.refreshed.connect(window.show_page)
    window.worklist.finished.connect(window.say_finished)
    window.learn.refreshed.connect(window.enable)
    window.ghosts.changed.connect(window.enable)
    for moved in (window.frames, window.seen):
        moved.changed.connect(window.enable)
    window.teaching.began.connect(lambda _target: window.enable())
    window.desk.reader_changed.connect(window.show_reader)
    window.names.changed.connect(window.show_reader)
    window.desk.preferred.connect(window.looks.prefer)


def handlers(window: MainWindow) -> dict[str, Callable[..., object]]:
    """What every action does."""
    reading, worklist = window.reading, window.worklist
    return {
        **window.picture.handlers(),
        **window.masks.handlers(),
        **window.looks.handlers(),
        **window.compare.handlers(),
        **window.ghosts.handlers(),
        **window.doubt.handlers(),
        **window.follow.handlers(),
        **window.carry.handlers(),
        **window.frames.handlers(),
        **window.seen.handlers(),
        "frame_next": lambda: window.frames.step(1) or window.carry.step(1),
        "frame_previous": lambda: window.frames.step(-1) or window.carry.step(-1),
        **window.desk.handlers(),
        **window.names.handlers(),
        **window.keys.handlers(),
        "accept": reading.accept,
        "accept_empty": lambda: reading.accept(empty=True),
        "take_back": reading.take_back,
        "later": reading.later,
        "next": lambda: worklist.step(1),
        "previous": lambda: worklist.step(-1),
        "find": worklist.panel.filter.setFocus,
        "learn": window.learn.learn,
        "cancel_learning": window.teaching.cancel,
        "rollback": window.learn.rollback,
        "quit": window.close,
    }


def facts(window: MainWindow) -> set[str]:
    """What holds now; see `actions`."""
    found = (
        window.reading.facts()
        | window.carry.facts()
        | window.learn.facts()
        | window.ghosts.facts()
        | window.frames.facts()
        | window.seen.facts()
    )
    if window.reading.session.writable:
        found.add("write")
    if window.worklist.panel.model.rowCount():
        found.add("cases")
    return found


def restore(window: MainWindow, looks: Preferences) -> None:
    """Set the looks and choices of yesterday."""
    window.segment.opacity.slider.setValue(looks.opacity)
    window.canvas.set_opacity(looks.opacity / 100)
    window.canvas.set_brush_size(looks.brush)
    window.segment.show_brush(looks.brush)
    window.masks.restore(looks)
    window.looks.restore(looks)
    window.names.restore(looks)
    window.beside.choose(looks.beside)
    window.follow.restore(looks)
    window.worklist.panel.sorting.setCurrentIndex(looks.order)
    window.keys.recent = looks.recent.split()


def kept(window: MainWindow) -> dict[str, Any]:
    """The same as fields of the preferences."""
    return {
        "opacity": window.segment.opacity.slider.value(),
        "brush": window.canvas.brush_size,
        "order": window.worklist.panel.sorting.currentIndex(),
        "recent": " ".join(window.keys.recent),
        "beside": window.beside.chosen,
        **window.masks.kept(),
        **window.looks.kept(),
        **window.names.kept(),
        **window.follow.kept(),
    }
