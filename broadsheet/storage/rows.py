"""Rows in the binary form of COPY, made without a string in between.

Field by field: a length of 32 bits, or -1 for NULL, and the value; numbers are big-endian, moments are microseconds and days
since 2000 (PostgreSQL, "COPY: binary format").
"""

from __future__ import annotations

import struct
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from broadsheet.storage.shingles import Twin

EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_HOLDING = np.dtype(
    [("fields", ">i2"), ("a", ">i4"), ("week", ">i4"), ("b", ">i4"), ("key", ">i8"), ("c", ">i4"), ("owner", ">i8")]
)
_NUMBERS = struct.Struct(">hiqiqiqiq")
_MOMENTS = struct.Struct(">iqiqih")


def moment(value: datetime) -> int:
    """Microseconds since 2000."""
    return (value - EPOCH) // _MICROSECOND


def holdings(week: date, keys: NDArray[np.int64], owners: NDArray[np.int64]) -> bytes:
    """Rows of `(week, key, owner)`."""
    made = np.empty(len(keys), dtype=_HOLDING)
    made["fields"], made["a"], made["b"], made["c"] = 3, 4, 8, 8
    made["week"], made["key"], made["owner"] = (week - EPOCH.date()).days, keys, owners
    return made.tobytes()


def twin(value: Twin) -> bytes:
    """A row of `broadsheet.storage.shingles.COLUMNS`."""
    return b"".join(
        (
            _NUMBERS.pack(16, 8, value.id, 8, value.fold, 8, value.exact, 8, value.title),
            _bytes(value.host.encode()),
            _bytes(value.source.encode()),
            _MOMENTS.pack(8, moment(value.moment), 8, moment(value.first_seen), 2, value.shingle),
            _bytes(value.words),
            _bytes(value.sentences),
            _bytes(None if value.kind is None else value.kind.encode()),
            struct.pack(">if", 4, value.score),
            _bytes(value.evidence.encode()),
            _bytes(value.addresses),
            b"\xff\xff\xff\xff" if value.into_id is None else struct.pack(">iq", 8, value.into_id),
        )
    )


def _bytes(value: bytes | None) -> bytes:
    return b"\xff\xff\xff\xff" if value is None else len(value).to_bytes(4, "big") + value
