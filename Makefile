# Everything a person types. `make demo` and `make up` need Python 3.11 to 3.13 and nothing else.

PYTHON ?= $(shell for name in python3 python3.13 python3.12 python3.11; do \
	$$name -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null && echo $$name && break; done)
RUN := .venv/bin
BEGAN := $(shell date +%s)
export BROADSHEET_BEGAN = $(BEGAN)
ifdef SEARCH
export BROADSHEET_SEARCH = $(SEARCH)
endif
ifdef PAGES
PAGES_OPTION = --pages "$(PAGES)"
endif

.PHONY: demo up down status install dev large test lint lock help python
.DEFAULT_GOAL := help

help:
	@echo "make demo                       run everything on an invented web of news and watch it work"
	@echo "make demo PAGES=FILE            the same on real pages: JSONL(.xz) of {id, url, html}"
	@echo "make up                         run everything on the outlets of crawlers/sources/"
	@echo "make demo|up SEARCH=elasticsearch   with Elasticsearch in place of the embedded index"
	@echo "make down                       stop all of it; what is in var/ stays"
	@echo "make large                      add larger recognisers of names, for BROADSHEET_RECOGNISER=spacy"
	@echo "make test                       ruff, mypy and all tests"
	@echo "make lock                       resolve the packages again"

python:
	@echo $(or $(PYTHON),python3)

install:
	@$(or $(PYTHON),python3) infra/install/install.py requirements.lock

dev:
	@$(or $(PYTHON),python3) infra/install/install.py requirements-dev.lock

large:
	@$(or $(PYTHON),python3) infra/install/install.py requirements-large.lock

demo: install
	@$(RUN)/broadsheet demo $(PAGES_OPTION)

up: install
	@$(RUN)/broadsheet up

down:
	@if [ -x $(RUN)/broadsheet ]; then $(RUN)/broadsheet down; else echo "nothing was running"; fi

status: install
	@$(RUN)/broadsheet status

lint: dev
	$(RUN)/ruff check .
	$(RUN)/ruff format --check .
	$(RUN)/mypy

test: lint
	$(RUN)/pytest $(PYTEST)

lock:
	$(RUN)/uv pip compile -q --generate-hashes --universal --no-header --python-version 3.11 pyproject.toml -o requirements.lock
	$(RUN)/uv pip compile -q --generate-hashes --universal --no-header --python-version 3.11 \
		--extra test --extra bench --extra scale -c requirements.lock pyproject.toml -o requirements-dev.lock
	$(RUN)/uv pip compile -q --generate-hashes --universal --no-header --no-annotate --python-version 3.11 \
		--extra scale -c requirements.lock pyproject.toml -o requirements-scale.lock
	$(RUN)/uv pip compile -q --generate-hashes --universal --no-header --no-annotate --python-version 3.11 \
		--extra large -c requirements.lock pyproject.toml -o requirements-large.lock
