# Every target prepares the tools first: minutes the first time, a second later.
ENVIRONMENTS := $(sort $(patsubst live/%/env.hcl,%,$(wildcard live/*/env.hcl)))
# As environments.default() chooses: the first that is not production.
ENV ?= $(firstword $(sort $(patsubst live/%/env.hcl,%,$(shell grep -lE '^ *production *= *false' live/*/env.hcl))) $(ENVIRONMENTS))
AWS ?=
FILES ?= 10000
SEED ?= 1
EACH ?= 40
SCHEDULES ?= 1000
BENCH ?=
PACKAGES ?= 40
PICTURE ?=
ROWS ?= 200000
BASE ?=
EXCEPT ?=
REVIEW = dist/review/$(ENV)
DRIFT = dist/drift/$(ENV)
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
.PHONY: help setup doctor plan review drift demo verify scan scan-hcl package test test-costs static platform
.PHONY: test-oracle unit test-slow engines nightly modules mutants mutations soak load alarms judges
.PHONY: judges-csv second-aws bench docs lint lint-workflows fmt secrets licences audit lock system-packages
.PHONY: apply-review comment drift-issue ci-drift ci-settings job-summary release-notes release shell clean
.PHONY: ready

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)
	@echo
	@echo "  ENV=$(subst $() ,|,$(ENVIRONMENTS)) selects the environment (default $(ENV)). AWS=local|real selects the AWS if real credentials are present."

setup: ## prepare every tool (idempotent)
	$(SET_UP)

ready:
	$(SET_UP) --quiet

doctor: ## show what this machine has, what it lacks, and how to get that (changes nothing)
	@PATH="$(OUTER_PATH)" python3 -m scripts.toolchain.doctor

plan: ready package ## plan every unit of ENV, and print a table
	@plan-units $(ENV) --aws "$(AWS)"

review: ready package ## plan the units of ENV that differ from BASE (all if empty), into dist/review/ENV
	@units plan $(ENV) --aws "$(AWS)" $(if $(BASE),--changed-since "$(BASE)") --out "$(REVIEW)"

apply-review: ready package ## apply just the plans in dist/review/ENV, but not those of the units EXCEPT
	@units apply "$(REVIEW)" --aws "$(AWS)" $(addprefix --except ,$(EXCEPT))

drift: ready package ## tell what changed in the account from what changed in the tree; fails if anything differs
	@units drift $(ENV) --aws "$(AWS)"

demo: ready package ## apply an environment to a local AWS, load CSV files through the deployed zips, show what happened (PICTURE: and draw it)
	@local-demo $(if $(PICTURE),--picture "$(PICTURE)")

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

static: lint secrets licences scan-hcl ## run every check that runs no test

platform: ready package ## run the tests that `unit` and `modules` leave out, but not the slow ones
	@pytest -m "not slow" -n auto --dist loadgroup --ignore tests/unit --ignore tests/infrastructure/test_modules.py

test-oracle: ready ## run the store's tests on the Oracle that CSVBATCH_TEST_ORACLE_URL names
	@pytest -m oracle tests/integration/store

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

soak: ready package ## SCHEDULES simulated schedules of faults on each database from SEED on, and PACKAGES through the zips
	@python -m tests.faults --schedules "$(SCHEDULES)" --packages "$(PACKAGES)" --seed "$(SEED)"

load: FILES = 10
load: ready package ## load ROWS rows in FILES files (10) through the zips into PostgreSQL; a picture in dist/load/
	@python -m benchmarks.load --rows "$(ROWS)" --files "$(FILES)"

alarms: ready package ## fire every alarm of every environment by its fault on a virtual clock, and print when it rang and ended (minutes)
	@python -m tests.alarms

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

bench: ready package ## run the benchmarks (BENCH: only these), each beside alternatives; tables and charts in dist/bench/ (an hour)
	@PATH="$(OUTER_PATH)" python3 -m scripts.toolchain --bench
	@python -m benchmarks $(BENCH)

docs: ready ## build the documentation site in dist/docs
	@docs-site

lint: ready ## check format, lint, types, the tables of modules, and the workflows
	@ruff format --check . && ruff check . && mypy lambdas scripts benchmarks --exclude benchmarks/peers
	@terraform fmt -check -recursive modules && terragrunt hcl fmt --check
	@module-tables --check
	@make lint-workflows

lint-workflows: ready ## check the workflows with actionlint and zizmor
	@PATH="$(OUTER_PATH)" python3 -m scripts.toolchain --actionlint
	@actionlint -shellcheck= -pyflakes=
	@.venv-scan/bin/zizmor --offline --no-progress --quiet .github

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
	@uv pip compile --group pyproject.toml:bench $(LOCK) -o requirements/bench.txt
	@uv pip compile --group pyproject.toml:second-aws $(LOCK) -o requirements/second-aws.txt
	@uv pip compile --group pyproject.toml:corpora --no-deps --no-binary :all: $(LOCK) -o requirements/corpora.txt
	@uv pip compile pyproject.toml $(LOCK) -o requirements/lambda.txt
	@uv pip compile pyproject.toml --group dev --constraint requirements/lambda.txt $(LOCK) -o requirements/dev.txt

system-packages: ## install what the tests need of the system, on Debian or Ubuntu (needs root or sudo)
	@scripts/system-packages

comment: ## write dist/review/ENV/plan.md on the pull request PULL_REQUEST, in place of the last one
	@python3 -m scripts.ci.comment --pull-request "$(PULL_REQUEST)" --about "plan of $(ENV)" --file "$(REVIEW)/plan.md"

drift-issue: ## open, update or close the issue about drift of ENV, after `ci-drift`
	@python3 -m scripts.ci.drift_issue "$(ENV)" --found "$(DRIFT)"

ci-drift: ready package ## as `drift`, and keep what was found in dist/drift/ENV
	@python3 -m scripts.ci.drift "$(ENV)" --aws "$(AWS)" --out "$(DRIFT)"

ci-settings: ## print region and roles of ENV, for a job to become one of them
	@python3 -m scripts.ci.settings "$(ENV)" | tee -a "$${GITHUB_OUTPUT:-/dev/null}"

job-summary: ## show dist/review/ENV/plan.md on the page of the job
	@cat "$(REVIEW)/plan.md" | tee -a "$${GITHUB_STEP_SUMMARY:-/dev/null}"

release-notes: ## print the changelog's part about TAG
	@python3 -m scripts.ci.release "$(TAG)" --notes-only

release: ## publish TAG as a release, with the packages in dist/lambda
	@python3 -m scripts.ci.release "$(TAG)"

shell: ready ## start a shell with the tools, on the local AWS of ENV
	@local-aws start $(ENV) && exec local-aws exec $(ENV) -- "$${SHELL:-/bin/sh}"

clean: ## stop every local AWS of this checkout and delete what was built (not the user's cache)
	@PATH="$(OUTER_PATH)" python3 -m scripts.toolchain.cleaning
