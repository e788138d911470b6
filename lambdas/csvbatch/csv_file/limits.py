"""How large a file, its rows and its fields may be."""

from dataclasses import dataclass

_KIB = 1024
_MIB = 1024 * _KIB
_GIB = 1024 * _MIB


@dataclass(frozen=True, slots=True)
class Limits:
    """Sizes above which a file is refused. Those of fields and rows are bytes of the file, in its own encoding."""

    field_bytes: int = _MIB
    row_bytes: int = 8 * _MIB
    columns: int = 4096
    """Oracle allows 1,000 columns in a table; a file may have more if the contract names only some of them."""

    unpacked_bytes: int = 64 * _GIB
    unpack_ratio: int = 200
    """Unpacked bytes for each packed one. CSV seldom reaches 30; deflate cannot exceed 1,032
    (https://zlib.net/zlib_tech.html)."""

    unpack_free_bytes: int = 16 * _MIB
    """Unpacked bytes below which the ratio is not checked: a small file may repeat one row."""

    def __post_init__(self) -> None:
        for name in self.__slots__:
            if getattr(self, name) < 1:
                raise ValueError(f"{name} is {getattr(self, name)}: use 1 or more")


DEFAULT_LIMITS = Limits()
