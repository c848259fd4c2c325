# The figures of the paper by number and by name in words, at the scale of params.yaml:
# snakemake figure-3, snakemake sample-from-same-ticket, snakemake paper --config scale=paper
# `paper` makes a report of all of them too, and judges what the paper states.
words = study.config.words


def picture(figure):
    """The picture of a figure of the paper."""
    return f"results/figures/{lth_paper.file_of(figure, scale())}.svg"


def scale():
    if unknown := config.keys() - {"scale"}:
        sys.exit(f"lth: error: --config: unknown key {min(unknown)!r}; legal: scale")
    asked = config.get("scale", study.config.scale)
    if asked not in lth_paper.SCALES:
        sys.exit(f"lth: error: scale: expected {' or '.join(lth_paper.SCALES)}, got {asked!r}")
    return asked


rule paper:
    localrule: True
    input:
        [picture(figure) for figure in words],
        f"results/reports/{scale()}.html",


for figure, name in words.items():
    for target in (figure, name):

        rule:
            name:
                target
            localrule: True
            input:
                picture(figure),
