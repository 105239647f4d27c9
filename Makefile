# Two commands matter: `make run` shows Atrium, `make test` tests it.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
PORT ?= 8000
SANDBOX_PORT ?= 8020
TEST_PROCESSES ?= 3
export PORT SANDBOX_PORT

.PHONY: run test tests drills bench lint format types reset browser help
.DEFAULT_GOAL := help

help:
	@echo "make run     the portal, its worker and the sandbox, on this machine"
	@echo "make test    everything that is checked, browser included"
	@echo "make drills  workers killed, servers restarted, every fault of Microsoft: with real processes, some minutes"
	@echo "make bench   what pages, downloads, sign-ins, syncs and polls cost"
	@echo "make format  rewrite code and templates in the house style"
	@echo "make reset   forget the data of make run"

# Made anew whenever a pinned version changes.
$(VENV)/installed: requirements.txt requirements-dev.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Atrium needs Python 3.11 or newer; name one with: make $(MAKECMDGOALS) PYTHON=/path/to/python3.11"; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check --no-warn-script-location -r requirements-dev.txt
	@touch $@

run: $(VENV)/installed
	@exec $(BIN)/python -m portal.local

reset: $(VENV)/installed
	@$(BIN)/python -m portal.local --reset

format: $(VENV)/installed
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	git ls-files -co --exclude-standard 'templates/*.html' | xargs $(BIN)/djade --target-version 5.2

lint: $(VENV)/installed
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	find templates -name '*.html' | sort | xargs $(BIN)/djade --check --target-version 5.2
	$(BIN)/lint-imports
	SECRET_KEY=type-checking-only $(BIN)/mypy .

browser: $(VENV)/installed
	@$(BIN)/python tests/browser_install.py

# Reading the code takes one core, and a minute of it.
test: browser
	@$(MAKE) --no-print-directory -j 2 lint tests

tests: $(VENV)/installed
	ATRIUM_VAR=var/test $(BIN)/python manage.py makemigrations --check --dry-run
	ATRIUM_VAR=var/test $(BIN)/python -m pytest -n $(TEST_PROCESSES)

drills: $(VENV)/installed
	ATRIUM_VAR=var/test $(BIN)/python -m pytest tests/drills -n 2 --dist loadfile --durations=0 --durations-min=1

bench: $(VENV)/installed
	@$(BIN)/python -m bench.pages
	@$(BIN)/python -m bench.audit_csv
	-@$(BIN)/python -m bench.sync_events # answers 1 while it takes more than its targets allow
	-@$(BIN)/python -m bench.polls # the same
	-@$(BIN)/python -m bench.sign_in # the same
	@$(BIN)/python -m bench.scaling # computed from what the others measured
