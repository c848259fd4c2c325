# The pipeline, as a table of contents. What to run stands in params.yaml, how each file is made in
# workflow/rules/.
import gc
import os
import sys

from snakemake.utils import min_version

min_version("9.27")

# lth beside this file, so that a copy of the project plans with its own code
sys.path.insert(0, workflow.basedir)
# A plan is millions of objects that stay. To look for garbage among them takes a seventh of its
# time.
gc.set_threshold(50_000)
# Jobs run the same Python.
os.environ["PATH"] = os.path.dirname(sys.executable) + os.pathsep + os.environ["PATH"]


report: "workflow/report/study.rst"


include: "workflow/rules/common.smk"


if workflow.is_main_process:
    trust_files(study, study.nodes())


wildcard_constraints:
    experiment="[a-z0-9-]+",
    block=r"trials-\d+-\d+",
    strategy="[a-z0-9-]+",
    round=r"\d+",
    branch="[a-z0-9.-]+",
    dataset="[a-z0-9-]+",
    iteration=r"\d+",
    name="[a-z0-9-]+",


include: "workflow/rules/scheduling.smk"
include: "workflow/rules/data.smk"
include: "workflow/rules/tickets.smk"
include: "workflow/rules/training.smk"
include: "workflow/rules/report.smk"
include: "workflow/rules/paper.smk"


rule all:
    default_target: True
    localrule: True
    input:
        # Every file, not the last ones only: Snakemake remakes a lost file only if it is asked for.
        sorted(study.files()),
