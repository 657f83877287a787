# Everything runs in .venv, which is made from the hashed lock files in requirements/.

PYTHON ?= python3
# an environment that was made for a GPU stays one: make setup GPU= changes it back
GPU ?= $(if $(wildcard .venv/.runtime-gpu),1)
FLAVOUR := $(if $(GPU),gpu,cpu)
BIN := .venv/bin
RUNTIME := .venv/.runtime-$(FLAVOUR)
TOOLS := .venv/.tools-$(FLAVOUR)
UV := $(shell command -v uv 2>/dev/null)

export PATH := $(CURDIR)/$(BIN):$(PATH)
# writes of .pyc files are wanted: TensorFlow imports three times as fast with them
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help setup repro test attack check format deps pipeline-check compare-with-main benchmarks \
  gpu-check figures lock clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "make %-17s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: $(RUNTIME) ## make .venv with what the pipeline needs (GPU=1: TensorFlow with CUDA)
	@$(BIN)/python -m latentmaps.tools.clone_settings .

repro: $(RUNTIME) ## run the pipeline; the page to look at is reports/index.html
	$(BIN)/dvc repro

test: $(TOOLS) ## run all tests, the slow ones too
	$(BIN)/pytest --numprocesses auto --maxprocesses 4 --dist loadfile --durations 30

attack: $(TOOLS) ## give every reader 60,000 hostile inputs (CASE=group:number repeats one, SEED=1)
	PYTHONPATH=src $(BIN)/python -m tests.attack --seed $(or $(SEED),0) $(CASE)

check: $(TOOLS) ## lint, format and types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

format: $(TOOLS) ## format the code and mend what lint can mend
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

deps: $(TOOLS) ## write into dvc.yaml which code each stage depends on
	PYTHONPATH=src $(BIN)/python -m tests.code_deps

pipeline-check: $(TOOLS) ## dvc.lock agrees with the code, and a fresh clone runs
	.ci/pipeline-check

compare-with-main: $(RUNTIME) ## what this branch changes in the sample's numbers and pictures: comparison/
	.ci/compare-with-main

benchmarks: $(TOOLS) ## measure speed; results go to standard output
	PYTHONPATH=src $(BIN)/python -m benchmarks.pipeline
	PYTHONPATH=src $(BIN)/python -m benchmarks.stages_without_tensors
	PYTHONPATH=src $(BIN)/python -m benchmarks.crop_faces
	PYTHONPATH=src $(BIN)/python -m benchmarks.host_pipeline
	PYTHONPATH=src $(BIN)/python -m benchmarks.train_vae
	PYTHONPATH=src $(BIN)/python -m benchmarks.watching
	PYTHONPATH=src $(BIN)/python -m benchmarks.kl_methods
	PYTHONPATH=src $(BIN)/python -m benchmarks.evaluate_vae
	PYTHONPATH=src $(BIN)/python -m benchmarks.draw_oips
	PYTHONPATH=src $(BIN)/python -m benchmarks.oip_oracle
	PYTHONPATH=src $(BIN)/python -m benchmarks.explorer

gpu-check: $(TOOLS) ## test a GPU and measure it: a table for an issue (docs/gpu.md)
	PYTHONPATH=src $(BIN)/python -m benchmarks.gpu_check

figures: $(TOOLS) ## copy the sample's pictures and numbers to docs/figures and README (needs Chromium)
	@grep -q '"source": "avatars"' data/raw/faces/receipt.json || \
	  { echo "make: only pictures of avatars may go to docs/figures" >&2; exit 1; }
	cp -f reports/draw_samples/prior.png reports/draw_reconstructions/test.png \
	  reports/draw_latent_space/traversals.png reports/draw_latent_space/attributes.png \
	  reports/draw_oips/Conv2D_3.png reports/draw_oips/Conv2D_3_patterns.png \
	  reports/draw_oips/probabilities.png reports/draw_face_oips/patterns/convolution_4.png \
	  reports/draw_oips/Conv2D_1.csv reports/draw_oips/Conv2D_2.csv reports/draw_oips/Conv2D_3.csv docs/figures
	for stage in train_vae evaluate_vae train_cnn; do \
	  cp -f reports/$$stage/numbers.json docs/figures/$$stage.json; \
	done
	chmod u+w docs/figures/*
	PYTHONPATH=src $(BIN)/python -m latentmaps.tools.number_tables README.md docs/compare.md
	PYTHONPATH=src $(BIN)/python -m tests.explorer.picture reports/explorer.html docs/figures/explorer.png

lock: ## resolve requirements/*.txt anew (needs uv)
	requirements/lock

clean: ## remove .venv
	rm -rf .venv

# A stamp is older than its lock file when the lock file has changed: the environment is made anew,
# from nothing, so that nothing stale survives. The scripts in it hold its place: one that was copied
# or moved would run what lies at the old place.
ifneq ($(shell cat .venv/.place 2>/dev/null),$(CURDIR))
$(RUNTIME): FORCE
endif
FORCE:

$(RUNTIME): requirements/$(FLAVOUR).txt
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 14))' || \
	  { found="$$($(PYTHON) --version 2>&1)"; echo "make: $(PYTHON) is $${found:-no Python that starts}, expected 3.11 to 3.13; call make PYTHON=python3.12" >&2; exit 1; }
	@$(PYTHON) -c 'import platform, sys; sys.exit((platform.system(), platform.machine()) not in [("Linux", "x86_64"), ("Linux", "aarch64"), ("Darwin", "arm64")])' || \
	  { echo "make: $$(uname -sm) found, expected Linux on x86-64 or ARM, or macOS on Apple silicon" >&2; exit 1; }
	rm -rf .venv
ifdef UV
	uv venv --quiet --seed --python "$$(command -v $(PYTHON))" .venv
	uv pip install --quiet --python $(BIN)/python --compile-bytecode --require-hashes -r requirements/$(FLAVOUR).txt
	uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --editable .
else
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements/$(FLAVOUR).txt
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --editable .
endif
	$(BIN)/python -m latentmaps.tools.offline_plots .dvc/plots_template.html
	$(BIN)/python -m latentmaps.tools.clone_settings .
	printf %s "$(CURDIR)" > .venv/.place
	touch $@

$(TOOLS): requirements/dev.txt $(RUNTIME)
ifdef UV
	uv pip install --quiet --python $(BIN)/python --compile-bytecode --require-hashes -r requirements/dev.txt
else
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements/dev.txt
endif
	touch $@
