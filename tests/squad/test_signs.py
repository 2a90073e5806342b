"""Every warning sign is told whole: to a squad, on its sheet and beside another plan."""

import numpy as np
import pandas as pd
import pytest

from riskmodel import assess, compare, load_scorecard, score_squad, squad_levers
from riskmodel.inputs.fields import FIELDS
from riskmodel.inputs.session import tidy
from riskmodel.reporting.side_by_side import parts
from riskmodel.reporting.squad_print import HEADINGS, squad_sheet
from riskmodel.reporting.squad_sheet import squad_table
from riskmodel.reporting.squad_warnings import squad_warnings
from riskmodel.scoring.guards import GUARDS, RED_FLAGS
from riskmodel.squad.cells import read_cells

PLAN = {
    "sport": "soccer",
    "duration_min": 100.0,
    "session_rpe": 7.0,
    "air_temperature_c": 27.0,
    "relative_humidity_pct": 60.0,
}
TO_COACH = {guard.name: guard.to_coach for guard in GUARDS}
SIGNS = list(FIELDS["red_flags"].levels)
FREQUENT = {"cramp_sessions_12mo": "6+"}


def squad(**second):
    names = ["Well", "Other", "Third"]
    people = pd.DataFrame({"athlete": names, "age_years": 25}, dtype=object)
    for name, answer in second.items():
        people[name] = [None, answer, None]
    return people


@pytest.mark.parametrize("sign", SIGNS)
@pytest.mark.parametrize("cell", ["{}", " {} ", "label"])
def test_a_squad_is_told_each_sign_whole_and_counts_nobody_who_has_it(sign, cell):
    written = FIELDS["red_flags"].levels[sign] if cell == "label" else cell.format(sign)
    people = read_cells(squad(red_flags=written))
    scored = score_squad(people, PLAN)
    told = scored.set_index("athlete").loc["Other"]
    assert told["must_not_start"]
    assert np.isnan(told["probability"])
    assert f"Other: {TO_COACH[sign]}" in squad_warnings(scored)
    table = squad_table(scored, private=True).set_index("Athlete")
    assert TO_COACH[sign] in table["Problems and warnings"]["Other"]
    sheet = squad_sheet(scored, load_scorecard(), private=True)
    (row,) = sheet.groups[HEADINGS[0]]
    assert [sheet.footnotes[mark - 1] for mark in row.marks] == [TO_COACH[sign]]
    without = score_squad(people.drop(index=1), PLAN)
    assert scored["probability"].sum() == without["probability"].sum()
    for option, other in zip(
        squad_levers(people, PLAN), squad_levers(people.drop(index=1), PLAN), strict=True
    ):
        assert (option.n_scored, option.label) == (2, other.label)
        assert option.expected_before == pytest.approx(other.expected_before)
        assert option.expected_after == pytest.approx(other.expected_after)


@pytest.mark.parametrize("sign", SIGNS)
def test_two_plans_side_by_side_tell_each_sign_whole(sign):
    well = {**PLAN, "age_years": 25}
    comparison = compare([well, {**well, "red_flags": [sign]}])
    told, public = (str(parts(comparison, {}, private=p)) for p in (True, False))
    assert RED_FLAGS[sign] in told
    assert RED_FLAGS[sign] not in public


def test_what_named_a_sign_before_still_does_and_is_offered_no_more():
    field = FIELDS["red_flags"]
    assert field.retired == {"frequent_or_several"}
    for name in ("swollen_calf", "frequent_or_several", "calf_with_exercise"):
        assert tidy({"red_flags": name}) == ({"red_flags": [name]}, ())
        answer = assess({**PLAN, "age_years": 25, "red_flags": name})
        assert answer.problems
        assert name in {guard.name for guard in answer.guards if guard.urgent}
    assert "frequent_or_several" not in {*field.offered(), *field.in_brief}
    assert "frequent_or_several" in field.offered(["frequent_or_several"])
    assert "frequent_or_several" not in field.allowed


@pytest.mark.parametrize(
    ("answers", "told"),
    [
        (FREQUENT, "frequent_cramps"),
        ({**FREQUENT, "frequent_cramps": "as_before"}, "frequent_cramps"),
        ({**FREQUENT, "frequent_cramps": "new"}, "frequent_cramps_new"),
        ({**FREQUENT, "frequent_cramps": "more"}, "frequent_cramps_new"),
        ({**FREQUENT, "frequent_cramps": "looked_at"}, None),
        ({"cramp_sessions_12mo": "3-5", "frequent_cramps": "new"}, None),
        ({"cramp_sessions_12mo": None, "frequent_cramps": "more"}, None),
        ({"cramp_sessions_12mo": "never", "frequent_cramps": "as_before"}, None),
    ],
)
def test_frequent_cramps_bring_a_word_and_keep_nobody_from_a_number(answers, told):
    session = {**PLAN, "age_years": 25, **answers}
    answer = assess(session)
    words = {g.name for g in answer.guards if g.name.startswith("frequent")}
    assert words == ({told} if told else set())
    assert not any(guard.urgent for guard in answer.guards)
    # The word changes no number, and the question is none that is open.
    plain = {**session, "frequent_cramps": None}
    assert answer.probability == assess(plain).probability > 0
    assert "frequent_cramps" not in {*answer.missing, *answer.narrowing}
    asked = FIELDS["frequent_cramps"].asked_of(session)
    assert asked == (answers["cramp_sessions_12mo"] == "6+")
    scored = score_squad(squad(**answers), PLAN)
    assert not scored["must_not_start"].any()
    assert (f"Other: {TO_COACH[told]}" in squad_warnings(scored)) if told else True
