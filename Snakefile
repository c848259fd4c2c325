# The pipeline, as a table of contents. What to run stands in params.yaml, how each file is made in workflow/rules/.
import gc
import os
import sys

from snakemake.utils import min_version

min_version("9.27")

sys.path.insert(0, workflow.basedir)  # lth beside this file, so that a copy of the project plans with its own code
gc.set_threshold(50_000)  # a plan is millions of objects that stay; to look for garbage among them takes a seventh of its time
os.environ["PATH"] = os.path.dirname(sys.executable) + os.pathsep + os.environ["PATH"]  # jobs run the same Python

report: "workflow/report/study.rst"


include: "workflow/rules/common.smk"


study = read_study()
planned = {item.path: item for item in study.nodes()}

if workflow.is_main_process:
    trust_files(study)


include: "workflow/rules/data.smk"
include: "workflow/rules/tickets.smk"
include: "workflow/rules/training.smk"
include: "workflow/rules/report.smk"


rule all:
    default_target: True
    localrule: True
    input:
        # Every file, not the last ones only: Snakemake remakes a lost file only if it is asked for.
        sorted(study.files()),
