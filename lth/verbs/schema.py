"""`lth schema`: a JSON Schema of `params.yaml` and the catalog, for editors."""

import json
from pathlib import Path

from lth.files import atomic
from lth.study import schema as schemas


def schema(out: Path | None) -> None:
    """Writes the schema to `out`, or prints it. The first lines of the YAML files name it."""
    text = json.dumps(schemas.schema(), indent=1)
    if out is None:
        print(text)
        return
    atomic.write_text(out, text + "\n")
    print(out)
