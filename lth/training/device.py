"""The device of a training run, and what else its bits depend on."""

from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch.backends import cudnn

from lth.training.compilation import compiles
from lth.training.recipe import Recipe


def pick_device(name: str) -> torch.device:
    """The device of a name: `auto` is a GPU where there is one, else the CPU.

    Raises ValueError for a device that is not there.
    """
    if name == "auto":
        return torch.device("cuda" if torch.cuda.is_available() else "cpu")
    if name.startswith("cuda") and not torch.cuda.is_available():
        raise ValueError(f"--device {name}: no GPU found; take cpu or auto")
    count = torch.cuda.device_count()
    if name.startswith("cuda:") and int(name.removeprefix("cuda:")) >= count:
        raise ValueError(f"--device {name}: this machine has {count} GPUs, counted from 0")
    return torch.device(name)


@contextmanager
def reproducible() -> Iterator[None]:
    """A context in which equal steps give equal bits, of full precision.

    Denormal numbers are 0 in it: averages of dead units decay into them, and these are 10 to 100
    times slower. Outside of it they are not, since checks of settings rely on them.
    """
    before = cudnn.deterministic, cudnn.allow_tf32
    cudnn.deterministic, cudnn.allow_tf32 = True, False
    torch.set_flush_denormal(True)  # of this thread, and of those that it starts from now on
    try:
        yield
    finally:
        torch.set_flush_denormal(False)
        cudnn.deterministic, cudnn.allow_tf32 = before


def conditions(recipe: Recipe, device: torch.device) -> dict[str, str | int | bool]:
    """What the bits of a training run depend on beside its plan and inputs.

    The same key gives the same bits only where all of these are the same, on one model of CPU or
    GPU.
    """
    return {
        "torch": torch.__version__,
        "device": torch.cuda.get_device_name(device) if device.type == "cuda" else device.type,
        "threads": torch.get_num_threads(),
        "compiled": compiles(recipe, device),
        "cpu": torch.backends.cpu.get_cpu_capability(),
    }
