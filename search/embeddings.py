"""Texts to vectors."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]


class Embedder(Protocol):
    """Encodes texts; rows are L2-normalised, in the order of the texts."""

    @property
    def digest(self) -> str:
        """Names the model and what was done to it; vectors of two digests must never be compared."""

    async def embed(self, texts: Sequence[str]) -> Vectors: ...
