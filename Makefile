# Everything runs in .venv, which is created from the hashed lock files in requirements/.

PYTHON ?= python3
# an environment for a GPU is kept; "make setup GPU=" changes it back to the CPU
GPU ?= $(if $(wildcard .venv/.runtime-gpu),1)
FLAVOR := $(if $(GPU),gpu,cpu)
BIN := .venv/bin
RUNTIME := .venv/.runtime-$(FLAVOR)
TOOLS := .venv/.tools-$(FLAVOR)
UV := $(shell command -v uv 2>/dev/null)

export PATH := $(CURDIR)/$(BIN):$(PATH)
# write .pyc files: TensorFlow imports three times as fast with them
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help setup repro test attack check format deps pipeline-check compare-with-main benchmarks \
  gpu-check figures lock clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "make %-17s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: $(RUNTIME) ## create .venv for the pipeline (GPU=1: TensorFlow with CUDA)
	@$(BIN)/python -m latentmaps.tools.clone_settings .

repro: $(RUNTIME) ## run the pipeline; then open reports/index.html
	$(BIN)/dvc repro

test: $(TOOLS) ## run all tests, including slow ones (COVERAGE=1: print the coverage of src)
	$(BIN)/pytest --numprocesses auto --maxprocesses 4 --dist loadfile --durations 30 \
	  $(if $(COVERAGE),--cov --cov-report term)

attack: $(TOOLS) ## attack all readers with 60,000 hostile inputs (CASE=group:number repeats one, SEED=1)
	PYTHONPATH=src $(BIN)/python -m tests.attack --seed $(or $(SEED),0) $(CASE)

check: $(TOOLS) ## check lint, format and types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

format: $(TOOLS) ## format the code and fix what the linter can fix
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

deps: $(TOOLS) ## update the code dependencies of each stage in dvc.yaml
	PYTHONPATH=src $(BIN)/python -m tests.code_deps

pipeline-check: $(TOOLS) ## check that dvc.lock matches the code and a fresh clone runs
	.ci/pipeline-check

compare-with-main: $(RUNTIME) ## show how this branch changes the sample's numbers and pictures, in comparison/
	.ci/compare-with-main

benchmarks: $(TOOLS) ## measure speed and print the results
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

gpu-check: $(TOOLS) ## test and measure a GPU and print a table for an issue (docs/gpu.md)
	PYTHONPATH=src $(BIN)/python -m benchmarks.gpu_check

figures: $(TOOLS) ## copy the sample's pictures and numbers to docs/figures and README (needs Chromium)
	@grep -q '"source": "avatars"' data/raw/faces/receipt.json || \
	  { echo "make: data/raw/faces has no avatars, and only pictures of avatars may go to docs/figures; run the sample first" >&2; exit 1; }
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

lock: ## update requirements/*.txt (needs uv)
	requirements/lock

clean: ## remove .venv
	rm -rf .venv

# If a lock file is newer than its stamp, the environment is created again from scratch, so that nothing
# stale remains. Its scripts contain absolute paths: after a copy or a move they would run the old
# environment.
ifneq ($(shell cat .venv/.place 2>/dev/null),$(CURDIR))
$(RUNTIME): FORCE
endif
FORCE:

$(RUNTIME): requirements/$(FLAVOR).txt
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 14))' || \
	  { found="$$($(PYTHON) --version 2>&1)"; echo "make: $(PYTHON) is $${found:-no working Python}, expected 3.11 to 3.13; run make PYTHON=python3.12" >&2; exit 1; }
	@$(PYTHON) -c 'import platform, sys; sys.exit((platform.system(), platform.machine()) not in [("Linux", "x86_64"), ("Linux", "aarch64"), ("Darwin", "arm64")])' || \
	  { echo "make: $$(uname -sm) found, expected Linux on x86-64 or ARM, or macOS on Apple silicon" >&2; exit 1; }
	rm -rf .venv
ifdef UV
	uv venv --quiet --seed --python "$$(command -v $(PYTHON))" .venv
	uv pip install --quiet --python $(BIN)/python --compile-bytecode --require-hashes -r requirements/$(FLAVOR).txt
	uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --editable .
else
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements/$(FLAVOR).txt
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
