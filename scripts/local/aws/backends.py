"""Pickles moto's data, to continue after a restart or to start a test from applied infrastructure."""

import importlib
import io
import marshal
import pickle
import threading
from types import CellType, FunctionType
from typing import IO, Any
from weakref import WeakValueDictionary

from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from moto.backends import get_backend
from moto.core.base_backend import BackendDict
from moto.s3.models import s3_backends

_PICKLE_PROTOCOL = 5
_LOCK, _RLOCK = type(threading.Lock()), type(threading.RLock())


def save() -> bytes:
    """Pickle every backend of this process."""
    backends = {
        _module(each): {account_id: dict(regions.items()) for account_id, regions in each.items()}
        for each in BackendDict._instances  # type: ignore[misc]
    }
    stream = io.BytesIO()
    _Pickler(stream, _PICKLE_PROTOCOL).dump(backends)
    return stream.getvalue()


def restore(pickled: IO[bytes]) -> None:
    """Replace every backend of this process with the saved ones.

    Unpickling can run code: restore only what this machine has saved.
    """
    BackendDict.reset()
    for service, accounts in pickle.load(pickled).items():
        for account_id, regions in accounts.items():
            get_backend(service)[account_id].update(regions)
    for account_id, partition, backend in s3_backends.iter_backends():
        for bucket in getattr(backend, "buckets", ()):
            s3_backends.bucket_accounts[bucket] = (partition, account_id)


def _module(backends: Any) -> Any:
    """Moto's name of a service: `awslambda` for `moto.awslambda.models`."""
    return backends.backend.__module__.split(".")[1]


def _private_key(pem: bytes) -> Any:
    return load_pem_private_key(pem, password=None)


def _weak_values(values: dict[Any, Any]) -> WeakValueDictionary[Any, Any]:
    return WeakValueDictionary(values)


def _function(code: bytes, module: str, name: str, defaults: Any, enclosed: tuple[Any, ...]) -> FunctionType:
    names = vars(importlib.import_module(module))
    return FunctionType(marshal.loads(code), names, name, defaults, tuple(CellType(each) for each in enclosed))


class _Pickler(pickle.Pickler):
    """Adds what pickle cannot handle: locks (none is held here), private keys, weak references, local functions."""

    def reducer_override(self, value: Any) -> Any:
        """How to recreate `value`; NotImplemented leaves it to pickle."""
        if isinstance(value, _LOCK):
            return threading.Lock, ()
        if isinstance(value, _RLOCK):
            return threading.RLock, ()
        if isinstance(value, threading.Condition):
            return threading.Condition, ()
        if isinstance(value, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey):
            pem = value.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
            return _private_key, (pem,)
        if isinstance(value, WeakValueDictionary):
            return _weak_values, (dict(value),)
        if isinstance(value, FunctionType) and "<" in value.__qualname__:
            enclosed = tuple(cell.cell_contents for cell in value.__closure__ or ())
            code = marshal.dumps(value.__code__)
            return _function, (code, value.__module__, value.__name__, value.__defaults__, enclosed)
        return NotImplemented
