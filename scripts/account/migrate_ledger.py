"""The `migrate-ledger` command: the ledger and the datasets' tables, made by the deployed function."""

import argparse
import json
import sys
from collections.abc import Sequence
from typing import Any

from scripts.account.account import Account, connect
from scripts.account.function import ask
from scripts.common import environments
from scripts.common.errors import EXIT_INTERRUPTED, UserError, run_main

EXIT_FAILED = 1


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; 0 where it did what was asked, 1 where it could not, 2 for wrong usage."""
    options = _options(arguments)
    return run_main("migrate-ledger", lambda: _run(options))


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="migrate-ledger",
        description="Creates or completes the ledger and the datasets' tables through the deployed batch processor: "
        "this machine needs no path to the database. Without --apply it shows the statements and changes nothing.",
        epilog="The database user needs CREATE TABLE and a quota on its tablespace; the caller needs "
        "lambda:InvokeFunction. Safe to repeat, and to run twice at once. Exit status: 0 done, 1 not done, 2 usage, "
        "130 interrupted.",
    )
    parser.add_argument("environment", metavar="ENV", help="a folder of live/, such as dev")
    parser.add_argument("--apply", action="store_true", help="run exactly the statements shown, after asking")
    parser.add_argument(
        "--digest",
        metavar="SHA256",
        help="with --apply: run the statements only if they are those shown earlier with this digest; do not ask",
    )
    parser.add_argument("--yes", action="store_true", help="with --apply: do not ask")
    parser.add_argument("--json", action="store_true", help="print the function's last answer as JSON")
    options = parser.parse_args(arguments)
    if (options.digest or options.yes) and not options.apply:
        parser.error("--digest and --yes go with --apply")
    return options


def _run(options: argparse.Namespace) -> int:
    account = connect(environments.load(options.environment))
    _say(str(account))
    try:
        return _migrate(account, options)
    except KeyboardInterrupt:
        raise UserError(
            f"interrupted; the function may still be running. Show what is left: migrate-ledger {options.environment}",
            EXIT_INTERRUPTED,
        ) from None


def _migrate(account: Account, options: argparse.Namespace) -> int:
    shown = ask(account, {"command": "migrate", "apply": False})
    if shown["problem"]:
        return _end(shown, options)
    if not options.json:
        _show(shown["pending"])
    if not shown["pending"]:
        _say("every table is there and complete")
        return _end(shown, options)
    digest, count = str(shown["digest"]), len(shown["pending"])
    _say(f"{count} statements, digest {digest}")
    if not options.apply:
        _say(f"nothing was changed. To run them: migrate-ledger {options.environment} --apply")
        return _end(shown, options)
    if options.digest and options.digest != digest:
        raise UserError(f"the statements have changed since digest {options.digest} was shown. Nothing was changed")
    if not (options.digest or options.yes) and not _is_confirmed(account, count):
        raise UserError("not confirmed: nothing was changed")
    answer = ask(account, {"command": "migrate", "apply": True, "digest": digest})
    _say(f"{len(answer['done'])} statements were run, {len(answer['pending'])} are left")
    return _end(answer, options)


def _end(answer: dict[str, Any], options: argparse.Namespace) -> int:
    if options.json:
        print(json.dumps(answer, indent=2))
    problem = answer["problem"]
    if problem:
        _say(f"{problem['text']} ({problem['code']})")
    return EXIT_FAILED if problem else 0


def _show(statements: Sequence[str]) -> None:
    for statement in statements:
        print(f"{statement};", flush=True)


def _is_confirmed(account: Account, count: int) -> bool:
    print(f"Run these {count} statements in the database of {account}? Type yes: ", end="", file=sys.stderr, flush=True)
    return sys.stdin.readline().strip() == "yes"


def _say(text: str) -> None:
    print(f"migrate-ledger: {text}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
