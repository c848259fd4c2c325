rule prepare:
    output:
        manifest="results/datasets/{name}.json",
        arrays="results/datasets/{name}.npz",
    log:
        "logs/datasets/{name}.log",
    params:
        key=key("dataset"),
    shell:
        "python -m lth prepare {wildcards.name} --out {output.manifest} > {log} 2>&1"
