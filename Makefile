# What can be done with the sources; `make` alone lists it. Everything happens in the virtual
# environment VENV, made by PYTHON: make test PYTHON=python3.12 VENV=/elsewhere/venv

PYTHON ?= python3
VENV ?= .venv
OUT ?= runs/quickstart
BIN := $(VENV)/bin

.DEFAULT_GOAL := help
.PHONY: help quickstart test coverage mutations test-slow test-paraview test-slurm verify docs linkcheck clean

help:
	@echo 'make quickstart     install, run cases/quickstart.yaml, say where its report is'
	@echo 'make test           install with the tools of a developer, check the code, run the fast tests'
	@echo 'make coverage       the fast tests, and the share of the Python lines that they run'
	@echo 'make mutations      change the formulas that have changed and see a test fail; rewrites tests/MUTATIONS.md'
	@echo 'make test-slow      the tests that take minutes'
	@echo "make test-paraview  the tests that need ParaView (pvpython) and xvfb-run"
	@echo 'make test-slurm     a sweep on a Slurm of this machine (root; slurmctld, slurmd, munge) and on Dask'
	@echo 'make verify         solve every problem of validation/ and rewrite its REPORT.md (minutes)'
	@echo 'make docs           rewrite the tables in docs/ made from the code, build the site in build/site'
	@echo 'make linkcheck      follow every link of the site to the network'
	@echo 'make clean          remove the virtual environment, caches and runs/quickstart'

quickstart: $(VENV)/.package
	$(BIN)/phasefield run cases/quickstart.yaml --out $(OUT)

test: $(VENV)/.developer
	$(BIN)/ruff check .
	$(BIN)/ruff format --check --quiet .
	$(BIN)/mypy
	$(BIN)/lint-imports
	OMP_WAIT_POLICY=passive $(BIN)/pytest -n 2 --dist loadfile

coverage: $(VENV)/.developer
	OMP_WAIT_POLICY=passive $(BIN)/pytest -n 2 --dist loadfile --cov --cov-report=term-missing:skip-covered

mutations: $(VENV)/.developer
	$(BIN)/python -m tests.mutations

test-slow: $(VENV)/.developer
	$(BIN)/pytest -m slow

test-paraview: $(VENV)/.developer
	$(BIN)/pytest -m paraview tests/paraview tests/test_docs.py

test-slurm: $(VENV)/.developer
	$(BIN)/python -m pip install --quiet --editable '.[dask]'
	$(BIN)/pytest -m slurm -rs tests/slurm

verify: $(VENV)/.verify
	$(BIN)/phasefield verify

docs: $(VENV)/.docs
	$(BIN)/python docs/generate.py
	$(BIN)/python -m sphinx --fail-on-warning --keep-going --quiet -c docs . build/site
	@echo 'open build/site/index.html'

linkcheck: $(VENV)/.docs
	$(BIN)/python -m sphinx --quiet -b linkcheck -c docs . build/linkcheck

clean:
	rm -rf $(VENV) $(OUT) build *.egg-info .mypy_cache .pytest_cache .ruff_cache \
		.import_linter_cache .hypothesis
	find phasefield geometries tests docs -name __pycache__ -type d -exec rm -rf {} +

$(VENV)/.package: $(BIN)/python pyproject.toml
	@echo 'installing; the first time this downloads some hundred MB'
	$(BIN)/python -m pip install --quiet --editable .
	touch $@

$(VENV)/.developer: $(BIN)/python pyproject.toml
	@echo 'installing; the first time this downloads some hundred MB'
	$(BIN)/python -m pip install --quiet --editable '.[dev]'
	touch $@

$(VENV)/.verify: $(BIN)/python pyproject.toml
	@echo 'installing; the first time this downloads some hundred MB'
	$(BIN)/python -m pip install --quiet --editable '.[verify]'
	touch $@

$(VENV)/.docs: $(BIN)/python pyproject.toml
	@echo 'installing; the first time this downloads some hundred MB'
	$(BIN)/python -m pip install --quiet --editable '.[docs]'
	touch $@

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(None if sys.version_info >= (3, 11) else \
		"Python 3.11 or later is needed, this is %d.%d: make PYTHON=python3.11" % sys.version_info[:2])'
	$(PYTHON) -m venv $(VENV)
