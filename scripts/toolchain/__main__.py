"""The command behind `make setup`: install every tool that is missing, and record where each one is."""

from __future__ import annotations

import argparse
import json
import sys

from scripts.common.errors import run_main
from scripts.common.locks import only_one
from scripts.common.paths import BIN, SCAN_VENV, SETUP_LOCK, TERRAFORM_RC, TOOLCHAIN_JSON
from scripts.toolchain import platforms
from scripts.toolchain.engines import find_actionlint, find_engine, find_terragrunt
from scripts.toolchain.files import link_if_changed, write_if_changed
from scripts.toolchain.java import H2_VERSION, MISSING, find_h2, find_java
from scripts.toolchain.providers import write_cli_configuration
from scripts.toolchain.pythons import build_bench, build_environments, build_judges, build_second_aws


def main() -> int:
    """Run the command; return 0 when every tool is ready, else 1 with what is missing on standard error."""
    parser = argparse.ArgumentParser(prog="toolchain", description=__doc__)
    parser.add_argument("--quiet", action="store_true", help="report only what takes time")
    parser.add_argument(
        "--judges", action="store_true", help="install only the other CSV readers that `make judges-csv` compares with"
    )
    parser.add_argument("--bench", action="store_true", help="install only what `make bench` compares with")
    parser.add_argument("--second-aws", action="store_true", help="install only what `make second-aws` compares with")
    parser.add_argument("--actionlint", action="store_true", help="install only what `make lint` checks workflows with")
    options = parser.parse_args()

    def body() -> None:
        if options.judges:
            build_judges(report)
        elif options.bench:
            build_bench(report)
        elif options.second_aws:
            build_second_aws(report)
        elif options.actionlint:
            link_if_changed(BIN / "actionlint", find_actionlint(report))
        else:
            set_up(options.quiet)

    return run_main("setup", body)


def report(line: str) -> None:
    """Tell the user what takes time."""
    print(f"setup: {line}", file=sys.stderr, flush=True)


def set_up(quiet: bool) -> None:
    """Set up everything; a second call changes nothing, and one at the same time waits for the first."""

    def report_waiting() -> None:
        report("another set-up runs in this checkout: waiting for it")

    platforms.check()
    with only_one(SETUP_LOCK, report_waiting):
        build_environments(report)
        engine = find_engine(report)
        terragrunt = find_terragrunt(report)
        providers = write_cli_configuration(engine, report)
        link_if_changed(BIN / "checkov", SCAN_VENV / "bin" / "checkov")
        link_if_changed(BIN / engine.name, engine)
        tools = {"engine": str(engine), "terragrunt": str(terragrunt), "cli_configuration": str(TERRAFORM_RC)}
        write_if_changed(TOOLCHAIN_JSON, json.dumps(tools, indent=2) + "\n")
    if not quiet:
        report(f"{engine.name}: {engine}")
        report(f"terragrunt: {terragrunt}")
        report(f"providers: {providers}")
        java, h2 = find_java(), find_h2(report)
        report(f"H2 {H2_VERSION} for the Oracle tests: {h2}" if java and h2 else f"Oracle tests: {MISSING}")


if __name__ == "__main__":
    sys.exit(main())
