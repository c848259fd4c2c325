localrules:
    tabulate,
    plot,
    summarize,
    compose,
    score,


rule tabulate:
    input:
        inputs("table", "runs"),
    output:
        table=report(
            products("table")[0],
            category="tables",
            labels={"experiment": "{experiment}"},
            caption="../report/table.rst",
        ),
        origin=pattern("table"),
    log:
        "logs/{experiment}/tabulate.log",
    params:
        inputs=options("table"),
        settings=settings("table"),
        key=key("table"),
    shell:
        "python -m lth tabulate --settings {params.settings:q} --key {params.key} {params.inputs}"
        " --out {output.table} --origin {output.origin} > {log} 2>&1"


rule plot:
    input:
        every_input("figure"),
    output:
        svg=report(
            products("figure")[0],
            category="figures",
            labels={"figure": "{name}"},
            caption="../report/figure.rst",
        ),
        png=products("figure")[1],
        csv=products("figure")[2],
        json=products("figure")[3],
        origin=pattern("figure"),
    log:
        "logs/figures/{name}.log",
    params:
        inputs=options("figure"),
        settings=settings("figure"),
        key=key("figure"),
        caption=caption,
    shell:
        "python -m lth plot --settings {params.settings:q} --key {params.key} {params.inputs}"
        " --svg {output.svg} --png {output.png} --csv {output.csv} --json {output.json}"
        " --origin {output.origin} > {log} 2>&1"


rule summarize:
    input:
        every_input("metrics"),
    output:
        metrics=products("metrics")[0],
        origin=pattern("metrics"),
    log:
        "logs/summarize.log",
    params:
        inputs=options("metrics"),
        settings=settings("metrics"),
        key=key("metrics"),
    shell:
        "python -m lth summarize --settings {params.settings:q} --key {params.key} {params.inputs}"
        " --out {output.metrics} --origin {output.origin} > {log} 2>&1"


rule score:
    input:
        every_input("claims"),
    output:
        claims=products("claims")[0],
        origin=pattern("claims"),
    log:
        "logs/{name}.log",
    params:
        inputs=options("claims"),
        settings=settings("claims"),
        key=key("claims"),
    wildcard_constraints:
        name="((mini|paper)-)?claims",
    shell:
        "python -m lth score --settings {params.settings:q} --key {params.key} {params.inputs}"
        " --out {output.claims} --origin {output.origin} > {log} 2>&1"


# Not `report`, which is a function of Snakemake.
rule compose:
    input:
        every_input("report"),
    output:
        html=products("report")[0],
        origin=pattern("report"),
    log:
        "logs/reports/{name}.log",
    params:
        inputs=options("report"),
        settings=settings("report"),
        key=key("report"),
    shell:
        "python -m lth report --settings {params.settings:q} --key {params.key} {params.inputs}"
        " --out {output.html} --origin {output.origin} > {log} 2>&1"
