"""The sheet of a squad that is printed."""

import io

import pandas as pd
import pypdf
import pytest

from riskmodel import load_scorecard
from riskmodel.inputs.fields import FIELDS
from riskmodel.reporting.squad_print import HEADINGS, SheetRow, squad_sheet
from riskmodel.reporting.squad_sheet import squad_pdf
from riskmodel.reporting.squad_warnings import (
    NOBODY_STANDS_OUT,
    left_open_texts,
    name_warnings,
)
from riskmodel.scoring.guards import GUARDS, HEAT_BANDS
from riskmodel.squad.names import known_words
from riskmodel.squad.scores import answer_squad, score_squad
from riskmodel.squad.summary import labels

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


@pytest.mark.parametrize("n", range(23, 28))
def test_no_heading_stands_alone_at_the_end_of_a_column(n):
    people = squad(n).assign(illness_24h="no", red_flags="none", age_years=17)
    people["cramp_sessions_12mo"] = ["6+"] * (n - 3) + ["0"] * 3
    scored, options = answer_squad(people, PLAN)
    card = load_scorecard()
    pdf = squad_pdf(scored, PLAN, options, units={}, private=False, scorecard=card)
    places = []

    def note(text, outer, inner, *_):
        if text.strip():
            places.append((text.strip(), inner[4] * outer[0] + outer[4]))

    pypdf.PdfReader(io.BytesIO(pdf)).pages[0].extract_text(visitor_text=note)
    (at,) = [i for i, (text, _) in enumerate(places) if text.startswith(USUAL)]
    first = next(x for text, x in places[at:] if text.startswith("Player"))
    assert abs(first - places[at][1]) < 100, places[at:]


def test_nobody_is_a_sheet_too():
    assert sheet_of(squad()[:0]).groups == {}
    assert isinstance(sheet_of(squad()).groups[STOP][0], SheetRow)
    (text,), _ = pages(8, plan={**PLAN, "start_time": None})
    assert "North field 27 °C" in text


def printed(people, private, plan=PLAN):
    """Text of a sheet, as the page Squad asks for it."""
    scored, options = answer_squad(people, plan)
    warnings = name_warnings(people, labels(people), private=private)
    kinds = {"units": {}, "private": private, "warnings": warnings}
    reader = pypdf.PdfReader(io.BytesIO(squad_pdf(scored, plan, options, **kinds)))
    text = " ".join(page.extract_text() for page in reader.pages)
    return " ".join(text.split()).replace("- ", "-")


@pytest.mark.parametrize("known", {w.warning: w for w in known_words().values()}.values())
def test_what_a_name_in_the_list_tells_a_coach_stands_once_on_a_private_sheet(known):
    people = squad().assign(**{known.field: None})
    people.loc[[3, 5], known.field] = known.word
    text = printed(people, private=True)
    if known.warning:
        who = "Player 3 Longlastname-Hyphenated, Player 5 Longlastname-Hyphenated"
        assert text.count(f"{who}: {known.warning}") == 1
    for private in (True, False):
        told = name_warnings(people, labels(people), private=private)
        may_tell = private or not FIELDS[known.field].private
        assert bool(told) == bool(known.warning and may_tell)
    assert not known.warning or known.warning not in printed(people, private=False)


def test_what_was_left_open_stands_in_one_block_without_values_on_a_shared_sheet():
    people = squad().assign(medications=None, longest_recent_min=None)
    people.loc[[3, 4], "medications"] = "statin; Zorblax"
    people.loc[4, "longest_recent_min"] = "two laps"
    people.loc[5, "medications"] = "fluticasone"  # known, and nobody has to look at it
    text = printed(people, private=True)
    medicines = f'"statin; Zorblax" in {FIELDS["medications"].label}'
    assert text.count("Left open:") == 1
    assert f"Player 3 Longlastname-Hyphenated: {medicines}" in text
    longest = f'"two laps" in {FIELDS["longest_recent_min"].label}'
    assert longest in text
    assert "fluticasone" not in text
    shared = printed(people, private=False)
    assert "Zorblax" not in shared
    assert "two laps" not in shared
    scored = score_squad(people, PLAN)
    told = left_open_texts(scored, private=False)
    assert [text.split(": ")[1].split(", ") for text in told] == [
        ["an answer"],
        [FIELDS["longest_recent_min"].label, "an answer"],
    ]
    assert "Left open" not in printed(squad(), private=True)


def test_a_long_cell_is_told_by_its_beginning():
    people = squad().assign(medications="Zorblax " * 50)
    (text,) = left_open_texts(score_squad(people, PLAN)[:1], private=True)
    assert "\u2026" in text
    assert len(text) < 150


def test_where_all_are_alike_that_is_said_once_in_place_of_the_column():
    people = pd.DataFrame({"athlete": ["Ada", "Ben", "Cem"], "age_years": 20})
    text = printed(people, private=True)
    assert text.count(NOBODY_STANDS_OUT) == 1
    assert "Sets apart" not in text
    people["cramp_sessions_12mo"] = ["6+", "0", "0"]
    assert NOBODY_STANDS_OUT not in printed(people, private=True)


def test_a_reason_that_nobody_answered_has_a_question_mark():
    people = pd.DataFrame({"athlete": ["Ada", "Ben", "Cem"], "age_years": 20})
    people["cramp_sessions_12mo"] = [None, "0", "0"]
    rows = [row for rows in sheet_of(people).groups.values() for row in rows]
    assert {row.name: row.reason for row in rows}["Ada"] == "Past cramps?"
