# What a person does with Xinnuo. `make` alone lists it.
# Everything that is made on this machine goes under .local/.

PYTHON ?= python3
WORKERS ?= 2
# Each worker begins with tests that stand beside each other, which share what they build; who is done first helps out.
AT_ONCE := --numprocesses=$(WORKERS) --dist=worksteal
VENV := .local/venv
BIN := $(VENV)/bin
# Whoever names a stage does not mean the local cloud.
LOCAL = $(if $(filter-out local,$(STAGE)),$(error this is for the local cloud alone; docs/runbooks says how it is done on $(STAGE)))@$(PYTHON) -m infra.local
# What Lambda runs: make deploy RUNTIME=python3.13 ARCHITECTURE=arm64
RUNTIME ?= python3.11
ARCHITECTURE ?= x86_64
REQUIREMENTS := requirements.txt requirements-dev.txt constraints.txt
# make has an AS of its own, the assembler; here it is the persona that a person names.
ifeq ($(origin AS),default)
AS :=
endif
export PIP_DISABLE_PIP_VERSION_CHECK := 1
# Tests write bytecode whatever the environment says: without it, every worker compiles everything again.
test unit coverage others stories browse deep fuzz: export PYTHONDONTWRITEBYTECODE :=
MAKEFLAGS += --no-print-directory
.DEFAULT_GOAL := help

.PHONY: help demo test up deploy bootstrap rollback down url environment personas token messages logs sweep hourly nightly rehearse check-summaries replay rotate clock
.PHONY: import seed bench load restore prove lost restore-drill
.PHONY: requirements sbom audit authorisation assets addresses browse chromium screenshots lint format types contracts unit coverage others stories
.PHONY: deep venv fuzz lock python

help:
	@echo "make demo shows everything; make test checks everything."
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  %-15s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

demo: python ## start the local cloud, deploy, and walk through the whole story, checking each step
	$(LOCAL) demo

test: $(BIN)/.ready assets ## style, types, import contracts, all tests, coverage
	@$(BIN)/python -m compileall -q -j 0 app.py chalicelib infra # once, and not while the service is packaged
	@$(MAKE) lint
	@$(MAKE) --jobs=4 --output-sync=target stories types coverage contracts others

# Runs beside the stories, which wait for answers most of their time.
# With a + make lets its output through at once; that of what runs beside it is printed when it is done.
others: $(BIN)/.ready assets chromium ## all tests but the unit tests and the stories
	+@$(BIN)/pytest $(AT_ONCE) --rights -m "not cloud" --ignore=tests/unit tests

stories: $(BIN)/.ready assets chromium ## use the deployed portal in a real browser, on a local cloud of its own
	@$(BIN)/pytest -m cloud tests/browser

screenshots: $(BIN)/.ready assets chromium ## take the pictures that the README shows, on a local cloud of their own
	@$(BIN)/python -m infra.browser.screenshots

browse: $(BIN)/.ready assets chromium ## the stories, and look at every page of every role in the browser
	@$(BIN)/pytest tests/browser

chromium: $(BIN)/.ready
	@$(BIN)/python -m infra.browser

up: python ## start the local cloud in the background and deploy onto it; repeat to pick up changes
	$(LOCAL) up

# On the local stage it is what make up does, and needs no bucket and no parameters.
ifeq ($(STAGE),local)
deploy: up ## package, upload, change the stack, try it out: make deploy STAGE=dev BUCKET=... PARAMETERS=file FOLDER=... (docs/deploying.md)

bootstrap: python ## make a stage a place's own, as its folder says: make bootstrap STAGE=dev FOLDER=... (docs/deploying.md)
	$(if $(FOLDER),,$(error say whose: make bootstrap STAGE=local FOLDER=<folder>))
	$(LOCAL) bootstrap "$(FOLDER)"

rollback: python ## go back to the release before: make rollback STAGE=dev BUCKET=...
	$(LOCAL) rollback
else
deploy: $(BIN)/.ready
	$(if $(and $(STAGE),$(BUCKET),$(PARAMETERS)),,$(error say where and with what: make deploy STAGE=dev BUCKET=<bucket> PARAMETERS=<file>))
	@$(BIN)/python -m infra.deploy deploy "$(STAGE)" "$(BUCKET)" "$(PARAMETERS)" --runtime "$(RUNTIME)" \
	  --architecture "$(ARCHITECTURE)" $(if $(FOLDER),--folder "$(FOLDER)") $(if $(DRAFT),--draft "$(DRAFT)")

bootstrap: $(BIN)/.ready
	$(if $(and $(STAGE),$(FOLDER)),,$(error say where and whose: make bootstrap STAGE=dev FOLDER=<folder>))
	@$(BIN)/python -m infra.bootstrap "$(STAGE)" "$(FOLDER)" $(if $(BUCKET),--bucket "$(BUCKET)") \
	  $(if $(PARAMETERS),--parameters "$(PARAMETERS)") --runtime "$(RUNTIME)" --architecture "$(ARCHITECTURE)" \
	  $(if $(DRY),--dry-run)

rollback: $(BIN)/.ready
	$(if $(and $(STAGE),$(BUCKET)),,$(error say where: make rollback STAGE=dev BUCKET=<bucket>))
	@$(BIN)/python -m infra.deploy rollback "$(STAGE)" "$(BUCKET)"
endif

restore: $(BIN)/.ready ## all tables as they were at one second, under other names: make restore STAGE=prod TABLES=-r1 AT=... (docs/restoring.md)
	$(if $(and $(STAGE),$(TABLES),$(AT)),,$(error say what, named how, as of when: make restore STAGE=prod TABLES=-r1 AT=<RFC 3339 second>))
	@$(BIN)/python -m infra.restore restore "$(STAGE)" "$(AT)" --source="$(FROM)" --tables="$(TABLES)"

prove: $(BIN)/.ready ## read every timeline of a stage and say what is not whole: make prove STAGE=prod (TABLES=-r1)
	$(if $(STAGE),,$(error say of what: make prove STAGE=prod))
	@$(BIN)/python -m infra.restore prove "$(STAGE)" --tables="$(TABLES)"

lost: $(BIN)/.ready ## list what was recorded since an instant, as CSV: make lost STAGE=prod AT=... (FROM=-r1)
	$(if $(and $(STAGE),$(AT)),,$(error say of what and since when: make lost STAGE=prod AT=<RFC 3339 second>))
	@$(BIN)/python -m infra.restore lost "$(STAGE)" "$(AT)" --source="$(FROM)"

restore-drill: $(BIN)/.ready assets ## restore 10,000 cases under other names on DynamoDB Local, prove each timeline, compare the figures
	@$(BIN)/python -m tests.performance.restoring

down: python ## stop the local cloud; its state is kept
	$(LOCAL) down

url: python ## print the API's base address
	$(LOCAL) url

environment: python ## print what `chalice local --stage local` needs: eval "$(make environment)" before it
	$(LOCAL) environment

personas: python ## list the people and systems that the local identity provider knows
	$(LOCAL) personas

token: python ## print a bearer token: make token AS=officer.traffic
	$(if $(AS),,$(error say whose token: make token AS=<persona>; make personas lists them))
	$(LOCAL) token "$(AS)"

messages: python ## print what was sent to people by SMS and e-mail
	$(LOCAL) messages

logs: python ## follow the functions' logs
	$(LOCAL) logs

sweep: python ## run the sweep of due clocks now
	$(LOCAL) sweep

hourly: python ## look for a missing edition of the calendar and make the digests that are due, now
	$(LOCAL) hourly

rehearse: python ## let a test person make a promise of which nothing is left, now
	$(LOCAL) rehearse

nightly: python ## let records and flags end whose last day has passed, now
	$(LOCAL) nightly

rotate: python ## register whom a subject key has named, after deploying the next one (docs/rotation.md): make rotate KEY=k1
	$(if $(KEY),,$(error say which: make rotate KEY=k1))
	$(LOCAL) rotate "$(KEY)"

check-summaries: python ## look whether credit summaries are what their records and flags give, now
	$(LOCAL) check-summaries

replay: python ## tell the past again: make replay FROM=<instant> TO=<instant> (OWNER=case:..., LISTENER=statistics, DRY=yes)
	$(if $(and $(FROM),$(TO)),,$(error say of when: make replay FROM=<RFC 3339 instant> TO=<the instant after it>))
	$(LOCAL) replay "$(FROM)" "$(TO)" "$(OWNER)" "$(LISTENER)" "$(DRY)"

clock: python ## run the local stage's clock on from an instant: make clock AT=2026-10-09T09:00:00+08:00 (or AT=now)
	$(if $(AT),,$(error say from when: make clock AT=<RFC 3339 instant>, or AT=now))
	$(LOCAL) clock "$(AT)"

import: python ## hand a file of credit records in: make import FILE=records.jsonl SOURCE=market
	$(if $(and $(FILE),$(SOURCE)),,$(error say what and whose: make import FILE=<file> SOURCE=<source>))
	$(LOCAL) import "$(FILE)" "$(SOURCE)"

seed: python ## write a synthetic city's credit and hand it in: make seed SUBJECTS=1000 (SEED=7 for another city)
	$(if $(SUBJECTS),,$(error say how many: make seed SUBJECTS=1000))
	$(LOCAL) seed "$(SUBJECTS)" "$(or $(SEED),1)"

bench: $(BIN)/.ready assets ## measure cost on DynamoDB Local; prints a table and writes .local/bench.json
	@$(BIN)/python -m tests.performance

# What is set on the command line (PARTS, CLOCKS, RUNS, ...) is in the environment of what is run.
load: $(BIN)/.ready assets ## try a city's midnight on DynamoDB Local: make load, or make load PARTS=sweep CLOCKS=20000
	@$(BIN)/python -m tests.performance.load

requirements: python ## each requirement with the tests that prove it, and what is open
	@$(PYTHON) -m tests.requirements

assets: $(BIN)/.ready ## build the portal's style sheet and its catalogues of texts, fetch the faces of issued documents
	@$(BIN)/python -m infra.assets > /dev/null

sbom: $(BIN)/.ready ## write what is deployed as a bill of materials (CycloneDX), .local/sbom.json, and check the licences
	@$(BIN)/python -m infra.sbom

audit: python .local/audit/.ready ## look up what is known to be weak in what constraints.txt holds, and say how much was looked up
	@$(PYTHON) -m infra.audit

.local/audit/.ready: infra/requirements-audit.txt
	@rm -rf .local/audit && $(PYTHON) -m venv .local/audit
	@.local/audit/bin/pip install -qq --no-deps --require-hashes --requirement infra/requirements-audit.txt
	@touch $@

authorisation: $(BIN)/.ready ## write down anew what each route answers to whom (docs/authorisation.md)
	@$(BIN)/python -m tests.authorisation > /dev/null

addresses: $(BIN)/.ready ## write down anew which module answers which address, after routes or pages changed
	@$(BIN)/python -m infra.addresses

lint: $(BIN)/.ready ## style only
	@$(BIN)/ruff check --quiet
	@$(BIN)/ruff format --check --quiet || { $(BIN)/ruff format --check; echo "make format puts this right."; exit 1; }

format: addresses ## put right what can be put right by machine
	@$(BIN)/ruff check --fix --quiet
	@$(BIN)/ruff format --quiet

types: $(BIN)/.ready ## types only
	@$(BIN)/mypy --no-error-summary

contracts: $(BIN)/.ready ## import contracts only
	@$(BIN)/lint-imports --no-logo --cache-dir .local/cache/imports > .local/contracts.txt || { cat .local/contracts.txt; exit 1; }

unit: $(BIN)/.ready ## the tests that need no AWS, in seconds
	@$(BIN)/pytest tests/unit

# In one process, while style and types are checked beside it: shared between two, it costs half as much again.
coverage: $(BIN)/.ready ## the same tests, and whether they cover models and rules, each branch of them
	@$(BIN)/pytest --cov --cov-report= tests/unit
	@$(BIN)/coverage report --skip-covered --show-missing --fail-under=100 > .local/coverage.txt || { \
	  cat .local/coverage.txt; echo "Unit tests must cover models and rules, each branch of them."; exit 1; }

deep: $(BIN)/.ready assets ## all of what make test samples: random walks, races, deaths, large data, each page in each form
	@XINNUO_TESTS=deep $(BIN)/pytest $(AT_ONCE) --verbose -m "deep or hypothesis" --ignore=tests/browser tests
	@XINNUO_TESTS=deep $(MAKE) browse
	@$(MAKE) audit

fuzz: $(BIN)/.ready assets ## hold 20,000 made-up requests, seeded, against the OpenAPI document; prints what came back
	@XINNUO_TESTS=deep $(BIN)/pytest tests/fuzz

venv: $(BIN)/.ready ## build the development environment, .local/venv

lock: python ## move pins: the newest that requirements-dev.txt allows, into constraints.txt; prints what changed
	@rm -rf .local/lock && mkdir -p .local && $(PYTHON) -m venv .local/lock
	@.local/lock/bin/pip install -qq uv==0.13.9
	@{ sed -n '/^#/p' constraints.txt; .local/lock/bin/uv pip compile --quiet --universal --python-version 3.11 \
	  --generate-hashes --no-header --no-annotate requirements-dev.txt; } > .local/lock/constraints.txt
	@diff constraints.txt .local/lock/constraints.txt | grep '^[<>] [a-zA-Z]' || echo "Nothing has changed."
	@mv .local/lock/constraints.txt constraints.txt

python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2> /dev/null || { \
	  echo "Xinnuo needs Python 3.11 or later as $(PYTHON); name another: make PYTHON=/path/to/python3 ..." >&2; exit 1; }

$(BIN)/.ready: $(REQUIREMENTS) | python
	@echo "Building the development environment in $(VENV) ..." >&2
	@rm -rf $(VENV) && $(PYTHON) -m venv $(VENV)
	@$(BIN)/pip install -qq --no-deps --require-hashes --requirement constraints.txt
	@touch $@
