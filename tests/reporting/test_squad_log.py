"""The sheet on which a coach writes what came."""

import io
from datetime import date

import pypdf
import pytest

from riskmodel import load_scorecard
from riskmodel.reporting.squad_log import ROWS_OF_A_PAGE, log_sheet_pdf


def pages(n, **more):
    names = [f"Player {i:02d} Longlastname-Hyphenated" for i in range(n)]
    day, card = date(2026, 7, 1), load_scorecard()
    sheet = log_sheet_pdf(names, "Soccer, 1 h 30", day, card, **more)
    return [page.extract_text() for page in pypdf.PdfReader(io.BytesIO(sheet)).pages]


@pytest.mark.parametrize("n", [1, 28, ROWS_OF_A_PAGE])
def test_a_squad_stands_on_one_page(n):
    (text,) = pages(n)
    assert f"Player {n - 1:02d}" in text
    assert "Not a medical device" in text


def test_a_larger_one_goes_on_and_loses_nobody():
    assert len(pages(ROWS_OF_A_PAGE + 1)) == 2
    assert "Player 99" in pages(100)[-1]


def test_its_units_are_those_of_the_list():
    metric, pounds = pages(3), pages(3, chosen={"kg": "lb", "l/h": "oz/h"})
    for (text,), heads, others in (
        (metric, ("kg before", "l drunk", "0.1 kg"), ("lb", "oz")),
        (pounds, ("lb before", "oz drunk", "0.2 lb"), ("kg", "0.3 l")),
    ):
        assert all(head in text for head in heads)
        assert not any(other in text for other in others)


def test_what_is_measured_of_all_stands_on_one_line():
    (text,) = pages(28)
    (line,) = [line for line in text.splitlines() if "Measured WBGT" in line]
    assert "Minutes between the weighings:" in line
