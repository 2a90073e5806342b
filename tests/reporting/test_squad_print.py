"""The sheet of a squad that is printed."""

import io

import pandas as pd
import pypdf
import pytest

from riskmodel import load_scorecard
from riskmodel.reporting.squad_print import HEADINGS, SheetRow, squad_sheet
from riskmodel.reporting.squad_sheet import squad_pdf
from riskmodel.scoring.guards import GUARDS, HEAT_BANDS
from riskmodel.squad.scores import answer_squad, score_squad

PLAN = {
    "sport": "american_football",
    "duration_min": 90.0,
    "session_rpe": 7.0,
    "air_temperature_c": 27.0,
    "relative_humidity_pct": 60.0,
    "sky": "overcast",
    "start_time": "2027-08-12T15:00-05:00",
}
STOP, LOOK_AFTER, USUAL, WITHOUT = HEADINGS


def squad(n=8):
    people = pd.DataFrame(
        {
            "athlete": [f"Player {i} Longlastname-Hyphenated" for i in range(n)],
            "age_years": 17,
            "cramp_sessions_12mo": "0",
            "sleep_h": 8,
        },
        dtype=object,
    )
    people.loc[0, "illness_24h"] = "yes"
    people.loc[1, "red_flags"] = "swollen_calf"
    people.loc[2, "age_years"] = None
    people.loc[3, "cramp_sessions_12mo"] = "6+"
    people.loc[4, "body_mass_kg"] = 70
    people.loc[5, "age_years"] = 20
    return people


def sheet_of(people, private=True, plan=PLAN):
    return squad_sheet(score_squad(people, plan), load_scorecard(), private=private)


def names(rows):
    return {int(row.name.split()[1]) for row in rows}


def pages(n, private=True, plan=PLAN):
    scored, options = answer_squad(squad(n), plan)
    pdf = squad_pdf(scored, plan, options, units={}, private=private, place="North field")
    reader = pypdf.PdfReader(io.BytesIO(pdf))
    texts = [" ".join(page.extract_text().split()) for page in reader.pages]
    return [text.replace("- ", "-") for text in texts], reader


def test_everybody_stands_in_one_group():
    groups = sheet_of(squad()).groups
    assert list(groups) == list(HEADINGS)
    assert names(groups[STOP]) == {0, 1}
    assert names(groups[LOOK_AFTER]) == {3}
    assert names(groups[USUAL]) == {4, 5, 6, 7}
    assert names(groups[WITHOUT]) == {2}
    (apart,) = groups[LOOK_AFTER]
    assert apart.reason == "Past cramps"
    assert apart.band in ("High", "Very high")
    assert apart.in_100.isdigit()
    assert groups[WITHOUT][0].reason == "Age is missing; needed is 5 to 100 years."


def test_without_private_answers_who_must_not_start_has_no_number_and_no_reason():
    groups = sheet_of(squad(), private=False).groups
    assert STOP not in groups
    assert names(groups[WITHOUT]) == {0, 1, 2}
    assert {row.reason for row in groups[WITHOUT]} == {
        "Answers need a look.",
        "Age needs a look.",
    }
    assert not any(row.in_100 or row.band for row in groups[WITHOUT])
    assert not any(row.reason for row in groups[LOOK_AFTER] + groups[USUAL])


def test_a_warning_stands_once_and_each_name_has_its_mark():
    sheet = sheet_of(squad())
    assert len(set(sheet.footnotes)) == len(sheet.footnotes)
    sentences = {guard.name: guard.to_coach for guard in GUARDS}
    young = sheet.footnotes.index(sentences["under_18"]) + 1
    sweat = sheet.footnotes.index(sentences["under_18_sweat"]) + 1
    every = [row for rows in sheet.groups.values() for row in rows]
    assert names([row for row in every if young in row.marks]) == {0, 3, 4, 6, 7}
    assert names([row for row in every if sweat in row.marks]) == {0, 3, 6, 7}
    # Urgent ones come first.
    assert sheet.footnotes[0] == sentences["swollen_calf"]


def test_heat_that_holds_for_all_is_told_once_and_moves_nobody():
    hot = sheet_of(squad(), plan={**PLAN, "air_temperature_c": 42.0})
    (sentence,) = hot.for_all
    assert sentence == next(g.to_coach for g in GUARDS if g.name == "extreme_heat")
    assert sentence not in hot.footnotes


@pytest.mark.parametrize("private", [True, False])
@pytest.mark.parametrize("n", [8, 28, 40])
def test_about_forty_athletes_stand_on_one_landscape_page(n, private):
    (text,), reader = pages(n, private)
    width, height = reader.pages[0].mediabox[2:]
    assert width > height
    assert "American football, 1 h 30, effort 7 of 10" in text
    assert "North field, Thu 12 Aug 2027, 15:00" in text
    assert "27 °C, 60 % humidity; WBGT" in text
    assert any(words in text for _, words in HEAT_BANDS)
    assert "To expect: about" in text
    assert "For all, cramps to expect:" in text
    for i in range(n):
        assert f"Player {i} Longlastname-Hyphenated" in text
    for heading in (LOOK_AFTER, USUAL, WITHOUT):
        assert f"{heading} (" in text
    assert (f"{STOP} (2)" in text) == private
    assert ("Past cramps" in text) == private
    assert text.count("Under 18: hardly any study") == 1


def test_more_go_on_further_pages_with_their_heading():
    texts, _ = pages(120)
    assert 1 < len(texts) <= 4
    for text in texts:
        assert "American football, 1 h 30" in text
        assert "Athlete In 100 Risk" in text
    for i in range(120):
        assert any(f"Player {i} Longlastname" in text for text in texts)


def test_nobody_is_a_sheet_too():
    assert sheet_of(squad()[:0]).groups == {}
    assert isinstance(sheet_of(squad()).groups[STOP][0], SheetRow)
    (text,), _ = pages(8, plan={**PLAN, "start_time": None})
    assert "North field 27 °C" in text
