"""Which names in a file of Masks mean a Target, as people write them."""

from __future__ import annotations

from collections.abc import Iterable

from unet_studio.core.target import LUNG

GENERIC = frozenset({"mask", "object", "foreground", "target", "roi", "1"})  # say nothing of what is marked
SIDES = frozenset({"left", "right"})


def named(names: Iterable[str], target: str) -> set[str]:
    """Those that mean the Target: its name in any case, one or many, a lung's with its side; else the only generic one.

    Empty where there is none: the file speaks of something else.
    """
    known = set(names)
    own = {name for name in known if _is(name, target)}
    if own or len(known) != 1:
        return own
    return {name for name in known if name.strip().lower() in GENERIC}


def _is(name: str, target: str) -> bool:
    words = name.lower().replace("_", " ").replace("-", " ").split()
    if target == LUNG.name and len(words) == 2:
        words = [word for word in words if word not in SIDES]
    return words in ([target], [f"{target}s"])
