"""The encoder gives the vectors of sentence-transformers, and its absence is no crash."""

import asyncio
import json
import sys
from pathlib import Path

import numpy as np
import pytest

from runtime.settings import Settings
from search.embeddings import MAX_BATCH_TOKENS, Embedder, batches, load_embedder
from search.encoder_files import EncoderMissing, source_of
from search.schema import VECTOR_DIMENSIONS


@pytest.fixture(scope="session")
def model_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("models")


@pytest.fixture(scope="session")
def embedder(model_dir: Path) -> Embedder:
    pytest.importorskip("sentence_transformers", reason="needs the extra `embeddings`")
    loaded = load_embedder(Settings(data_dir=model_dir))
    assert loaded is not None
    return loaded


TEXTS = [
    "pressure cooker",
    "Presto 6-Quart Stainless Steel Pressure Cooker. Presto. Cookware. " + "Cooks fast. " * 60,
    "",
    "autocuiseur à induction 6 L",
    "a",
]


@pytest.mark.model
async def test_vectors_equal_those_of_sentence_transformers(embedder: Embedder, tmp_path: Path) -> None:
    script = (
        "import sys, json, numpy as np; from sentence_transformers import SentenceTransformer;"
        "model = SentenceTransformer(sys.argv[1], local_files_only=True, device='cpu'); model.max_seq_length = 128;"
        "np.save(sys.argv[2], model.encode(json.loads(sys.argv[3]), normalize_embeddings=True))"
    )
    # In a process of its own: torch must not stay in the memory of the test run, nor its warnings in its report.
    out = tmp_path / "expected.npy"
    arguments = ["-c", script, str(source_of("all-MiniLM-L6-v2").folder), str(out), json.dumps(TEXTS)]
    process = await asyncio.create_subprocess_exec(sys.executable, *arguments)
    assert await process.wait() == 0
    expected = np.load(out)
    found = await embedder.embed(TEXTS)
    assert found.shape == (len(TEXTS), VECTOR_DIMENSIONS)
    assert found.dtype == np.float32
    np.testing.assert_allclose(found, expected, atol=1e-5)


@pytest.mark.model
async def test_the_order_of_the_texts_is_kept_and_none_give_none(embedder: Embedder) -> None:
    many = [f"{'long ' * (i % 50)}text {i}" for i in range(60)]
    together = await embedder.embed(many)
    alone = await embedder.embed([many[37]])
    np.testing.assert_allclose(together[37], alone[0], atol=1e-5)
    assert (await embedder.embed([])).shape == (0, VECTOR_DIMENSIONS)


async def test_an_export_made_elsewhere_needs_no_torch_and_gives_the_same_vectors(
    embedder: Embedder, model_dir: Path, tmp_path: Path
) -> None:
    made = model_dir / "models" / embedder.digest
    alias = tmp_path / "current"
    alias.symlink_to(made)
    moved = load_embedder(Settings(model=str(alias), data_dir=tmp_path / "unused"))
    assert moved is not None
    assert moved.digest == embedder.digest
    assert np.array_equal(await moved.embed(["pressure cooker"]), await embedder.embed(["pressure cooker"]))
    assert not (tmp_path / "unused").exists()
    moved.close()


def test_off_means_no_encoder() -> None:
    assert load_embedder(Settings(model="off")) is None


def test_a_missing_model_is_reported_and_not_raised(tmp_path: Path) -> None:
    assert load_embedder(Settings(model=str(tmp_path), data_dir=tmp_path)) is None
    with pytest.raises(EncoderMissing):
        source_of(str(tmp_path / "nowhere"))


def test_batches_hold_every_text_once_within_the_budget() -> None:
    lengths = [(7 * i) % 128 + 1 for i in range(300)]
    made = list(batches(lengths))
    assert sorted(place for batch in made for place in batch) == list(range(300))
    assert all(len(batch) * max(lengths[place] for place in batch) <= MAX_BATCH_TOKENS for batch in made)
