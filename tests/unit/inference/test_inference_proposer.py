"""Proposals from a tiny network with fixed weights."""

import threading
import warnings
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

from training.checkpoint import ModelFile, save_model
from training.device import DeviceChoice
from training.networks import build
from training.preprocess import InputSpec, network_input
from training.recipes import RECIPES
from unet_studio.core.errors import ModelError
from unet_studio.core.image import Image, Source, ValueTransform, Window
from unet_studio.core.target import POLYP
from unet_studio.inference import proposer as module
from unet_studio.inference.proposer import Proposer

ARCHITECTURE = {"name": "unet", "channels": 1, "widths": [4, 8]}


@pytest.fixture(autouse=True)
def same_threads():
    before = torch.get_num_threads()
    yield
    torch.set_num_threads(before)


def save(path, channels=1, **changes):
    torch.manual_seed(0)
    architecture = {**ARCHITECTURE, "channels": channels}
    state = build(architecture).state_dict()
    kind = "gray" if channels == 1 else "colour"
    spec = InputSpec(size=64, channels=channels, kind=kind)
    about = ModelFile(path, architecture, spec, "lung" if channels == 1 else "polyp", **changes)
    return save_model(state, about)


@pytest.fixture
def lung(tmp_path):
    return save(tmp_path / "lung.safetensors", threshold=0.4)


@pytest.fixture
def polyp(tmp_path):
    return save(tmp_path / "polyp.safetensors", channels=3)


def picture(*shape, dtype=np.uint8, transform=None):
    rng = np.random.default_rng(2)
    pixels = rng.integers(0, 200, shape).astype(dtype)
    pixels.setflags(write=False)
    return Image(pixels, Source("a"), "PNG", transform or ValueTransform())


@pytest.mark.parametrize("shape", [(100, 80), (30, 200), (1, 1), (64, 64), (500, 333)])
@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.int16, np.int32, np.float32])
def test_a_proposal_covers_the_picture(lung, shape, dtype):
    proposal = Proposer.load(lung.path, "lung-v1", "cpu").propose(picture(*shape, dtype=dtype))
    assert proposal.probability.dtype == np.uint16
    assert (proposal.rows, proposal.columns) == shape
    rows, columns = proposal.probability.shape
    assert max(rows, columns) == 64
    assert rows / columns == pytest.approx(max(shape[0], 1) / shape[1], rel=0.5)
    assert proposal.target == "lung"
    assert proposal.model_id == "lung-v1"
    assert proposal.model_sha256 == lung.sha256
    assert proposal.seconds > 0
    assert proposal.note == ""


def test_what_a_model_says_of_itself(lung):
    one = Proposer.load(lung.path, "lung-v1", "cpu")
    assert one.target == "lung"
    assert "CPU" in one.device_label
    assert isinstance(one.device_why, str)


def test_an_inverted_film_gives_the_same_proposal(lung):
    one = Proposer.load(lung.path, "lung-v1", "cpu")
    plain = picture(90, 90, dtype=np.uint16)
    inverted = Image((200 - plain.pixels).astype(np.uint16), Source("b"), "DICOM", ValueTransform(inverted=True))
    first, second = one.propose(plain), one.propose(inverted)
    assert np.abs(first.probability.astype(int) - second.probability.astype(int)).max() < 200
    assert second.note == ""


def test_a_gray_model_obeys_on_a_colour_picture(lung):
    proposal = Proposer.load(lung.path, "lung-v1", "cpu").propose(
        Image(np.full((50, 60, 3), (200, 90, 60), np.uint8), Source("a"), "PNG")
    )
    assert proposal.probability.shape == (53, 64)
    assert proposal.note == module.COLOUR_AS_GRAY


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_a_colour_model_obeys_on_a_gray_picture(polyp, dtype):
    proposal = Proposer.load(polyp.path, "polyp-v1", "cpu").propose(picture(50, 60, dtype=dtype))
    assert proposal.target == POLYP.name
    assert proposal.note == module.GRAY_AS_COLOUR


def test_a_colour_picture_on_a_colour_model_has_no_note(polyp):
    image = Image(np.full((50, 60, 3), (200, 90, 60), np.uint8), Source("a"), "PNG")
    assert Proposer.load(polyp.path, "polyp-v1", "cpu").propose(image).note == ""


def test_several_threads_get_the_same_proposal(lung):
    one = Proposer.load(lung.path, "lung-v1", "cpu")
    image = picture(120, 90)
    found = []
    threads = [threading.Thread(target=lambda: found.append(one.propose(image).probability)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 4
    for other in found[1:]:
        np.testing.assert_array_equal(found[0], other)


def test_nothing_is_printed(lung, capfd):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        Proposer.load(lung.path, "lung-v1").propose(picture(40, 40))
    out = capfd.readouterr()
    assert out.out == ""
    assert out.err == ""


@pytest.mark.parametrize("content", [None, b"", b"not a model", b"\x00" * 200])
def test_a_model_that_cannot_be_loaded_is_one_sentence(tmp_path, content):
    path = tmp_path / "x.safetensors"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(ModelError) as caught:
        Proposer.load(path, "lung-v9")
    assert "\n" not in str(caught.value)


class Full(nn.Module):
    """A network that finds no memory `times` times, wherever it is."""

    def __init__(self, network, times):
        super().__init__()
        self.network, self.times = network, times

    def forward(self, values):
        if self.times:
            self.times -= 1
            raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 20 MiB.")
        return self.network(values)


def crowded(model, times):
    """A Proposer that believes it is on a card whose memory runs out."""
    one = Proposer.load(model.path, "lung-v1", "cpu")
    one._network = Full(one._network, times)
    one._device = DeviceChoice("cpu:0", "a small card", "")
    return one


def test_a_full_card_says_so_and_goes_on_on_the_cpu(lung):
    one = crowded(lung, 1)
    image = picture(70, 70)
    first, second = one.propose(image), one.propose(image)
    assert first.note == module.NOT_ENOUGH
    assert second.note == ""
    assert "CPU" in second.device
    expected = Proposer.load(lung.path, "lung-v1", "cpu").propose(image)
    np.testing.assert_array_equal(first.probability, expected.probability)


def test_a_cpu_without_memory_is_an_error(lung):
    with pytest.raises(RuntimeError):
        crowded(lung, 2).propose(picture(70, 70))


class NotFinite(nn.Module):
    def forward(self, values):
        return values[:, :1] * float("nan")


def test_numbers_that_are_not_finite_are_one_sentence(lung):
    one = Proposer.load(lung.path, "lung-v1", "cpu")
    one._network = NotFinite()
    with pytest.raises(ModelError, match="no usable numbers"):
        one.propose(picture(70, 70))


SMALL = {"unet": [4, 6, 8], "unet-2015": [4, 6, 8]}  # widths; the other networks' are small already


@pytest.mark.parametrize("name", RECIPES)
def test_a_model_of_every_recipe_proposes(name, tmp_path):
    recipe = RECIPES[name]
    architecture = dict(recipe.architecture)
    architecture["widths"] = SMALL.get(architecture["name"], architecture["widths"])
    torch.manual_seed(0)
    state, spec = build(architecture).state_dict(), replace(recipe.input, size=50)
    about = save_model(state, ModelFile(tmp_path / "one.safetensors", architecture, spec, recipe.target), half=True)
    one = Proposer.load(about.path, "one-v1", "cpu")
    for shape in ((71, 60), (3, 200)):
        proposal = one.propose(picture(*shape, *([3] if spec.channels == 3 else [])))
        assert max(proposal.probability.shape) == 50
        assert (proposal.rows, proposal.columns) == shape
        assert proposal.note == ""


def test_an_unpadded_model_sees_mirrored_borders(tmp_path):
    architecture = {"name": "unet-2015", "channels": 1, "widths": [4, 6]}
    torch.manual_seed(0)
    network, spec = build(architecture).eval(), InputSpec(size=48, channels=1, multiple=1)
    path = tmp_path / "lung.safetensors"
    save_model(network.state_dict(), ModelFile(path, architecture, spec, "lung"))
    image = picture(96, 70)
    values, _ = network_input(image.pixels, False, spec)
    lost, more = network.border, [network.input_side(side) - side - network.border for side in values.shape[1:]]
    seen = np.pad(values, ((0, 0), (lost, more[0]), (lost, more[1])), mode="reflect")
    with torch.inference_mode():
        expected = torch.sigmoid(network(torch.from_numpy(seen)[None]))[0, 0].numpy()
    found = Proposer.load(path, "lung-v1", "cpu").propose(image).probability
    np.testing.assert_allclose(found / module.ONE, expected[: found.shape[0], : found.shape[1]], atol=1e-4)


@pytest.mark.parametrize("name", ["lung", "polyp"])
def test_a_bundled_network_says_the_same_bit_for_bit_as_when_called_itself(name):
    one = Proposer.load(Path(__file__).parents[3] / "resources" / "models" / f"{name}.safetensors", name, "cpu")
    torch.set_num_threads(1)
    channels = one._about.input.channels
    for rows, columns in ((64, 96), (256, 224)):
        values = np.random.default_rng(5).normal(size=(channels, rows, columns)).astype(np.float32)
        with torch.inference_mode():
            batch = torch.from_numpy(values)[None].to(memory_format=torch.channels_last)
            expected = torch.sigmoid(one._network(batch))[0, 0].numpy()
        np.testing.assert_array_equal(one._forward(values), expected)


def test_doubt_comes_pass_by_pass_and_lets_a_proposal_between(lung):
    proposer, image = Proposer.load(lung.path, "lung-v1", "cpu"), picture(90, 70)
    asking = proposer.doubting(image)
    found = [next(asking)]
    proposal = proposer.propose(image)  # another thread's proposal would come in here
    found += list(asking)
    assert found[:-1] == [None] * 4
    (last,) = found[-1:]
    assert last is not None
    assert last.probability.shape == last.spread.shape == proposal.probability.shape
    assert last.spread.any()
    again = list(proposer.doubting(image))[-1]
    np.testing.assert_array_equal(again.probability, last.probability)


def test_features_lie_on_the_grid_of_the_proposal(lung):
    proposer, image = Proposer.load(lung.path, "lung-v1", "cpu"), picture(90, 70)
    features = proposer.features(image)
    assert features.shape[1:] == proposer.propose(image).probability.shape
    assert features.dtype == np.float16
    assert np.isfinite(features).all()


def test_what_the_model_saw_is_what_it_was_given_padding_and_all(lung, polyp):
    proposer = Proposer.load(lung.path, "lung-v1", "cpu")
    given = []
    forward = proposer._forward
    proposer._forward = lambda values: (given.append(values), forward(values))[1]
    film = picture(40, 90, dtype=np.uint16, transform=ValueTransform(windows=(Window(10.0, 3.0),), inverted=True))
    proposer.propose(film)
    pixels, rows, columns = proposer.seen(film)
    (values,) = given
    assert (pixels.shape, rows, columns) == ((32, 64), 28, 64)
    assert np.abs(pixels / 255.0 - (values[0] * 0.5 + 0.5)).max() <= 0.5 / 255 + 1e-6
    assert (pixels[28:] == 128).all()
    other = replace(film, transform=ValueTransform(windows=(Window(900.0, 5.0),), inverted=True))
    assert np.array_equal(proposer.seen(other)[0], pixels)
    colour, rows, columns = Proposer.load(polyp.path, "polyp-v1", "cpu").seen(picture(64, 64, 3))
    assert (colour.shape, rows, columns) == ((64, 64, 3), 64, 64)
