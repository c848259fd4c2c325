"""The same bits on every CPU: one machine compiles for others, and all digests are written here.

They depend on NumPy's streams of random numbers, and on nothing else.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from numba.core.registry import cpu_target

TOP = Path(__file__).parents[3]
FEATURES = cpu_target.target_context.codegen().magic_tuple()[2]
DIGESTS = {
    "exp": "a110f1a1808a6ece",
    "log": "2adce0cf52079043",
    "3.6 % by Adam with dropout": "99394c86a7fe5c2e",
    "50 % by SGD": "a52e2b0dc1fe2837",
    "20 %, diverged": "20df4428d456a5c8",
}
CPUS = (
    ("haswell", "+avx,+avx2,+fma"),
    ("znver3", "+avx,+avx2,+fma"),
    ("generic", "+fma"),
    ("generic", ""),  # without fma in hardware: the C library computes it
)


def said(**variables: str) -> list:
    """What a process of its own says: digests, and the CPU and features it was compiled for."""
    own = {name: value for name, value in os.environ.items() if not name.startswith("NUMBA_CPU_")}
    paths = {"PYTHONPATH": os.pathsep.join([str(TOP), str(TOP / "tests")])}
    program = Path(__file__).with_name("bits.py")
    process = subprocess.run(
        [sys.executable, str(program)], env=own | paths | variables, capture_output=True, text=True
    )
    assert process.returncode == 0, process.stderr
    return json.loads(process.stdout.splitlines()[-1])


def test_bits_are_those_of_other_machines() -> None:
    assert said()[0] == DIGESTS


@pytest.mark.skipif("+avx2" not in FEATURES, reason="this CPU cannot run code for the others")
@pytest.mark.parametrize(("name", "features"), CPUS)
def test_so_they_are_compiled_for_another_cpu(name: str, features: str) -> None:
    found = said(NUMBA_CPU_NAME=name, NUMBA_CPU_FEATURES=features)
    assert found == [DIGESTS, name, features]
