"""The studies behind the weights: rows of ``data/evidence.csv``, and how to cite them."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from riskmodel.datasets import read_table

_IDENTIFIER = re.compile(r"10\.\d{4}|PM|hdl")


@dataclass(frozen=True)
class Study:
    """One published figure.

    Attributes
    ----------
    citation, source : str
        Authors, year and journal; DOI, PubMed number or handle, or the journal again.
    estimate, ci_low, ci_high : float
        With the limits of its interval; NaN where none, or only words, are printed.
    """

    citation: str
    source: str
    estimate: float
    ci_low: float
    ci_high: float


@cache
def load_evidence() -> Mapping[str, Study]:
    """Every study by the name that the scorecard cites it by.

    Examples
    --------
    >>> load_evidence()["abdulla-1999-pvd"].estimate
    2.9
    """
    return {
        row["id"]: Study(
            row["citation"],
            row["doi_or_pmid"],
            *(_number(row[name]) for name in ("estimate", "ci_low", "ci_high")),
        )
        for row in read_table("evidence.csv")
    }


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return math.nan


@cache
def cited(names: tuple[str, ...]) -> str:
    """Citations of some studies in one text, each once, or that it is our judgement.

    Examples
    --------
    >>> cited(())
    'our judgement'
    """
    studies = [load_evidence()[name] for name in names]
    # Where there is neither DOI nor PubMed number, the citation holds the journal already.
    texts = [
        f"{study.citation}, {study.source}"
        if _IDENTIFIER.search(study.source)
        else study.citation
        for study in studies
    ]
    return "; ".join(dict.fromkeys(texts)) or "our judgement"
