# The one door for people and for CI: `make run`, `make test`, `make check`.
# Needs Python >= 3.11, make and a package index; everything else is put into .venv.

PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
READY  := $(VENV)/.ready

.PHONY: run test check format lint types contracts docs wheel sbom lock clean

run: $(READY)  ## set up what is needed and start the demo
	$(BIN)/omroeper demo

test: $(READY)  ## set up what is needed and run the tests
	$(BIN)/python -m pytest -n auto --dist worksteal $(ARGS)

check: lint types contracts docs wheel  ## everything but the tests

format: $(READY)
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

lint: $(READY)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .

types: $(READY)
	$(BIN)/mypy

contracts: $(READY)
	PYTHONPATH=. $(BIN)/lint-imports --no-cache

docs: $(READY)
	$(BIN)/python -m pytest tests/docs

wheel: $(READY)  ## build the wheel, install it with the hashed lock into a clean environment, and use it
	OMROEPER_WHEEL_FROM_INDEX=1 $(BIN)/python -m pytest tests/e2e/test_wheel.py

sbom: $(READY)  ## write what the program is made of, with versions, hashes and licences (CycloneDX)
	$(BIN)/python bench/sbom.py --out dist/omroeper.cdx.json

lock:  ## renew the hashed locks (needs uv; the files name no index)
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate --quiet \
	  --custom-compile-command "make lock" --extra postgres pyproject.toml -o requirements/run.txt
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate --quiet \
	  --custom-compile-command "make lock" --extra postgres --group dev pyproject.toml -o requirements/dev.txt

clean:
	rm -rf $(VENV) dist build .mypy_cache .ruff_cache .hypothesis

$(READY): requirements/dev.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit("Omroeper needs Python 3.11 or newer; this is " + sys.version.split()[0] + ". Name another: make PYTHON=python3.13 …" if sys.version_info < (3, 11) else 0)'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@
