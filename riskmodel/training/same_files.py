"""Files that were given more than once, under whatever names."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from hashlib import sha256
from io import BytesIO
from itertools import islice
from pathlib import Path
from typing import BinaryIO, TypeVar

from riskmodel.inputs.files import open_file
from riskmodel.training.limits import MOST_STREAM_BYTES
from riskmodel.training.sentences import Finding, finding

_STEP_BYTES = 1_000_000
_MOST_STEPS = MOST_STREAM_BYTES // _STEP_BYTES  # a file may grow while it is read

F = TypeVar("F", bound=Path | BinaryIO)


def without_repeats(
    files: Iterable[tuple[str, F]],
) -> dict[str, tuple[list[str], F]]:
    """Each file once, by a digest of its content, with all its names.

    Examples
    --------
    >>> from io import BytesIO
    >>> once = without_repeats((n, BytesIO(b"same")) for n in ("a.csv", "b.csv"))
    >>> [names for names, _ in once.values()]
    [['a.csv', 'b.csv']]
    """
    once: dict[str, tuple[list[str], F]] = {}
    for name, file in files:
        try:
            digest = _digest(file)
        except OSError:  # told where it is read
            digest = name
        once.setdefault(digest, ([], file))[0].append(name)
    return once


def repeats(names: Iterable[Sequence[str]]) -> list[Finding]:
    """What is told of files that are another one again, given the names of each file."""
    return [
        finding("same_file", name=name, first=first)
        for first, *again in names
        for name in again
    ]


def _digest(file: Path | BinaryIO) -> str:
    if isinstance(file, Path):
        with open_file(file) as opened:
            return _digest(opened)
    if isinstance(file, BytesIO):  # which another way would copy
        return sha256(file.getvalue()).hexdigest()
    file.seek(0)
    digest = sha256()
    for piece in islice(iter(lambda: file.read(_STEP_BYTES), b""), _MOST_STEPS):
        digest.update(piece)
    file.seek(0)
    return digest.hexdigest()
