# Everything one does with a checkout. `make` alone lists it.

PYTHON ?= python3
ARGS ?=

SHELL := /bin/bash
.SHELLFLAGS := -o pipefail -c

VENV := .venv
BIN := $(VENV)/bin
BUILD := build
PYTHONS_LOCKED := 3.11 3.12 3.13

# The minor version picks the lock file: Python 3.11 -> py311. Without a lock, pip resolves the dependencies itself.
PY_TAG := $(shell $(or $(wildcard $(BIN)/python),$(PYTHON)) -c 'import sys; print("py%d%d" % sys.version_info[:2])' 2>/dev/null)
RUN_LOCK := $(wildcard locks/run-$(PY_TAG).txt)
DEV_LOCK := $(wildcard locks/dev-$(PY_TAG).txt)

PIP := $(BIN)/python -m pip -qq --disable-pip-version-check --no-input
# No isolation and no dependencies: all that this needs is in the lock, by hash.
INSTALL_DRROUTER := $(PIP) install --no-deps --no-build-isolation --editable .

# The stamps are newer than what they were made from as long as nothing has to be installed again.
VENV_MADE := $(VENV)/.made
RUN_INSTALLED := $(VENV)/.installed-run
DEV_INSTALLED := $(VENV)/.installed-dev

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help venv panel demo demo-full check test test-system bench bench-planner bench-peers pictures lock clean

help: ## list these targets
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1|\2/p' $(MAKEFILE_LIST) | awk -F'|' '{ printf "%-20s %s\n", $$1, $$2 }'

venv: $(DEV_INSTALLED) ## install everything for development into .venv

# Without a way to the npm registry the router still runs, with the panel that was built before, or with none.
PANEL := $(BIN)/python hatch_build.py
BUILD_PANEL := $(PANEL) || echo "The web panel could not be built; the router runs without." >&2

panel: $(RUN_INSTALLED) ## build the web panel anew, if its sources have changed
	@$(PANEL)

demo: $(RUN_INSTALLED) ## run the router with a simulated home; pass options with ARGS="..."
	@$(BUILD_PANEL)
	@$(BIN)/drrouter demo $(ARGS) || [ $$? -eq 130 ] # Ctrl-C, which is how it ends

demo-full: $(DEV_INSTALLED) ## run the router with a home that has a device of every integration
	@$(BUILD_PANEL)
	@$(BIN)/drrouter demo --full $(ARGS) || [ $$? -eq 130 ] # Ctrl-C, which is how it ends

# ------------------------------------------------------------------------------------------------ checking

COVERAGE := $(BIN)/coverage
PYTEST := $(BIN)/python -m pytest
PARALLEL := --numprocesses auto --dist worksteal # some tests take seconds, one takes minutes
FULLY_COVERED := drrouter/domain/*,drrouter/planner/verify*

check: $(DEV_INSTALLED) ## format, lint, types, import contracts and the quick tests: under two minutes
	@$(BIN)/ruff format --check --quiet . || { echo "Some files are not formatted; run: $(BIN)/ruff format ." >&2; exit 1; }
	@$(BIN)/ruff check --quiet .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-logo
	@$(PANEL)
	@$(PANEL) check
	@$(PYTEST) $(PARALLEL) -m "not long" $(wildcard tests/unit tests/architecture tests/properties)

test: $(DEV_INSTALLED) ## all tests but the system's, with coverage
	@$(PANEL)
	@mkdir -p $(BUILD)
	@$(COVERAGE) erase
	@$(COVERAGE) run -m pytest $(PARALLEL) --ignore=tests/system --ignore=tests/bench | tee $(BUILD)/test.log
	@$(COVERAGE) combine --quiet
	@$(COVERAGE) report
	@$(COVERAGE) report --include='$(FULLY_COVERED)' --fail-under=100
	@tail -n 1 $(BUILD)/test.log

test-system: $(DEV_INSTALLED) ## run the program from outside; installs the Debian packages that are missing
	@$(PANEL)
	@tests/system/install.sh
	@$(PYTEST) tests/system

bench: $(DEV_INSTALLED) ## measure; results go to build/bench/
	@mkdir -p $(BUILD)/bench
	@BENCH_DIR=$(BUILD)/bench $(PYTEST) --timeout=0 tests/bench

bench-planner: $(DEV_INSTALLED) ## measure the planner beside the solver alone; writes build/bench/planner.json
	@mkdir -p $(BUILD)/bench
	@rm -f $(BUILD)/bench/planner.json
	@BENCH_DIR=$(BUILD)/bench $(PYTEST) --timeout=0 -s tests/bench/test_planner.py tests/bench/test_planner_sizes.py

PEERS := $(BUILD)/peers-venv
EMHASS := emhass==0.18.7 # the version that docs/planner_study.md tells of

bench-peers: $(DEV_INSTALLED) ## measure the planner beside EMHASS on the same homes; writes build/bench/peers.json
	@mkdir -p $(BUILD)/bench
	@rm -f $(BUILD)/bench/peers.json
	@[ -e $(PEERS)/.made ] || { \
	    echo "Installing EMHASS into $(PEERS) (some minutes)..."; \
	    rm -rf $(PEERS); \
	    $(PYTHON) -m venv $(PEERS) \
	        && $(PEERS)/bin/python -m pip -qq --disable-pip-version-check --no-input install $(EMHASS) \
	        && touch $(PEERS)/.made; \
	} || echo "EMHASS cannot be installed here (see above), so there is nothing to compare with." >&2
	@BENCH_DIR=$(BUILD)/bench PEERS_PYTHON=$(PEERS)/bin/python $(PYTEST) --timeout=0 tests/bench/test_peers.py

pictures: $(DEV_INSTALLED) ## draw the pictures of the screens anew; look at what changed before you commit it
	@RENEW_PICTURES=1 $(PYTEST) $(PARALLEL) tests/ui
	@$(PYTEST) tests/system/test_panel.py tests/system/test_panel_provider.py tests/system/test_newcomer.py
	@cp $(BUILD)/pictures/panel-today-desk-light.png docs/pictures/today-light.png
	@cp $(BUILD)/pictures/panel-today-desk-dark.png docs/pictures/today-dark.png
	@cp $(BUILD)/pictures/panel-why-washer-phone-dark.png docs/pictures/why-phone.png
	@cp $(BUILD)/pictures/newcomer-today.png docs/pictures/newcomer-today.png
	@cp $(BUILD)/pictures/newcomer-why.png docs/pictures/newcomer-why.png
	@cp $(BUILD)/pictures/panel-expected-light.png docs/pictures/expected-light.png
	@git --no-pager diff --stat -- tests/ui/pictures docs/pictures

# ---------------------------------------------------------------------------------------------- installing

$(VENV_MADE):
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	    || { echo "drrouter needs Python 3.11 or newer; name one with: make PYTHON=/path/to/python3" >&2; exit 1; }
	@$(PYTHON) -m venv $(VENV) \
	    || { echo "This Python cannot make a virtual environment; on Debian: apt-get install python3-venv" >&2; exit 1; }
	@touch $@

$(RUN_INSTALLED): $(VENV_MADE) $(RUN_LOCK) pyproject.toml
	@echo "Installing drrouter's dependencies (about a minute)..."
ifneq ($(RUN_LOCK),)
	@$(PIP) install --require-hashes --requirement $(RUN_LOCK)
	@$(INSTALL_DRROUTER)
else
	@echo "There is no lock for this Python ($(PY_TAG)), so pip chooses the newest versions that fit."
	@$(PIP) install --editable .
endif
	@touch $@

$(DEV_INSTALLED): $(VENV_MADE) $(DEV_LOCK) pyproject.toml
	@echo "Installing drrouter and its development tools (about a minute)..."
ifneq ($(DEV_LOCK),)
	@$(PIP) install --require-hashes --requirement $(DEV_LOCK)
	@$(INSTALL_DRROUTER)
else
	@echo "There is no lock for this Python ($(PY_TAG)), so pip chooses the newest versions that fit."
	@$(PIP) install --editable '.[dev]'
endif
	@touch $(RUN_INSTALLED) $@

# ----------------------------------------------------------------------------------------------------- locks

UV := $(BUILD)/uv/bin/uv

$(UV):
	@$(PYTHON) -m venv $(BUILD)/uv
	@$(BUILD)/uv/bin/python -m pip -qq --disable-pip-version-check install uv

# The dev lock is made first and constrains the run lock, so that both name the same versions.
COMPILE = $(UV) pip compile --quiet --upgrade --generate-hashes --no-header --no-emit-index-url --no-emit-find-links \
    --python-platform linux --group build pyproject.toml

lock: $(UV) ## choose new versions: rewrite locks/ for each Python
	@mkdir -p locks
	@for version in $(PYTHONS_LOCKED); do \
	    tag="py$$(echo $$version | tr -d .)"; \
	    echo "Locking for Python $$version..."; \
	    $(COMPILE) --python-version $$version --extra dev --output-file locks/dev-$$tag.txt >/dev/null && \
	    $(COMPILE) --python-version $$version --constraint locks/dev-$$tag.txt --output-file locks/run-$$tag.txt >/dev/null \
	    || exit 1; \
	done

clean: ## remove what was built and installed
	@rm -rf $(VENV) $(BUILD) dist ui/web/dist ui/web/node_modules .coverage .coverage.* .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
