"""All kinds of tampering by name. Most are by one who mends digests, seals and keys.

Left out is what cannot be seen without training again: curves or final weights that fit everything
else that is there.
"""

import h5py

from tampering import arrays, files, texts
from tampering.files import bytes_of, forged, raw, resettled
from tampering.study import (
    METRICS,
    TABLE,
    Kind,
    dense,
    drawn,
    pruned,
    pruned_with_weights,
    ranked,
)
from tampering.texts import digit, origin_field

HDF5 = ("run", "theta0", "mask", "rewound")
BYTES: dict[str, Kind] = {
    "a flipped bit": files.a_flipped_bit,
    "a cut end": bytes_of(files.cut_the_end),
    "more bytes": bytes_of(lambda content, chance: content + b"\0"),
    "an empty file": bytes_of(lambda content, chance: b""),
    "zeros": bytes_of(lambda content, chance: bytes(len(content))),
}
RAW: dict[str, Kind] = {
    "h5: a value": raw(files.other_value),
    "h5: another name": raw(lambda file: file.move("repeat", "repeats")),
    "h5: another type": raw(files.other_type),
    "h5: an array more": raw(files.other_array),
    "h5: an array fewer": raw(lambda file: file.__delitem__("repeat")),
    "h5: an attribute more": raw(lambda file: file.attrs.__setitem__("remark", "hello")),
    "h5: an attribute fewer": raw(lambda file: file.attrs.__delitem__("code")),
    "h5: another attribute": raw(lambda file: file.attrs.__setitem__("made_on", "{}")),
    "h5: an array's attribute": raw(lambda file: file["trial"].attrs.__setitem__("unit", "m")),
    "h5: a link": raw(lambda file: file.__setitem__("it", h5py.SoftLink("/trial"))),
    "h5: a link elsewhere": raw(
        lambda file: file.__setitem__("it", h5py.ExternalLink("x.h5", "/trial"))
    ),
}
MASKS: dict[str, Kind] = {
    "θ0: a weight": forged(arrays.nudged, "theta0"),
    "θ0: trials": forged(arrays.added("trial"), "theta0"),
    "rewound: untrained": files.untrained,
    "mask: the dense one": forged(arrays.one_fewer, "mask", where=dense),
    "mask: one fewer": forged(arrays.one_fewer, "mask", where=pruned),
    "mask: one more": forged(arrays.one_more, "mask", where=pruned),
    "mask: another place": forged(arrays.swapped, "mask", where=ranked),
    "mask: another random place": forged(arrays.swapped, "mask", where=drawn),
    "mask: of the other trial": forged(arrays.networks_exchanged, "mask", where=ranked),
    "mask: diverged": forged(arrays.negated("ancestor_diverged"), "mask"),
    "mask: a stack twice as large": forged(arrays.twice_as_large, "mask"),
}
RUNS: dict[str, Kind] = {
    "run: trials": forged(arrays.added("trial"), "run"),
    "run: repeats": forged(arrays.added("repeat"), "run"),
    "run: another start": forged(arrays.other_start, "run"),
    "run: a pruned weight": forged(arrays.revived, "run", where=pruned_with_weights),
    "run: weights of no number": forged(arrays.of_no_number, "run", where=pruned_with_weights),
    "run: largest pruned weight": forged(arrays.added("measures/largest_pruned_weight"), "run"),
    "run: iterations": forged(arrays.added("iterations"), "run"),
    "run: iterations of the test set": forged(arrays.added("test_iterations"), "run"),
    "run: fewer evaluations": forged(arrays.fewer_evaluations, "run"),
    "run: early stopping": forged(arrays.added("measures/early_stop_iteration", 10), "run"),
    "run: accuracy at early stopping": forged(arrays.better_accuracy, "run"),
    "run: accuracy at the end": forged(
        arrays.added("measures/final_test_accuracy", 1 / arrays.TEST_IMAGES), "run"
    ),
    "run: loss at the end": forged(arrays.added("measures/final_validation_loss", -0.1), "run"),
    "run: a curve": forged(arrays.better_curve, "run"),
    "run: share of no examples": forged(arrays.half_an_example, "run"),
    "run: more than all": forged(arrays.more_than_all, "run"),
    "run: negative loss": forged(arrays.negative_loss, "run"),
    "run: diverged": forged(arrays.negated("measures/diverged"), "run"),
    "run: ancestor diverged": forged(arrays.negated("measures/ancestor_diverged"), "run"),
    "run: density": forged(arrays.added("measures/density", 0.01), "run"),
    "run: weights left": forged(arrays.added("measures/weights_left"), "run"),
    "run: an array fewer": forged(arrays.without("measures/final_train_loss"), "run"),
    "run: an array more": forged(arrays.one_array_more, *HDF5),
    "run: another type": forged(arrays.narrower, *HDF5),
}
SETTINGS: dict[str, Kind] = {
    "settings: recipe": resettled("recipe", "batch", value=50, kinds=("run",)),
    "settings: seed": resettled("seed", value=2, kinds=("theta0", "run", "rewound")),
    "settings: round": resettled("round", value=7, kinds=("mask", "run"), where=pruned),
    "settings: validation": resettled("validation", value=300, kinds=("run", "rewound")),
    "settings: rates": resettled("rates", "fc1.weight", value=0.3, kinds=("mask",), where=ranked),
    "settings: nonsense": resettled("recipe", value="none", kinds=("run", "rewound")),
}
PLACES: dict[str, Kind] = {
    "place: exchanged": files.exchanged,
    "place: copied over": files.copied_over,
    "place: a strange file": files.strange,
    "place: gone": files.gone,
    "place: a pipe": files.a_pipe,
    "place: a link": files.a_link,
}
TEXTS: dict[str, Kind] = {
    "table: a digit": digit(TABLE, mended=False),
    "table: a digit, mended": digit(TABLE, mended=True),
    "table: a row fewer": texts.without_a_row,
    "table: rows exchanged": texts.rows_exchanged,
    "table: a run fewer": texts.untold_run,
    "metrics: a digit": digit(METRICS, mended=False),
    "metrics: a digit, mended": digit(METRICS, mended=True),
    "metrics: no table": texts.untold_table,
    "figure: a line": texts.stroke,
    "figure: a pixel": texts.pixel,
    "origin: key": origin_field("key", "0" * 24),
    "origin: code": origin_field("code", "other"),
    "origin: kind": origin_field("kind", "mask"),
    "origin: files": origin_field("files", {}),
    "origin: inputs": origin_field("inputs", {"runs": [["results/../x", "a", "b"]]}),
    "data: manifest": texts.other_manifest,
    "data: images": texts.other_images,
}
KINDS = {**BYTES, **RAW, **MASKS, **RUNS, **SETTINGS, **PLACES, **TEXTS}
