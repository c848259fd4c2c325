"""What to tell after a training run ran out of memory: how many networks would fit."""

import gc
import resource
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import torch

from lth.training.device import reproducible
from lth.training.evaluation import evaluate
from lth.training.loop import Loop, advance
from lth.training.stack import Stack

NO_MEMORY = ("can't allocate memory", "could not create a primitive")  # as torch, oneDNN say it


@contextmanager
def within_memory(stack: Stack, device: torch.device) -> Iterator[None]:
    """A context in which a stack is trained.

    Raises ValueError that says how many networks fit, where memory is too small for the stack.
    """
    try:
        yield
    except (RuntimeError, MemoryError) as error:
        if not _is_lack_of_memory(error):
            raise
        traceback.clear_frames(error.__traceback__)  # they hold all tensors of the training run
        raise ValueError(_what_fits(stack, device)) from None


def _is_lack_of_memory(error: Exception) -> bool:
    if isinstance(error, (torch.OutOfMemoryError, MemoryError)):
        return True
    return any(text in str(error) for text in NO_MEMORY)


def _what_fits(stack: Stack, device: torch.device) -> str:
    said = f"out of memory on {device} with {len(stack)} networks (trials x repeats) in a stack"
    gc.collect()
    if device.type == "cuda":
        free, each = _room_on_gpu(stack, device)
    else:
        free, each = _free_memory(), stack.architecture.memory
    if free is None or free // each >= len(stack):  # it was short at another time, or uncounted
        mend = "choose a lower `block`, or run fewer jobs at once"
        return f"{said}, which take up to {each / 2**20:,.0f} MiB each; {mend}"
    room = f"{free / 2**30:.1f} GiB free"
    if free < each:
        return f"{said}; not even one fits ({room}); run fewer jobs at once"
    fit = f"about {free // each} would fit ({each / 2**30:.2f} GiB for one, {room})"
    mend = "choose `block` (and repeats) so that block x repeats is no more"
    return f"{said}; {fit}: {mend}"


@reproducible()
def _room_on_gpu(stack: Stack, device: torch.device) -> tuple[int, int]:
    """Bytes that are free beside the images, and those that one network takes.

    A step and an evaluation of one network tell. Where not even one fits, it takes more than are
    free.
    """
    torch.cuda.empty_cache()
    free, _ = torch.cuda.mem_get_info(device)
    held = torch.cuda.memory_allocated(device)
    try:
        torch.cuda.reset_peak_memory_stats(device)
        loop = Loop(stack.first(), device)
        advance(loop, 1)
        validation = {"validation": loop.sets.validation}
        evaluate(loop.architecture, loop.layout, loop.state.values, validation)
    except torch.OutOfMemoryError:
        return free, free + 1
    images = stack.sets.bytes
    return free - images, torch.cuda.max_memory_allocated(device) - held - images


def _free_memory() -> int | None:
    """Bytes that this process may still take, or None where the system does not say."""
    try:
        texts = [Path("/proc", name).read_text() for name in ("meminfo", "self/status")]
        words = [line.split() for text in texts for line in text.splitlines()]
        sizes = {line[0]: 1024 * int(line[1]) for line in words if line[2:] == ["kB"]}
        free, taken = sizes["MemAvailable:"], sizes["VmSize:"]
    except (OSError, KeyError):
        return None
    limit, _ = resource.getrlimit(resource.RLIMIT_AS)
    return free if limit == resource.RLIM_INFINITY else max(0, min(free, limit - taken))
