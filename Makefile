# Two commands do all the set-up: `make run` and `make test`.
PYTHON ?= python3
VENV := .venv
STEPS ?= 100
BIN := $(VENV)/bin
export PATH := $(CURDIR)/$(BIN):$(PATH)

.PHONY: run test test-cpus test-slow walk tamper lint bench clean

run: $(VENV)/.installed ## the study of params.yaml, and a report
	@mkdir -p logs && touch logs/.begun
	@snakemake --quiet rules || { find logs -newer logs/.begun -name "*.log" -exec grep -hs "^lth: error" {} +; exit 1; }
	@echo
	@echo "figures: results/figures/*.svg (and .png)"
	@find results/figures -name "*.svg" 2>/dev/null | sort
	@echo "tables:"
	@ls results/tables/*.csv
	@echo "report:"
	@ls results/reports/*.html

# These compile for other CPUs whatever stands in the environment, so `test-cpus` alone runs them.
BITS := tests/training/sparse/test_bits.py

test: $(VENV)/.installed ## all tests but the slow ones, and those of `test-cpus`
	@OMP_NUM_THREADS=1 python -m pytest -n 2 --dist loadfile --no-loadscope-reorder --ignore $(BITS)

# A machine stands for several: scalar kernels of torch and of its compiler, older kernels of MKL, oneDNN
# and OpenBLAS, and numpy without what it would pick at run time. Variables that a machine doesn't know
# do nothing. Compiled code has a cache of its own, or it would not be compiled again.
NUMERICAL := $(addprefix tests/,training networks lottery report) $(patsubst %,tests/verbs/test_%.py,by_hand train interrupted rewind diverged prune)
test-cpus: $(VENV)/.installed ## the numerical tests once more, as on other CPUs
	@cache=$$(mktemp -d) && trap 'rm -rf "$$cache"' EXIT && \
	found=$$(python -c 'import numpy; print(*numpy.show_config("dicts")["SIMD Extensions"].get("found", []))') && \
	TORCHINDUCTOR_CACHE_DIR="$$cache" ATEN_CPU_CAPABILITY=default MKL_ENABLE_INSTRUCTIONS=SSE4_2 ONEDNN_MAX_CPU_ISA=AVX2 \
	OPENBLAS_CORETYPE=Nehalem NPY_DISABLE_CPU_FEATURES="$$found" OMP_NUM_THREADS=1 \
	python -m pytest -n 2 --dist load $(NUMERICAL)

test-slow: $(VENV)/.installed ## the slow ones: every network learns real images; compiled stacks as on a GPU
	@python -m pytest -m slow -s

walk: $(VENV)/.installed ## a random walk of edits, checkouts, kills and losses: make walk STEPS=1000 SEED=7
	@python tests/walk.py --steps $(STEPS) $(if $(SEED),--seed $(SEED))

COUNT ?= 400
tamper: $(VENV)/.installed ## forgeries of each kind, and how many `lth verify` names: make tamper COUNT=400 SEED=7
	@OMP_NUM_THREADS=1 python tests/tamper.py --count $(COUNT) $(if $(SEED),--seed $(SEED))

lint: $(VENV)/.installed ## style and types
	@ruff check .
	@ruff format --check .
	@pyright

bench: $(VENV)/.installed ## speed, as ratios in one run
	@python benchmarks/training.py
	@python benchmarks/tickets.py --picture docs/performance-tickets.png
	@python benchmarks/pipeline.py

clean: ## what can be made again, but neither results nor the environment
	rm -rf logs report.html .pytest_cache .ruff_cache build lth.egg-info
	find . -name __pycache__ -not -path './$(VENV)/*' -prune -exec rm -rf {} +

$(VENV)/.installed: requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or later is needed (make run PYTHON=python3.12), this is " + sys.version.split()[0])'
	@echo "Installing into $(VENV): some minutes, most of them for torch and its CUDA libraries (5.5 GB)."
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --editable .
	@touch $@
