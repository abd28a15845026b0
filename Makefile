# make setup, make demo, make test: each sets up what it needs.

SHELL := /bin/bash
VENV := .venv
BIN := $(VENV)/bin
UV_VERSION := 0.13.9
# What set-up installs; requirements.lock leaves out what only development needs.
LOCK := requirements-dev.lock
# Two files at a time, in the order of their names: what takes long begins early.
PYTEST = $(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder
# A uv that answers (a pyenv shim may not), or one of our own.
UV = $(shell if uv --version >/dev/null 2>&1; then echo uv; else echo .uv/bin/uv; fi)

.PHONY: setup demo test test-fast test-browser lint lock clean

setup: $(VENV)/.ready

demo: setup
	$(BIN)/clp-tfx run --output out/demo

test: setup
	$(PYTEST)

test-fast: setup
	$(PYTEST) -m "not e2e"

# What people look at, driven in a real Chromium; the other targets run these tests as
# well where there is one.
test-browser: setup
	@command -v chromium chromium-browser google-chrome >/dev/null || [ -n "$$CHROMIUM" ] || \
	  { [ "$$(id -u)" = 0 ] && apt-get update -q && apt-get install -q -y chromium; } || \
	  { echo "No Chromium: install one (Debian: apt-get install chromium) or name it in CHROMIUM."; exit 1; }
	$(PYTEST) tests/view

lint: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

# Rewrites the locks after pyproject.toml has changed.
lock: .uv/ready
	$(UV) pip compile pyproject.toml --extra fairness --python-version 3.10 \
	  --generate-hashes -q -o requirements.lock
	$(UV) pip compile pyproject.toml --extra fairness --group dev --group parity -c requirements.lock \
	  --python-version 3.10 --generate-hashes -q -o requirements-dev.lock

$(VENV)/.ready: $(LOCK) pyproject.toml | .uv/ready
	[ -x $(BIN)/python ] || $(UV) venv -q --python 3.10 $(VENV)
	$(UV) pip sync -q --python $(BIN)/python --require-hashes --compile-bytecode $(LOCK)
	$(UV) pip install -q --python $(BIN)/python --no-deps --no-build-isolation -e .
	touch $@

.uv/ready:
	mkdir -p .uv
	uv --version >/dev/null 2>&1 || { \
	  python=$$(for p in python3.10 python3 python; do \
	    $$p -c 'import venv, ensurepip' 2>/dev/null && echo $$p && break; done); \
	  [ -n "$$python" ] || { echo "No Python with venv answers: install one (Debian: python3-venv)."; exit 1; }; \
	  $$python -m venv .uv && .uv/bin/python -m pip install -q uv==$(UV_VERSION); }
	touch $@

clean:
	rm -rf $(VENV) .uv out build dist *.egg-info
