"""Files that were given more than once, under whatever names."""

from __future__ import annotations

from collections.abc import Iterable
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
) -> tuple[dict[str, tuple[str, F]], list[Finding]]:
    """Names and files by a digest of their content, and findings about the others.

    Examples
    --------
    >>> from io import BytesIO
    >>> once, again = without_repeats((n, BytesIO(b"same")) for n in ("a.csv", "b.csv"))
    >>> [name for name, _ in once.values()], again[0].details
    (['a.csv'], (('name', 'b.csv'), ('first', 'a.csv')))
    """
    once: dict[str, tuple[str, F]] = {}
    again = []
    for name, file in files:
        try:
            digest = _digest(file)
        except OSError:  # told where it is read
            digest = name
        if digest in once:
            again.append(finding("same_file", name=name, first=once[digest][0]))
        else:
            once[digest] = name, file
    return once, again


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
