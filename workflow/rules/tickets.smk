rule init:
    input:
        dataset=inputs("theta0", "dataset"),
    output:
        theta0=pattern("theta0"),
        mask=pattern("mask", strategy="dense", round=0),
    log:
        "logs/{experiment}/{block}/init.log",
    params:
        settings=settings("theta0"),
        key=key("theta0"),
    shell:
        "python -m lth init --settings {params.settings:q} --key {params.key}"
        " --dataset {input.dataset} --out {output.theta0} --mask {output.mask} > {log} 2>&1"


rule prune:
    input:
        mask=inputs("mask", "mask"),
        weights=inputs("mask", "weights"),
    output:
        pattern("mask"),
    log:
        "logs/{experiment}/{block}/{strategy}/round-{round}/prune.log",
    params:
        inputs=options("mask"),
        settings=settings("mask"),
        key=key("mask"),
    wildcard_constraints:
        round=r"[1-9]\d*",
    shell:
        "python -m lth prune --settings {params.settings:q} --key {params.key}"
        " {params.inputs} --out {output} > {log} 2>&1"
