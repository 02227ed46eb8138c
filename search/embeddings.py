"""Texts to vectors: the exported sentence encoder, run off the event loop.

At run time this needs onnxruntime and tokenizers only. sentence-transformers, which imports torch, made the export and
is the yardstick in a test (docs/decisions/0008).
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import structlog
from numpy.typing import NDArray

from runtime.settings import Settings
from search.encoder_files import ENCODER_FILE, TOKENIZER_FILE, EncoderMissing, ensure_exported, source_of
from search.schema import VECTOR_DIMENSIONS

Vectors = NDArray[np.float32]

#: Longer texts are cut: the words that count stand first, and time grows with length.
MAX_TOKENS = 128
#: Tokens of one run, padding included: bounds memory, and lets a query in between two batches.
MAX_BATCH_TOKENS = 2_048


class Embedder(Protocol):
    """Encodes texts. Rows are L2-normalised float32, in the order of the texts."""

    @property
    def digest(self) -> str:
        """Names the model and its export; vectors of two digests must never be compared."""

    async def embed(self, texts: Sequence[str]) -> Vectors:
        """One row per text."""

    def close(self) -> None:
        """End the threads."""


class OnnxEmbedder:
    """A mean-pooling sentence encoder. One run at a time; onnxruntime lets the event loop go on meanwhile."""

    def __init__(self, folder: Path, digest: str, *, threads: int = 1) -> None:
        # Only here: without the extra `embeddings` everything else must still import.
        import onnxruntime  # noqa: PLC0415
        from tokenizers import Tokenizer  # noqa: PLC0415

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        self._session = onnxruntime.InferenceSession(
            str(folder / ENCODER_FILE), options, providers=["CPUExecutionProvider"]
        )
        self._inputs = [each.name for each in self._session.get_inputs()]
        self._tokenizer = Tokenizer.from_file(str(folder / TOKENIZER_FILE))
        self._tokenizer.enable_truncation(MAX_TOKENS)
        self._tokenizer.no_padding()
        self._digest = digest
        self._executor = ThreadPoolExecutor(max_workers=1, thread_name_prefix="encoder")

    @property
    def digest(self) -> str:
        return self._digest

    async def embed(self, texts: Sequence[str]) -> Vectors:
        """One row per text; batches are sorted by length, so that little of a run is padding."""
        loop = asyncio.get_running_loop()
        vectors = np.zeros((len(texts), VECTOR_DIMENSIONS), dtype=np.float32)
        encoded = await loop.run_in_executor(self._executor, self._tokenize, texts)
        for places in batches([len(ids) for ids in encoded]):
            vectors[places] = await loop.run_in_executor(self._executor, self._run, [encoded[p] for p in places])
        return vectors

    def close(self) -> None:
        self._executor.shutdown(wait=False, cancel_futures=True)

    def _tokenize(self, texts: Sequence[str]) -> list[list[int]]:
        return [encoding.ids for encoding in self._tokenizer.encode_batch(list(texts))]

    def _run(self, batch: Sequence[Sequence[int]]) -> Vectors:
        longest = max(len(ids) for ids in batch)
        ids = np.zeros((len(batch), longest), dtype=np.int64)
        mask = np.zeros_like(ids)
        for row, said in enumerate(batch):
            ids[row, : len(said)] = said
            mask[row, : len(said)] = 1
        feed = {"input_ids": ids, "attention_mask": mask, "token_type_ids": np.zeros_like(ids)}
        states: Any = self._session.run(None, {name: feed[name] for name in self._inputs})[0]
        pooled = (states * mask[..., None]).sum(axis=1) / mask.sum(axis=1, keepdims=True)
        norms = np.linalg.norm(pooled, axis=1, keepdims=True)
        return np.asarray(pooled / np.maximum(norms, 1e-12), dtype=np.float32)


def load_embedder(settings: Settings, *, threads: int = 1) -> Embedder | None:
    """The encoder of the settings, exported first where that has not been done; takes a second, the export ten.

    None where it is switched off, and where it cannot be had: search then works without meaning and says so.
    """
    if settings.model == "off":
        return None
    try:
        source = source_of(settings.model)
        folder = ensure_exported(source, settings.data_dir / "models")
        return OnnxEmbedder(folder, source.digest, threads=threads)
    except (EncoderMissing, ImportError, OSError, RuntimeError) as error:
        structlog.get_logger(__name__).warning("encoder_missing", model=settings.model, reason=str(error))
        return None


def batches(lengths: Sequence[int]) -> Iterator[list[int]]:
    """Places of texts of like length, as many as a run may hold."""
    batch: list[int] = []
    for place in sorted(range(len(lengths)), key=lengths.__getitem__):
        if batch and (len(batch) + 1) * lengths[place] > MAX_BATCH_TOKENS:
            yield batch
            batch = []
        batch.append(place)
    if batch:
        yield batch
