"""The calls of verbs that make the files of a study, for whoever has no Snakemake."""

from lth.study.graph import Study
from lth.study.node import Node
from lth.study.plans.mask import Mask


def call_of(study: Study, node: Node) -> list[str]:
    """The call that makes a file, as the rules make it."""
    plan = node.plan
    if isinstance(plan, Mask) and plan.making is None:
        return call_of(study, study.theta0(plan.experiment, plan.block))
    if node.kind == "dataset":
        return ["prepare", node.settings["dataset"], "--out", node.path]
    call = [plan.verb, "--settings", node.text, "--key", node.key]
    for role, items in node.inputs.items():
        call += [f"--{role}", *(item.path for item in items)]
    names = {"theta0": ("out", "mask"), "figure": ("svg", "png", "csv", "json", "origin")}
    documents = ("out", "origin") if plan.PRODUCTS else ("out",)
    files = node.files
    if node.kind == "theta0":
        files = (*files, study.mask(plan.experiment, plan.block, "dense", 0).path)
    for name, file in zip(names.get(node.kind, documents), files, strict=True):
        call += [f"--{name}", file]
    return call
