"""A loaded model that makes Proposals; safe to use from several threads."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch
from torch import nn

from training.checkpoint import ModelFile, load_model
from training.device import DeviceChoice, choose
from training.preprocess import confident, crop, network_input, rebased, unstandardise
from training.tiles import logits
from unet_studio.core.errors import ModelError
from unet_studio.core.image import Image, modality_values
from unet_studio.core.proposal import ONE, Proposal
from unet_studio.core.target import is_gray
from unet_studio.inference.doubt import Doubt, doubting
from unet_studio.inference.features import features

MOST_THREADS = 8  # a 256 px network does not get faster with more
NOT_ENOUGH = "The graphics card had too little free memory; the proposal was made on the CPU."
COLOUR_AS_GRAY = "This model proposes on gray values; the picture's colours were not used."
GRAY_AS_COLOUR = "This model was trained on colour pictures; this one is gray."


class Proposer:
    """One model version on one device. Make it with `load`."""

    def __init__(self, network: nn.Module, about: ModelFile, model_id: str, device: DeviceChoice) -> None:
        self._network = network
        self._about = about
        self._model_id = model_id
        self._device = device
        self._lock = threading.Lock()

    @classmethod
    def load(cls, path: Path, model_id: str, device: str = "auto") -> Proposer:
        """Read the weights at `path` and put them on a device: "auto", "cpu", "cuda" or "mps".

        Raises ModelError, one sentence, where the file is missing, damaged, foreign or holds non-finite weights.
        """
        try:
            network, about = load_model(path)
        except (ValueError, OSError) as error:
            raise ModelError(str(error)) from error
        torch.set_num_threads(min(MOST_THREADS, max(1, os.cpu_count() or 1)))
        proposer = cls(network, about, model_id, choose(device))
        proposer._move_in()
        return proposer

    @property
    def target(self) -> str:
        """The Target that this model proposes."""
        return self._about.target

    @property
    def device_label(self) -> str:
        """The device in words, as the status bar shows it."""
        return self._device.label

    @property
    def device_why(self) -> str:
        """Why not a better device, "" where there is nothing to say."""
        return self._device.why

    def propose(self, image: Image) -> Proposal:
        """The Proposal of one Image, gray or colour, whatever the model was trained on.

        Raises ModelError where the network gives no usable numbers.
        """
        begun = time.perf_counter()
        values, fit = network_input(modality_values(image), image.transform.inverted, self._about.input)
        with self._lock:
            probability, notes = self._probability(values)
            label = self._device.label
        content = crop(probability, fit)
        if not np.isfinite(content).all():
            raise ModelError(f"{self._about.path}: the network gave no usable numbers on {label}; try another device.")
        content = rebased(confident(content, self._about.threshold, self._about.peak), self._about.threshold)
        return Proposal(
            probability=np.ascontiguousarray(np.rint(content * np.float32(ONE)).astype(np.uint16)),
            rows=image.shape[0],
            columns=image.shape[1],
            target=self._about.target,
            model_id=self._model_id,
            model_sha256=self._about.sha256,
            device=label,
            seconds=time.perf_counter() - begun,
            note=" ".join([*notes, *self._remarks(image)]),
        )

    def seen(self, image: Image) -> tuple[np.ndarray, int, int]:
        """The network's input for one Image as a picture, uint8 (h, w) or (h, w, 3), padding and all.

        Then rows and columns that the Image takes of it, at the top left.
        """
        values, fit = network_input(modality_values(image), image.transform.inverted, self._about.input)
        unit = np.clip(unstandardise(values, self._about.input), 0.0, 1.0)
        pixels = np.rint(unit * np.float32(255.0)).astype(np.uint8)
        pixels = pixels[..., 0] if pixels.shape[2] == 1 else pixels
        return np.ascontiguousarray(pixels), fit.content_rows, fit.content_columns

    def features(self, image: Image) -> np.ndarray:
        """What the last layer holds for one Image, (C, h, w) float16; h x w as its Proposal's probability."""
        with self._lock:
            return features(self._network, self._about, image, self._device.name)

    def doubting(self, image: Image) -> Iterator[Doubt | None]:
        """One pass of the network for each `next`; the last one gives the Doubt. Other threads come in between.

        Raises ModelError where the network gives no usable numbers.
        """
        return doubting(image, self._about, self._guarded)

    def _guarded(self, values: np.ndarray) -> np.ndarray:
        with self._lock:
            return self._probability(values)[0]

    def _probability(self, values: np.ndarray) -> tuple[np.ndarray, list[str]]:
        """(channels, h, w) float32 to (h, w) float32 in 0..1, on the CPU where the card's memory does not suffice."""
        try:
            return self._forward(values), []
        except RuntimeError as error:
            if self._device.name == "cpu" or "out of memory" not in str(error).lower():
                raise
        self._device = choose("cpu")
        self._move_in()
        return self._forward(values), [NOT_ENOUGH]

    def _forward(self, values: np.ndarray) -> np.ndarray:
        with torch.inference_mode():
            batch = torch.from_numpy(values)[None].to(self._device.name, memory_format=torch.channels_last)
            found = logits(self._network, batch)
            return np.asarray(torch.sigmoid(found.float())[0, 0].cpu().numpy())

    def _move_in(self) -> None:
        """Put the network on the device, or on the CPU where the card is full."""
        try:
            self._network.to(self._device.name)
        except RuntimeError as error:
            if "out of memory" not in str(error).lower():
                raise
            self._device = choose("cpu")
            self._network.to("cpu")
        if torch.cuda.is_available() and self._device.name == "cpu":
            torch.cuda.empty_cache()

    def _remarks(self, image: Image) -> list[str]:
        remarks = []
        gray_model = self._about.input.kind == "gray"
        if gray_model and not is_gray(image.pixels):
            remarks.append(COLOUR_AS_GRAY)
        if not gray_model and is_gray(image.pixels):
            remarks.append(GRAY_AS_COLOUR)
        return remarks
