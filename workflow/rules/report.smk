localrules:
    tabulate,
    plot,
    summarize,


rule tabulate:
    input:
        inputs("table", "runs"),
    output:
        table=report(
            "results/tables/{experiment}.csv",
            category="{experiment}",
            labels={"what": "table"},
            caption="../report/table.rst",
        ),
        origin="results/origins/tables/{experiment}.json",
    log:
        "logs/{experiment}/tabulate.log",
    params:
        runs=braced("table"),
        settings=settings("table"),
        key=key("table"),
    shell:
        "python -m lth tabulate --settings {params.settings:q} --key {params.key} --runs {params.runs}"
        " --out {output.table} --origin {output.origin} > {log} 2>&1"


rule plot:
    input:
        lambda wildcards: [item.path for items in node("figure", wildcards).inputs.values() for item in items],
    output:
        svg=report(
            "results/figures/{experiment}/{name}.svg",
            category="{experiment}",
            labels={"what": "{name}"},
            caption="../report/figure.rst",
        ),
        png="results/figures/{experiment}/{name}.png",
        origin="results/origins/figures/{experiment}/{name}.json",
    log:
        "logs/{experiment}/figures/{name}.log",
    params:
        inputs=braced("figure"),
        settings=settings("figure"),
        key=key("figure"),
        caption=caption,
    shell:
        "python -m lth plot --settings {params.settings:q} --key {params.key} --inputs {params.inputs}"
        " --svg {output.svg} --png {output.png} --origin {output.origin} > {log} 2>&1"


rule summarize:
    input:
        [item.path for item in study.metrics().inputs["tables"]],
    output:
        metrics="results/metrics.json",
        origin="results/origins/metrics.json",
    log:
        "logs/summarize.log",
    params:
        key=study.metrics().key,
    shell:
        "python -m lth summarize {input} --key {params.key} --out {output.metrics} --origin {output.origin} > {log} 2>&1"
