"""The sheet on which a coach writes what came."""

import io
from datetime import date

import pypdf
import pytest

from riskmodel import load_scorecard
from riskmodel.reporting.squad_log import ROWS_OF_A_PAGE, log_sheet_pdf


def pages(n):
    names = [f"Player {i:02d} Longlastname-Hyphenated" for i in range(n)]
    sheet = log_sheet_pdf(names, "Soccer, 1 h 30", date(2026, 7, 1), load_scorecard())
    return [page.extract_text() for page in pypdf.PdfReader(io.BytesIO(sheet)).pages]


@pytest.mark.parametrize("n", [1, 28, ROWS_OF_A_PAGE])
def test_a_squad_stands_on_one_page(n):
    (text,) = pages(n)
    assert f"Player {n - 1:02d}" in text
    assert "Not a medical device" in text


def test_a_larger_one_goes_on_and_loses_nobody():
    assert len(pages(ROWS_OF_A_PAGE + 1)) == 2
    assert "Player 99" in pages(100)[-1]
