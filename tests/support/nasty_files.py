"""Generates CSV files with all that goes wrong on the way of real ones; a file is the same for the same number."""

import codecs
from dataclasses import dataclass
from random import Random

from csvbatch.contract.columns import StringColumn
from csvbatch.contract.model import Contract, Encoding, Quoting

HEADERS = ("code", "name", "note")
_WRITTEN_AS = {"utf-16": "utf-16-le"}
_ONE_BYTE = ("cp1252", "latin-1")
_NEWLINES = ("\n", "\r\n", "\r")


def _contract(name: str, delimiter: str, quote: str, encoding: Encoding, quoting: Quoting = "strict") -> Contract:
    columns = tuple(StringColumn(name=header, max_length=600) for header in HEADERS)
    return Contract(
        dataset=name,
        table=name,
        columns=columns,
        key=("code",),
        delimiter=delimiter,
        quote=quote,
        encoding=encoding,
        quoting=quoting,
    )


CONTRACTS = (
    _contract("commas", ",", '"', "utf-8"),
    _contract("semicolons", ";", '"', "cp1252"),
    _contract("tabs", "\t", '"', "latin-1"),
    _contract("apostrophes", ",", "'", "utf-8"),
    _contract("wide", ",", '"', "utf-16"),
    _contract("lenient", "|", '"', "utf-8", "lenient"),
)


@dataclass(frozen=True)
class NastyFile:
    name: str
    contract: Contract
    data: bytes

    @property
    def written_as(self) -> str:
        """The encoding with its byte order."""
        return _WRITTEN_AS.get(self.contract.encoding, self.contract.encoding)

    @property
    def text(self) -> str:
        """The text after the BOM; raises UnicodeDecodeError where the bytes are not in the encoding."""
        bom = codecs.BOM_UTF16_LE if self.written_as == "utf-16-le" else codecs.BOM_UTF8
        return self.data.removeprefix(bom).decode(self.written_as)


def nasty_file(number: int) -> NastyFile:
    """Give the file of that number."""
    return _Writer(number).file()


class _Writer:
    """Writes one file. Each row, and each line inside quotes, has a text of its own: none passes for another."""

    def __init__(self, number: int) -> None:
        self.number = number
        self.random = Random(number)
        self.contract = self.random.choice(CONTRACTS)
        self.delimiter = self.contract.delimiter
        self.quote = self.contract.quote
        # Most files are right but for a few places.
        self.wildness = self.random.choice([0.0, 0.05, 0.05, 0.2, 0.6])
        self.newline = self.random.choice(["\n", "\n", "\r\n", "\r\n", "\r"])
        self.mixes_newlines = self.random.random() < 0.2
        self.repeats_keys = self.random.random() < 0.2
        self.encoding = _WRITTEN_AS.get(self.contract.encoding, self.contract.encoding)
        if self.encoding in _ONE_BYTE and self.happens(0.1):
            self.encoding = "utf-8"
        self.counter = 0

    def file(self) -> NastyFile:
        parts = [self.header()]
        for _ in range(self.random.choice([0, 1, 3, 8, 20])):
            if self.happens(0.1):
                parts.append(self.end() * self.random.randint(1, 3))
            if self.random.random() < 0.001:
                # So many blank lines that what follows lies across the border of a block that is read.
                parts.append(self.newline * (64 * 1024 // len(self.newline) - self.random.randint(0, 60)))
            parts += [self.row(), self.end()]
        if len(parts) > 1 and self.random.random() < 0.3:
            parts.pop()
        return NastyFile(f"f{self.number}.csv", self.contract, self.encoded("".join(parts)))

    def happens(self, factor: float = 1.0) -> bool:
        return self.random.random() < self.wildness * factor

    def end(self) -> str:
        return self.random.choice(_NEWLINES) if self.mixes_newlines else self.newline

    def header(self) -> str:
        fields = [self.quoted(text) if self.random.random() < 0.2 else text for text in HEADERS]
        before = self.random.choice(["", "", "", self.end(), "sep=;\n", "Report\n\n"]) if self.happens(0.3) else ""
        if self.happens(0.1):
            fields[1] = self.random.choice([" name", "NAME", "", self.quote + "na" + self.quote + "me", "other"])
        return before + self.delimiter.join(fields) + self.end()

    def row(self) -> str:
        if self.happens(0.3):
            return self.strange_row()
        code = f"k{self.number}" if self.repeats_keys and self.random.random() < 0.3 else self.unique()
        fields = [
            self.field(code),
            self.field(self.unique()),
            self.field(self.random.choice(["", "x", "y z"])),
        ]
        if self.happens(0.3):
            surplus = [self.random.choice(["", "", "more"]) for _ in range(self.random.randint(1, 2))]
            fields = self.random.choice([fields[:2], fields[:1], [*fields, *surplus]])
        text = self.delimiter.join(fields)
        while self.happens(0.5):
            place = self.random.randint(0, len(text))
            text = text[:place] + self.fault() + text[place:]
        return text

    def strange_row(self) -> str:
        header = self.delimiter.join(HEADERS)
        row = self.delimiter.join([self.unique(), self.unique(), "a"])
        bom = "\u00ef\u00bb\u00bf" if self.encoding in _ONE_BYTE else "\ufeff"
        return self.random.choice(
            [
                header,
                self.delimiter.join(map(self.quoted, HEADERS)),
                bom + header,
                bom + row,
                " ",
                self.quote * 2,
                self.quote,
                self.delimiter * 2,
                f"{self.unique()}{self.delimiter}{self.quote}open{self.delimiter}a",
                f"{self.unique()}{self.delimiter}{self.quote}a{self.quote}b{self.delimiter}{self.quote}c"
                f"{self.end()}{row}{self.end()}{self.quote}",
                f"{self.unique()}{self.delimiter}foo\rbar{self.delimiter}a",
                self.delimiter.join([self.unique(), f"{self.quote}say \\{self.quote}hi\\{self.quote}{self.quote}", ""]),
                "\x1a",
            ]
        )

    def field(self, text: str) -> str:
        if self.random.random() < 0.3:
            inside = [text]
            while self.random.random() < 0.4:
                inside.append(
                    self.random.choice([self.end(), self.delimiter, self.quote, "\r", "\n", " ", self.end() * 2])
                    + self.unique()
                )
            return self.quoted("".join(inside))
        return text

    def quoted(self, text: str) -> str:
        return self.quote + text.replace(self.quote, self.quote * 2) + self.quote

    def unique(self) -> str:
        self.counter += 1
        letters = "éÿ" if self.contract.encoding in _ONE_BYTE else "é\u0a0d💀"
        return f"k{self.number}n{self.counter}{self.random.choice(['', '', '', letters])}"

    def fault(self) -> str:
        faults = [
            self.quote,
            self.quote * 2,
            self.delimiter,
            "\r",
            "\n",
            "\r\n",
            "\\" + self.quote,
            " ",
            "\t",
            "\ufeff",
        ]
        if self.contract.encoding in _ONE_BYTE:
            faults.pop()
        return self.random.choice(["\0"] if self.random.random() < 0.02 else faults)

    def encoded(self, text: str) -> bytes:
        data = text.encode(self.encoding)
        if self.happens(0.02):
            place = self.random.randint(0, len(data))
            data = data[:place] + self.random.choice([b"\xff", b"\x81", b"\xc3"]) + data[place:]
        if self.contract.encoding == "utf-16":
            return codecs.BOM_UTF16_LE + data
        if self.contract.encoding == "utf-8" and self.random.random() < 0.2:
            return codecs.BOM_UTF8 + data
        return data
