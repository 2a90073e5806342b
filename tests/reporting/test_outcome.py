"""Words and the page about a session that brought a cramp."""

from dataclasses import replace
from datetime import date
from io import BytesIO

import pypdf
import pytest

from riskmodel import FIELDS, advise, explain_outcome
from riskmodel.reporting.outcome import (
    NOTHING_STOOD_OUT,
    difference_rows,
    halved_text,
    headline,
    outcome_pdf,
    ratio_text,
    sentences,
    surprise_text,
    unknown_text,
    warning_signs,
)
from tests.views.pages import SIX

USUAL = {**SIX, "sleep_h": 8.0, "medications": ["none"], "fluid_intake_l_h": 0.5}
HOT = {**USUAL, "air_temperature_c": 36.0, "sleep_h": 4.0, "medications": ["statin"]}
BESIDE = ("sessions", "plan", "everybody")


def test_sentences_say_how_surprising_what_would_have_halved_and_what_is_unknown():
    explanation = explain_outcome(HOT, [USUAL, USUAL])
    assert surprise_text(explanation, "sessions") == (
        "About 4 of 100 such sessions bring a cramp, and most pass without one (range "
        "fewer than 1 to 50). Like your 2 sessions without a cramp, it would be about 1 of "
        "100."
    )
    assert halved_text(explanation, {}, "sessions", private=True) == (
        "One change would have halved the chance: go indoors, at 20 °C with a fan (about 1 "
        "of 100)."
    )
    unknown = unknown_text(explanation, "sessions", private=True)
    assert unknown.startswith("Which of it the cramp came from, if any, nobody can know.")
    assert len(sentences(explanation, {}, "sessions", private=True)) == 3


def test_one_factor_is_named_where_no_lever_halves():
    race = {**USUAL, "competition": "yes"}
    explanation = explain_outcome(race, {**USUAL, "competition": "no"})
    assert explanation.halved_by is None
    said = halved_text(explanation, {}, "plan", private=False)
    assert said.startswith("Race or match as in the next plan would alone have halved")


def test_a_change_that_tells_a_private_answer_is_left_out_and_said_to_be():
    cool = {**USUAL, "relative_effort": "usual", "soreness_0_10": 0.0}
    worn = {**cool, "soreness_0_10": 10.0, "hard_sessions_3d": 6.0, "sleep_h": 4.0}
    explanation = explain_outcome(worn, cool)
    private_lever = next(
        option
        for option in advise(worn).now
        if any(FIELDS[name].private for name in option.changes)
    )
    private = replace(explanation, halved_by=private_lever)
    own, public = (halved_text(private, {}, "plan", private=p) for p in (True, False))
    assert own.startswith("One change would have halved the chance: ")
    assert public.startswith("What would have halved the chance is left out")


def test_where_nothing_can_be_told_the_ratio_is():
    for session, reference in ((USUAL, USUAL), ({**USUAL, "sleep_h": 4.0}, USUAL)):
        explanation = explain_outcome(session, reference)
        assert headline(explanation, private=True) == NOTHING_STOOD_OUT
        told = sentences(explanation, {}, "plan", private=True)
        assert ratio_text(explanation) in told
    longer = explain_outcome({**USUAL, "duration_min": 90.0}, USUAL)
    assert longer.cannot_tell
    assert "Duration counts for less" in ratio_text(longer)


@pytest.mark.parametrize("private", [False, True])
def test_the_rows_sum_to_what_the_explanation_holds(private):
    explanation = explain_outcome(HOT, USUAL)
    rows = difference_rows(explanation, {}, private=private)
    assert sum(points for _, points in rows) == sum(
        d.points for d in explanation.differences
    )
    labels = " ".join(label for label, _ in rows)
    assert ("Sleep: 4 h" in labels) == private
    assert ("Health and personal answers, together" in labels) != private


def test_what_was_not_said_is_named_and_a_private_question_only_if_wanted():
    known = [name for name in USUAL if name != "sleep_h"]
    explanation = explain_outcome(HOT, {name: USUAL[name] for name in known})
    own, public = (unknown_text(explanation, "plan", private=p) for p in (True, False))
    assert "Not said of the next plan: \u201cSleep\u201d." in own
    assert "Sleep" not in public
    private = {FIELDS[n].label for n in explanation.open_questions if FIELDS[n].private}
    assert len(private) > 5
    assert not any(label in public for label in private)


@pytest.mark.parametrize("beside", BESIDE)
@pytest.mark.parametrize("private", [False, True])
def test_the_printed_page_says_the_same_and_names_no_private_answer(beside, private):
    explanation = explain_outcome(
        HOT, {"everybody": None, "plan": USUAL}.get(beside, [USUAL])
    )
    pdf = pypdf.PdfReader(
        BytesIO(
            outcome_pdf(
                explanation,
                HOT,
                day=date(2026, 7, 3),
                beside=beside,
                units={"°C": "°F"},
                private=private,
            )
        )
    )
    (only,) = pdf.pages
    words = " ".join(only.extract_text().split())
    assert headline(explanation, private=private) in words
    assert "03 Jul 2026" in words
    assert "96.8 °F" in words
    assert ("Statin" in words, "Sleep: 4 h" in words) == (private, private)
    for sentence in sentences(explanation, {"°C": "°F"}, beside, private=private):
        assert sentence in words


def test_a_warning_about_a_start_is_over_and_illness_is_not():
    assert warning_signs(explain_outcome(HOT)) == ()
    (guard,) = warning_signs(explain_outcome({**HOT, "illness_24h": "yes"}))
    assert guard.name == "illness"
