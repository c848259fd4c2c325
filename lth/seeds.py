"""Named streams of randomness: every draw has an address, so any of them can be made again.

A stream is a Philox counter generator (Salmon et al., SC 2011) whose key is a hash of the address.
Nothing is global, and the order in which streams are opened does not matter.
"""

import hashlib
import json

import numpy as np


def stream(seed: int, purpose: str, **coordinates: int | str) -> np.random.Generator:
    """The generator at an address: `stream(1, "initialization", trial=0, parameter="fc1.weight")`.

    Purposes in use: split, initialization, reinitialization, resampling, noise, shuffling, mask,
    data order, augmentation, dropout, bootstrap. Equal addresses give equal draws on every machine.
    Addresses that differ anywhere give independent ones.
    """
    address = json.dumps([seed, purpose, coordinates], sort_keys=True)
    digest = hashlib.sha256(address.encode()).digest()
    return np.random.Generator(np.random.Philox(key=int.from_bytes(digest[:16], "big")))
