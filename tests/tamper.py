"""Tampers with a finished study, kind after kind, and counts what `lth verify` names."""

import argparse
import os
import sys
import tempfile
from collections import Counter
from pathlib import Path

from tampering.kinds import KINDS
from tampering.study import build
from tampering.verified import tampered, verified

from lth.study.graph import Study


def run(count: int, seed: int) -> int:
    """Tampers `count` times, and prints what was named. Returns how often verify saw nothing."""
    with tempfile.TemporaryDirectory() as folder:
        study = build(Path(folder))
        assert verified()[1], "the study that is tampered with must be whole"
        kinds = [list(KINDS)[number % len(KINDS)] for number in range(count)]
        found = [_is_named(study, kind, number, seed) for number, kind in enumerate(kinds)]
        os.chdir(Path(__file__).parent)
    done = Counter(kinds)
    seen = Counter(kind for kind, right in zip(kinds, found, strict=True) if right)
    for kind in done:
        print(f"{seen[kind]:4} of {done[kind]:4}  {kind}")
    print(f"{seen.total()} of {done.total()} tamperings of {len(done)} kinds were named")
    return done.total() - seen.total()


def _is_named(study: Study, kind: str, number: int, seed: int) -> bool:
    path, output, found = tampered(study, kind, f"{seed} {number}")
    if not found:
        where = f"{kind} (--seed {seed}, number {number}): {path}"
        print(f"NOT NAMED: {where}\n{output}", flush=True)
    return found


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=400)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    sys.exit(min(run(options.count, options.seed), 1))
