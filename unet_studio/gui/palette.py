"""Colours that colour-blind readers tell apart (Okabe and Ito, 2008), without black, which no film shows."""

from __future__ import annotations

from unet_studio.core.target import TARGETS

Colour = tuple[int, int, int]

OKABE_ITO: dict[str, Colour] = {
    "sky blue": (86, 180, 233),
    "yellow": (240, 228, 66),
    "orange": (230, 159, 0),
    "bluish green": (0, 158, 115),
    "vermillion": (213, 94, 0),
    "reddish purple": (204, 121, 167),
    "blue": (0, 114, 178),
}


def colour_of(target: str, chosen: str) -> Colour | None:
    """RGB of a Target's Mask: the chosen colour, else the Target's own; None for an unknown Target."""
    row = TARGETS.get(target)
    return OKABE_ITO.get(chosen, None if row is None else row.colour)
