rule train:
    input:
        dataset=inputs("run", "dataset"),
        theta0=inputs("run", "theta0"),
        mask=inputs("run", "mask"),
    output:
        "results/runs/{experiment}/{block}/{strategy}/round-{round}/{branch}/run.h5",
    log:
        "logs/{experiment}/{block}/{strategy}/round-{round}/{branch}/train.log",
    params:
        settings=settings("run"),
        key=key("run"),
    threads: 1
    resources:
        mem_mb=1500,
    shell:
        "python -m lth train --settings {params.settings:q} --key {params.key} --threads {threads}"
        " --dataset {input.dataset} --theta0 {input.theta0} --mask {input.mask} --out {output} > {log} 2>&1"
