"""Exports a sentence-transformers folder for onnxruntime: python -m search.encoder_export SOURCE TARGET.

Its own process, because the export needs torch, which costs seconds and hundreds of megabytes.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path

from search.encoder_files import ENCODER_FILE, TOKENIZER_FILE
from search.schema import VECTOR_DIMENSIONS


def export(source: Path, target: Path) -> None:
    """Write the encoder and its tokenizer; refuse a model that search.embeddings would run wrongly."""
    from sentence_transformers import SentenceTransformer  # noqa: PLC0415 - an extra, and slow to import

    options = {"provider": "CPUExecutionProvider", "export": True}
    model = SentenceTransformer(str(source), backend="onnx", local_files_only=True, model_kwargs=options)
    pooling = next((module for module in model if hasattr(module, "pooling_mode")), None)
    mode = getattr(pooling, "pooling_mode", None)
    if mode not in ("mean", ["mean"], ("mean",)):
        raise SystemExit(f"only mean pooling is known, this model pools by {mode}")
    if model.get_sentence_embedding_dimension() != VECTOR_DIMENSIONS:
        raise SystemExit(f"the index holds vectors of {VECTOR_DIMENSIONS} dimensions")
    with tempfile.TemporaryDirectory() as saved:
        model.save_pretrained(saved)
        shutil.copyfile(next(Path(saved).rglob("model.onnx")), target / ENCODER_FILE)
        shutil.copyfile(source / TOKENIZER_FILE, target / TOKENIZER_FILE)


if __name__ == "__main__":
    export(Path(sys.argv[1]), Path(sys.argv[2]))
