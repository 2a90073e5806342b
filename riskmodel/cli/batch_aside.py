"""What one process leaves for another: in a file, since a pipe would copy it four times."""

from __future__ import annotations

import mmap
import pickle
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

_ALIGNED = 64  # bytes, as Arrow lays its columns


@dataclass(frozen=True)
class Aside:
    """Anything that lies in a file, and where its parts begin and end in it."""

    path: Path
    parts: tuple[slice, ...]

    def taken_back(self) -> Any:
        """What was put there, on the pages of the file itself, which is gone then."""
        with self.path.open("rb") as file:
            whole = memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_COPY))
        with suppress(OSError):  # where a file that is in use stays until its folder goes
            self.path.unlink()
        first, *buffers = (whole[part] for part in self.parts)
        return pickle.loads(first, buffers=buffers)


def put_aside(thing: object, folder: Path) -> Aside:
    """Leave anything in a folder, for a process that trusts this one."""
    buffers: list[pickle.PickleBuffer] = []
    first = pickle.dumps(thing, 5, buffer_callback=buffers.append)
    path, parts = folder / uuid4().hex, []
    with path.open("wb", buffering=0) as file:
        end = 0
        for content in (memoryview(first), *(buffer.raw() for buffer in buffers)):
            start = file.seek(-(-end // _ALIGNED) * _ALIGNED)
            end = start + file.write(content)
            parts.append(slice(start, end))
    return Aside(path, tuple(parts))
