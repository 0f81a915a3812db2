# `make demo` and `make test` need Python 3.11+ and make, nothing else: everything is fetched from the package index.
PYTHON ?= python3
UV ?= $(shell command -v uv 2>/dev/null || echo .tools/bin/uv)
RUN = .venv/bin
WORKSPACE ?= demo-workspace
BASE ?= main
# Which tests; `make test TESTS="not slow"` runs all that guard the main branch.
TESTS ?= not slow and not thorough

export UV_PYTHON_DOWNLOADS = never
export UV_PROJECT_ENVIRONMENT = .venv
# Compiled once at install: starting Dagster, dbt and Great Expectations takes half the time, also where Python may not write.
export UV_COMPILE_BYTECODE = 1

# Once, and not at the first run: our own bytecode, and what dbt makes of the project.
PACKAGES = workspace demo ingestion dbt_project expectations serving pipeline orchestration cli app
READY = $(RUN)/python -m compileall -q $(PACKAGES) && \
	$(RUN)/python -c "from pipeline.dbt.runner import read_project; read_project()"

.PHONY: help demo test test-all bench lint lint-python lint-sql format app dagster clean

help: ## Show what can be made
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

demo: .venv/.runtime ## Set up, build the demo company's warehouse, serve the app
	$(RUN)/cx demo --workspace $(WORKSPACE)

test: .venv/.dev ## Set up and run the tests; CI adds the thorough ones: TESTS="not slow"
	$(RUN)/pytest -m "$(TESTS)" -n 2 --dist loadfile --no-loadscope-reorder --durations 25

test-changed: .venv/.dev ## The tests that differ from BASE (main), or stand on what differs
	$(RUN)/python -m tests.changed $(BASE) -m "$(TESTS)" -n 2 --dist loadfile --no-loadscope-reorder

test-all: .venv/.dev ## All tests: the thorough and the slow ones, too
	$(RUN)/pytest -n 2 --dist loadfile --no-loadscope-reorder

bench: .venv/.dev ## Speed and memory, beside plain DuckDB SQL in the same run
	$(UV) sync --frozen --inexact --extra benchmark --python $(PYTHON)
	$(RUN)/python -m benchmarks
	$(RUN)/python -m benchmarks.identity
	$(RUN)/python -m benchmarks.credit
	$(RUN)/python -m benchmarks.journey
	$(RUN)/python -m benchmarks.surveys
	$(RUN)/python -m benchmarks.perception
	$(RUN)/python -m benchmarks.night

lint: lint-python lint-sql ## Lint, format, types, import boundaries, SQL style; side by side with `-j 2`

lint-python: .venv/.dev
	$(RUN)/ruff check .
	$(RUN)/ruff format --check .
	$(RUN)/lint-imports --no-logo
	$(RUN)/mypy

lint-sql: .venv/.dev
	$(RUN)/sqlfluff lint dbt_project/models dbt_project/tests --processes 2 --disable-progress-bar

format: .venv/.dev ## Put code and SQL into the project's form
	$(RUN)/ruff check --fix .
	$(RUN)/ruff format .
	$(RUN)/sqlfluff fix dbt_project/models dbt_project/tests --disable-progress-bar

app: .venv/.runtime ## Serve the app for WORKSPACE
	$(RUN)/cx app --workspace $(WORKSPACE)

dagster: .venv/.runtime ## Dagster's UI and schedules for WORKSPACE
	$(RUN)/cx dagster --workspace $(WORKSPACE)

clean: ## Remove the environment and the demo workspace
	rm -rf .venv .tools demo-workspace target logs

.tools/bin/uv:
	$(PYTHON) -m pip install --quiet --disable-pip-version-check --target .tools uv

# Stamps: the environment is synced again only when the lock changes. --inexact keeps what the other stamp installed.
.venv/.runtime: pyproject.toml uv.lock | $(filter .tools/bin/uv,$(UV))
	$(UV) sync --frozen --inexact --no-default-groups --python $(PYTHON)
	@$(READY)
	@touch $@

.venv/.dev: pyproject.toml uv.lock | $(filter .tools/bin/uv,$(UV))
	$(UV) sync --frozen --inexact --python $(PYTHON)
	@$(READY)
	@touch $@ .venv/.runtime
