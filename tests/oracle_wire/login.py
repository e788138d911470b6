"""How a client logs in: capabilities first, then the 12C verifier, which proves a password that nobody sends.

https://github.com/oracle/python-oracledb/blob/main/src/oracledb/impl/thin/messages/auth.pyx
https://github.com/oracle/python-oracledb/blob/main/src/oracledb/impl/thin/messages/protocol.pyx
https://github.com/oracle/python-oracledb/blob/main/src/oracledb/impl/thin/messages/data_types.pyx
"""

import hashlib
import secrets
from functools import lru_cache

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from tests.oracle_wire.buffers import Reader, Writer
from tests.oracle_wire.replies import OracleError, status
from tests.oracle_wire.requests import Function

FIELD_VERSION = 12
"""TTC field version 12 is that of Oracle 19.1."""
_SERVER_VERSION = 19 << 24 | 3 << 16

_PROTOCOL, _DATA_TYPES, _FUNCTION, _PARAMETER = 1, 2, 3, 8
_UTF8 = 873
_CHARACTER_SETS = bytes([0, 0, 0, 0, 0, 0, 0, 0, 0, 0x07, 0xD0])
_COMPILE_TIME, _FIELD_VERSION_AT = 53, 7
_RUN_TIME, _STRINGS_AT, _LONG_STRINGS = 11, 6, 0x04
_VERIFIER_12C, _VERIFIER_10G = 0x4815, 0x939
_ROUNDS, _KEY_ROUNDS = 4096, 3
_SALT = bytes(range(16))


_REFUSED = {
    "LOCKED": OracleError(28000, "the account is locked"),
    "EXPIRED": OracleError(28001, "the password has expired"),
}
"""Accounts that may not log in, by what they get."""
_OLD = "OLD"
"""The account whose verifier is one that thin mode does not know."""


def negotiate(reader: Reader, *, longest_text: int) -> bytes:
    """Answer the driver's protocol message with what this server can do."""
    assert reader.byte() == _PROTOCOL, "no protocol message"
    reader.drop()
    compile_time = bytearray(_COMPILE_TIME)
    compile_time[_FIELD_VERSION_AT] = FIELD_VERSION
    run_time = bytearray(_RUN_TIME)
    run_time[_STRINGS_AT] = _LONG_STRINGS if longest_text > 4000 else 0
    writer = Writer()
    writer.byte(_PROTOCOL, 6, 0)
    writer.data += b"x86_64/Linux 2.4.xx\0"
    writer.data += _UTF8.to_bytes(2, "little")
    writer.byte(0, 0, 0)
    writer.data += len(_CHARACTER_SETS).to_bytes(2)
    writer.data += _CHARACTER_SETS
    writer.value(bytes(compile_time))
    writer.value(bytes(run_time))
    return bytes(writer.data)


def agree_on_types(reader: Reader) -> bytes:
    """Read the driver's list of types and agree to it."""
    assert reader.byte() == _DATA_TYPES, "no message of types"
    reader.raw(5)
    reader.value()
    reader.value()
    while any(reader.raw(2)):
        reader.raw(6)
    return bytes([_DATA_TYPES, 0, 0])


@lru_cache
def _keys(password: str) -> tuple[bytes, bytes]:
    """Derive what the server knows of a password."""
    key = hashlib.pbkdf2_hmac("sha512", password.encode(), _SALT + b"AUTH_PBKDF2_SPEEDY_KEY", _ROUNDS, 64)
    return key, hashlib.sha512(key + _SALT).digest()[:32]


def _cipher(key: bytes) -> Cipher[modes.CBC]:
    return Cipher(algorithms.AES(key), modes.CBC(bytes(16)))


class Login:
    """The two steps of a login."""

    def __init__(self, password: str) -> None:
        self._password = password
        self._part = secrets.token_bytes(32)
        self._salt = secrets.token_bytes(16)
        self.user = ""

    def challenge(self, reader: Reader) -> bytes:
        """Send half of the session's key, readable to who knows the password."""
        self.user, _ = _authentication(reader, Function.AUTHENTICATE_ONE)
        _, verifier = _keys(self._password)
        kind = _VERIFIER_10G if self.user == _OLD else _VERIFIER_12C
        writer = Writer()
        _pairs(
            writer,
            {
                "AUTH_SESSKEY": _cipher(verifier).encryptor().update(self._part).hex().upper(),
                "AUTH_VFR_DATA": _SALT.hex().upper(),
                "AUTH_PBKDF2_CSK_SALT": self._salt.hex().upper(),
                "AUTH_PBKDF2_VGEN_COUNT": str(_ROUNDS),
                "AUTH_PBKDF2_SDER_COUNT": str(_KEY_ROUNDS),
            },
            {"AUTH_VFR_DATA": kind},
        )
        status(writer, in_transaction=False)
        return bytes(writer.data)

    def verify(self, reader: Reader, session: int) -> bytes:
        """Check the password, and prove that this is the server; raises OracleError for who may not log in."""
        _, given = _authentication(reader, Function.AUTHENTICATE_TWO)
        _, verifier = _keys(self._password)
        theirs = _cipher(verifier).decryptor().update(bytes.fromhex(given["AUTH_SESSKEY"]))
        both = (theirs[:32] + self._part).hex().upper().encode()
        key = hashlib.pbkdf2_hmac("sha512", both, self._salt, _KEY_ROUNDS, 32)
        padded = _cipher(key).decryptor().update(bytes.fromhex(given["AUTH_PASSWORD"]))
        if padded[16 : -padded[-1]] != self._password.encode():
            raise OracleError(1017, "invalid username/password; logon denied")
        if error := _REFUSED.get(self.user):
            raise error
        proof = secrets.token_bytes(16) + b"SERVER_TO_CLIENT" + bytes([16] * 16)
        writer = Writer()
        _pairs(
            writer,
            {
                "AUTH_SVR_RESPONSE": _cipher(key).encryptor().update(proof).hex().upper(),
                "AUTH_VERSION_NO": str(_SERVER_VERSION),
                "AUTH_SESSION_ID": str(session),
                "AUTH_SERIAL_NUM": "1",
                "AUTH_MAX_OPEN_CURSORS": "300",
                "AUTH_MAX_IDEN_LENGTH": "128",
            },
            {},
        )
        status(writer, in_transaction=False)
        return bytes(writer.data)


def _authentication(reader: Reader, function: Function) -> tuple[str, dict[str, str]]:
    """Read the user's name in upper case, and what is said about the client."""
    assert (reader.byte(), reader.byte()) == (_FUNCTION, function), "no login"
    reader.byte()
    has_user = reader.byte()
    reader.skip("iib")
    pairs = reader.integer()
    reader.skip("bb")
    user = (reader.value() or b"").decode() if has_user else ""
    given = {}
    for _ in range(pairs):
        name, value = (reader.counted() or b"").decode(), (reader.counted() or b"").decode()
        reader.integer()
        given[name] = value
    return user.upper(), given


def _pairs(writer: Writer, values: dict[str, str], flags: dict[str, int]) -> None:
    writer.byte(_PARAMETER)
    writer.integer(len(values))
    for name, value in values.items():
        writer.counted(name.encode())
        writer.counted(value.encode())
        writer.integer(flags.get(name, 0))
