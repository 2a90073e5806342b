"""Counts that several clubs can lay together without sharing a row.

Sessions by band, by duration and by past cramps, as `riskmodel.validation.joining` puts
them together.  Of a club in which fewer than five athletes had a cramp, or a session
without, only the ends are told between which its cramps lie, and nothing of fewer than five
athletes.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from riskmodel.inputs.told import ToldError, quoted
from riskmodel.validation.joining import LEAST, ORDERS, names_by, put_together, told_cramps
from riskmodel.validation.records import Records

KIND, VERSION = "cramp-risk summary", 2
SIMULATED = ("no", "partly", "yes")
NOT_SAID = ""
"""What a summary of the first version says of whether its data were made up."""
_MOST_SESSIONS = 10_000_000
_LEAST_EXPECTED = 0.001


class SummaryError(ToldError, ValueError):
    """A summary that cannot be pooled; the message says which and why."""


def summary(records: Records, scorecard: str) -> dict[str, Any]:
    """Count sessions by band, by duration and by past cramps, and nothing else.

    Parameters
    ----------
    records : Records
    scorecard : str
        Version and fingerprint of what the probabilities come from, or that they were
        written down before.

    Returns
    -------
    dict
        For JSON.  ``simulated`` is "no", "partly" or "yes"; ``written_before`` whether the
        probabilities were.  ``groups`` divides all
        sessions ``by`` band, by duration and by history: the ``names`` that are told
        together, how many ``sessions`` there were, how many cramps were ``expected``, and
        how many ``cramps`` came; None, with the ends in ``cramps_from``, where in all of
        the club fewer than five athletes had one, or a session without.

    Raises
    ------
    SummaryError
        If the records name no athletes: nobody knows then of how many a group tells.
    """
    if not records.names_athletes:
        raise SummaryError(
            "A summary needs a column that tells athletes apart, a number will do: nothing "
            "is told of fewer than five."
        )
    return {
        "kind": KIND,
        "version": VERSION,
        "scorecard": scorecard,
        "simulated": records.simulated,
        "written_before": records.written_before,
        "groups": [group for by in ORDERS for group in _groups(records, by)],
    }


def _groups(records: Records, by: str) -> Iterator[dict[str, Any]]:
    if records.n_athletes < LEAST:
        return
    names = names_by(records, by)
    for kind in put_together(records, by):
        inside = np.isin(names, kind)
        low, high = told_cramps(records, inside)
        told: dict[str, Any] = {
            "by": by,
            "names": [str(name) for name in kind],
            "sessions": int(inside.sum()),
            "expected": max(
                round(float(records.probability[inside].sum()), 3), _LEAST_EXPECTED
            ),
            "cramps": low,
        }
        if low < high:
            told |= {"cramps": None, "cramps_from": [low, high]}
        yield told


def read_summary(content: bytes, name: str) -> dict[str, Any]:
    """Read what `summary` wrote, also in its first version.

    Raises
    ------
    SummaryError
        If it is something else.
    """
    try:
        told = json.loads(content)
        if told["kind"] != KIND or told["version"] not in (1, VERSION):
            raise ValueError
        if told["version"] == 1:
            told = _of_first_version(told)
        elif told["simulated"] not in SIMULATED or type(told["written_before"]) is not bool:
            raise ValueError
        if type(told["scorecard"]) is not str or type(told["groups"]) is not list:
            raise ValueError
        if not all(map(_is_group, told["groups"])):
            raise ValueError
    except (ValueError, KeyError, TypeError, RecursionError):
        raise SummaryError(
            f"{quoted(name, 60)} is no summary of this version; write it by "
            "cramprisk validate outcomes.csv --summary club.json."
        ) from None
    return dict(told)


def _of_first_version(told: Mapping[str, Any]) -> dict[str, Any]:
    """A summary whose cells were of a band, a duration and past cramps at once, by band."""
    cells = [{**cell, "by": "band", "names": [cell["band"]]} for cell in told["cells"]]
    return {
        **{name: told[name] for name in ("kind", "scorecard")},
        "version": VERSION,
        "simulated": NOT_SAID,
        "written_before": None,
        "groups": cells,
    }


def _is_group(group: Mapping[str, Any]) -> bool:
    """Whether a group is such as `summary` writes."""
    low, high = ends(group)
    sessions, expected, names = group["sessions"], group["expected"], group["names"]
    return (
        all(type(n) is int for n in (sessions, low, high))
        and LEAST <= sessions <= _MOST_SESSIONS
        and 0 <= low <= high <= sessions
        and type(expected) in (int, float)
        and 0 < expected <= sessions
        and group["by"] in ORDERS
        and type(names) is list
        and len(names) > 0
        and {*names} <= {*ORDERS[group["by"]]}
    )


def ends(group: Mapping[str, Any]) -> tuple[int, int]:
    """Between what and what the cramps of a group lie."""
    low, high = group["cramps_from"] if group["cramps"] is None else [group["cramps"]] * 2
    return low, high
