"""Versions that go from one workstation to another: one file each, and nothing of a patient in it."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from unet_studio.core.errors import ModelError, UserError
from unet_studio.core.model_version import ModelVersion, Origin
from unet_studio.core.target import TARGETS
from unet_studio.workflow import versions
from unet_studio.workflow.session import Session, require_writable
from unet_studio.workspace import store
from unet_studio.workspace.store import NewVersion

SUFFIX = ".safetensors"
LARGEST = 4 << 30  # bytes; a model of this program has some ten millions
# Of the metrics, those that say nothing of a single picture: names and numbers of Corrections stay here.
MEASURES = (
    "parent_dice", "candidate_dice", "parent_hd95", "candidate_hd95", "gain", "own_fit", "apart", "pictures",
    "unchanged", "groups", "weak", "method", "least", "mix", "steps", "rounds", "begin_from",
)  # fmt: skip


def export_version(session: Session, model_id: str, file: Path) -> Path:
    """Write a version as one file, never over another, and return its path; `.safetensors` is added where it lacks.

    Raises ModelError for an unknown, archived or damaged version, UserError where the file cannot be written.
    """
    from unet_studio.exporting.newfile import create
    from unet_studio.learning.packed import pack

    versions.versions(session)
    version = store.version(session.workspace, model_id)
    weights = store.weights_path(session.workspace, model_id)
    if file.is_dir():
        file = file / f"{model_id}{SUFFIX}"
    file = file if file.suffix == SUFFIX else file.with_name(file.name + SUFFIX)
    try:
        data = pack(weights.read_bytes(), card_of(session, version))
    except (OSError, ValueError) as error:
        raise ModelError(f"{model_id}: its weights file {weights.name} cannot be read; choose another one.") from error
    if not create(file, data):
        raise UserError(f"{file}: there is such a file already; choose another name.")
    return file


def card_of(session: Session, version: ModelVersion) -> dict[str, Any]:
    """What goes with a version's weights: how it came to be and how it was judged, no name and no single picture."""
    parent = next((one for one in store.versions(session.workspace) if one.id == version.parent), None)
    made = version.metrics.get("made_elsewhere", {})
    learned = len(version.corrections) or int(dict(made).get("learned_from", 0))
    return {
        "target": version.target,
        "id": version.id,
        "origin": version.origin.value,
        "sha256": version.sha256,
        "parent_sha256": parent.sha256 if parent is not None else str(dict(made).get("parent_sha256", "")),
        "created": version.created,
        "learned_from": learned,
        "passed": version.passed or dict(made).get("passed") is True,
        "metrics": {name: version.metrics[name] for name in MEASURES if name in version.metrics},
        "device": version.device,
        "seconds": version.seconds,
        "program_version": version.program_version,
    }


def import_version(session: Session, file: Path) -> ModelVersion:
    """Take over a version that `export_version` wrote; it is not live, and one that is known already is found again.

    A version that lies in the archive comes back from it. Raises ModelError, one sentence, for a file that is damaged,
    foreign (not ours, another Target, another network) or holds weights that are not finite.
    """
    from unet_studio.learning.packed import check_weights, unpack

    require_writable(session)
    weights, card = unpack(_read(file), str(file))
    target = str(card.get("target"))
    if target not in TARGETS:
        raise ModelError(f"{file}: it is a version of {target}, which this program does not know; update the program.")
    sha256 = hashlib.sha256(weights).hexdigest()
    known = [one for one in versions.versions(session, target) if one.sha256 == sha256]
    with tempfile.TemporaryDirectory(prefix="unet-studio-import-") as folder:
        unpacked = Path(folder) / f"version{SUFFIX}"
        unpacked.write_bytes(weights)
        _refuse_other_network(session, unpacked, target, file)  # before a network is built as the file describes it
        check_weights(unpacked, target, str(file))
        if known:
            return store.restore(session.workspace, known[-1].id, session.reader, unpacked)
        return store.add_candidate(session.workspace, unpacked, _new_version(target, card))


def _read(file: Path) -> bytes:
    try:
        if file.stat().st_size > LARGEST:
            raise ModelError(f"{file}: it is too large for a model; choose a file that `models export` wrote.")
        return file.read_bytes()
    except OSError as error:
        raise ModelError(f"{file}: it cannot be read ({error.strerror}); check its place and permissions.") from error


def _refuse_other_network(session: Session, weights: Path, target: str, file: Path) -> None:
    """Raises ModelError where no version of the Target here has the same network."""
    from unet_studio.learning.packed import network_of

    network = network_of(weights)
    live = versions.active(session, target)

    def same(version: ModelVersion) -> bool:
        try:
            return network_of(store.weights_path(session.workspace, version.id)) == network
        except ModelError:
            return False  # a damaged one says nothing of its network

    if any(same(one) for one in versions.versions(session, target) if one.active or one.origin is Origin.BUNDLED):
        return
    raise ModelError(
        f"{file}: it holds another network ({network[0].get('name')}) than {live.id};"
        " import it into a program of the version that it was made with."
    )


def _new_version(target: str, card: Mapping[str, Any]) -> NewVersion:
    """What is recorded of an imported version: what its card says counts for its own Workspace, not for this one."""
    measures = card.get("metrics")
    known = {key: value for key, value in dict(measures).items() if key in MEASURES} if measures else {}
    facts = ("id", "origin", "parent_sha256", "created", "learned_from", "passed")
    made = {name: card[name] for name in facts if name in card}
    return NewVersion(
        target,
        None,
        reason=f"Imported; made elsewhere as {card.get('id')!s:.80}, not compared on the Corrections here.",
        metrics={**known, "made_elsewhere": made},
        device=str(card.get("device", ""))[:200],
        seconds=float(card.get("seconds", 0.0)),
        program_version=str(card.get("program_version", ""))[:40],
        origin=Origin.IMPORTED,
    )
