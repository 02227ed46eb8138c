"""Which queries may be looked at while search is improved, and which only judge it. Pure.

The half is drawn from a hash of the clean query alone, so every variant of a query is in the same half, and neither
the order of a list nor what is added to it later moves a query across.
"""

from __future__ import annotations

from hashlib import blake2b
from typing import Literal

Half = Literal["tune", "test"]

#: Part of the hash; another salt would draw other halves, and is a change that a result must name.
SALT = "onhand-relevance-1"


def half_of(clean: str) -> Half:
    digest = blake2b(f"{SALT}\x1f{clean}".encode(), digest_size=8).digest()
    return "tune" if digest[0] % 2 == 0 else "test"
