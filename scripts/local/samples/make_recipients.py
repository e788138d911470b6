"""The `make-recipients` command: writes a synthetic file of any size for the dataset `recipients`.

The same number of rows and seed give the same file on every machine. A bad row is a good row with a fault, and the
content of a row does not depend on which rows are bad: with a bad share of 0, the file is the corrected version.
"""

import argparse
import json
import random
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from itertools import product
from pathlib import Path

from scripts.common.errors import UserError, run_main
from scripts.local.samples.recipient_faults import FAULTS, HEADER, Error

DOSES = 12

_NUMBERS = 1_000_000  # 999, six digits that count, and a check digit
_GIVEN = (
    "Ada", "Bilal", "Carys", "Dmitri", "Edith", "Farah", "George", "Hanna", "Isla", "Jakub", "Kofi",
    "Leila", "Marek", "Nia", "Oscar", "Priya", "Quentin", "Rosa", "Siân", "Tomasz", "Uma", "Victor",
    "Wei", "Ximena", "Yusuf", "Zoë", "Amara", "Bronwen", "Callum", "Deepa", "Eoin", "Freya",
)  # fmt: skip
_FAMILY = (
    "Abbott", "Begum", "Clarke", "Davies", "Evans", "Fraser", "Green", "Hughes", "Iqbal", "Jones",
    "Khan", "Lewis", "Murray", "Nowak", "O'Neill", "Patel", "Quinn", "Roberts", "Singh", "Taylor",
    "Usman", "Vaughan", "Walker", "Xu", "Young", "Zając", "Ahmed", "Bell", "Cooper", "Dunn", "Ellis",
    "Fox",
)  # fmt: skip
_STREETS = ("Mill Lane", "High St", "Elm Road", "Park Row", "Kirkgate", "The Green", "Oak Ave", "Church St")
_TOWNS = ("Ambry", "Borsley", "Crale", "Dunmere", "Eskford", "Farlow", "Gorrick", "Hexby")
_NAMES = [f"{given} {family}" for given, family in product(_GIVEN, _FAMILY)]
_PLACES = list(product(_STREETS, _TOWNS))
# No place has a postcode that begins with ZZ.
_POSTCODES = [
    f"ZZ{district} {sector}{first}{second}"
    for district, sector, first, second in product(range(1, 61), range(10), "ABDEFGHJ", "LNPQRSTU")
]
_BIRTHDAYS = [(date(1930, 1, 1) + timedelta(days=day)).isoformat() for day in range(33_000)]
_FIRST_UPDATE = datetime(2026, 1, 1)
_UPDATE_SECONDS = 20_000_000
# One row in 60 each has quotes in its name, commas in its address, newlines in it, or no address: the first three
# need quoting, which is 5% of the rows.
_ODDITIES = 60


def _weighted(digits: str, first_weight: int) -> int:
    return sum(weight * int(digit) for weight, digit in enumerate(digits[::-1], first_weight - len(digits) + 1))


_WEIGHTED_999 = _weighted("999", 10)
_WEIGHTED_FRONT = [_weighted(f"{number:03}", 7) for number in range(1000)]
_WEIGHTED_BACK = [_weighted(f"{number:03}", 4) for number in range(1000)]


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the file: its first line, from 1, its text, and the rules it breaks."""

    line: int
    text: str
    errors: tuple[Error, ...]


@dataclass(frozen=True, slots=True)
class Summary:
    """The size of a generated file."""

    rows: int
    rejected: int
    bytes: int


def generate(rows: int, *, seed: int, bad_share: float) -> Iterator[Row]:
    """Yield the rows of a file, without the header.

    Keys do not repeat within the first ten million rows. Bad rows are evenly spaced, and each has the next kind of
    fault, so a file with at least as many bad rows as `FAULTS` has every kind.
    """
    draw = random.Random(f"recipients {seed}")
    keys = _keys(draw)
    phase = draw.uniform(0.1, 0.9)
    kind = draw.randrange(len(FAULTS))
    line = 2
    for index in range(rows):
        fields = _fields(*next(keys), draw.random)
        errors: tuple[Error, ...] = ()
        if int((index + 1) * bad_share + phase) != int(index * bad_share + phase):
            errors = FAULTS[kind](fields)
            kind = (kind + 1) % len(FAULTS)
        text = _record(fields)
        yield Row(line, text, errors)
        line += text.count("\n")


def write_recipients(
    path: Path,
    *,
    rows: int,
    seed: int = 1,
    bad_share: float = 0.02,
    expected: Path | None = None,
) -> Summary:
    """Write the file and, to `expected` if given, which lines are bad and why, as JSON."""
    rejects: list[dict[str, object]] = []
    rejected = 0
    with path.open("w", encoding="utf-8", newline="") as file:
        file.write(",".join(HEADER) + "\n")
        for row in generate(rows, seed=seed, bad_share=bad_share):
            file.write(row.text)
            if row.errors:
                rejected += 1
                if expected is not None:
                    rejects.append({"line": row.line, "errors": [error._asdict() for error in row.errors]})
    summary = Summary(rows, rejected, path.stat().st_size)
    if expected is not None:
        expected.write_text(json.dumps(asdict(summary) | {"rejects": rejects}, indent=1), encoding="utf-8")
    return summary


def nhs_number(serial: int) -> str | None:
    """The number 999 and six digits with its check digit; None if it has no valid check digit.

    The check digit follows the NHS Data Dictionary: modulus 11 with weights 10 to 2.
    """
    weighted = _WEIGHTED_999 + _WEIGHTED_FRONT[serial // 1000] + _WEIGHTED_BACK[serial % 1000]
    check = -weighted % 11
    return None if check == 10 else f"999{serial:06}{check}"


def _keys(draw: random.Random) -> Iterator[tuple[str, int]]:
    """Yield number and dose in an order that looks random and repeats only after all."""
    total = _NUMBERS * DOSES
    place = draw.randrange(total)
    step = 30 * draw.randrange(total // 30) + 7  # has no factor in common with the total
    while True:
        serial, dose = divmod(place, DOSES)
        number = nhs_number(serial)
        if number is not None:
            yield number, dose + 1
        place = (place + step) % total


def _fields(number: str, dose: int, draw: Callable[[], float]) -> list[str]:
    """Make a good row; it always draws the same number of times, so rows do not depend on each other."""
    name = _NAMES[int(draw() * len(_NAMES))]
    house = 1 + int(draw() * 150)
    street, town = _PLACES[int(draw() * len(_PLACES))]
    postcode = _POSTCODES[int(draw() * len(_POSTCODES))]
    address = f"{house} {street} {town} {postcode}"
    match int(draw() * _ODDITIES):
        case 0:
            given, family = name.split(" ")
            name = f'{given} "{family[:3]}" {family}'
        case 1:
            address = f"Flat {house}, {street}, {town}, {postcode}"
        case 2:
            address = f"{house} {street}\n{town}\n{postcode}"
        case 3:
            address = ""
    born = _BIRTHDAYS[int(draw() * len(_BIRTHDAYS))]
    hundredths = int(draw() * 8000)
    distance = "unknown" if hundredths < 40 else f"{hundredths // 100}.{hundredths % 100:02}"
    updated = _FIRST_UPDATE + timedelta(seconds=int(draw() * _UPDATE_SECONDS))
    consent = "Y" if draw() < 0.8 else "N"
    return [number, name, address, born, consent, str(dose), distance, updated.isoformat()]


def _record(fields: list[str]) -> str:
    text = ",".join(fields)
    if '"' in text or "\n" in text or text.count(",") >= len(fields):
        text = ",".join(map(_quoted, fields))
    return text + "\n"


def _quoted(text: str) -> str:
    if "," in text or '"' in text or "\n" in text:
        return '"' + text.replace('"', '""') + '"'
    return text


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; errors are printed to standard error, with exit status 1."""
    options = _parser().parse_args(arguments)

    def body() -> int:
        try:
            summary = write_recipients(
                options.file,
                rows=options.rows,
                seed=options.seed,
                bad_share=options.bad_share,
                expected=options.expected,
            )
        except OSError as error:
            raise UserError(f"cannot write {error.filename}: {error.strerror}") from error
        print(f"{options.file}: {summary.rows:,} rows, {summary.rejected:,} of them bad, {summary.bytes:,} bytes")
        return 0

    return run_main("make-recipients", body)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="make-recipients",
        description="Write a CSV file of synthetic people; none of its NHS numbers was ever issued.",
    )
    parser.add_argument("file", type=Path, metavar="FILE", help="where to write, for example recipients.csv")
    parser.add_argument("--rows", type=_count, required=True, metavar="N", help="how many rows, bad ones included")
    parser.add_argument("--seed", type=int, default=1, metavar="S", help="seed of the random values (default: 1)")
    parser.add_argument(
        "--bad-share",
        type=_share,
        default=0.02,
        metavar="X",
        help="share of bad rows, 0 to 1 (default: 0.02); 0 writes the corrected rows",
    )
    parser.add_argument(
        "--expected", type=Path, metavar="FILE", help="where to write, as JSON, which lines are bad and why"
    )
    return parser


def _count(text: str) -> int:
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of rows")
    return int(text)


def _share(text: str) -> float:
    try:
        share = float(text)
    except ValueError:
        share = -1
    if not 0 <= share <= 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number from 0 to 1, such as 0.05 for 5%")
    return share


if __name__ == "__main__":
    sys.exit(main())
