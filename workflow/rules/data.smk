rule prepare:
    output:
        "results/datasets/{name}.json",
    log:
        "logs/datasets/{name}.log",
    params:
        key=key("dataset"),
    shell:
        "python -m lth prepare {wildcards.name} --out {output} > {log} 2>&1"
