"""`csvbatch check`: validates a file before it is dropped."""

from typing import Annotated

import typer

from csvbatch.cli import options
from csvbatch.cli.checking import Findings, check_file
from csvbatch.cli.contracts import find_contract
from csvbatch.cli.misread import utf8_warnings
from csvbatch.cli.problems import FOUND
from csvbatch.cli.sources import bytes_to_read_twice, require_file
from csvbatch.cli.terminal import progress, show, show_json, show_table


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command(epilog="Example: csvbatch check recipients-2026-01.csv --rejects 50")(check)


def check(
    file: options.File,
    dataset: options.Dataset = None,
    contract: options.ContractFile = None,
    contracts: options.Contracts = None,
    rejects: Annotated[int, typer.Option(min=0, metavar="N", help="How many rejected rows to list.")] = 20,
    show_text: options.ShowText = False,
    json: options.Json = False,
) -> None:
    """Validate a file on this machine, as the platform would.

    Without --dataset or --contract, the dataset comes from the folder incoming/<dataset>/ or from the file's name.
    Exits with status 1 if a row would be rejected or the file refused.
    """
    followed = find_contract(require_file(file), dataset, contract, contracts)
    with progress("bytes") as shown:
        task = shown.add_task("checking", total=bytes_to_read_twice(file)) if shown else None

        def on_read(count: int) -> None:
            if shown and task is not None:
                shown.advance(task, count)

        findings = check_file(file, followed, rejects, on_read)
    facts = {
        "file": str(file),
        "dataset": followed.dataset,
        "rows": findings.rows,
        "valid": findings.rows - findings.rejected,
        "rejected": findings.rejected,
        "refused": findings.reason,
    }
    warnings = utf8_warnings(findings.utf8_lines, findings.first_utf8_line, followed.encoding)
    if json:
        more = {"problems": findings.problems, "warnings": warnings, "utf8_lines": findings.utf8_lines}
        show_json({**facts, **more, "rejects": _listed(findings, show_text)})
    else:
        _show(facts, findings, warnings, show_text)
    if not findings.is_clean:
        raise typer.Exit(FOUND)


def _listed(findings: Findings, show_text: bool) -> list[dict[str, object]]:
    listed: list[dict[str, object]] = []
    for reject in findings.first:
        text = {"text": reject.text} if show_text else {}
        for column, rule in reject.errors:
            lines = {"line": reject.line, "last_line": reject.last_line}
            listed.append({**lines, "column": column, "rule": rule.value, "reason": rule.sentence, **text})
    return listed


def _show(facts: dict[str, object], findings: Findings, warnings: list[str], show_text: bool) -> None:
    if findings.reason:
        show(f"{facts['file']}: the file would be refused ({findings.reason}).")
        for problem in findings.problems:
            show(f"  {problem}")
    else:
        show(f"{facts['file']}: the file would be accepted.")
    for warning in warnings:
        show(f"  warning: {warning}")
    show_table(list(facts)[1:5], [list(facts.values())[1:5]], numeric=("rows", "valid", "rejected"))
    if findings.first:
        columns = ("line", "last_line", "column", "rule", "reason", *(("text",) if show_text else ()))
        rows = [list(one.values()) for one in _listed(findings, show_text)]
        show_table(columns, rows, numeric=("line", "last_line"))
    if left := findings.rejected - len(findings.first):
        show(f"{left:,} more rejected rows are not listed: see --rejects.")
