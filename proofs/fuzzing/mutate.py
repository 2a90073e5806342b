"""Mutants that know nothing of what they change: bytes, lines and numbers in a text."""

from __future__ import annotations

import re
from collections.abc import Callable
from random import Random

from proofs.fuzzing import hostile

Mutation = Callable[[bytes, Random], bytes]

_NUMBER = re.compile(rb"-?\d+(?:\.\d+)?")
_MOST_BYTES = 2_000_000
"""Of a mutant: what is refused for its size alone is tried elsewhere."""


def _place(data: bytes, rng: Random) -> tuple[int, int]:
    start = rng.randrange(len(data) + 1)
    return start, min(len(data), start + int(rng.expovariate(0.1)) + 1)


def flip(data: bytes, rng: Random) -> bytes:
    """Change single bits and bytes."""
    changed = bytearray(data)
    for _ in range(rng.choice((1, 1, 2, 8))):
        if changed:
            place = rng.randrange(len(changed))
            changed[place] ^= rng.choice((1 << rng.randrange(8), rng.randrange(1, 256)))
    return bytes(changed)


def cut(data: bytes, rng: Random) -> bytes:
    """Cut a piece out, or the end off."""
    start, end = _place(data, rng)
    return data[:start] + (b"" if rng.random() < 0.3 else data[end:])


def repeat(data: bytes, rng: Random) -> bytes:
    """Write a piece again, up to a thousand times."""
    start, end = _place(data, rng)
    times = rng.choice((2, 3, 10, 1000))
    return data[:start] + data[start:end] * times + data[end:]


def swap(data: bytes, rng: Random) -> bytes:
    """Let two pieces change places."""
    (a, b), (c, d) = sorted((_place(data, rng), _place(data, rng)))
    return data[:a] + data[c:d] + data[b:c] + data[a:b] + data[d:] if b <= c else data


def insert(data: bytes, rng: Random) -> bytes:
    """Put a hostile text somewhere."""
    start, end = _place(data, rng)
    return (
        data[:start] + hostile.plain(hostile.text(rng)) + data[rng.choice((start, end)) :]
    )


def renumber(data: bytes, rng: Random) -> bytes:
    """Put hostile numbers in the place of numbers."""
    found = list(_NUMBER.finditer(data))
    if not found:
        return insert(data, rng)
    match = rng.choice(found)
    return data[: match.start()] + hostile.number(rng).encode() + data[match.end() :]


def lines(data: bytes, rng: Random) -> bytes:
    """Delete, repeat, swap or join lines."""
    of_text = data.split(b"\n")
    at, other = rng.randrange(len(of_text)), rng.randrange(len(of_text))
    match rng.randrange(5):
        case 0:
            del of_text[at]
        case 1:
            of_text[at:at] = [of_text[at]] * rng.choice((1, 2, 300))
        case 2:
            of_text[at], of_text[other] = of_text[other], of_text[at]
        case 3:
            of_text[at : at + 2] = [b"".join(of_text[at : at + 2])]
        case _:
            of_text.insert(at, hostile.plain(hostile.text(rng)))
    return b"\n".join(of_text)


_ENCODINGS = ("utf-16", "utf-16-le", "utf-16-be", "utf-8-sig", "cp1252", "utf-32", "cp437")


def encode(data: bytes, rng: Random) -> bytes:
    """Save the same text in another encoding, or with other line ends."""
    text = data.decode("utf-8", "replace")
    if rng.random() < 0.3:
        text = text.replace("\n", rng.choice(("\r\n", "\r", "\n\n", "\u2028")))
    return text.encode(rng.choice(_ENCODINGS), "replace")


BLIND: tuple[Mutation, ...] = (flip, cut, repeat, swap, insert, renumber, renumber, lines)
TEXT: tuple[Mutation, ...] = (*BLIND, encode)


def mutant(data: bytes, rng: Random, *mutations: Mutation) -> bytes:
    """One to five mutations, one after the other; mostly one or two."""
    for _ in range(min(1 + int(rng.expovariate(0.8)), 5)):
        data = rng.choice(mutations)(data, rng)[:_MOST_BYTES]
    return data
