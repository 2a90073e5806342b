"""What a report says first, its pictures, and how it stands on a phone and on paper."""

import math

import numpy as np
import pandas as pd
import pytest
from pypdf import PdfReader

from riskmodel.datasets import data_file
from riskmodel.reporting.validation import validation_lines, validation_sections
from riskmodel.reporting.validation_abstract import abstract
from riskmodel.reporting.validation_pages import validation_html, validation_pdf
from riskmodel.reporting.validation_pictures import decisions, reliability, steps
from riskmodel.scorecard.file import load_scorecard
from riskmodel.validation.records import records_of
from riskmodel.validation.report import BY_FAR, validate, validation_of
from tests.validation.test_validation import season


@pytest.fixture(scope="module")
def example():
    return validate(data_file("example_season.csv").read_bytes())


def club(n_cramps, n, expected, n_athletes):
    """Sessions that are alike, whose cramps are spread over the athletes."""
    return validation_of(
        records_of(
            np.arange(n) < n_cramps,
            np.full(n, expected / n),
            np.arange(n) % n_athletes,
            pd.DataFrame(index=range(n)),
        )
    )


# ------------------------------------------------------------------------ the verdict


@pytest.mark.parametrize(
    ("n_cramps", "expected", "n_athletes", "verdict"),
    [
        (0, 107.8, 32, "fewer"), (1920, 107.8, 32, "more"), (1915, 107.8, 32, "more"),
        (0, 7.3, 32, "perhaps_fewer"), (0, 7.5, 32, "fewer"), (0, 3.6, 32, "cannot_tell"),
        (9, 2.05, 32, "more"), (9, 2.1, 32, "perhaps_more"), (9, 9.0, 32, "cannot_tell"),
        (0, 107.8, 19, "perhaps_fewer"), (0, 107.8, 20, "fewer"),
        (0, 107.8, 1, "perhaps_fewer"), (100, 102.0, 32, "no_difference"),
        (100, 10.0, 8, "more"), (100, 70.0, 8, "perhaps_more"),
        (100, 70.0, 32, "more"),
    ],
)  # fmt: skip
def test_the_verdict_follows_from_the_interval_and_from_how_rough_it_is(
    n_cramps, expected, n_athletes, verdict
):
    told = club(n_cramps, 1920, expected, n_athletes)
    assert told.verdict == verdict == told.to_dict()["verdict"]
    low, high = told.measures.ratio[1:]
    words = " ".join(abstract(told))
    assert ("at most" in words) is (verdict == "fewer")
    assert ("at least" in words) is (verdict == "more")
    assert ("may have come" in words) is verdict.startswith("perhaps")
    assert bool(low <= 1 <= high) is (verdict in ("no_difference", "cannot_tell"))
    if n_cramps < 10 and verdict in ("more", "fewer"):
        assert low >= BY_FAR or high <= 1 / BY_FAR


def test_what_cannot_be_told_of_a_season_without_a_cramp():
    words = " ".join(abstract(club(0, 1920, 107.8, 32)))
    assert words.startswith(
        "For every 100 cramps that were expected 0 came (95 % interval 0 to 3"
    )
    assert "Fewer cramps came than were expected: at most 3.4 for every 100." in words
    assert "If sessions with one were not written down" in words
    assert "too high and low ones too low cannot be told here" in words


def test_the_report_begins_with_what_came_out(example):
    first, then, *_ = abstract(example)
    assert first.startswith("For every 100 cramps that were expected 172 came (95 % interv")
    assert "185 cramps came, 107.8 expected" in first
    assert then == "More cramps came than were expected: at least 147 for every 100."
    headings = [section.heading for section in validation_sections(example)]
    assert headings.index("Abstract") == 1  # after that it was made up
    assert "1 cramp came where 8.0 were expected; for every 100 that is " in " ".join(
        abstract(club(1, 80, 8.0, 1))
    )


def test_numbers_agree_with_their_nouns():
    lines = "\n".join(validation_lines(club(1, 1, 0.1, 1)))
    assert "1 session of 1 athlete, of which" in lines
    assert "1 sessions" not in lines
    assert "1 athletes" not in lines


def test_every_measure_has_a_line_that_explains_it_and_groups_say_of_what(example):
    sections = {section.heading: section for section in validation_sections(example)}
    performance = sections["Results: performance"]
    assert len(performance.notes) == len(performance.rows) == len({*performance.notes})
    assert (
        sections["Fairness: by past cramps"].head[0] == "sessions with a cramp in 12 months"
    )
    assert {row[0] for row in sections["Fairness: by duration"].rows} == {
        "up to 1 h",
        "1 to 2 h",
    }


# ------------------------------------------------------------------------ its pictures


@pytest.mark.parametrize(
    "ends", [(0, 1), (-1.7, 8.7), (-0.004, 0.02), (-20, 100), (-3, 17)]
)
def test_marks_are_round_and_enclose_what_is_drawn(ends):
    marks = steps(*ends)
    assert marks[0] <= ends[0]
    assert marks[-1] >= ends[1]
    assert 3 <= len(marks) <= 7
    apart = marks[1] - marks[0]
    assert round(apart / 10 ** math.floor(math.log10(apart) + 1e-9), 9) in (1, 2, 5)


@pytest.mark.parametrize("off", [-2.0, 0.0, 2.0, 4.0])
def test_every_dot_lies_in_the_picture_and_marks_do_not_touch(off):
    told = validation_of(season(3, log_odds_off=off)[0])
    picture = reliability(told)
    for dot in picture["dots"]:
        assert 0 <= dot["low"] <= dot["y"] <= dot["high"] <= 1
        assert 0 <= dot["x"] <= 1
    for drawn in (picture, decisions(told)):
        for marks in (drawn["x-marks"], drawn["y-marks"]):
            places = [mark["place"] for mark in marks]
            assert min(np.diff(places)) > 0.05
            assert places[-1] == pytest.approx(1)
    assert "stretched" in picture["caption"]


def test_no_line_is_bent_to_stay_in_the_picture(example):
    told_of = {line["name"]: line["points"] for line in decisions(example)["lines"]}
    of_all = [y for _, y in told_of["changing all"]]
    assert min(of_all) < 0  # the picture ends there, not the line
    assert len({*of_all}) == len(of_all)
    first, *_ = decisions(club(0, 400, 30, 20))["lines"]
    ours = [y for _, y in first["points"]]
    assert 0 <= min(ours) < max(ours) <= 1


# ------------------------------------------------------------------- a phone, and paper


def test_the_page_fits_a_phone_and_a_desk(example, browser, tmp_path):
    page = tmp_path / "report.html"
    page.write_text(validation_html(example, load_scorecard()), encoding="utf-8")
    tab = browser.new_page()
    tab.goto(page.as_uri())
    for width in (320, 390, 1280):
        tab.set_viewport_size({"width": width, "height": 800})
        assert tab.evaluate("document.documentElement.scrollWidth") <= width
    tab.close()


def test_the_pages_are_full_and_no_heading_stands_alone(example, tmp_path):
    (tmp_path / "report.pdf").write_bytes(validation_pdf(example, load_scorecard()))
    pages = [page.extract_text() for page in PdfReader(tmp_path / "report.pdf").pages]
    assert len(pages) == 2
    for section in validation_sections(example):
        (page,) = [text for text in pages if f"{section.heading}\n" in text]
        assert all(
            " ".join(line.split())[:40] in " ".join(page.split()) for line in section.lines
        )
