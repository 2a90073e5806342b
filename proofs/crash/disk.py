"""A disk that keeps what was synced, and of the rest what chance wants.

The rules are those that POSIX gives, and no kinder: what was written since the last sync
of a file may be there, or not, or in pieces of a sector, in any order; a new, renamed or
deleted name is sure only once its folder was synced.
"""

from __future__ import annotations

import random
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import PurePath

_SECTOR = 512  # bytes that a disk writes whole or not at all


@dataclass
class _File:
    durable: bytearray = field(default_factory=bytearray)
    pending: list[tuple[int, bytes | None]] = field(default_factory=list)

    def content(self, kept: list[tuple[int, bytes | None]]) -> bytearray:
        content = bytearray(self.durable)
        for offset, data in kept:
            if data is None:  # cut or lengthened to this size
                del content[offset:]
                content.extend(bytes(offset - len(content)))
            else:
                content.extend(bytes(max(0, offset - len(content))))
                content[offset : offset + len(data)] = data
        return content


_FOLDER = _File()
_Names = list[tuple[str, _File | None]]  # that come or go together


class Disk:
    """Files below one folder, from the calls that a program made."""

    def __init__(self, root: str) -> None:
        self._root = root
        self._live: dict[str, _File] = {}
        self._durable: dict[str, _File] = {}
        self._names: dict[str, list[_Names]] = defaultdict(list)

    def create(self, path: str) -> None:
        """Make a file, if it is not there."""
        if path not in self._live:
            self._name(path, _File())

    def make_folder(self, path: str) -> None:
        """Make a folder."""
        if path != self._root:
            self._name(path, _FOLDER)

    def write(self, path: str, offset: int, data: bytes) -> None:
        """Write into a file."""
        self._live[path].pending.append((offset, data))

    def truncate(self, path: str, size: int) -> None:
        """Cut or lengthen a file."""
        self._live[path].pending.append((size, None))

    def remove(self, path: str) -> None:
        """Take away a name."""
        self._name(path, None)

    def rename(self, path: str, to: str) -> None:
        """Give a file another name, at whose place it takes the other one's."""
        file = self._live[path]
        self._names[_parent(to)].append([(to, file), (path, None)])
        self._live[to] = self._live.pop(path)

    def link(self, path: str, to: str) -> None:
        """Give a file one more name."""
        self._name(to, self._live[path])

    def sync(self, path: str) -> None:
        """Make a file or the names in a folder lasting."""
        if path == self._root or self._live.get(path) is _FOLDER:
            for names in self._names.pop(path, []):
                self._settle(self._durable, names)
        elif path in self._live:
            file = self._live[path]
            file.durable, file.pending = file.content(file.pending), []

    def cut(self, how: str, chance: random.Random) -> dict[str, bytes]:
        """What is there after the power was cut.

        With ``how`` "kept" all that was written, with "dropped" what was synced alone,
        with "torn" more or less of the rest.
        """
        there, share = dict(self._durable), chance.random()
        for names in (each for several in self._names.values() for each in several):
            if how == "kept" or (how == "torn" and chance.random() < share):
                self._settle(there, names)
        return {
            path: bytes(file.content(_torn(file.pending, how, share, chance)))
            for path, file in there.items()
            if file is not _FOLDER and self._is_reached(path, there)
        }

    def _name(self, path: str, file: _File | None) -> None:
        self._names[_parent(path)].append([(path, file)])
        self._settle(self._live, [(path, file)])

    @staticmethod
    def _settle(there: dict[str, _File], names: _Names) -> None:
        for path, file in names:
            if file is None:
                there.pop(path, None)
            else:
                there[path] = file

    def _is_reached(self, path: str, there: dict[str, _File]) -> bool:
        parent = _parent(path)
        return parent == self._root or (parent in there and self._is_reached(parent, there))


def _parent(path: str) -> str:
    return str(PurePath(path).parent)


def _torn(
    pending: list[tuple[int, bytes | None]], how: str, share: float, chance: random.Random
) -> list[tuple[int, bytes | None]]:
    if how != "torn":
        return pending if how == "kept" else []
    kept: list[tuple[int, bytes | None]] = []
    for offset, data in pending:
        if data is None or len(data) <= _SECTOR or chance.random() < 0.7:
            if chance.random() < share:
                kept.append((offset, data))
            continue
        for start in range(0, len(data), _SECTOR):
            if chance.random() < share:
                kept.append((offset + start, data[start : start + _SECTOR]))
    return kept
