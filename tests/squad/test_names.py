"""The table of common names, and what a cell of several words says."""

import re
from collections import Counter

import pytest

from riskmodel.datasets import read_table
from riskmodel.inputs.fields import FIELDS
from riskmodel.reporting.squad_lines import known_word_notes
from riskmodel.squad.columns import match_columns
from riskmodel.squad.file import read_squad, read_squad_file
from riskmodel.squad.headers import words
from riskmodel.squad.items import item_answer
from riskmodel.squad.names import ASK, OPEN, exact, known_word
from riskmodel.squad.scores import score_squad
from riskmodel.squad.unknown import unknown_words

NAMES = read_table("names.csv")
PLAN = {
    "sport": "soccer",
    "duration_min": 90.0,
    "session_rpe": 7.0,
    "air_temperature_c": 29.0,
    "relative_humidity_pct": 55.0,
}


def test_each_name_has_an_answer_of_its_question_and_a_source():
    for row in NAMES:
        field = FIELDS[row["field"]]
        levels = {*field.levels, *(["none"] if field.kind == "levels" else [])}
        answers = row["answer"].split(";")
        assert {*answers} <= levels or answers in ([OPEN], [ASK]), row
        assert len(answers) == 1 or field.kind == "levels", row
        assert row["what"], row
        assert row["source"].startswith(("judgement", "ATC ", "ICD-10 ")), row
        assert row["answer"] == OPEN or not row["warning"], row


def test_no_name_stands_twice_or_in_another_table_too():
    twice = Counter((row["field"], exact(row["word"])) for row in NAMES)
    assert max(twice.values()) == 1
    general = {exact(w) for said in words()["cells"].values() for w in said}
    for row in NAMES:
        labels = {*FIELDS[row["field"]].levels, *FIELDS[row["field"]].levels.values()}
        assert exact(row["word"]) not in general | {*map(exact, labels)}, row
        # What splits a cell stands in no name of a list, or the whole is known.
        assert item_answer(row["field"], row["word"]) in (row["answer"], None), row


@pytest.mark.parametrize(
    ("field", "word", "answer"),
    [
        ("medications", "Lipitor", "statin"),
        ("medications", "HCTZ 25mg daily", "thiazide_diuretic"),
        ("medications", "Seretide", "long_acting_beta_agonist"),
        ("medications", "albuterol", "short_acting_beta_agonist"),
        ("medications", "Ventolin (inhaler)", "short_acting_beta_agonist"),
        ("medications", "albuterol inhaler prn", "short_acting_beta_agonist"),
        ("medications", "Asthalin", ASK),
        ("medications", "Aerolin inhaler", "short_acting_beta_agonist"),
        ("medications", "insulin", "none"),
        ("medications", "Ibuprofen 400 mg", "open"),
        ("medications", "epinephrine", "ask"),
        ("medications", "Metformin 500 mg", "none"),
        ("medications", "creatine", OPEN),
        ("medications", "mometasone", OPEN),  # alone or beside a beta agonist
        ("conditions", "T1D", "diabetes"),
        ("conditions", "Hashimoto\N{RIGHT SINGLE QUOTATION MARK}s", "thyroid"),
        ("conditions", "Asthme", OPEN),
        ("conditions", "sickle trait", "sickle_cell_trait"),
        ("conditions", "sickle cell disease", OPEN),
        ("conditions", "MS", "multiple_sclerosis"),
        ("conditions", "Morbus Parkinson", "other_nerve"),
        ("conditions", "fatty liver", "other_liver"),
        ("conditions", "hepatitis", ASK),
        ("conditions", "GBS", ASK),
        ("tried_for_cramps", "Gurkenwasser", "pickle_juice"),
        ("muscle_injury_12mo", "ankle sprain", OPEN),
        ("muscle_injury_12mo", "hamstring strain", ASK),
        ("muscle_injury_12mo", "L hamstring strain", ASK),
        ("muscle_injury_12mo", "ankle sprain (right)", OPEN),
    ],
)
def test_common_names_are_known(field, word, answer):
    assert known_word(field, word).answer == answer


@pytest.mark.parametrize("word", ["asthma?", "no asthma", "ex-diabetic", ""])
def test_of_an_unclear_name_no_part_is_known(word):
    assert known_word("conditions", word) is None


@pytest.mark.parametrize(
    ("cell", "bits"),
    [
        ("Lipitor 20 mg", {"statin"}),
        ("losartan/HCTZ", {"other_blood_pressure", "thiazide_diuretic"}),
        ("Dyazide", {"thiazide_diuretic", "potassium_sparing_diuretic"}),
        ("atorvastatin; ibuprofen", {"statin"}),
        (
            "Ventolin and Symbicort",
            {"short_acting_beta_agonist", "long_acting_beta_agonist"},
        ),
        ("no", set()),
        ("No meds", set()),
        # The known one alone would say that there is nothing else.
        ("atorvastatin; Xyz", None),
        ("insulin", set()),
        ("Metformin; Cetirizine 10 mg", set()),
        ("Metformin; Xyz", None),
        ("creatine", None),
        ("-", None),
    ],
)
def test_a_cell_of_medicines_says_what_all_its_words_say(cell, bits):
    text = f'Name\tAge\tMeds\nA\t30\t"{cell}"\n'
    squad = read_squad(text.encode())
    scored = score_squad(squad, PLAN)
    assert scored["probability"].notna().all()
    points = scored["points_medications"].iloc[0]
    if bits is None:
        assert "medications" in scored["missing"].iloc[0].split(";")
    else:
        read = squad["medications"].iloc[0]
        assert {*read.split(";")} - {"none"} == bits
        assert "medications" not in scored["missing"].iloc[0].split(";")
        assert (points > 0) == bool(bits)


def test_a_medicine_that_counts_nothing_is_told():
    rows = b"A,30,Metformin,asthma\nB,30,Xyz,-\nC,30,statin; Ibuprofen,-\nD,30,none,-\n"
    squad = read_squad(b"Name,Age,Meds,Conditions\n" + rows)
    (note,) = [note for note in squad.attrs["notes"] if "none of these" in note]
    assert "Metformin" in note
    assert not {"Xyz", "Ibuprofen"} & {*re.findall(r"\w+", note)}
    (known,) = known_word_notes(squad)
    assert "asthma" in known
    assert [word.word for word in unknown_words(squad)] == ["Xyz"]


@pytest.mark.parametrize("word", ["epinephrine inhaler", "insulin inhaler", "Qvar tablets"])
def test_another_form_than_that_of_a_known_medicine_is_not_known(word):
    assert known_word("medications", word) is None


def test_only_a_medicine_of_a_certain_class_counts_as_none():
    for row in NAMES:
        if row["answer"] == "none" and not row["what"].startswith("no "):
            assert row["field"] == "medications", row
            assert row["source"].startswith("ATC "), row


def test_what_is_known_and_not_asked_about_needs_no_look():
    squad = read_squad(b"Name,Age,Meds,Conditions\nA,30,insulin,asthma\nB,30,foo,-\n")
    scored = score_squad(squad, PLAN).sort_index()
    assert [len(problems) for problems in scored["left_open"]] == [0, 1]


@pytest.mark.parametrize("cell", ["-", "?", "unknown", "k.A."])
def test_what_says_that_nothing_is_known_is_blank_and_no_doubt_of_a_unit(cell):
    text = f"Name;Weight;Height;Sleep (h);Sex\nA;70 kg;1.72;8;m\nB{f';{cell}' * 4}\n"
    assert not any(c.question for c in match_columns(read_squad_file(text.encode())))
    squad = read_squad(text.encode())
    assert squad.iloc[1, 1:].isna().all()
