# The two commands a new user needs are `make demo` and `make test`; the rest is for developers.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.PHONY: help demo test test-fast check reference accuracy scale coverage rescoring format lock clean

PYTHON ?= $(shell command -v python3.11 || command -v python3.12 || command -v python3.13 || command -v python3 || echo python3)
VENV := .venv
BIN := $(VENV)/bin
UV := $(BIN)/uv pip
UV_VERSION := 0.13.9

help: ## Show this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

$(BIN)/uv: Makefile
	@"$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { echo "Landmark needs Python 3.11 or newer; install it, or name it: make PYTHON=/path/to/python3.11" >&2; exit 1; }
	@"$(PYTHON)" -c 'import venv, ensurepip' 2>/dev/null || { echo "This Python has no venv module; on Debian or Ubuntu install it with: sudo apt-get install python3-venv" >&2; exit 1; }
	@echo "Making the virtual environment in $(VENV) …"
	@test -x $(BIN)/python || "$(PYTHON)" -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check uv==$(UV_VERSION)
	@touch $@

$(VENV)/.run: $(BIN)/uv requirements.lock pyproject.toml
	@echo "Installing what Landmark needs …"
	@$(UV) install --quiet --python $(BIN)/python --require-hashes -r requirements.lock
	@$(UV) install --quiet --python $(BIN)/python --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/.dev: $(VENV)/.run requirements-dev.lock
	@echo "Installing what the tests need …"
	@$(UV) install --quiet --python $(BIN)/python --require-hashes -r requirements-dev.lock
	@touch $@

$(VENV)/.bench: $(VENV)/.run requirements-bench.lock
	@echo "Installing the peers that the benchmarks compare with …"
	@$(UV) install --quiet --python $(BIN)/python --require-hashes -r requirements-bench.lock
	@touch $@

demo: $(VENV)/.run ## Load a sample company and serve it on this machine
	@$(BIN)/landmark demo

test: $(VENV)/.dev ## Run every test
	@echo "First the tables on PostgreSQL …"
	@LANDMARK_TEST_ENGINE=postgres $(BIN)/python -m pytest tests/apps -m "not data"
	@echo "Then everything, on SQLite …"
	@$(BIN)/python -m pytest

test-fast: $(VENV)/.dev ## Run the tests that need no database and no browser
	@$(BIN)/python -m pytest tests/pure tests/rules -q

check: $(VENV)/.dev ## Lint, types, import contracts, migrations, documentation
	@$(BIN)/ruff check . && $(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/python manage.py check
	@$(BIN)/python manage.py makemigrations --check --dry-run
	@$(BIN)/python -m pytest -q -n0 tests/rules

reference: $(VENV)/.run ## Write the parts of the reference that come from the code
	@$(BIN)/python -m landmark.cli.reference > docs/reference/cli.md
	@$(BIN)/python -m tests.method_coverage

accuracy: $(VENV)/.bench ## Measure the forecast against its peers and renew docs/explanation/accuracy.md (takes hours)
	@$(BIN)/python -m benchmarks.accuracy

scale: $(VENV)/.run ## Measure a million deals and renew docs/explanation/scale.md
	@$(BIN)/python -m benchmarks.scale

coverage: $(VENV)/.run ## Measure how often the range of bookings holds and renew docs/explanation/portfolio.md
	@$(BIN)/python -m benchmarks.coverage

rescoring: $(VENV)/.run ## Measure a night of 50,000 open deals and renew docs/explanation/scale.md
	@$(BIN)/python -m benchmarks.rescoring

format: $(VENV)/.dev ## Put the code in order
	@$(BIN)/ruff check --fix . ; $(BIN)/ruff format .

lock: $(BIN)/uv ## Renew the locked dependencies
	@$(UV) compile --quiet --universal --generate-hashes --no-annotate --no-header --python-version 3.11 pyproject.toml -o requirements.lock
	@$(UV) compile --quiet --universal --generate-hashes --no-annotate --no-header --python-version 3.11 pyproject.toml --group dev -o requirements-dev.lock
	@$(UV) compile --quiet --universal --generate-hashes --no-annotate --no-header --python-version 3.11 pyproject.toml --group bench -o requirements-bench.lock

clean: ## Remove the environment (the data stays)
	@rm -rf $(VENV)
