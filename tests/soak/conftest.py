"""What the long proofs share: the compiled shim, and a place for what they found."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path

import orjson
import pytest
from chaos.redis_in_a_shim import compiled_shim

from bench.fingerprint import fingerprint

RESULTS = Path(__file__).resolve().parents[2] / "bench" / "results"


@pytest.fixture
def shim(tmp_path: Path) -> Path:
    """The preloaded library. Without a C compiler the proof fails and says what to install."""
    return compiled_shim(tmp_path)


@pytest.fixture
def write_result(tmp_path: Path) -> Callable[[str, Mapping[str, object]], None]:
    """Writes the figures of a proof that held to bench/results/<date>-<name>.json."""

    def write(name: str, figures: Mapping[str, object]) -> None:
        now = datetime.now(UTC)
        content = {"measured_at": now, "setup": fingerprint(tmp_path), "figures": figures}
        RESULTS.mkdir(exist_ok=True)
        (RESULTS / f"{now:%Y-%m-%d}-{name}.json").write_bytes(
            orjson.dumps(content, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)
        )

    return write
