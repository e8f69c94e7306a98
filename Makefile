# Two commands matter: `make run` and `make test`. The others are parts of them, for daily work.
PYTHON ?= $(shell command -v python3.11 || command -v python3.12 || command -v python3.13 || command -v python3)
PORT ?= 8000
SIZE ?= small
V = .venv/bin

.PHONY: python setup setup-dev run demo test test-sqlite test-postgres check bench lock browser clean-demo

python:
	@test -n "$(PYTHON)" || { echo "Cannot set up: no Python was found. Install Python 3.11, or say PYTHON=/path/to/python3.11 make run." >&2; exit 1; }

setup: python
	@$(PYTHON) requirements/install.py run

setup-dev: python
	@$(PYTHON) requirements/install.py dev

run: setup
	@PORT=$(PORT) $(V)/python -m cloudstore.supervisor

demo: setup
	@$(V)/python manage.py demo

clean-demo: setup
	@$(V)/python manage.py demo --remove

test: setup-dev browser
	@$(V)/python -m tests.run

check: setup-dev
	@$(V)/ruff check .
	@$(V)/ruff format --check .
	@$(V)/mypy
	@$(V)/lint-imports --no-cache
	@$(V)/python manage.py makemigrations --check --dry-run
	@$(V)/python manage.py translations --check
	@$(V)/python manage.py check --fail-level WARNING

bench: setup-dev
	@$(V)/python -m benchmarks --size $(SIZE)

# Browser and fonts for the browser journeys, from the system's own packages where we may install them.
browser:
	@sh tests/browser/install.sh

lock: setup-dev
	cd requirements && for kind in run dev; do ../$(V)/uv pip compile --quiet --universal --python-version 3.11 --override overrides.txt \
	  --generate-hashes --no-emit-index-url --no-annotate --no-header $$kind.in -o $$kind.txt; done
