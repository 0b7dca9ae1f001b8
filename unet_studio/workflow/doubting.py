"""A second look at an open case in the background: features for strokes to act on, doubt, and the effort expected."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from unet_studio.core.changes import Changes
from unet_studio.core.proposal import Proposal
from unet_studio.workflow import proposing
from unet_studio.workflow.opening import OpenCase
from unet_studio.workflow.session import Session
from unet_studio.workspace import store

if TYPE_CHECKING:
    from unet_studio.inference.doubt import Doubt


@dataclass(frozen=True, eq=False)
class SecondLook:
    """What is known so far beside a Proposal.

    features: (C, h, w) float16 on the Proposal's grid. doubt: None until the last pass. changes: the row of the
    worklist that has a new effort.
    """

    features: np.ndarray
    doubt: Doubt | None = None
    changes: Changes = field(default_factory=Changes)


def second_look(session: Session, open_case: OpenCase, proposal: Proposal) -> Iterator[SecondLook]:
    """One pass of the Proposal's own model for each `next`: the features first, the doubt last.

    The effort expected is kept in the Workspace. Raises ModelError, WorkspaceError.
    """
    image = open_case.image
    model = proposing.model(session, proposal.model_id, "auto")
    look = SecondLook(model.features(image))
    yield look
    for doubt in model.doubting(image):
        if doubt is None:
            yield look
        else:
            yield replace(look, doubt=doubt, changes=keep_effort(session, image.content_hash, proposal, doubt))


def keep_effort(session: Session, image_hash: str, proposal: Proposal, doubt: Doubt) -> Changes:
    """Keep in the Workspace how much of a picture's Proposal is expected to be corrected. Raises WorkspaceError."""
    from unet_studio.editing.doubt import expected_effort

    if not session.writable or proposal.probability.shape != doubt.probability.shape:
        return Changes()
    effort = expected_effort(proposal.probability, doubt.probability, doubt.spread)
    store.save_effort(session.workspace, image_hash, proposal.target, proposal.model_id, effort)
    return Changes(cases=frozenset(store.cases_of_image(session.workspace, image_hash)))
