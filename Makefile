# Limn. `make run` serves, `make test` tests; both install what they need into .venv first.
PYTHON ?= python3
BIN := .venv/bin
# How many random cases `make fuzz` tries; `make test` tries a few.
FUZZ_CASES ?= 10000

.PHONY: run test fuzz chaos lint lock clean help

run: .venv/.installed ## serve on http://localhost:8080 (PORT chooses another; CONSUL_HTTP_ADDR names a Consul)
	@exec $(BIN)/python -m app serve

test: .venv/.tested lint ## everything that must pass, in under ten minutes
	$(BIN)/python -m tests.consul.agent
	$(BIN)/python -m tests.pwa.browser
	$(BIN)/python -m pytest -m "not fuzz and not chaos"

lint: .venv/.tested
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

fuzz: .venv/.tested ## many random bodies and styles (FUZZ_CASES=10000)
	LIMN_FUZZ_CASES=$(FUZZ_CASES) $(BIN)/python -m pytest -m fuzz --timeout 3600 -s

chaos: .venv/.tested ## outages and kills, in large numbers
	$(BIN)/python -m tests.consul.agent
	$(BIN)/python -m pytest -m chaos --timeout 3600 -s

lock: .venv/.tested ## pin the newest versions that pyproject.toml allows
	$(BIN)/python -m pip install uv
	$(BIN)/uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes --upgrade \
		--custom-compile-command "make lock" -o requirements.txt
	$(BIN)/uv pip compile --group test --universal --python-version 3.11 --generate-hashes --upgrade \
		--custom-compile-command "make lock" -c requirements.txt -o tests/requirements.txt

clean: ## remove what make and the tests have made
	rm -rf .venv .cache .pytest_cache .mypy_cache .ruff_cache .hypothesis

help: ## this list
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/'

.venv/.installed: requirements.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo "Limn needs Python 3.11 or newer; this is $$($(PYTHON) --version). Try: make PYTHON=python3.12"; exit 1; }
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --disable-pip-version-check -r requirements.txt
	@echo "Looking at the fonts, once"
	@$(BIN)/python -c "import matplotlib.font_manager"
	@touch $@

.venv/.tested: .venv/.installed tests/requirements.txt
	$(BIN)/python -m pip install --disable-pip-version-check -r tests/requirements.txt
	@touch $@
