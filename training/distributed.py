"""Several processes that train one network, as `torchrun` starts them; with one process everything here does nothing.

The processes see the same order of pictures and each takes its part of every batch. Batch norm counts over the whole
batch on CUDA and over each process's part on CPUs; a loss that is divided by the sum of its weights is so within each
part. Machines have to share the folder OUT, which each process reads to resume.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager

import torch
from torch import Tensor, distributed, nn
from torch.nn.parallel import DistributedDataParallel


def size() -> int:
    """How many processes train together."""
    return distributed.get_world_size() if _joined() else 1


def rank() -> int:
    """This process's number; 0 alone prints and writes."""
    return distributed.get_rank() if _joined() else 0


def on_this_machine() -> int:
    """How many of the processes run on this machine."""
    return int(os.environ.get("LOCAL_WORLD_SIZE", "1"))


@contextmanager
def joined(device: str) -> Iterator[str]:
    """Join the group that torchrun describes, where it does; gives the name of this process's device.

    device: "cpu" (joined by gloo), "cuda" (by NCCL, each process its own card) or "mps".
    Raises ValueError for devices that cannot train together and for more processes than cards.
    """
    if int(os.environ.get("WORLD_SIZE", "1")) < 2:
        yield device
        return
    if device not in ("cpu", "cuda"):
        raise ValueError("Apple MPS cannot train in several processes; start without torchrun or with --device cpu.")
    own = device
    if device == "cuda":
        local, cards = int(os.environ.get("LOCAL_RANK", "0")), torch.cuda.device_count()
        if local >= cards:
            raise ValueError(f"There are more processes than CUDA cards; give --nproc-per-node {cards}.")
        torch.cuda.set_device(local)
        own = f"cuda:{local}"
    distributed.init_process_group("nccl" if device == "cuda" else "gloo")
    try:
        yield own
    finally:
        distributed.destroy_process_group()


@contextmanager
def rank_0_first() -> Iterator[None]:
    """What process 0 does in this block, for instance write a file, is done before the others begin with it."""
    if size() > 1 and rank() > 0:
        distributed.barrier()
    try:
        yield
    finally:
        if size() > 1 and rank() == 0:
            distributed.barrier()


def share(batch: int) -> slice:
    """This process's part of a batch. Raises ValueError when it cannot be split evenly."""
    if batch % size():
        raise ValueError(
            f"A batch of {batch} cannot be split over {size()} processes; give batch={batch + -batch % size()}."
        )
    part = batch // size()
    return slice(rank() * part, (rank() + 1) * part)


def parallel(network: nn.Module, device: str) -> nn.Module:
    """The network as it is to be called in training: gradients come out averaged over the processes."""
    if size() == 1:
        return network
    return DistributedDataParallel(network, device_ids=[torch.device(device)] if device.startswith("cuda") else None)


def total(values: Sequence[float], device: str) -> list[float]:
    """Each value summed over the processes; all get the same."""
    if size() == 1:
        return list(values)
    summed = torch.tensor(values, dtype=torch.float64, device=device)
    distributed.all_reduce(summed)
    return [float(value) for value in summed.cpu()]


def spread(tensors: Iterable[Tensor]) -> None:
    """Overwrite the tensors with those of process 0."""
    if size() > 1:
        for tensor in tensors:
            distributed.broadcast(tensor, 0)


def _joined() -> bool:
    return distributed.is_available() and distributed.is_initialized()
