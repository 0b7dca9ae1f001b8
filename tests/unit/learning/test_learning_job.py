"""Job folders: what is written is what the child reads."""

import json

import numpy as np
import pytest

from training.preprocess import InputSpec
from unet_studio.core.errors import UserError
from unet_studio.core.image import Image, Source, ValueTransform
from unet_studio.learning import job

SPEC = InputSpec(size=64, channels=1, multiple=32)
PLAN = job.Plan("lung", "lung-v1", 0.8, seed=3)


def an_item(rows=90, columns=120, **kwargs) -> job.Item:
    rng = np.random.default_rng(1)
    image = Image(rng.integers(0, 4000, (rows, columns)).astype(np.uint16), Source("a.png"), "PNG")
    mask = np.zeros((rows, columns), np.uint8)
    mask[rows // 4 : rows // 2, columns // 4 : columns // 2] = 255
    return job.item_from(image, mask, SPEC, **{"name": "#1", "group": "g", "gate": False} | kwargs)


@pytest.fixture
def weights(tmp_path):
    path = tmp_path / "weights.safetensors"
    path.write_bytes(b"weights")
    return path


def test_a_job_comes_back_as_it_was_written(tmp_path, weights):
    touched = np.eye(90, 120, dtype=np.uint8)
    items = [an_item(touched=touched), an_item(name="#2", gate=True, fresh=False, changed=False)]
    anchors = (np.ones((1, 64, 64), np.float32),)
    back = job.read_job(job.write_job(tmp_path / "job", PLAN, weights, iter(items), anchors))
    assert back.plan == PLAN
    assert (tmp_path / "job" / job.PARENT).read_bytes() == b"weights"
    for one, two in zip(items, back.items, strict=True):
        for key in ("name", "group", "gate", "fresh", "changed", "fit", "step"):
            assert getattr(one, key) == getattr(two, key)
        for key in ("picture", "mask", "truth"):
            np.testing.assert_array_equal(getattr(one, key), getattr(two, key))
    np.testing.assert_array_equal(back.items[0].touched, touched)
    assert back.items[1].touched is None
    np.testing.assert_array_equal(back.anchors[0], anchors[0])


def test_an_item_is_in_the_networks_grid():
    item = an_item()
    assert item.picture.shape == (1, 64, 64)
    assert item.mask.shape == (64, 64)
    assert item.truth.shape == (90, 120)
    assert item.step == 1.0
    assert set(np.unique(item.mask)) == {0, 1}
    assert item.mask.sum() == pytest.approx(item.truth.sum() * (64 / 120) ** 2, rel=0.1)


def test_a_large_mask_is_thinned_and_its_scale_is_known():
    item = an_item(3000, 1500, touched=np.eye(3000, 1500, dtype=np.uint8))
    assert item.truth.shape == (1024, 512)
    assert item.step == pytest.approx(3000 / 1024)
    assert item.truth.mean() == pytest.approx(1 / 16, rel=0.02)
    assert item.touched is not None
    assert item.touched.any()


def test_an_inverted_film_gives_the_same_input():
    rng = np.random.default_rng(1)
    pixels = rng.integers(0, 4000, (60, 60)).astype(np.uint16)
    plain = Image(pixels, Source("a"), "DICOM")
    inverted = Image((4000 - pixels).astype(np.uint16), Source("a"), "DICOM", ValueTransform(inverted=True))
    np.testing.assert_allclose(job.anchor_from(plain, SPEC), job.anchor_from(inverted, SPEC), atol=1e-3)


def test_no_job_is_one_sentence(tmp_path):
    with pytest.raises(UserError, match="damaged"):
        job.read_job(tmp_path)


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"format": 1}', '{"format": 1, "plan": {}, "items": 3}'])
def test_a_damaged_job_is_one_sentence(tmp_path, text):
    (tmp_path / job.JOB).write_text(text)
    with pytest.raises(UserError, match="damaged"):
        job.read_job(tmp_path)


def test_a_newer_job_is_refused(tmp_path, weights):
    folder = job.write_job(tmp_path / "job", PLAN, weights, [])
    text = json.loads((folder / job.JOB).read_text())
    (folder / job.JOB).write_text(json.dumps(text | {"format": 99}))
    with pytest.raises(UserError, match="format 99"):
        job.read_job(folder)


def test_torn_arrays_are_one_sentence(tmp_path, weights):
    folder = job.write_job(tmp_path / "job", PLAN, weights, [an_item()])
    path = folder / "items" / "00000.safetensors"
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(UserError, match="damaged"):
        job.read_job(folder)


def test_a_job_reads_nothing_outside_its_folder(tmp_path, weights):
    folder = job.write_job(tmp_path / "job", PLAN, weights, [an_item()])
    text = json.loads((folder / job.JOB).read_text())
    text["items"][0]["file"] = "../../secret.safetensors"
    (folder / job.JOB).write_text(json.dumps(text))
    with pytest.raises(UserError):
        job.read_job(folder)
