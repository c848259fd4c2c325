rule prepare:
    output:
        # Not the arrays beside it: to remake a lost array file as an output would be to retrain
        # everything that depends on it.
        pattern("dataset"),
    log:
        "logs/datasets/{dataset}.log",
    params:
        key=key("dataset"),
    shell:
        "python -m lth prepare {wildcards.dataset} --out {output} > {log} 2>&1"
