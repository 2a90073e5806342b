"""What stands in a cell and answers nothing, by one rule in lists, tables and logs."""

import pandas as pd
import pytest

from riskmodel import assess_frame
from riskmodel.inputs.blanks import is_blank
from riskmodel.inputs.reading import read_frame
from riskmodel.squad.file import read_squad
from riskmodel.squad.scores import score_squad
from riskmodel.training.cells import blank
from tests.squad.test_squad import PLAN

BLANK = """
- | -- | — | – | − | ? | ?? | . | ... | … | / | _ | #N/A | #n/a | #NV | #N/D | unknown
Unknown | TBC | tba | tbd | n.a. | N/A | k.A. | k. A. | keine Angabe | unbekannt | inconnu
desconocido | sconosciuto | onbekend | okänd | ukjent | ukendt | tuntematon | not known
not given | no data | missing | 不明
"""
NOT_BLANK = "none | no | 0 | x | #REF! | #DIV/0! | + | never | nil | -1 | ?1 | keine | yes"


def cells_of(text):
    return [cell.strip() for line in text.strip().splitlines() for cell in line.split("|")]


@pytest.mark.parametrize("cell", cells_of(BLANK))
def test_a_mark_for_nothing_is_not_answered_wherever_it_stands(cell):
    assert is_blank(cell)
    assert is_blank(f" {cell} ")
    assert blank(pd.Series([cell]))[0]
    frame = pd.DataFrame({**PLAN, "age_years": [31], "medications": cell, "sleep_h": cell})
    assert not read_frame(frame).problems
    squad = read_squad(
        f"Name;Age;Meds;Conditions;Sex;Height (cm)\nA;31{f';{cell}' * 4}\n".encode()
    )
    assert squad.iloc[0].dropna().to_dict() == {"athlete": "A", "age_years": 31}
    (note,) = squad.attrs["notes"]
    assert note.startswith(f"Not answered: “{cell}” under Meds in row 2 “A”; ")
    assert note.endswith(f"; “{cell}” under Height (cm) in row 2 “A”.")


@pytest.mark.parametrize("cell", cells_of(NOT_BLANK))
def test_what_may_be_an_answer_is_not_blank(cell):
    assert not is_blank(cell)
    assert not blank(pd.Series([cell]))[0]


def test_a_dash_costs_nobody_the_score():
    content = (
        "Name,Age,Weight (kg),Cramps in the last 12 months,Medications\n"
        "Athlete 1,31,62,-,-\nAthlete 2,24,80,—,?\nAthlete 3,29,70,#N/A,none\n"
        "Athlete 4,40,75,2,unknown\n"
    )
    squad = read_squad(content.encode())
    assert squad["cramp_sessions_12mo"].notna().tolist() == [False, False, False, True]
    assert squad["medications"].notna().tolist() == [False, False, True, False]
    scored = assess_frame(squad.assign(**PLAN))
    assert (scored["problems"] == "").all()
    assert scored["probability"].notna().all()


def test_a_required_answer_that_is_only_a_mark_is_missing():
    scored = score_squad(read_squad(b"Name,Age\nA,?\nB,30\n"), PLAN)
    problems = scored["answer_problems"].sort_index()
    assert [[p.kind for p in row] for row in problems] == [["missing"], []]


@pytest.mark.parametrize(
    "cell", ["#REF!", "#DIV/0!", "#VALUE!", "#NAME?", "#WERT!", "#BEZUG!"]
)
def test_a_broken_formula_is_open_and_told(cell):
    squad = read_squad(f"Name;Age;Meds;Height (cm)\nA;31;{cell};{cell}\n".encode())
    assert squad[["medications", "height_cm"]].isna().all(axis=None)
    (note,) = squad.attrs["notes"]
    assert note.startswith(
        f"A broken formula, to be mended in the file: “{cell}” under Meds"
    )
    of_age = score_squad(read_squad(f"Name;Age\nA;{cell}\n".encode()), PLAN)
    assert cell in of_age["problems"].iloc[0]


def test_a_person_may_be_called_na():
    assert read_squad(b"Name,Age\nNa,31\nTBA,30\n")["athlete"].tolist() == ["Na", "TBA"]
