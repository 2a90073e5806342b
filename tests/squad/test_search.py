"""What a name that somebody types means, as the form asks it and a list is read."""

import pytest

from riskmodel.datasets import read_table
from riskmodel.inputs.fields import FIELDS
from riskmodel.squad.items import item_answer
from riskmodel.squad.names import ASK, OPEN
from riskmodel.squad.search import NAMED, meanings


@pytest.mark.parametrize(
    ("name", "field", "levels"),
    [
        ("Ventolin", "medications", ("short_acting_beta_agonist",)),
        ("albuterol 90 mcg", "medications", ("short_acting_beta_agonist",)),
        ("LIPITOR", "medications", ("statin",)),
        ("Dyazide", "medications", ("thiazide_diuretic", "potassium_sparing_diuretic")),
        ("MS", "conditions", ("multiple_sclerosis",)),
        ("Fettleber", "conditions", ("other_liver",)),
        ("rasgo falciforme", "conditions", ("sickle_cell_trait",)),
        # Known under the medicines too, where no question is about it.
        ("magnesium", "tried_for_cramps", ("magnesium",)),
        ("Kreatin", "tried_for_cramps", ("creatine",)),
        ("Statin", "medications", ("statin",)),
    ],
)
def test_a_name_tells_what_to_tick(name, field, levels):
    (found,) = meanings(name)
    assert (found.field, found.levels, found.asks) == (field, levels, False)
    assert found.what


@pytest.mark.parametrize(
    "name", ["Zorblax", "", "  ", "no", "none", "nein", "x", "yes", "?"]
)
def test_what_is_no_name_means_nothing(name):
    assert meanings(name) == ()


def test_a_name_may_need_a_person_or_have_no_question():
    (hamstring,) = meanings("hamstring")
    assert (hamstring.levels, hamstring.asks) == ((), True)
    (insulin,) = meanings("insulin")
    assert (insulin.levels, insulin.asks) == ((), False)


def test_the_form_and_a_list_read_every_name_alike():
    assert {*NAMED} == {row["field"] for row in read_table("names.csv")}
    for row in read_table("names.csv"):
        found = {m.field: m for m in meanings(row["word"])}
        answer = item_answer(row["field"], row["word"])
        if row["answer"] in (OPEN, "none"):
            assert not found.get(row["field"]) or not found[row["field"]].levels, row
        elif row["answer"] == ASK:
            assert found[row["field"]].asks, row
            assert answer is None, row
        else:
            assert ";".join(found[row["field"]].levels) == answer == row["answer"], row
            assert {*found[row["field"]].levels} <= {*FIELDS[row["field"]].levels}


def test_what_must_be_known_of_a_name_is_told_with_it():
    (disease,) = meanings("sickle cell disease")
    assert not disease.levels
    assert "no cramp and an emergency" in disease.warning
    (either,) = meanings("Sickle cell")
    assert either.asks
    assert meanings("creatin")[0].levels == ("creatine",)
