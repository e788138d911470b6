"""The files that judges are asked about: generated ones, and public ones that packages ship."""

import tarfile
from collections.abc import Iterator
from pathlib import Path
from random import Random

from csvbatch.csv_file.dialect import Dialect
from scripts.common.paths import JUDGES_CORPORA
from tests.judges_of_csv.questions import CsvFile
from tests.support.nasty_files import CONTRACTS, nasty_file

_FILES_OF_A_SEED = 10_000_000
_LONGEST = 40


def generated_files(seed: int, count: int) -> Iterator[CsvFile]:
    """By turns a file as real ones go wrong, and a short one of nothing but what is hard to read."""
    for number in range(seed * _FILES_OF_A_SEED, seed * _FILES_OF_A_SEED + count):
        if number % 2:
            yield dense_file(number)
        else:
            file = nasty_file(number)
            yield CsvFile(f"nasty_file({number})", file.data, Dialect.of(file.contract))


def dense_file(number: int) -> CsvFile:
    """Up to 40 signs, of which most have a meaning in CSV; the same for the same number."""
    random = Random(number)
    dialect = Dialect.of(random.choice(CONTRACTS))
    row_ends = random.choice([["\n"], ["\r\n"], ["\r"], ["\n", "\r\n", "\r"]])
    signs = [dialect.quote, dialect.quote, dialect.delimiter, dialect.delimiter, *row_ends, "a", "b", " "]
    signs += random.choice([[], [], ["\t", "é", "\\", "\\.", "\x1a", "'", '"', ",", ";"]])
    text = "".join(random.choices(signs, k=random.randint(1, _LONGEST)))
    if random.random() < 0.5:
        # A header of two names, so that what follows is about rows.
        text = f"a{dialect.delimiter}b{random.choice(row_ends)}{text}"
    return CsvFile(f"dense_file({number})", text.encode(dialect.encoding), dialect)


def public_files(folder: Path = JUDGES_CORPORA) -> Iterator[CsvFile]:
    """Every CSV file in the source packages of requirements/corpora.txt, in the encoding that its bytes show."""
    for archive in sorted(folder.glob("*.tar.gz")):
        with tarfile.open(archive) as package:
            for member in sorted(package.getmembers(), key=lambda one: one.name):
                if member.isfile() and member.name.endswith((".csv", ".tsv")):
                    stream = package.extractfile(member)
                    assert stream is not None
                    data = stream.read()
                    delimiter = "\t" if member.name.endswith(".tsv") else ","
                    yield CsvFile(member.name, data, Dialect(delimiter=delimiter, encoding=_encoding(data)))


def _encoding(data: bytes) -> str:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return "latin-1"
    return "utf-8"
