"""Findings are data: nothing reads a sentence back, and what is private stays so."""

import ast
import re
from pathlib import Path

import pandas as pd
import pytest

import riskmodel
from riskmodel import assess, compare
from riskmodel.inputs.fields import FIELDS
from riskmodel.inputs.problems import Problem, public_sentences
from riskmodel.reporting.side_by_side import parts
from riskmodel.reporting.squad_sheet import labels, squad_table
from riskmodel.reporting.squad_warnings import squad_warnings
from riskmodel.scoring.guards import GUARDS
from riskmodel.squad.scores import score_squad
from riskmodel.whatif.levers import LEVERS
from riskmodel.whatif.vetoes import VETOES

PACKAGE = Path(riskmodel.__file__).parent
PLAN = {
    "sport": "running",
    "duration_min": 90,
    "session_rpe": 7,
    "air_temperature_c": 30,
    "relative_humidity_pct": 60,
}
_SEARCHING = {"findall", "finditer", "fullmatch", "match", "search", "sub", "compile"}
_SEARCHING |= {"startswith", "endswith", "contains", "removeprefix", "removesuffix"}
_SEARCHING |= {"replace", "split", "index", "find"}


def own_sentences() -> list[str]:
    """Parts of every sentence about a finding, without the values in it."""
    signs = FIELDS["red_flags"].levels
    problems = [
        *(Problem(name, "missing") for name in FIELDS),
        *(Problem(name, "not_allowed", "\0") for name in FIELDS),
        *(Problem("red_flags", "sign_not_looked_at", (s,)) for s in signs),
        Problem("\0", "no_such_input"),
        *(Problem("", kind, "99") for kind in ("no_scenarios", "indoors", "nobody_scored")),
        Problem("", "scenarios_of_another_version"),
    ]
    sentences = [*map(str, problems), *map(str, GUARDS)]
    return [*sentences, *(v.note for v in VETOES), *(lever.sentence for lever in LEVERS)]


def texts_searched_for(tree: ast.AST):
    """Constants that code looks for in a text: `"x" in text`, `re.search("x", …)`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Compare) and isinstance(node.ops[0], ast.In | ast.NotIn):
            sides = [node.left]
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            sides = node.args[:1] if node.func.attr in _SEARCHING else []
        else:
            continue
        for side in sides:
            for part in ast.walk(side):
                if isinstance(part, ast.Constant) and isinstance(part.value, str):
                    yield part.value


@pytest.mark.parametrize(
    "path", sorted(PACKAGE.rglob("*.py")), ids=lambda p: str(p.relative_to(PACKAGE))
)
def test_no_code_searches_a_sentence_that_we_wrote(path):
    sentences = own_sentences()
    tree = ast.parse(path.read_text(encoding="utf-8"))
    # A word alone may be anything; two words in a row are of a sentence.
    phrases = {
        t for t in texts_searched_for(tree) if re.search(r"[a-z]{2,}\W+[a-z]{2,}", t)
    }
    words = [re.sub(r"\\[()wsd]\+?|[()^$]", " ", phrase) for phrase in phrases]
    assert [w for w in words if any(w.strip() in s for s in sentences)] == []


_WRITES = re.compile(r"(_words?|_text|_span|_number|_brief|^sentences?|^words)$")
"""Names of what writes a number, a day or a sentence for people."""


def cut_up(tree: ast.AST):
    """Code that takes apart what it has just written: `day_words(day)[:3]`."""
    for node in ast.walk(tree):
        is_slice = isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Slice)
        is_search = isinstance(node, ast.Attribute) and node.attr in _SEARCHING
        if is_slice or is_search:
            written = getattr(node.value, "func", None)
            name = getattr(written, "id", getattr(written, "attr", ""))
            if _WRITES.search(name):
                yield ast.unparse(node)


@pytest.mark.parametrize(
    "path", sorted(PACKAGE.rglob("*.py")), ids=lambda p: str(p.relative_to(PACKAGE))
)
def test_no_code_takes_apart_what_was_written_for_people(path):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    assert list(cut_up(tree)) == []
    ends = {"about", "fewer than", "under", "or more", "more than", ", plan"}
    assert [text for text in texts_searched_for(tree) if text.strip() in ends] == []


def test_the_check_itself_sees_what_is_taken_apart():
    code = 'day_words(a)[:3]; in_100_number(p, "under").replace("under ", "<"); a.text[:3]'
    assert len(list(cut_up(ast.parse(code)))) == 2


def test_the_check_itself_sees_a_search():
    code = (
        'if "is missing; needed" in text or re.search(r" \\(\\w+\\) is missing", text): ...'
    )
    assert len(list(texts_searched_for(ast.parse(code)))) == 2


def test_a_coach_is_not_spoken_to_as_the_athlete():
    assert [g.to_coach for g in GUARDS if re.search(r"\byour?\b", g.to_coach, re.I)] == []
    assert all(g.to_coach == g.coach_sentence or not g.coach_sentence for g in GUARDS)
    assert "coach" not in " ".join(g.to_coach for g in GUARDS)
    table = squad_table(score_squad(SQUAD, PLAN), private=True).set_index("Athlete")
    told = table["Problems and warnings"]["Cy"]
    (young,) = (g for g in GUARDS if g.name == "under_18")
    assert young.to_coach in told
    assert young.sentence not in told


def test_private_urgent_and_heat_are_attributes():
    assert {g.name for g in GUARDS if g.about_heat} == {
        "extreme_heat",
        "high_heat",
        "high_heat_used_to",
        "warm_water",
    }
    assert {g.name for g in GUARDS if g.private} == {
        *FIELDS["red_flags"].levels,
        *("red_flag_seen", "illness", "circulation", "pregnancy"),
    }
    assert {g.name for g in GUARDS if g.urgent} == {
        *FIELDS["red_flags"].levels,
        *("illness", "extreme_heat"),
    }


def test_public_sentences_tell_no_value_and_no_private_question():
    problems = assess({**PLAN, "age_years": 200, "sleep_h": 33}).problems
    assert public_sentences(problems) == "Age needs a look. Answers need a look."
    assert public_sentences(()) == ""


SQUAD = pd.DataFrame(
    {
        "athlete": ["Ada", "Ben", "Cy", "Di"],
        "age_years": [25, 200, 16, 33],
        "medications": ["Xyzol (inhaler)", "none", "none", "none"],
        "illness_24h": ["no", "no", "no", "yes"],
    }
)


def test_a_cell_in_brackets_is_shown_whole_and_names_of_programs_are_not():
    table = squad_table(score_squad(SQUAD, PLAN), private=True).set_index("Athlete")
    told = table["Problems and warnings"]
    assert "Regular medicines is Xyzol (inhaler), which is not understood." in told["Ada"]
    assert "(age_years)" not in told["Ben"]
    public = squad_table(score_squad(SQUAD, PLAN), private=False).set_index("Athlete")
    assert public["Problems and warnings"]["Ada"] == "Answers need a look."
    assert public["Problems and warnings"]["Ben"] == "Age needs a look."
    assert public["Problems and warnings"]["Di"] == "Answers need a look."


def test_a_warning_is_told_once_with_whom_it_is_for():
    told = squad_warnings(score_squad(SQUAD, PLAN))
    assert told[0].startswith("Di: ")
    assert any(text.startswith("Cy: Under 18") for text in told)


@pytest.mark.parametrize(
    ("names", "index"),
    [
        (["Ada", "Ada"], [1, 1]),
        (["Ada", "Ada", ""], [0, 0, 0]),
        (["", ""], [7, 7]),
        (["Ada", "Ada (row 1)", "Ada"], [1, 2, 1]),
        (["Ada", "Ben"], [1, 1]),
    ],
)
def test_labels_of_lists_put_together_end_and_differ(names, index):
    told = labels(pd.DataFrame({"athlete": names}, index))
    assert told.is_unique
    assert all(name in label for name, label in zip(names, told, strict=True))
    scored = score_squad(
        pd.concat([SQUAD, SQUAD]).assign(medications="none"), {**PLAN, "age_years": 30}
    )
    assert labels(scored).is_unique


def test_impossible_answers_are_laid_out_as_they_were_written():
    odd = {**PLAN, "age_years": "old", "sky": "green", "start_time": "soon"}
    plain = {**PLAN, "age_years": 30}
    differing = parts(compare([odd, plain]), {}, private=True)[1]
    texts = {line.label: line.texts for line in differing.lines}
    assert texts["Age"] == ("old", "30 years")
    assert texts["Sky"] == ("green", "open")
    assert texts["Start time"] == ("soon", "open")
