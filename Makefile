# Every target prepares the tools first: minutes the first time, a second later.
ENVIRONMENTS := $(sort $(patsubst live/%/env.hcl,%,$(wildcard live/*/env.hcl)))
# As environments.default() chooses: the first that is not production.
ENV ?= $(firstword $(sort $(patsubst live/%/env.hcl,%,$(shell grep -lE '^ *production *= *false' live/*/env.hcl))) $(ENVIRONMENTS))
AWS ?=
FILES ?= 10000
SEED ?= 1
EACH ?= 40
SCHEDULES ?= 1000
VERSIONS ?=
OSV ?= https://api.osv.dev/v1/query

SHELL := /bin/sh
MAKEFLAGS += --no-print-directory
OUTER_PATH := $(PATH)
SET_UP = @PATH="$(OUTER_PATH)" python3 -m scripts.toolchain
export PATH := $(CURDIR)/.venv/bin:$(CURDIR)/.tools/bin:$(PATH)
export TF_CLI_CONFIG_FILE := $(CURDIR)/.tools/terraform.rc
LOCK := --quiet --python-version 3.13 --universal --generate-hashes --no-header --no-annotate --no-emit-index-url

.DEFAULT_GOAL := help
.PHONY: help setup ready plan demo verify scan mutants mutations package test test-costs test-slow judges second-aws unit modules bench lint fmt lock shell clean
.PHONY: engines secrets licences audit docs scan-hcl nightly soak judges-csv

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)
	@echo
	@echo "  ENV=$(subst $() ,|,$(ENVIRONMENTS)) selects the environment (default $(ENV)). AWS=local|real selects the AWS if real credentials are present."

setup: ## prepare every tool (idempotent)
	$(SET_UP)

ready:
	$(SET_UP) --quiet

plan: ready package ## plan every unit of ENV, and print a table
	@plan-units $(ENV) --aws "$(AWS)"

demo: ready package ## apply an environment to a local AWS, load CSV files through the deployed zips, show what happened
	@local-demo

verify: ready package ## prove the platform in a sandbox account: apply, load, compare, destroy; shows the cost and asks first
	@verify-account $(ENV) --aws "$(AWS)"

scan: ready package ## policy scan of the modules and of the plan of every unit, with Checkov and our own checks
	@policy-scan

scan-hcl: ready ## policy scan of the modules only
	@policy-scan --hcl-only

package: ready ## build the Lambda packages whose inputs changed
	@lambda-packages build

test: ready package ## run all tests but the slow ones, from unit tests to applies on the local AWS
	@pytest -m "not slow" -n auto --dist loadgroup

test-costs: ready ## show how long each group of tests took in its last run, longest first
	@python3 -m tests.support.costs

unit: ready ## run the unit tests
	@pytest -q -m "not slow" -n auto --dist loadgroup tests/unit

test-slow: ready package ## run the tests that take minutes each
	@pytest -m slow

engines: ready package ## run every unit and the tests of every module with each engine, or those of VERSIONS (an hour)
	@python -m tests.engines $(VERSIONS)

nightly: test-slow scan mutations second-aws engines ## run what takes too long for each push

modules: ready ## run terraform test and validate in every module
	@pytest -q tests/infrastructure/test_modules.py

mutants: ready ## mutate the library, EACH mutants in each package, and count those that tests kill (half an hour)
	@python -m tests.mutants --each "$(EACH)" --seed "$(SEED)"

mutations: ready package ## put one weakness at a time into a copy, and show which check finds it (minutes)
	@policy-mutations

soak: ready ## simulate SCHEDULES schedules of faults on each database from SEED on, and check that no row is lost or doubled
	@python -m tests.faults --schedules "$(SCHEDULES)" --seed "$(SEED)"

judges: ready package ## ask every judge that knows nothing of this project, and print a line for each (an hour)
	@PATH="$(OUTER_PATH)" python3 -m scripts.toolchain --judges
	@PATH="$(OUTER_PATH)" python3 -m scripts.toolchain --second-aws
	@python -m tests.judges --files "$(FILES)"

judges-csv: ready ## compare our CSV reader with others over FILES generated files (SEED) and public ones
	@PATH="$(OUTER_PATH)" python3 -m scripts.toolchain --judges
	@python -m tests.judges_of_csv --files "$(FILES)" --seed "$(SEED)"

second-aws: ready package ## apply dev to a second AWS as well, and compare its answers with those of the local AWS (half an hour)
	@PATH="$(OUTER_PATH)" python3 -m scripts.toolchain --second-aws
	@python -m tests.second_aws

bench: ready package ## run the benchmarks, each with alternatives
	@for file in benchmarks/[a-z]*.py; do python -m "benchmarks.$$(basename "$$file" .py)" || exit 1; done

docs: ready ## build the documentation site in dist/docs
	@docs-site

lint: ready ## check format, lint, types and the tables of modules
	@ruff format --check . && ruff check . && mypy lambdas scripts
	@terraform fmt -check -recursive modules && terragrunt hcl fmt --check
	@module-tables --check

fmt: ready ## format Python, Terraform and Terragrunt
	@ruff format . && ruff check --fix . ; terraform fmt -recursive modules && terragrunt hcl fmt

secrets: ready ## search for secrets in every tracked file
	@.venv-scan/bin/python -m scripts.scan.secret_scan

licences: ready package ## list the licences of all dependencies; fail if one is not allowed
	@lambda-packages licences

audit: ready ## look up every locked package in the advisory database OSV; fail if it cannot be reached
	@status=0; for lock in requirements/*.txt; do \
	  said=$$(.venv-scan/bin/pip-audit --requirement "$$lock" --disable-pip --strict --progress-spinner off \
	    --vulnerability-service osv --osv-url "$(OSV)" 2>&1) || status=1; \
	  case "$$said" in \
	    *"known vulnerabilit"*) echo "$$lock: $$said" ;; \
	    *) echo "$$said" | grep -i error: | tail -n 1; \
	       echo "$$lock: audit not finished, so nothing is known about it (database: $(OSV))" ;; \
	  esac; done; exit $$status

lock: ready ## resolve the dependencies and write requirements/*.txt
	@uv pip compile --group pyproject.toml:bootstrap $(LOCK) -o requirements/bootstrap.txt
	@uv pip compile --group pyproject.toml:scan $(LOCK) -o requirements/scan.txt
	@uv pip compile --group pyproject.toml:judges $(LOCK) -o requirements/judges.txt
	@uv pip compile --group pyproject.toml:second-aws $(LOCK) -o requirements/second-aws.txt
	@uv pip compile --group pyproject.toml:corpora --no-deps --no-binary :all: $(LOCK) -o requirements/corpora.txt
	@uv pip compile pyproject.toml $(LOCK) -o requirements/lambda.txt
	@uv pip compile pyproject.toml --group dev --constraint requirements/lambda.txt $(LOCK) -o requirements/dev.txt

shell: ready ## start a shell with the tools, on the local AWS of ENV
	@local-aws start $(ENV) && exec local-aws exec $(ENV) -- "$${SHELL:-/bin/sh}"

clean: ## stop every local AWS of this checkout and delete what was built (not the user's cache)
	@PATH="$(OUTER_PATH)" python3 -m scripts.toolchain.cleaning
