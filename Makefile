# Doorstep. `make help` lists what can be done; every target does its own set-up and is safe to run twice.
.DEFAULT_GOAL := help
.PHONY: help setup run test lint bench lock
SHELL := /bin/sh
VENV := .venv
PY := $(VENV)/bin/python
NAME ?= all
export PYTHON

help: ## this list
	@awk 'BEGIN {FS = ":.*## "} /^[a-z]+:.*## / {printf "make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: ## install everything into .venv, from the locks (first time: a minute or two)
	@python=$$(sh scripts/python.sh) && "$$python" scripts/setup.py

run: setup ## start the demo: real places, invented people; it tells where to look and how to log in
	@$(VENV)/bin/doorstep demo

test: setup ## all tests, on every engine and in a real browser (part of them: make test ARGS=tests/house)
	@$(PY) -m pytest --numprocesses logical --dist loadfile --no-loadscope-reorder $(ARGS)

lint: setup ## style, types of the pure floors and of the phone app, and the order of the floors
	@$(VENV)/bin/ruff check .
	@$(VENV)/bin/mypy
	@$(VENV)/bin/lint-imports
	@$(VENV)/bin/npm --prefix app run --silent check

bench: setup ## measure against peers, all or one: make bench NAME=due
	@$(PY) scripts/setup.py --bench
	@$(PY) -m bench.$(NAME)

lock: setup ## write the locks anew from requirements*.in (add UPGRADE=--upgrade for newer versions)
	@sh scripts/lock.sh $(UPGRADE)
