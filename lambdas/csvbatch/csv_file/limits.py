"""How much one file may ask for."""

from dataclasses import dataclass

_KIB = 1024
_MIB = 1024 * _KIB
_GIB = 1024 * _MIB


@dataclass(frozen=True, slots=True)
class Limits:
    """Sizes above which a file is refused; those of fields and rows count the bytes as they stand in it."""

    field_bytes: int = _MIB
    row_bytes: int = 8 * _MIB
    columns: int = 4096
    """Oracle takes 1,000 columns in a table; a file may have more, of which the contract takes some."""

    unpacked_bytes: int = 64 * _GIB
    unpack_ratio: int = 200
    """Unpacked bytes for each packed one; CSV seldom has 30, deflate can't pass 1,032."""

    unpack_free_bytes: int = 16 * _MIB
    """The ratio is not looked at before as much is unpacked, because a small file may be all alike."""

    def __post_init__(self) -> None:
        for name in self.__slots__:
            if getattr(self, name) < 1:
                raise ValueError(f"{name} is {getattr(self, name)}: use 1 or more")


DEFAULT_LIMITS = Limits()
