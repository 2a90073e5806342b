"""Words in a list that nobody can read: each is settled once."""

import numpy as np
import pandas as pd
import pytest

from riskmodel import AnswerError, assess_frame
from riskmodel.squad.cells import read_cells
from riskmodel.squad.file import read_squad
from riskmodel.squad.plan import with_plan
from riskmodel.squad.scores import score_squad
from riskmodel.squad.unknown import (
    open_words,
    settle,
    unknown_words,
    with_settled_words,
)

PLAN = {
    "sport": "american_football",
    "duration_min": 120.0,
    "session_rpe": 7.0,
    "air_temperature_c": 31.0,
    "relative_humidity_pct": 60.0,
}
LIST = (
    "Name\tAge\tMeds\tConditions\tmuscle_injury_12mo\tSleep (h)\tHeight (cm)\n"
    "A\t17\tcreatine\tasthma\thamstring\tn.a.?\t180\n"
    "B\t17\tXyzol; Lipitor\tnone\tankle sprain\t8\t300\n"
    "C\t17\txyzol\tlupus\tHamstring\t7\t175\n"
    "D\tabc\tnone\tnone\t-\t7\t181\n"
)


def squad():
    return read_squad(LIST.encode())


def words_of(frame):
    return {(w.field, w.word): (w.n_athletes, w.rows) for w in unknown_words(frame)}


def test_each_distinct_word_is_asked_once_with_its_rows():
    assert words_of(squad()) == {
        ("medications", "Xyzol"): (2, (3, 4)),
        ("muscle_injury_12mo", "hamstring"): (2, (2, 4)),
        ("conditions", "lupus"): (1, (4,)),
        ("sleep_h", "n.a.?"): (1, (2,)),
        ("height_cm", "300"): (1, (3,)),
    }
    assert [w.n_athletes for w in unknown_words(squad())] == [2, 2, 1, 1, 1]
    what = {w.word: w.what for w in unknown_words(squad())}
    assert what["hamstring"] == "muscle injury: recovered, or still sore?"
    assert what["Xyzol"] == ""
    assert {w.word for w in open_words(squad())} == {"creatine", "asthma", "ankle sprain"}


def test_an_answer_goes_into_every_cell_with_the_word_and_the_list_stays():
    before = squad()
    said = {
        ("medications", "XYZOL"): "long_acting_beta_agonist",
        ("muscle_injury_12mo", "hamstring"): "recovered",
        ("conditions", "lupus"): None,
        ("height_cm", "300"): 200,
    }
    after = settle(before, said)
    pd.testing.assert_frame_equal(before, squad())
    assert after.loc[3, "medications"] == "long_acting_beta_agonist;statin"
    assert after.loc[4, "medications"] == "long_acting_beta_agonist"
    assert after["muscle_injury_12mo"].tolist()[::2] == ["recovered", "recovered"]
    assert after.loc[3, "height_cm"] == 200
    assert pd.isna(after.loc[4, "conditions"])
    # What no question is about is open, and what was not settled is still asked.
    assert pd.isna(after.loc[2, "medications"])
    assert set(words_of(after)) == {("sleep_h", "n.a.?")}
    assert settle(after, said).equals(after)


def test_none_of_them_leaves_the_other_items_of_a_list():
    after = settle(squad(), {("medications", "Xyzol"): "none"})
    assert after.loc[3, "medications"] == "statin"
    assert after.loc[4, "medications"] == "none"


def test_what_is_left_open_by_a_person_scores_as_what_is_left_open_by_default():
    by_default = score_squad(squad(), PLAN).sort_index()
    all_open = settle(squad(), dict.fromkeys(words_of(squad())))
    by_word = score_squad(all_open, PLAN).sort_index()
    np.testing.assert_array_equal(by_default["probability"], by_word["probability"])
    assert by_default["left_open"].map(len).tolist() == [2, 2, 3, 0]
    assert by_word["left_open"].map(len).tolist() == [0, 0, 0, 0]
    strict = assess_frame(with_plan(all_open, PLAN))
    assert strict["probability"].notna().tolist() == [True, True, True, False]


def test_what_was_said_of_a_word_survives_an_edit_of_the_list():
    said = {("medications", "Xyzol"): "statin"}
    edited = pd.concat([squad(), squad().loc[[4]].rename({4: 9})])
    edited = read_cells(edited).drop(index=3)
    assert settle(edited, said).loc[[4, 9], "medications"].tolist() == ["statin"] * 2


def test_a_cell_that_is_a_list_is_read_word_by_word():
    kept = pd.DataFrame({"medications": [["Lipitor", "HCTZ"], ["statin", "Xyzol"]]})
    read = read_cells(kept)
    assert read["medications"][0] == "statin;thiazide_diuretic"
    assert words_of(read) == {("medications", "Xyzol"): (1, (1,))}
    assert settle(read, {("medications", "Xyzol"): "none"})["medications"][1] == "statin"


def test_a_warning_sign_that_nobody_understands_is_asked_and_keeps_the_score_back():
    frame = pd.DataFrame({"age_years": [30], "illness_24h": ["threw up"]})
    assert set(words_of(frame)) == {("illness_24h", "threw up")}
    assert score_squad(settle(frame, {}), PLAN)["probability"].isna().all()
    for answer, stopped in (("yes", True), (None, False)):
        scored = score_squad(settle(frame, {("illness_24h", "threw up"): answer}), PLAN)
        assert scored["must_not_start"].tolist() == [stopped]
        assert scored["probability"].notna().all()


@pytest.mark.parametrize(
    ("field", "answer"), [("medications", "aspirin"), ("height_cm", 300), ("sex", "x")]
)
def test_an_answer_that_is_not_allowed_is_refused(field, answer):
    with pytest.raises(AnswerError):
        settle(squad(), {(field, "word"): answer})


@pytest.mark.parametrize(
    ("cell", "answer", "kept"),
    [
        ("xyz; abc", "statin", "statin; abc"),  # one of two: the other is asked again
        ("xyz; abc", None, "xyz; abc"),
        ("xyz", None, None),
        ("statin; xyz", "none", "statin; none"),
        ("statin; xyz", None, None),  # else the other would say that there is no more
        ("asthma spray", "statin", "asthma spray"),
        ("mometasone; xyz", None, "mometasone"),
    ],
)
def test_a_list_that_is_kept_keeps_what_was_said_of_a_part_of_a_cell(cell, answer, kept):
    said = {("medications", "Xyz"): answer}
    before = pd.DataFrame({"medications": [cell], "sleep_h": [8]})
    after = with_settled_words(before, said)
    assert (None if pd.isna(after["medications"][0]) else after["medications"][0]) == kept
    # Once it is read again it says what it said before.
    again = settle(read_cells(after), said)["medications"]
    meant = settle(read_cells(before), said)["medications"]
    if cell != "xyz; abc":
        assert again.fillna("").tolist() == meant.fillna("").tolist()
    asked = {(w.field, w.word) for w in unknown_words(read_cells(after))}
    assert ("medications", "xyz") not in asked or cell == kept


def test_a_condition_with_a_warning_outlives_what_is_said_of_other_words():
    people = pd.DataFrame({"conditions": ["sickle cell disease"], "medications": ["xyz"]})
    kept = with_settled_words(people, {("medications", "xyz"): "statin"})
    assert [word.word for word in open_words(read_cells(kept))] == ["sickle cell disease"]
