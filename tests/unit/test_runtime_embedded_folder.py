import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from runtime.embedded_folder import EmbeddedRedisFailed, link_libraries, private_folder, socket_path
from runtime.redis_binaries import RedisBinaries


def a_deep_folder(tmp_path: Path) -> Path:
    return tmp_path / ("x" * 120)


def test_a_data_directory_that_is_no_directory_is_reported_by_name(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(EmbeddedRedisFailed, match=r"file cannot be used \(Not a directory\)"):
        private_folder(tmp_path / "file")


def test_the_folder_is_private_also_where_it_was_open_before(tmp_path: Path) -> None:
    (tmp_path / "redis").mkdir(mode=0o755)
    assert private_folder(tmp_path).stat().st_mode & 0o777 == 0o700


def test_a_deep_folder_gets_a_short_socket_the_same_for_every_process(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = a_deep_folder(tmp_path)
    first = socket_path(folder)
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", None)
    assert socket_path(folder) == first
    assert len(os.fsencode(first)) <= 100
    assert first.parent.stat().st_mode & 0o777 == 0o700
    first.parent.rmdir()


@pytest.mark.parametrize("trap", ["link", "open", "file"])
def test_what_somebody_else_left_in_the_common_folder_is_not_trusted(tmp_path: Path, trap: str) -> None:
    folder, (common, elsewhere) = a_deep_folder(tmp_path), (tmp_path / "tmp", tmp_path / "elsewhere")
    common.mkdir()
    elsewhere.mkdir(mode=0o700)
    private = socket_path(folder, common).parent
    private.rmdir()
    if trap == "link":
        private.symlink_to(elsewhere)
    elif trap == "open":
        private.mkdir()
        private.chmod(0o755)
    else:
        private.write_text("")
    with pytest.raises(EmbeddedRedisFailed, match="open to other users"):
        socket_path(folder, common)


def test_libraries_are_linked_by_newcomers_at_the_same_time(tmp_path: Path) -> None:
    target = tmp_path / "libssl-1.so"
    target.write_text("")
    binaries = RedisBinaries(server=target, search_module=target, libraries={"libssl.so.1.1": target})
    with ThreadPoolExecutor(8) as newcomers:
        for _ in range(100):
            for folder in newcomers.map(lambda _: link_libraries(tmp_path, binaries), range(8)):
                assert (folder / "libssl.so.1.1").resolve() == target
            (tmp_path / "lib" / "libssl.so.1.1").unlink()
