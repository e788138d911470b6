"""Rules on the text of the source, for what Checkov's checks never see: comments, locals, variables and outputs."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from scripts.scan.findings import Finding, Outcome
from scripts.scan.secret_words import looks_like_a_secret, names_a_secret, reads_a_secret
from scripts.scan.sources import Block
from scripts.scan.tokens import Kind, Token
from scripts.scan.wildcards import without_reason

_GRANTING_KINDS = ("data", "locals", "resource")
_ENVIRONMENT_NAME = re.compile(r"[A-Z][A-Z0-9_]+$")


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule's id and title, which stand in the report as a check's do."""

    check_id: str
    title: str


WILDCARDS = Rule("CKV_CSV_7", "A wildcard in a policy has its reason beside it")
SECRETS = Rule("CKV_CSV_9", "No secret in a variable's default, an output or a setting")
SKIPS = Rule("CKV_CSV_12", "A skipped check has its reason beside it")
RULES = (WILDCARDS, SECRETS, SKIPS)


def scan(parsed: Iterable[Block]) -> Iterator[Finding]:
    """An outcome of each rule for each block it is about; a skip with a reason holds for these rules too."""
    for block in parsed:
        skipped = {skip.check_id: skip.reason for skip in block.skips() if skip.reason}
        for rule, lines in _judged(block):
            if rule.check_id in skipped:
                yield _finding(rule, block, block.first_line, Outcome.SKIPPED, skipped[rule.check_id])
            elif lines:
                yield from (_finding(rule, block, line, Outcome.FAILED) for line in sorted(set(lines)))
            else:
                yield _finding(rule, block, block.first_line, Outcome.PASSED)


def _judged(block: Block) -> Iterator[tuple[Rule, list[int]]]:
    if block.kind in _GRANTING_KINDS:
        yield WILDCARDS, [wildcard.line for wildcard in without_reason(block.tokens)]
    if block.kind == "variable":
        yield SECRETS, _secret_default(block)
    elif block.kind == "output":
        yield SECRETS, _secret_output(block)
    elif block.kind in ("locals", "resource", "module"):
        yield SECRETS, _secret_settings(block)
    stated = list(block.skips())
    if stated:
        yield SKIPS, [skip.line for skip in stated if not skip.reason]


def _secret_default(block: Block) -> list[int]:
    """A default at all where the name is a secret's, null and empty text apart; else one that looks like a secret."""
    named = any(names_a_secret(label) for label in block.labels)
    return [
        token.line
        for name, given in _attributes(block)
        if name == "default"
        for token in given
        if (named and token.text not in ("null", "", "{", "}", "[", "]")) or looks_like_a_secret(token.raw)
    ]


def _secret_output(block: Block) -> list[int]:
    """An output that is named a secret or takes the value of one: outputs stand in the state as plain text."""
    named = any(names_a_secret(label) for label in block.labels)
    read = (token.line for token in block.tokens if token.kind is not Kind.COMMENT and _is_secret(token.raw))
    return [block.first_line] if named else list(read)


def _secret_settings(block: Block) -> list[int]:
    """A setting named as an environment variable that is or takes a secret, and whatever looks like a secret."""
    named = [
        given[0].line
        for name, given in _attributes(block)
        if _ENVIRONMENT_NAME.match(name) and given and _told(name, given)
    ]
    return named + [
        token.line for token in block.tokens if token.kind is Kind.STRING and looks_like_a_secret(token.raw)
    ]


def _told(name: str, given: list[Token]) -> bool:
    text = " ".join(token.raw for token in given)
    return (names_a_secret(name) and text not in ("null", '""')) or _is_secret(text)


def _is_secret(text: str) -> bool:
    return reads_a_secret(text) or looks_like_a_secret(text)


def _attributes(block: Block) -> Iterator[tuple[str, list[Token]]]:
    """Each attribute at any depth, with the tokens to the end of its line."""
    stream = [token for token in block.tokens if token.kind is not Kind.COMMENT]
    for position, token in enumerate(stream[:-2]):
        if token.kind in (Kind.WORD, Kind.STRING) and stream[position + 1].text in ("=", ":"):
            end = next(
                (later for later in range(position + 2, len(stream)) if stream[later].kind is Kind.NEWLINE), len(stream)
            )
            yield token.text, stream[position + 2 : end]


def _finding(rule: Rule, block: Block, line: int, outcome: Outcome, reason: str = "") -> Finding:
    return Finding(rule.check_id, block.file, line, block.address, rule.title, outcome, reason=reason)
