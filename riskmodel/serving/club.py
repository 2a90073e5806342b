"""What a club has set for its server: the section [club] of secrets.toml, read here alone.

A setting that is wrong opens nothing to anybody until it is mended.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from threading import Lock
from typing import Any

import streamlit as st

from riskmodel.inputs.addresses import domain_spelling, one_spelling
from riskmodel.inputs.told import in_quotes, quoted

HOURS = 12.0
"""How long a sign-in counts [h]; judgement: a day, then a lost phone opens nothing."""
SHARED_MACHINE_MIN = 30.0
"""The same on a machine that several people use [min]; judgement: a team talk."""
LIMITS: Mapping[str, tuple[float, float]] = {
    "hours": (0.25, 14 * 24.0),
    "shared_machine_minutes": (5.0, 240.0),
    "keep_months": (1, 120),
}
"""Least and most that a number may be, by judgement; [h], [min] and months."""
SPOILT = (
    "The settings in secrets.toml cannot be read, so nothing is saved or shown until they "
    "are mended."
)


class ClubError(ValueError):
    """A setting is wrong: one sentence with its value and what is allowed.

    ``public`` is the same for whoever opens a page: it names nobody on the list.
    """

    def __init__(self, sentence: str, public: str = "") -> None:
        super().__init__(sentence)
        self.public = public or sentence


@dataclass(frozen=True)
class Club:
    """Settings of a club, as they are where nothing is set.

    ``allowed`` are addresses, and domains with their @, in one spelling; None lets in
    everybody whom the provider lets in.  ``hours`` is how long a sign-in counts [h],
    ``shared_machine_minutes`` the same on a machine that several people use [min];
    without ``keep_months`` nothing is deleted by age.
    """

    allowed: frozenset[str] | None = None
    addresses_are_verified: bool = False
    hours: float = HOURS
    shared_machine_minutes: float = SHARED_MACHINE_MIN
    keep_months: int | None = None

    def lets_in(self, address: str) -> bool:
        """Whether a verified address, in one spelling or "", is on the list."""
        if self.allowed is None:
            return True
        domain = address.rpartition("@")[2]
        return bool(address) and not self.allowed.isdisjoint((address, f"@{domain}"))


# ---------------------------------------------------------------- one setting after another


def read(section: object) -> Club:
    """Read the section of a club; ClubError if anything of it is wrong."""
    if not isinstance(section, Mapping):
        raise _wrong("[club]", section, "a section with settings below it")
    names = [field.name for field in fields(Club)]
    for name in section:
        if name not in names:
            raise _wrong("a setting below [club]", name, f"one of {', '.join(names)}")
    return Club(**{name: _READERS[name](name, value) for name, value in section.items()})


def _wrong(
    what: str, value: object, allowed: str, *, is_of_a_person: bool = False
) -> ClubError:
    def sentence(shown: str) -> str:
        return (
            f"In secrets.toml {what} is {shown}: it must be {allowed}. Nothing is saved or "
            "shown until that is mended."
        )

    shown = str(value).lower() if isinstance(value, bool) else quoted(value)
    shown = in_quotes(value) if isinstance(value, str) else shown
    return ClubError(sentence(shown), sentence("wrong") if is_of_a_person else "")


def _allowed(name: str, value: object) -> frozenset[str]:
    if not isinstance(value, list):
        raise _wrong(
            f"{name} below [club]",
            value,
            'a list, such as ["@club.example"]',
            is_of_a_person=True,
        )
    spelt = []
    for number, each in enumerate(value, 1):
        text = each.strip() if isinstance(each, str) else ""
        domain = domain_spelling(text[1:]) if text.startswith("@") else ""
        spelt.append(f"@{domain}" if domain else one_spelling(text))
        if not spelt[-1]:
            raise _wrong(
                f"entry {number} of {name} below [club]",
                each,
                "an address or a domain, such as coach@club.example or @club.example",
                is_of_a_person=True,
            )
    return frozenset(spelt)


def _yes_or_no(name: str, value: object) -> bool:
    if not isinstance(value, bool):
        raise _wrong(f"{name} below [club]", value, "true or false")
    return value


def _number(name: str, value: object) -> float:
    least, most = LIMITS[name]
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if is_number and least <= value <= most:  # type: ignore[operator]
        return float(value)  # type: ignore[arg-type]
    whole = " whole" * isinstance(least, int)
    allowed = f"a{whole} number from {least:g} to {most:g}"
    raise _wrong(f"{name} below [club]", value, allowed)


def _whole_number(name: str, value: object) -> int:
    # One with a point is as wrong as one that is too large.
    return int(_number(name, value if isinstance(value, int) else str(value)))


_READERS: Mapping[str, Callable[[str, object], Any]] = {
    "allowed": _allowed,
    "addresses_are_verified": _yes_or_no,
    "hours": _number,
    "shared_machine_minutes": _number,
    "keep_months": _whole_number,
}


# ---------------------------------------------------------------------------- of the server


def settings() -> Club:
    """Settings as they stand in secrets.toml now; ClubError if they are wrong.

    Each call looks whether a file has changed, and only then reads it: who is taken off
    the list is so at the next click.  Streamlit stops looking once a file was spoilt.
    """
    global _last
    paths = tuple(st.get_option("secrets.files"))
    stamps = paths, tuple(map(_stamp, paths))
    with _lock:
        if _last is None or _last[0] != stamps:
            try:
                _last = stamps, _read_files(paths)
            except ClubError as error:
                _last = stamps, error
        found = _last[1]
    if isinstance(found, ClubError):
        raise ClubError(str(found), found.public)
    return found


_lock = Lock()
_last: tuple[object, Club | ClubError] | None = None


def _stamp(path: str) -> tuple[int, ...]:
    """What differs once a file was written or another one took its place."""
    try:
        found = os.stat(path)
    except OSError:
        return ()
    return found.st_mtime_ns, found.st_ctime_ns, found.st_size, found.st_ino


def _read_files(paths: tuple[str, ...]) -> Club:
    section: object = {}
    for path in map(Path, paths):
        if path.is_dir() and (path / "club").exists():
            raise _wrong("[club]", f"in {path}", "in a file secrets.toml")
        try:
            whole = tomllib.loads(path.read_text(encoding="utf-8"))
        except (FileNotFoundError, IsADirectoryError):
            continue
        except (OSError, ValueError) as error:
            raise ClubError(SPOILT) from error
        # As Streamlit does it: of two files the last one that has a section counts.
        section = whole.get("club", section)
    return read(section)
