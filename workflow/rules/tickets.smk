rule init:
    input:
        dataset=inputs("theta0", "dataset"),
    output:
        theta0="results/runs/{experiment}/{block}/theta0.h5",
        mask="results/runs/{experiment}/{block}/dense/round-0/mask.h5",
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
        r"results/runs/{experiment}/{block}/{strategy}/round-{round,[1-9]\d*}/mask.h5",
    log:
        "logs/{experiment}/{block}/{strategy}/round-{round}/prune.log",
    params:
        weights=lambda wildcards, input: f"--weights {input.weights}" if input.weights else "",
        settings=settings("mask"),
        key=key("mask"),
    shell:
        "python -m lth prune --settings {params.settings:q} --key {params.key}"
        " --mask {input.mask} {params.weights} --out {output} > {log} 2>&1"
