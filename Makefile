# Every target makes the tools ready first; the first run takes minutes, later ones a second.
ENVIRONMENTS := $(sort $(patsubst live/%/env.hcl,%,$(wildcard live/*/env.hcl)))
# As environments.default() chooses: the first that is not production.
ENV ?= $(firstword $(sort $(patsubst live/%/env.hcl,%,$(shell grep -lE '^ *production *= *false' live/*/env.hcl))) $(ENVIRONMENTS))
AWS ?=
FILES ?= 10000
SEED ?= 1
OSV ?= https://api.osv.dev/v1/query

SHELL := /bin/sh
MAKEFLAGS += --no-print-directory
OUTER_PATH := $(PATH)
SET_UP = @PATH="$(OUTER_PATH)" python3 -m scripts.toolchain
export PATH := $(CURDIR)/.venv/bin:$(CURDIR)/.tools/bin:$(PATH)
export TF_CLI_CONFIG_FILE := $(CURDIR)/.tools/terraform.rc
LOCK := --quiet --python-version 3.13 --universal --generate-hashes --no-header --no-annotate --no-emit-index-url

.DEFAULT_GOAL := help
.PHONY: help setup ready plan demo scan mutations package test test-costs test-slow judges unit modules bench lint fmt lock shell clean
.PHONY: secrets licences audit docs scan-hcl nightly

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)
	@echo
	@echo "  ENV=$(subst $() ,|,$(ENVIRONMENTS)) picks the environment ($(ENV)). AWS=local|real says which AWS, where real credentials are present."

setup: ## make every tool ready (idempotent)
	$(SET_UP)

ready:
	$(SET_UP) --quiet

plan: ready package ## plan every unit of ENV, and end with a table
	@plan-units $(ENV) --aws "$(AWS)"

demo: ready package ## apply an environment locally, load real CSV files through the deployed zips, and show what happened
	@local-demo

scan: ready package ## Checkov and checks of our own over the modules and over the plan of every unit of every environment
	@policy-scan

scan-hcl: ready ## Checkov and checks of our own over the modules alone
	@policy-scan --hcl-only

package: ready ## build the Lambda packages, where anything changed
	@lambda-packages build

test: ready package ## everything that proves the project, from unit tests to real applies on the local AWS
	@pytest -m "not slow" -n auto --dist loadgroup

test-costs: ## what each group of tests took when it ran last, the longest first
	@python3 -m tests.support.costs

unit: ready ## the unit tests alone (seconds)
	@pytest -q -m "not slow" -n auto --dist loadgroup tests/unit

test-slow: ready package ## the tests that take minutes each
	@pytest -m slow

nightly: test-slow scan mutations ## what takes too long for each push: slow tests, the scan with plans, mutations

modules: ready ## terraform test and validate of every module
	@pytest -q tests/infrastructure/test_modules.py

mutations: ready package ## seed weaknesses one at a time, and show which guard catches each (minutes)
	@policy-mutations

judges: ready ## compare the reading of CSV with other readers over FILES generated files (SEED) and public ones
	@PATH="$(OUTER_PATH)" python3 -m scripts.toolchain.judges
	@python -m tests.judges_of_csv --files "$(FILES)" --seed "$(SEED)"

bench: ready package ## the benchmarks, each beside what else one would use
	@for file in benchmarks/[a-z]*.py; do python -m "benchmarks.$$(basename "$$file" .py)" || exit 1; done

docs: ready ## build the documentation site in dist/docs
	@docs-site

lint: ready ## formatting, lint and types of Python, Terraform and Terragrunt
	@ruff format --check . && ruff check . && mypy lambdas scripts
	@terraform fmt -check -recursive modules && terragrunt hcl fmt --check

fmt: ready ## format everything
	@ruff format . && ruff check --fix . ; terraform fmt -recursive modules && terragrunt hcl fmt

secrets: ready ## look for secrets in every file that git tracks
	@.venv-scan/bin/python -m scripts.scan.secret_scan

licences: ready package ## list what the packages ship and the tools use, with licences; fail on one that is not allowed
	@lambda-packages licences

audit: ready ## ask the advisory database OSV about every locked package; fails where it cannot be reached
	@status=0; for lock in requirements/*.txt; do \
	  said=$$(.venv-scan/bin/pip-audit --requirement "$$lock" --disable-pip --strict --progress-spinner off \
	    --vulnerability-service osv --osv-url "$(OSV)" 2>&1) || status=1; \
	  case "$$said" in \
	    *"known vulnerabilit"*) echo "$$lock: $$said" ;; \
	    *) echo "$$said" | grep -i error: | tail -n 1; \
	       echo "$$lock: audit not finished, so nothing is known about it (database: $(OSV))" ;; \
	  esac; done; exit $$status

lock: ready ## resolve the dependencies again and write requirements/*.txt
	@uv pip compile --group pyproject.toml:bootstrap $(LOCK) -o requirements/bootstrap.txt
	@uv pip compile --group pyproject.toml:scan $(LOCK) -o requirements/scan.txt
	@uv pip compile --group pyproject.toml:judges $(LOCK) -o requirements/judges.txt
	@uv pip compile --group pyproject.toml:corpora --no-deps --no-binary :all: $(LOCK) -o requirements/corpora.txt
	@uv pip compile pyproject.toml $(LOCK) -o requirements/lambda.txt
	@uv pip compile pyproject.toml --group dev --constraint requirements/lambda.txt $(LOCK) -o requirements/dev.txt

shell: ready ## a shell with the project's tools, on the local AWS of ENV
	@local-aws start $(ENV) && exec local-aws exec $(ENV) -- "$${SHELL:-/bin/sh}"

clean: ## stop every local AWS of this checkout and drop what was built in it (not the user's cache)
	@PATH="$(OUTER_PATH)" python3 -m scripts.toolchain.cleaning
