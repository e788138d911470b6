"""Licences by their SPDX identifiers, where a package's metadata name them in other words."""

import re

_SPELLINGS = {
    "Apache-2.0": ("Apache 2.0", "Apache License 2.0", "Apache License, Version 2.0", "Apache Software License"),
    "BSD-2-Clause": (),
    "BSD-3-Clause": (),
    "0BSD": (),
    "AFL-2.1": (),
    "CC0-1.0": (),
    "CNRI-Python": (),
    "ISC": ("ISC License",),
    "LGPL-3.0-only": (),
    "MIT": ("MIT License",),
    "MIT-0": (),
    "MPL-2.0": ("Mozilla Public License 2.0 (MPL 2.0)",),
    "PSF-2.0": ("PSF License", "PSFL", "Python Software Foundation License"),
    "UPL-1.0": (),
    "Zlib": (),
}
_IDENTIFIERS = {
    spelling.lower(): identifier for identifier, others in _SPELLINGS.items() for spelling in (identifier, *others)
}
_OPERATORS = re.compile(r"\s*(?:;|\(|\)|\bAND\b|\bOR\b)\s*")


def identifier_of(name: str) -> str | None:
    """Give the identifier of one licence, however it is spelt; None where it is not known here."""
    return _IDENTIFIERS.get(name.strip().lower())


def licences_in(statement: str) -> list[str]:
    """Give every licence that a statement names, by its identifier where there is one.

    A statement is an SPDX expression, or classifiers separated by semicolons. Text in parentheses may belong to a
    licence's own name, so the whole is looked up first.
    """
    names = [statement] if identifier_of(statement) else [name for name in _OPERATORS.split(statement) if name]
    return [identifier_of(name) or name for name in names]


def is_expression(statement: str) -> bool:
    """Tell whether a statement combines licences in SPDX's way, each by its identifier."""
    names = _OPERATORS.split(statement)
    combined = re.search(r"\b(?:AND|OR)\b", statement) and ";" not in statement
    return bool(combined) and all(identifier_of(name) == name for name in names if name)
