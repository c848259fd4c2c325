"""Compiled steps: where they pay, whether they can be had, and how functions are compiled."""

import functools
import types
from collections.abc import Callable
from typing import Any

import torch

from lth.training.recipe import Recipe

PAYS = 6_000  # iterations: compiling takes 4 to 30 s once on a machine, then 2 s a training run


def compiles(recipe: Recipe, device: torch.device) -> bool:
    """Whether the steps of a training run are compiled here."""
    return recipe.iterations >= PAYS and can_compile(device)


@functools.cache
def can_compile(device: torch.device) -> bool:
    """Whether steps can be compiled here, found out by compiling one. Says in a line if not.

    It takes a C++ compiler and the headers of Python.
    """
    try:
        compiled(lambda x: x + 1)(torch.zeros(2, device=device))
    except Exception as error:  # each of several compilers has its own
        reason = str(error).strip().splitlines()[0]
        lack = f"no working compiler for {device.type} ({reason})"
        print(f"steps run uncompiled, which is slower: {lack}", flush=True)
        return False
    return True


def compiled(function: Callable[..., Any]) -> Callable[..., Any]:
    """A function of tensors compiled, for the same shapes, types and device each time."""
    # torch keeps compiled code in a cache by its options, but not by the vector units that it was
    # written for. Without them as an option, code for one CPU would be taken on another, and fail.
    from torch._inductor.cpu_vec_isa import pick_vec_isa  # it imports the compiler

    # Guards would look at all arguments in every call (0.1 ms), though these never change.
    options: dict[str, Any] = {
        "cpp.simdlen": pick_vec_isa().bit_width(),
        "guard_filter_fn": lambda guards: [False] * len(guards),
    }
    return torch.compile(_own(function), fullgraph=True, dynamic=False, options=options)


def _own(function: Callable[..., Any]) -> Callable[..., Any]:
    """The same function with a code object that no other has.

    Compiled code is kept by code object. Without guards, a second training run in the process would
    run the code of the first.
    """

    def called(*arguments: Any) -> Any:
        return function(*arguments)

    code = called.__code__.replace()
    return types.FunctionType(code, called.__globals__, called.__name__, None, called.__closure__)
