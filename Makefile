# A fresh machine needs python3 (3.11 or newer) and make, nothing else: every target sets up .venv by itself.

PYTHON ?= python3
BIN := .venv/bin
RUN := $(BIN)/python -m
WORKERS ?= 2

# One thread a process: tests and benchmarks share their cores, and numbers repeat.
export OMP_NUM_THREADS ?= 1
export OPENBLAS_NUM_THREADS ?= 1
export MKL_NUM_THREADS ?= 1
export PIP_DISABLE_PIP_VERSION_CHECK = 1

NOTEBOOKS := $(wildcard notebooks/*.ipynb)

.PHONY: help demo test lint test-quick test-deep test-matrix test-mutants test-arrays conformance conformance-suite notebooks docs bench format clean

help: ## list the targets
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

# -- set-up: again only when pyproject.toml has changed ---------------------------------------------------------

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "autograd-lite needs Python 3.11 or newer: make PYTHON=/path/to/python3.11"; exit 1; }
	$(PYTHON) -m venv .venv || $(PYTHON) -m virtualenv .venv || \
	  { rm -rf .venv; echo "this Python has no venv: install python3-venv, or make PYTHON=/path/to/another"; exit 1; }

.venv/.user: pyproject.toml | $(BIN)/python
	$(RUN) pip install --quiet --upgrade pip
	$(RUN) pip install --quiet --editable '.[all]'
	@touch $@

.venv/.dev: .venv/.user
	$(RUN) pip install --quiet --group dev
	@touch $@

.venv/.arrays: .venv/.dev
	$(RUN) pip install --quiet --group arrays
	@touch $@

.venv/.bench: .venv/.dev
	$(RUN) pip install --quiet --group bench
	@touch $@

# -- what a person runs -----------------------------------------------------------------------------------------

demo: .venv/.user ## print the lecture's table, train a classifier, write report/
	$(RUN) nn demo

test: lint ## lint, types, floors, every test, doctest and notebook; coverage of at least 95%
	$(RUN) pytest -n $(WORKERS) --dist worksteal --cov --cov-report=term $(if $(NOTEBOOKS),--nbmake --nbmake-timeout=3600 $(NOTEBOOKS) tests autograd_lite nn)

lint: .venv/.dev ## formatting, lint, types and floors
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(RUN) mypy
	$(BIN)/lint-imports

QUICK := $(addprefix tests/,$(addsuffix .py,test_promises core/test_backprop \
  derivatives/test_nested derivatives/test_transforms show/test_tape science/test_objective science/test_sensitivity \
  nn/test_module nn/losses/test_losses nn/layers/test_layers nn/training/test_training))

test-quick: .venv/.dev ## derivatives at awkward points, transforms, tables, losses and training: within two minutes
	$(RUN) pytest -q -n $(WORKERS) --dist worksteal $(QUICK)

test-deep: .venv/.dev ## the property tests with many more examples
	$(RUN) pytest -n $(WORKERS) --hypothesis-profile=deep tests

test-matrix: .venv/.dev ## the tests on other processors' kernels and every Python found; ONLY="zen 3.13" TESTS=… PYTHONS=…
	$(RUN) tests.tools.matrix $(ONLY) -- $(TESTS)

conformance: .venv/.dev ## every function of the array API standard, with many examples
	$(RUN) pytest -n $(WORKERS) --hypothesis-profile=deep tests/conformance tests/ops/test_array_api.py

conformance-suite: .venv/.dev ## the standard's public suite, from a checkout of it: SUITE=/path/to/array-api-tests
	@test -d "$(SUITE)/array_api_tests" || { echo "make conformance-suite SUITE=/path/to/array-api-tests"; exit 1; }
	$(RUN) pip install --quiet --requirement "$(SUITE)/requirements.txt"
	cd "$(SUITE)" && ARRAY_API_TESTS_MODULE=autograd_lite ARRAY_API_TESTS_VERSION=2024.12 $(CURDIR)/$(RUN) pytest \
	  array_api_tests -n $(WORKERS) --max-examples 100 --disable-deadline \
	  --xfails-file $(CURDIR)/tests/conformance/suite_xfails.txt

test-arrays: .venv/.arrays ## the operations over PyTorch, JAX and Dask arrays, and inside jax.jit
	$(RUN) pytest -n $(WORKERS) tests/arrays/test_backends.py tests/arrays/test_backends_jax.py

test-mutants: .venv/.dev ## make rules of the registry and lines of the engine and nn wrong, and see the tests catch it
	$(RUN) tests.tools.mutants
	$(RUN) tests.tools.code_mutants --each 6 --workers $(WORKERS)

notebooks: .venv/.dev ## run the notebooks' sources and write them anew, or one of them: NB=01_tape
	$(RUN) notebooks $(NB)

docs: .venv/.dev ## write the tables of docs/numpy.md anew
	$(RUN) tests.tools.census_table

bench: .venv/.bench ## time the engine beside its peers; results in benchmarks/results/
	$(RUN) benchmarks --save

format: .venv/.dev ## let ruff format and fix what it can
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

clean: ## remove what runs have left, but not .venv
	rm -rf report dist mutants htmlcov .coverage .coverage.* .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache notebooks/.ipynb_checkpoints
	find autograd_lite nn tests benchmarks notebooks -name __pycache__ -type d -prune -exec rm -rf {} +
