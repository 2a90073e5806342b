"""The page to print: one page, the same numbers, and nothing private unless asked."""

import re
from dataclasses import replace
from io import BytesIO

import pypdf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from riskmodel import advise, assess, load_scorecard
from riskmodel.datasets import load_examples
from riskmodel.inputs.fields import FIELDS
from riskmodel.reporting.handout import LEFT_OUT, _content, handout_pdf
from riskmodel.reporting.onset import onset_text
from riskmodel.reporting.words import HEAT_IN_WATER
from riskmodel.scoring.guards import GUARDS
from tests.strategies import sessions, values
from tests.views.pages import SIX

MARATHON = load_examples()["Marathon"]
ILL = {
    **MARATHON,
    "medications": ["statin"],
    "conditions": ["diabetes"],
    "athlete": "Łukasz Ñ",
}


@pytest.mark.parametrize("private", [False, True])
@pytest.mark.parametrize("units", [{}, {"°C": "°F", "l/h": "oz/h", "kg": "lb"}])
@pytest.mark.parametrize("name", list(load_examples()))
def test_the_printed_page_is_one_and_says_the_same(name, units, private):
    session = {**load_examples()[name], "athlete": "Łukasz *Ñ* #x"}
    answer, advice = assess(session), advise(session)
    pdf = pypdf.PdfReader(
        BytesIO(handout_pdf(session, answer, advice, units=units, private=private))
    )
    (only,) = pdf.pages
    words = " ".join(only.extract_text().split())
    assert f"{answer.in_100.capitalize()} of 100" in words
    assert f"Why: {min(answer.total_points, 100):g} points" in words
    shown = re.findall(r"\+([\d.]+)(?= |$)", words)
    assert sum(map(float, shown)) == answer.total_points
    assert ("Łukasz *Ñ* #x" in words) == private
    assert ("Health and personal answers, together" in words) == (not private)
    assert "not validated on athletes" in words
    assert load_scorecard().version in words


@pytest.mark.parametrize("private", [False, True])
def test_the_printed_page_says_once_when_cramps_begin_or_nothing_of_it(private):
    session = load_examples()["Marathon"]
    answer, advice = assess(session), advise(session)
    told, without = (
        _content(session, a, advice, {}, private=private)
        for a in (answer, replace(answer, onset=None))
    )
    assert told["lines"].count(onset_text(answer.onset)) == 1
    assert len(without["lines"]) == len(told["lines"]) - 1


def test_a_page_without_private_answers_names_none():
    session = {**ILL, "conditions": ["poor_circulation", "diabetes"]}
    session |= {
        "urine_colour": "dark",
        "pregnancy_trimester": "2",
        "sex": "female",
        "alcohol_24h": "yes",
    }
    answer, advice = assess(session), advise(session)
    pdf = pypdf.PdfReader(
        BytesIO(handout_pdf(session, answer, advice, units={}, private=False))
    )
    words = " ".join(pdf.pages[0].extract_text().split()).lower()
    for secret in ("statin", "diabetes", "pregnan", "circulation", "urine", "alcohol"):
        assert secret not in words
    assert "łukasz" not in words


def public_page(session):
    content = _content(session, assess(session), advise(session), {}, private=False)
    return set(map(tuple, content["why"])), content


@settings(max_examples=25)
@given(sessions(), st.data())
def test_the_public_page_cannot_be_read_back(session, data):
    session = {k: v for k, v in session.items() if not FIELDS[k].private}
    names = [n for n, f in FIELDS.items() if f.private and f.scored]
    private = data.draw(
        st.fixed_dictionaries({}, optional={n: values(FIELDS[n]) for n in names})
    )
    why, page = public_page(session)
    why_then, page_then = public_page({**session, **private})
    # Only the row that adds the private points up may differ.
    assert not {
        row for row in why ^ why_then if not row[0].startswith("Health and personal")
    }
    for part in ("title", "subtitle", "physiology", "drinking", "drinks", "change"):
        assert page[part] == page_then[part]
    assert page["notes"] == page_then["notes"] == []
    # But for what the reader must see in any case: too much drinking, an impossible
    # loss, whose sweat is reckoned with, and that something is left out.
    names = ("over_drinking", "impossible_loss", "under_18_sweat")
    must_see = {LEFT_OUT, *(guard.sentence for guard in GUARDS if guard.name in names)}
    assert not ({*page["safety"]} ^ {*page_then["safety"]}) - must_see
    planned = "fluid_intake_l_h" in session
    assert planned or not page["drinks"]


def test_the_longest_page_is_one_page():
    session = {
        **ILL,
        **{n: list(FIELDS[n].levels) for n in ("medications", "conditions")},
        "athlete": "W" * 400,
        "duration_min": 240,
        "session_rpe": 9,
        "air_temperature_c": 38,
        "relative_effort": "harder",
        "novelty": "new_distance",
        "competition": "no",
        "warm_up_min": 0,
        "stretching": "no",
        "fluid_intake_l_h": 2.9,
        "drink_sodium_mg_l": 0,
        "sleep_h": 4,
        "soreness_0_10": 8,
        "hard_sessions_3d": 3,
        "rest_days_7d": 0,
        "stress": "high",
        "urine_colour": "dark",
        "alcohol_24h": "yes",
        "sessions_per_week": 1,
        "longest_recent_min": 40,
        "strength_training": "no",
        "heat_days_14d": 0,
        "sex": "female",
        "body_mass_kg": 90,
        "height_cm": 160,
        "cramp_sessions_12mo": "6+",
        "family_cramps": "yes",
        "muscle_injury_12mo": "still_sore",
        "pregnancy_trimester": "3",
        "red_flags": ["swollen_calf"],
        "red_flags_seen": "yes",
        "illness_24h": "no",
    }
    answer = assess(session)
    assert not answer.problems
    assert len(answer.guards) >= 4
    pdf = handout_pdf(session, answer, advise(session), units={}, private=True)
    assert len(pypdf.PdfReader(BytesIO(pdf)).pages) == 1


def test_the_page_of_a_swim_has_the_water_and_says_that_heat_is_open():
    swim = {"sport": "swimming", "duration_min": 60.0, "session_rpe": 6, "age_years": 30.0}
    for session, subtitle in (
        (swim, "effort 6 of 10"),
        ({**swim, "water_temperature_c": 26.0}, "water 26 °C, effort 6 of 10"),
    ):
        answer = assess(session)
        pdf = handout_pdf(session, answer, advise(session), units={}, private=False)
        words = " ".join(pypdf.PdfReader(BytesIO(pdf)).pages[0].extract_text().split())
        assert subtitle in words
        assert HEAT_IN_WATER in words


def test_a_page_without_private_answers_says_that_a_warning_is_left_out():
    ill = {**SIX, "illness_24h": "yes"}
    said = public_page(ill)[1]["safety"]
    assert LEFT_OUT in said
    assert not any("vomiting" in sentence for sentence in said)
    assert LEFT_OUT not in public_page(SIX)[1]["safety"]
