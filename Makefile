# What is done to this project, by name. Each name works by itself. `make test` is what to run for a
# change, `make check` is every check.

SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.NOTPARALLEL:
MAKEFLAGS += --no-print-directory

PYTHON ?= python3
VENV ?= .venv
PORT ?= 8000
# Test processes. Two cores, two processes.
WORKERS ?= 2

python := $(VENV)/bin/python
manage := $(python) manage.py
pytest := $(python) -m pytest
# Newer than its lock file: nothing to install, no network needed.
installed := $(VENV)/installed
# The same for the packages that only tests and checks need.
developed := $(VENV)/developed
# The same for the packages of TypeScript clients.
packages := tests/clients/typescript/node_modules/installed
# The SQLite half stays on SQLite, whatever the operator's variable says.
on_sqlite := env -u DATABASE_URL -u DATABASE_URL_FILE
on_postgres := $(python) tests/support/postgres.py -- $(python)
compile := $(VENV)/bin/uv pip compile --universal --generate-hashes --no-emit-index-url
# What runs in no time; the rest is left to `make test`.
quick := "not slow and not browser and not clients and not examples and not fuzz"

.PHONY: help
help: ## This list
	@grep -E '^[a-z-]+:.*##' Makefile | sed -E 's/^([a-z-]+):.*## /\1\t/' | expand -t 18

.PHONY: run
run: export TRACKER_DEBUG := 1
run: $(installed) ## Serve a debug installation with the seeds on 127.0.0.1:8000
	@$(manage) migrate --verbosity 0
	@# 2 means that somebody edited a seeded record here since: it is kept, and said.
	@$(manage) loadseeds || test $$? -eq 2
	@$(manage) createdemo
	@echo
	@echo "Look at http://127.0.0.1:$(PORT)/admin/ (analysts), http://127.0.0.1:$(PORT)/api/v1/ (data)"
	@echo "and http://127.0.0.1:$(PORT)/api/docs/ (documentation). Control-C ends it."
	@$(manage) runserver 127.0.0.1:$(PORT)

.PHONY: token
token: export TRACKER_DEBUG := 1
token: $(installed) ## Make a write token for the demo analyst of `make run`; prints the line to export
	@token="$$($(manage) createtoken analyst --scope write --name 'make token')" || \
	  { echo "The demo analyst is made by: make run" >&2; exit 1; }; \
	echo "export TOKEN=$$token"

.PHONY: install
install: $(developed) ## Only make the environment, with what tests need

$(installed): requirements.lock
	@$(PYTHON) -c 'import sys; sys.version_info < (3, 11) and sys.exit("Python 3.11 or later is needed: make PYTHON=python3.11")'
	@echo "Installing requirements.lock into $(VENV); this happens once."
	@$(PYTHON) -m venv $(VENV)
	@$(python) -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@touch $@

# The second lock file has all of the first, so only itself can be newer.
$(developed): requirements-dev.lock | $(installed)
	@echo "Installing requirements-dev.lock into $(VENV); this happens once."
	@$(python) -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@touch $@

.PHONY: test
test: lint types imports templates deploy migrations schema test-sqlite ## What to run for a change: all behaviour, on SQLite

.PHONY: check
check: test check-more ## Every check, both databases, both interpreters

.PHONY: check-more
check-more: test-browser test-clients test-examples test-fuzz test-other ## What `make check` adds to `make test`

.PHONY: quick
quick: lint test-quick ## What to run before a commit, within a minute

.PHONY: format
format: $(developed) ## Bring the code into its format
	$(python) -m ruff check --fix-only --quiet
	$(python) -m ruff format

.PHONY: lint
lint: $(developed) ## Format and rules
	$(python) -m ruff format --check
	$(python) -m ruff check

.PHONY: types
types: $(developed) ## Types
	$(on_sqlite) $(python) -m mypy

.PHONY: imports
imports: $(developed) ## The direction of imports
	$(VENV)/bin/lint-imports --no-logo

.PHONY: templates
templates: $(developed) ## Format and rules of the templates
	git ls-files -z '*.html' | xargs -0 -r $(python) -m djlint --check --lint

# An installation as it should be: nothing connects to its database.
.PHONY: deploy
deploy: $(developed) ## Django's and our own checks under production settings
	env -u TRACKER_DEBUG TRACKER_ALLOWED_HOSTS=tracker.example \
	  TRACKER_SECRET_KEY="$$($(python) -c 'import secrets; print(secrets.token_urlsafe(48))')" \
	  TRACKER_TOKEN_PEPPER="$$($(python) -c 'import secrets; print(secrets.token_urlsafe(48))')" \
	  DATABASE_URL=postgres://tracker@127.0.0.1/tracker \
	  $(manage) check --deploy --fail-level WARNING

.PHONY: migrations
migrations: $(developed) ## The models have no change without a migration
	$(on_sqlite) TRACKER_DEBUG=1 $(manage) makemigrations --check --dry-run

.PHONY: schema
schema: $(developed) ## The OpenAPI document is complete and valid
	$(on_sqlite) TRACKER_DEBUG=1 $(manage) spectacular --validate --fail-on-warn \
	  --format openapi-json --file var/openapi.json

.PHONY: test-quick
test-quick: $(developed) ## The tests that take no time, on SQLite
	$(on_sqlite) $(pytest) -n $(WORKERS) -m $(quick)

.PHONY: translations
translations: $(developed) ## Collect and compile the words of the interface; needs gettext
	$(on_sqlite) TRACKER_DEBUG=1 $(manage) translations

.PHONY: test-sqlite
test-sqlite: $(developed) ## The tests on SQLite
	$(on_sqlite) $(pytest) -n $(WORKERS)

.PHONY: test-postgres
test-postgres: $(developed) ## The tests on PostgreSQL: DATABASE_URL, else a server of their own
	$(on_postgres) -m pytest -n $(WORKERS)

.PHONY: test-browser
test-browser: $(developed) ## What a person sees, in Chromium
	$(on_sqlite) $(pytest) -m browser

.PHONY: test-clients
test-clients: $(developed) $(packages) ## Generated clients in Python and TypeScript, against a server
	$(on_sqlite) $(pytest) -m clients

# The environment's own Node trusts whom the machine trusts, as its pip does.
$(packages): tests/clients/typescript/package-lock.json $(developed)
	@cd tests/clients/typescript && PATH="$(abspath $(VENV))/bin:$$PATH" NODE_USE_SYSTEM_CA=1 npm ci --loglevel=error
	@touch $@

.PHONY: test-examples
test-examples: $(developed) ## What docs/ and examples/ show, done as a reader does it
	$(on_sqlite) $(pytest) -n $(WORKERS) -m examples

.PHONY: screenshots
screenshots: $(developed) ## Take the pictures of docs/ anew
	$(on_sqlite) $(python) -m tests.support.screenshots

.PHONY: test-fuzz
test-fuzz: $(developed) ## Five minutes of requests nobody thought of
	$(on_sqlite) $(pytest) -n $(WORKERS) -m fuzz

.PHONY: test-other
test-other: $(developed) ## The tests on PostgreSQL, under a second interpreter where the machine has one
	@if other="$$(.ci/other-python $(python))"; then \
	  echo "The second interpreter: $$("$$other" --version)"; \
	  $(MAKE) VENV=.venv-other PYTHON="$$other" migrations test-postgres; \
	else \
	  echo "!!! NOT RUN: no second interpreter on this machine (Python 3.13 beside 3.11)."; \
	  $(MAKE) test-postgres; \
	fi

# Writes are synced, as in production. SIZE is the number of positions.
.PHONY: bench
bench: export SIZE := $(or $(SIZE),100000)
bench: $(developed) ## Speed beside a stock app and bare SQL, on both databases; SIZE=100000, needs wrk
	@command -v wrk >/dev/null || { echo "Install wrk: apt-get install wrk" >&2; exit 1; }
	$(on_sqlite) $(python) -m tests.benchmarks
	POSTGRES_IS_SYNCED=1 $(on_postgres) -m tests.benchmarks

.PHONY: lock
lock: $(installed) ## Choose the newest allowed versions and write both lock files
	$(python) -m pip install --quiet --disable-pip-version-check uv
	$(compile) --upgrade --extra postgres pyproject.toml -o requirements.lock
	$(compile) --upgrade --all-extras --constraint requirements.lock pyproject.toml -o requirements-dev.lock
