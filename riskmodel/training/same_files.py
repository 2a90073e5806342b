"""Files that were given more than once, under whatever names."""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import file_digest, sha256
from io import BytesIO
from pathlib import Path
from typing import BinaryIO, TypeVar

from riskmodel.training.sentences import Finding, finding

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
        digest = _digest(file)
        if digest in once:
            again.append(finding("same_file", name=name, first=once[digest][0]))
        else:
            once[digest] = name, file
    return once, again


def _digest(file: Path | BinaryIO) -> str:
    if isinstance(file, Path):
        with file.open("rb") as opened:
            return _digest(opened)
    if isinstance(file, BytesIO):  # which another way would copy
        return sha256(file.getvalue()).hexdigest()
    file.seek(0)
    digest = file_digest(file, "sha256").hexdigest()  # type: ignore[arg-type]
    file.seek(0)
    return digest
