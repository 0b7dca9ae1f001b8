"""A canary name in tags, folder and file names, and a reader's whole way: the Workspace and logs hold it nowhere."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian, generate_uid

from unet_studio.core.errors import Unreadable
from unet_studio.imaging import reader
from unet_studio.workflow import accepting, opening, spans
from unet_studio.workflow.session import close_session, open_session
from unet_studio.workspace import linking

CANARY, BORN = "ZYXCANARY", "19530219"


def film(path: Path, seed: int) -> Path:
    """A small CR film with the canary in its tags."""
    meta = FileMetaDataset()
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    dataset = Dataset()
    dataset.file_meta = meta
    dataset.SOPClassUID, dataset.SOPInstanceUID = "1.2.840.10008.5.1.4.1.1.1", generate_uid()
    dataset.PatientName, dataset.PatientID, dataset.PatientBirthDate = f"{CANARY}^JANE", f"{CANARY}7", BORN
    dataset.Modality, dataset.Rows, dataset.Columns = "CR", 64, 80
    dataset.SamplesPerPixel, dataset.PhotometricInterpretation = 1, "MONOCHROME2"
    dataset.BitsAllocated, dataset.BitsStored, dataset.HighBit, dataset.PixelRepresentation = 16, 12, 11, 0
    values = np.random.default_rng(seed).integers(0, 4096, (64, 80)).astype("<u2")
    dataset.PixelData = values.tobytes()
    dataset.save_as(path, enforce_file_format=True)
    return path


def test_nothing_in_the_workspace_or_the_logs_names_the_patient(tmp_path: Path, own_profile: Path, videos) -> None:
    reader.close()
    folder = tmp_path / f"{CANARY}_{BORN}"
    folder.mkdir()
    film(folder / f"{CANARY}_1.dcm", 1)
    (folder / f"{CANARY}_{BORN}_bad.dcm").write_bytes(film(folder / f"{CANARY}_2.dcm", 2).read_bytes()[:900])
    videos.write(folder / f"{CANARY}.avi", range(8))
    session = open_session(tmp_path / "workspace", reader="Dr Test")
    opening.add_paths(session, [folder])
    cases = opening.cases(session)
    assert len(cases) == 4
    for case in cases:
        if "_bad" in case.name:
            with pytest.raises(Unreadable, match=CANARY):  # which is kept with the case, without the name
                opening.open_case(session, case.id, "lung")
            continue
        opened = opening.open_case(session, case.id, "polyp" if case.video else "lung")
        mask = np.zeros(opened.image.shape, np.uint8)
        mask[10:40, 10:40] = 1
        from unet_studio.editing.put import put
        from unet_studio.editing.rect import whole

        put(opened.draft.document, "brush", "Brush stroke", whole(mask.shape), mask)
        opened.draft.flush()
        accepting.accept(session, opened, active_seconds=2.0, wall_seconds=3.0)
    video = next(case for case in cases if case.video)
    spans.choose(session, video.id, spans.Span(2, 8, 3))
    assert [case.frame for case in opening.cases(session) if case.video] == [0, 1, 4, 7]
    reader.close()
    close_session(session)
    files = [path for root in (session.folder, own_profile) for path in root.rglob("*") if path.is_file()]
    assert len(files) > 8
    named = {path.name for path in files if any(word.encode() in path.read_bytes() for word in (CANARY, BORN))}
    assert named == {linking.FILE}
    assert not any(CANARY in str(path.relative_to(tmp_path)) for path in session.folder.rglob("*"))
