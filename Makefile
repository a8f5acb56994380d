# `make demo` and `make test` do all their own set-up: they need Python 3.11 or newer and make, and nothing else.
# Everything is installed from requirements.lock, by hash; Leafmark itself without build isolation, so nothing is unlocked.

PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
READY := $(VENV)/.installed
READY_SPARK := $(VENV)/.installed-spark
PIP_INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check
LOCKED_EXTRAS := --extra demo --extra sqlite --extra postgresql --extra ledger --extra web --extra parcels --extra inventory --extra bench --extra test --group build

# Arguments for pytest, as in `make test ARGS="-k fallback -x"`, and for the demo, as in `make demo ARGS="--no-open"`.
ARGS ?=
# Test processes. More only where there are more cores.
WORKERS ?= 2

.PHONY: help install demo postgresql browser test test-browser test-spark stress bench bench-large lint format types docs readme lock clean

help:
	@echo "make demo         the main job on a published year of receipts; opens its report"
	@echo "make test         the tests"
	@echo "make test-browser the pages in Chromium: axe, no JavaScript, other people's pages"
	@echo "make test-spark   the same plans on Apache Spark (needs Java 17 or newer)"
	@echo "make stress       long runs: kills, full disks, large inputs, and more examples of every property"
	@echo "make bench        the speed tables of docs/speed.md and of the README"
	@echo "make bench-large  a thousand million order lines; 30 GB of disk and an hour"
	@echo "make lint types   ruff, mypy"
	@echo "make docs         the generated pages of docs/ and the README's generated parts"
	@echo "make lock         requirements.lock and requirements-spark.lock again, from pyproject.toml"
	@echo "make clean        removes what the others made, and $(VENV)"

install: $(READY)

$(READY): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
	  echo "Leafmark needs Python 3.11 or newer; '$(PYTHON)' is $$($(PYTHON) --version 2>&1 || echo missing)." >&2; \
	  echo "Name another one: make PYTHON=python3.12 ..." >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
	  echo "'$(PYTHON)' cannot make virtual environments: its modules venv and ensurepip are missing." >&2; \
	  echo "On Debian or Ubuntu: apt-get install python3-venv" >&2; exit 1; }
	@test -x $(BIN)/python || { echo "making $(VENV)" >&2; $(PYTHON) -m venv $(VENV); }
	@echo "installing from requirements.lock" >&2
	@$(PIP_INSTALL) --require-hashes --requirement requirements.lock
	@$(PIP_INSTALL) --no-deps --no-build-isolation --editable .
	@$(BIN)/python -m compileall -q src/leafmark  # as pip does with all it installs but what is editable: a start takes a third less
	@touch $@

$(READY_SPARK): $(READY) requirements-spark.lock
	@echo "installing from requirements-spark.lock" >&2
	@$(PIP_INSTALL) --no-deps --no-build-isolation --require-hashes --requirement requirements-spark.lock
	@touch $@

demo: $(READY)
	@$(BIN)/leafmark demo $(ARGS)

# The tests start a PostgreSQL server of their own. Where its programs are missing they are installed; where that cannot be
# done, those tests are skipped and say so.
postgresql:
	@command -v postgres >/dev/null || ls /usr/lib/postgresql/*/bin/postgres >/dev/null 2>&1 || { \
	  test "$$(id -u)" = 0 && command -v apt-get >/dev/null \
	    && echo "installing PostgreSQL for the tests" >&2 && apt-get update -q >&2 \
	    && DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends postgresql >&2; } || \
	  echo "no PostgreSQL server here: its tests will be skipped" >&2

# Tests of pages in a real browser: Chromium is installed where that can be done; else those tests are skipped and say so.
browser:
	@command -v chromium >/dev/null || command -v chromium-browser >/dev/null || { \
	  test "$$(id -u)" = 0 && command -v apt-get >/dev/null \
	    && echo "installing Chromium for the tests" >&2 && apt-get update -q >&2 \
	    && DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends chromium fonts-noto-cjk >&2; } || \
	  echo "no Chromium here: its tests will be skipped" >&2

test: $(READY) postgresql
	@$(BIN)/python -m pytest -n $(WORKERS) --dist loadscope $(ARGS)

test-browser: $(READY) postgresql browser
	@$(BIN)/python -m pytest -m browser $(ARGS)

test-spark: $(READY_SPARK)
	@java -version >/dev/null 2>&1 || { \
	  echo "Spark needs Java 17 or newer. On Debian or Ubuntu: apt-get install openjdk-17-jre-headless" >&2; exit 1; }
	@$(BIN)/python -m pytest -m spark $(ARGS)

stress: $(READY) postgresql
	@$(BIN)/python -m pytest -n $(WORKERS) --dist load --hypothesis-profile long \
	  -m "stress or (hypothesis and not browser and not spark)" $(ARGS)

bench: $(READY)
	$(BIN)/python -m bench bill --size 500000
	$(BIN)/python -m bench orders --size 10000000
	$(BIN)/python -m bench ranges
	$(BIN)/python -m bench.ledger
	$(BIN)/python -m bench.search
	$(BIN)/python -m bench.brand_import
	$(BIN)/python -m bench.inventory_report
	$(BIN)/python -m bench.packing  # needs the shared data
	$(BIN)/python -m bench.allocation  # installs OR-Tools and networkx under bench/data
	$(BIN)/python -m bench.suite  # needs the shared data
	$(BIN)/python -m bench.inventory
	$(BIN)/python -m bench.cloud  # needs the shared data
	$(BIN)/python -m bench.schedule  # needs the shared data
	$(BIN)/python -m bench.orders_intensity
	$(BIN)/python -m bench.site  # needs wrk
	$(BIN)/python -m bench.packing.br --each 5
	$(BIN)/python tools/make_readme.py --speed

bench-large: $(READY)
	$(BIN)/python -m bench orders --size 100000000 --only ours --repeats 1
	$(BIN)/python -m bench orders --size 1000000000 --only ours --repeats 1
	$(BIN)/python -m bench.ledger --size 50000000
	$(BIN)/python -m bench.packing.br --all
	$(BIN)/python tools/make_readme.py --speed

lint: $(READY)
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .

format: $(READY)
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

types: $(READY)
	@$(BIN)/mypy
	@$(BIN)/mypy --config-file tests/mypy.ini
	@set -e; for each in tests/conftest.py tests/*/conftest.py; do $(BIN)/mypy --config-file tests/mypy.ini --no-error-summary $$each; done

docs: $(READY)
	@if test -f tools/make_docs.py; then $(BIN)/python tools/make_docs.py; fi
	@$(BIN)/python tools/make_readme.py

readme: $(READY)
	@$(BIN)/python tools/make_readme.py

lock: $(READY)
	@$(PIP_INSTALL) uv
	@$(BIN)/uv pip compile $(UV_COMPILE) $(LOCKED_EXTRAS) --output-file requirements.lock pyproject.toml
	@$(BIN)/uv pip compile $(UV_COMPILE) --extra spark --constraint requirements.lock \
	  --output-file requirements-spark.lock pyproject.toml

UV_COMPILE := --quiet --no-config --universal --python-version 3.11 --fork-strategy fewest --generate-hashes \
  --no-emit-index-url --no-emit-find-links --no-header --upgrade

clean:
	rm -rf $(VENV) build dist out demo-out .mypy_cache .ruff_cache .pytest_cache .hypothesis bench/data
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
