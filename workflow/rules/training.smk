rule train:
    input:
        dataset=inputs("run", "dataset"),
        start=inputs("run", "start"),
        mask=inputs("run", "mask"),
    output:
        pattern("run"),
    log:
        "logs/{experiment}/{block}/{strategy}/round-{round}/{branch}/train.log",
    params:
        settings=settings("run"),
        key=key("run"),
    threads: 1
    resources:
        mem_mb=memory("run"),
    shell:
        "python -m lth train --settings {params.settings:q} --key {params.key} --threads {threads}"
        " --dataset {input.dataset} --start {input.start} --mask {input.mask}"
        " --out {output} > {log} 2>&1"


rule rewind:
    input:
        dataset=inputs("rewound", "dataset"),
        start=inputs("rewound", "start"),
        mask=inputs("rewound", "mask"),
    output:
        pattern("rewound"),
    log:
        "logs/{experiment}/{block}/dense/round-0/iteration-{iteration}.log",
    params:
        settings=settings("rewound"),
        key=key("rewound"),
    threads: 1
    resources:
        mem_mb=memory("rewound"),
    shell:
        "python -m lth rewind --settings {params.settings:q} --key {params.key} --threads {threads}"
        " --dataset {input.dataset} --start {input.start} --mask {input.mask}"
        " --out {output} > {log} 2>&1"
