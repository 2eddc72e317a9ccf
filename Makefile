# Anbao 安保. `make` alone lists the targets.
PYTHON ?= python3
BIN := .venv/bin
STAMP := .venv/.ready
TEST_STAMP := .venv/.ready-to-test
# Where the machine forbids it, each program that a test starts would compile all of the source again.
unexport PYTHONDONTWRITEBYTECODE

# A file of tests stays on one core, since its tests may share what they set up.
PARALLEL := --numprocesses auto --maxprocesses 4 --dist loadfile

.PHONY: help setup demo test test-all bench lint
help:            ## this list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1\t\2/p' Makefile | expand -t 20

setup: $(STAMP)  ## a virtual environment with Anbao in it (.venv/bin/anbao)
$(STAMP): requirements/run.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo 'Python 3.11 or newer is needed 需要 Python 3.11 以上'; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/run.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

$(TEST_STAMP): $(STAMP) requirements/test.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/test.txt
	@touch $@

demo: $(STAMP)   ## the simulator platform runs through everything, then API and documentation are served
	@$(BIN)/anbao demo

lint: $(TEST_STAMP)  ## ruff and mypy --strict
	@$(BIN)/ruff format --check src tests bench docs
	@$(BIN)/ruff check src tests bench docs
	@$(BIN)/mypy

test: lint       ## the tests, on SQLite and a real PostgreSQL
	@$(BIN)/python -m pytest -m "not slow" $(PARALLEL)

test-all: lint   ## also what takes longer: crashes, an independent verifier in Go (installed from Debian where root may)
	@command -v go >/dev/null || { [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null && apt-get update -qq && \
	  apt-get install -y -qq golang golang-golang-x-mod-dev; } || echo 'no Go here: the independent verifier is skipped'
	@$(BIN)/python -m pytest $(PARALLEL)

bench: $(TEST_STAMP)  ## speed, as ratios against named baselines
	@failed=0; for file in bench/startup.py bench/scan.py bench/markup.py bench/disguises.py bench/append.py bench/bulk.py bench/proofs.py bench/handling.py bench/over_http.py bench/messages.py bench/pictures.py bench/linking.py bench/sweep.py bench/sweep_store.py bench/cases.py bench/removal.py bench/erasure.py; do $(BIN)/python $$file || failed=1; done; exit $$failed
