# Needs Python 3.11 or later. Another Python: make run PYTHON=python3.12

PYTHON ?= python3
UV ?= uv
VENV := .venv
BIN := $(VENV)/bin
CHROMIUM := $(shell command -v chromium || command -v chromium-browser || command -v google-chrome)
# What `make test` leaves out unless it is to run all.
SHORT := $(if $(filter all,$(CONFIDENCE_TESTS)),,not long and not real)
# Compiled afterwards: pip compiles one file after the other, and the tests of packages too, which nobody runs.
PIP_INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-compile
COMPILE := $(BIN)/python -m compileall -q -j 0 -x '/tests?/' $(VENV)/lib

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help run test check format lock clean

help: ## Show these lines
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "make %-8s %s\n", $$1, $$2}' $(firstword $(MAKEFILE_LIST))

run: $(VENV)/run.stamp ## Start the dashboard on this computer
	$(BIN)/streamlit run app.py

test: $(VENV)/dev.stamp ## Run the tests; those in the browser need Chromium
ifneq ($(CHROMIUM),)
	$(BIN)/python -m pytest -n 2 --dist worksteal -m "$(SHORT)"
else ifeq ($(CONFIDENCE_BROWSER),required)
	@echo "Chromium was not found and CONFIDENCE_BROWSER is 'required': install Chromium, or unset the variable." >&2; exit 1
else
	@echo "Chromium was not found: the browser tests are left out. Install Chromium to run them."
	$(BIN)/python -m pytest -n 2 --dist worksteal -m "not browser$(if $(SHORT), and $(SHORT))"
endif
ifneq ($(SHORT),)
	@echo "Left out: tests that take over a second or read published files. CONFIDENCE_TESTS=all make test runs them too."
endif

check: $(VENV)/dev.stamp ## Check format, style, types and layers
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(VENV)/dev.stamp ## Format the code and repair what can be repaired
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

lock: ## Pin the packages anew from pyproject.toml (needs uv)
	$(UV) pip compile pyproject.toml --universal --python-version 3.11 --fork-strategy fewest --quiet \
		--custom-compile-command "make lock" --output-file requirements.txt
	$(UV) pip compile pyproject.toml --group dev --constraints requirements.txt --universal --python-version 3.11 \
		--fork-strategy fewest --quiet --custom-compile-command "make lock" --output-file requirements-dev.txt

clean: ## Remove the installed packages and the caches, never the store
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

$(VENV)/made.stamp:
	@command -v $(PYTHON) >/dev/null || { echo "'$(PYTHON)' was not found: install Python 3.11 or later, or name one: make $(MAKECMDGOALS) PYTHON=python3.12" >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or later is needed, and $(PYTHON) is " + sys.version.split()[0] + ": name a newer one, such as make $(MAKECMDGOALS) PYTHON=python3.12")'
	$(PYTHON) -m venv --clear $(VENV)
	@touch $@

$(VENV)/run.stamp: requirements.txt | $(VENV)/made.stamp
	@echo "Installing the packages: this takes a minute or two, once."
	$(PIP_INSTALL) -r requirements.txt
	@$(COMPILE)
	@touch $@

# The second file holds everything in the first, with the same pins.
$(VENV)/dev.stamp: requirements-dev.txt requirements.txt | $(VENV)/made.stamp
	@echo "Installing the packages and the tools: this takes a minute or two, once."
	$(PIP_INSTALL) -r requirements-dev.txt
	@$(COMPILE)
	@touch $@ $(VENV)/run.stamp
