"""`lth schema`: a JSON Schema of `params.yaml` and the catalog, for editors."""

import json
from pathlib import Path

from lth.files import atomic
from lth.study import schema as schemas


def schema(out: Path) -> None:
    """Writes the schema to `out`. The first lines of the YAML files name it."""
    atomic.write_text(out, json.dumps(schemas.schema(), indent=1) + "\n")
    print(out)
