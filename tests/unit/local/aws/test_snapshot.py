from io import BytesIO

import pytest

from scripts.common.errors import UserError
from scripts.local.aws.snapshot import read_header, with_header
from scripts.local.aws.state import Identity

IDENTITY = Identity("dev", "123456789012", "eu-west-2")


def test_snapshot_says_whose_it_is() -> None:
    file = BytesIO(with_header(IDENTITY, b"pickled\nlines"))

    assert read_header(file) == IDENTITY
    assert file.read() == b"pickled\nlines"


@pytest.mark.parametrize("content", [b"", b"\x80\x05pickle", b"{}\n", b'{"kind": "other"}\n', b"[]\n"])
def test_anything_else_is_refused(content: bytes) -> None:
    with pytest.raises(UserError, match="not a snapshot of a local AWS"):
        read_header(BytesIO(content))


def test_snapshot_of_another_moto_is_refused() -> None:
    content = with_header(IDENTITY, b"").replace(b'"moto": "', b'"moto": "0.')

    with pytest.raises(UserError, match="it was made with"):
        read_header(BytesIO(content))
