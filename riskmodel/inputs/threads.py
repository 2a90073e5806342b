"""Work that threads share: NumPy lets them count at once."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

Item = TypeVar("Item")
Done = TypeVar("Done")


def shared_out(
    work: Callable[[Item], Done], items: Iterable[Item], threads: int
) -> list[Done]:
    """Do the work of each item, in so many threads, and return all in the same order.

    Raises
    ------
    ValueError
        If there is no thread.

    Examples
    --------
    >>> shared_out(abs, [-1, -2], threads=2)
    [1, 2]
    """
    if threads < 1:
        raise ValueError(f"threads is {threads}; allowed is 1 and more.")
    if threads == 1:
        return list(map(work, items))
    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(work, items))
