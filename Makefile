# Everything a newcomer needs: `make run`, `make ui`, `make test`. `make help` lists the rest.
SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
# A file's tests share what they read, so one worker takes all of them.
PYTEST := $(BIN)/python -m pytest --numprocesses 2 --dist loadfile --no-loadscope-reorder
ROOT ?= data
PORT ?= 3000
PEOPLE ?= 5000
SEED ?= 360
EXAMPLES ?= 20000

export PYTHONHASHSEED := 0

.DEFAULT_GOAL := help
.PHONY: help setup run ui test check lint types unit integration pipeline chaos erasing fuzz matrix bench screens clean dictionary docs lock

help: ## list the commands
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | column -t -s "$$(printf '\t')"

setup: $(STAMP) ## create .venv and install the locked versions

$(STAMP): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' \
		|| { echo "Python 3.11, 3.12 or 3.13 is needed; name one with: make PYTHON=python3.12 …"; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV) \
		|| { echo "the venv module is missing: install python3-venv"; exit 1; }
	@echo "installing the locked versions into $(VENV): a few minutes and 1.4 GB, once"
	@$(BIN)/python -m dagster_project.installing requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps \
		--no-build-isolation --editable .
	@$(BIN)/python -m dagster_project.defs.manifest
	@touch $(STAMP)

run: setup ## build the demo world and run the whole pipeline on it (ROOT=dir: a company's own)
ifeq ($(ROOT),data)
	@$(BIN)/c360 run --demo --people $(PEOPLE) --seed $(SEED)
else
	@$(BIN)/c360 run --root "$(ROOT)"
endif

ui: setup ## open Dagster on the instance the run used (ROOT=dir: a company's own, PORT=3001: another port)
	@$(BIN)/c360 ui --root "$(ROOT)" --port $(PORT)

test: setup ## lint, types and all tests
	@$(MAKE) --no-print-directory --jobs 2 --output-sync=target lint types
	@$(PYTEST)

check: test ## the same as test

lint: setup
	@$(BIN)/ruff check dagster_project expectations tests
	@$(BIN)/ruff format --check dagster_project expectations tests
	@$(BIN)/lint-imports
	@$(BIN)/sqlfluff lint --processes 1 --disable-progress-bar --nocolor dbt/models dbt/tests
	@$(BIN)/yamllint --strict config dbt .ci

types: setup
	@$(BIN)/mypy

unit: setup
	@$(PYTEST) tests/unit tests/conventions

integration: setup
	@$(PYTEST) tests/integration

pipeline: setup
	@$(PYTEST) tests/pipeline

chaos: setup ## kill runs at named and random points and compare with an undisturbed one (long)
	@$(BIN)/python -m tests.chaos

erasing: setup ## erase many people, kill erasures at random moments, look into every byte (long)
	@$(BIN)/python -m tests.erasing

fuzz: setup ## read odd files for long (EXAMPLES=20000; make test reads a hundred)
	@FUZZ_EXAMPLES=$(EXAMPLES) $(BIN)/python -m pytest --numprocesses 0 --timeout 0 --hypothesis-profile=fuzz tests/fuzz

matrix: setup ## run with each source alone, any two, and none (long)
	@$(BIN)/python -m tests.matrix

bench: setup ## wall time, rows/s and memory per stage at three sizes (long)
	@$(BIN)/python -m tests.bench

screens: setup ## look at Dagster and our pages in a browser, and take the documents' pictures (needs chromium)
	@$(BIN)/python -c 'import playwright' 2>/dev/null \
		|| $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-build-isolation --editable '.[screens]'
	@$(BIN)/python -m tests.screens $(if $(filter-out data,$(ROOT)),--root "$(ROOT)")

dictionary: setup ## write the generated docs anew: data dictionary, configuration, headers, tables of identity
	@C360_DATABASE=dbt/target/none.duckdb $(BIN)/dbt --quiet parse --project-dir dbt --profiles-dir dbt
	@$(BIN)/python -m dagster_project.publish.dictionary dbt/target/manifest.json docs/data-dictionary.md
	@$(BIN)/python -m dagster_project.config.reference docs/configuration.md
	@$(BIN)/python -m dagster_project.sources.header_list docs/formats-headers.md
	@$(BIN)/python -m dagster_project.identity.picture docs/identity-tables.md

docs: setup ## build the dbt docs site, lineage and dictionary with search, into build/docs
	@mkdir -p build/docs
	@C360_DATABASE=build/docs/none.duckdb DO_NOT_TRACK=1 $(BIN)/dbt --quiet docs generate --static --empty-catalog \
		--project-dir dbt --profiles-dir dbt --target-path "$(CURDIR)/build/docs"
	@mv build/docs/static_index.html build/docs/index.html
	@echo "the docs stand in build/docs/index.html: one file, open it in a browser"

lock: ## resolve requirements.lock anew (needs uv)
	uv pip compile pyproject.toml --extra dev --universal --python-version 3.11 \
		--generate-hashes --no-header --no-emit-index-url --output-file requirements.lock

clean: ## remove the environment, build outputs and the demo's data, nothing else
	@if [ -x $(BIN)/c360 ] && [ -f data/c360-root.json ]; then $(BIN)/c360 reset --root data --confirm --demo-only; fi
	@rm -rf $(VENV) build dist *.egg-info dbt/target dbt/logs .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	@find dagster_project expectations tests -name __pycache__ -type d -prune -exec rm -rf {} +
