"""What means "not answered", in whatever is read."""

from __future__ import annotations

import re
from collections.abc import Sized
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd

BLANKS = frozenset(
    {
        *("", "na", "n/a", "nan", "null", "<na>", "n.a.", "n. a.", "n/d", "n.d.", "s/d"),
        # How Excel writes in some languages that it found nothing; other errors are none.
        *("#n/a", "#nv", "#n/d", "#n/d!", "#n/b", "#i/t", "#saknas!", "#puuttuu!"),
        *("#hiányzik", "#není_k_dispozici", "#nedostupné", "#yok", "#\u043d/\u0434"),
        *("tbc", "tba", "tbd", "to be confirmed"),
        *("unknown", "not known", "not given", "not stated", "not answered", "no answer"),
        *("no data", "not available", "not recorded", "missing", "don't know", "pending"),
        *("unbekannt", "nicht bekannt", "k.a.", "k. a.", "keine angabe", "keine angaben"),
        *("inconnu", "inconnue", "non renseigné", "sin datos"),
        *("desconocido", "desconocida"),
        *("sconosciuto", "sconosciuta", "desconhecido", "desconhecida", "sem dados"),
        *("onbekend", "okänd", "okänt", "ukjent", "ukendt", "tuntematon", "ei tiedossa"),
        *("nieznane", "brak danych", "neznámé", "不明"),
    }
)
"""Texts that mean "not answered", in any case.  ``none`` is an answer."""
BLANK_MARKS = r"[-\u2010-\u2015\u2212.\u2026?/_~:\s]*"
"""What such a text may be made of instead: marks that people put where nothing is known."""
_BLANK_MARKS = re.compile(BLANK_MARKS)


def is_blank(value: Any) -> bool:
    """Whether a raw value means "not answered".

    Examples
    --------
    >>> [is_blank(text) for text in ("\N{EM DASH}", "?", "#N/A", "TBC", "none", "#REF!")]
    [True, True, True, True, False, False]
    """
    if isinstance(value, str):
        text = value.strip().lower()
        return text in BLANKS or _BLANK_MARKS.fullmatch(text) is not None
    if isinstance(value, np.ndarray) and value.ndim == 0:
        value = value.item()
    if isinstance(value, Sized):
        return len(value) == 0
    if isinstance(value, Decimal):  # one kind of NaN cannot even be compared
        return value.is_nan()
    return bool(pd.isna(value))


def is_error(cell: Any) -> bool:
    """Whether a spreadsheet could not work out a cell; what it did not find is blank."""
    return re.fullmatch(r"#\S{2,}[!?]", str(cell).strip()) is not None
