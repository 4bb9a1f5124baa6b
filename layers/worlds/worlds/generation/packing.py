"""Results with arrays as bytes, and back: what carries them from one invocation to the next."""

from __future__ import annotations

import json
import zlib
from dataclasses import fields
from hashlib import sha256
from typing import Any, TypeVar

import numpy as np

T = TypeVar("T")


def pack(result: object) -> bytes:
    """Return a dataclass as bytes: a line of JSON about its fields, then its arrays, compressed."""
    described: dict[str, object] = {}
    data: list[bytes] = []
    for field in fields(result):  # pyright: ignore[reportArgumentType]  # a dataclass
        value = getattr(result, field.name)
        if isinstance(value, np.ndarray):
            little = value.astype(value.dtype.newbyteorder("<"), copy=False)
            described[field.name] = {"dtype": little.dtype.str, "shape": value.shape}
            data.append(np.ascontiguousarray(little).tobytes())
        else:
            described[field.name] = value
    return json.dumps(described).encode() + b"\n" + zlib.compress(b"".join(data), 1)


def unpack(kind: type[T], packed: bytes) -> T:
    """Return a dataclass from its bytes. Its arrays can be read, not written."""
    header, _, compressed = packed.partition(b"\n")
    data, start = zlib.decompress(compressed), 0
    values: dict[str, Any] = {}
    for field, value in json.loads(header).items():
        if isinstance(value, dict) and "dtype" in value:
            dtype = np.dtype(value["dtype"])
            count = int(np.prod(value["shape"], dtype=np.int64))
            array = np.frombuffer(data, dtype, count, start).reshape(value["shape"])
            values[field] = array.astype(dtype.newbyteorder("="), copy=False)
            start += count * dtype.itemsize
        else:
            values[field] = value
    return kind(**values)


def digest(result: object) -> str:
    """Return what is the same exactly if a result is, however it was compressed."""
    header, _, compressed = pack(result).partition(b"\n")
    return sha256(header + zlib.decompress(compressed)).hexdigest()
