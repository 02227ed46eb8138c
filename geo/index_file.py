"""A file of named numpy arrays and one JSON object, mapped into memory: only the pages that are touched take memory."""

from __future__ import annotations

import json
import mmap
import os
import struct
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

_MAGIC = b"ONHANDG1"
_ALIGNMENT = 64


class NotAnIndexFile(ValueError):
    """The file is not one of ours, or is cut short."""


def write(path: Path, arrays: Mapping[str, npt.NDArray[Any]], meta: Mapping[str, object]) -> None:
    """Write the file in one step: readers see the old one or the new one, never half of it."""
    layout: dict[str, dict[str, object]] = {}
    position = 0
    for name in sorted(arrays):
        array = arrays[name]
        layout[name] = {"dtype": array.dtype.str, "count": int(array.size), "offset": position}
        position += -(-array.nbytes // _ALIGNMENT) * _ALIGNMENT
    header = json.dumps({"arrays": layout, "meta": meta}, sort_keys=True, ensure_ascii=False).encode()
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=path.name)
    try:
        with os.fdopen(handle, "wb") as out:
            out.write(_MAGIC + struct.pack("<Q", len(header)) + header)
            start = _arrays_start(len(header))
            for name in sorted(arrays):
                out.seek(start + int(str(layout[name]["offset"])))
                out.write(np.ascontiguousarray(arrays[name]).tobytes())
            out.truncate(start + position)
        Path(temporary).chmod(0o644)
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


class IndexFile:
    """An opened file: its arrays without copying them, and its meta object."""

    def __init__(self, path: Path) -> None:
        with path.open("rb") as file:
            header_length = _header_length(file.read(16), path)
            header = json.loads(file.read(header_length))
            self._map = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        self.meta: dict[str, Any] = header["meta"]
        self._layout: dict[str, dict[str, Any]] = header["arrays"]
        self._start = _arrays_start(header_length)

    def array(self, name: str) -> npt.NDArray[Any]:
        """A read-only view."""
        where = self._layout[name]
        return np.frombuffer(self._map, np.dtype(where["dtype"]), where["count"], self._start + where["offset"])

    def integers(self, name: str) -> memoryview[int]:
        """An array of integers for reading one by one: plain ones, several times faster than numpy's."""
        where = self._layout[name]
        begin, dtype = self._start + where["offset"], np.dtype(where["dtype"])
        return memoryview(self._map)[begin : begin + dtype.itemsize * where["count"]].cast(dtype.char)

    def texts(self, name: str) -> Texts:
        """A list of strings that was written with texts_arrays."""
        return Texts(self._map, self._start + self._layout[f"{name}_bytes"]["offset"], self.integers(f"{name}_ends"))


class Texts:
    """Many strings in one run of bytes. Reading one costs about a microsecond."""

    __slots__ = ("_ends", "_map", "_start")

    def __init__(self, mapped: mmap.mmap, start: int, ends: memoryview[int]) -> None:
        self._map = mapped
        self._start = start
        self._ends = ends

    def __len__(self) -> int:
        return len(self._ends)

    def raw(self, position: int) -> bytes:
        """The UTF-8 bytes of one string."""
        begin = self._ends[position - 1] if position else 0
        return self._map[self._start + begin : self._start + self._ends[position]]

    def __getitem__(self, position: int) -> str:
        return self.raw(position).decode()


def texts_arrays(name: str, texts: list[str]) -> dict[str, npt.NDArray[Any]]:
    """The two arrays under which IndexFile.texts(name) finds the strings."""
    encoded = [text.encode() for text in texts]
    ends = np.cumsum([len(text) for text in encoded], dtype=np.uint32)
    return {f"{name}_bytes": np.frombuffer(b"".join(encoded), np.uint8), f"{name}_ends": ends}


def _header_length(prefix: bytes, path: Path) -> int:
    if len(prefix) != 16 or not prefix.startswith(_MAGIC):
        raise NotAnIndexFile(f"{path} is not an index file")
    length = int(struct.unpack("<Q", prefix[8:])[0])
    if length > path.stat().st_size:
        raise NotAnIndexFile(f"{path} is cut short")
    return length


def _arrays_start(header_length: int) -> int:
    return -(-(16 + header_length) // _ALIGNMENT) * _ALIGNMENT
