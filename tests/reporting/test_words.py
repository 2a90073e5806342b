"""The printed scorecard is enough to recompute any total with a pencil."""

import math
import re
from dataclasses import replace

import pytest

from riskmodel import assess
from riskmodel.datasets import load_examples
from riskmodel.inputs.fields import FIELDS
from riskmodel.reporting.onset import onset_text
from riskmodel.reporting.scorecard_table import scorecard_lines
from riskmodel.reporting.words import (
    assessment_lines,
    spread_rows,
    total_text,
    value_text,
)
from riskmodel.scorecard.file import load_scorecard
from riskmodel.scoring.assessment import Assessment
from riskmodel.scoring.engine import SPREADS


def test_a_source_of_the_range_is_shown_once():
    for example in load_examples().values():
        for session in (example, {k: v for k, v in example.items() if FIELDS[k].required}):
            answer = assess(session)
            rows = spread_rows(answer)
            assert len({span for _, span in rows}) == len(rows)
            labels = [label for row, _ in rows for label in row.split("; ")]
            assert sorted(labels) == sorted(SPREADS.values())
            same = replace(answer, spreads=dict.fromkeys(SPREADS, 9.0))
            assert len(spread_rows(same)) == 1


PRINTED = list(scorecard_lines(load_scorecard()))

EXTRA = {
    "nothing optional": {
        "sport": "walking",
        "duration_min": 37,
        "session_rpe": 2.5,
        "age_years": 52,
        "air_temperature_c": 9,
        "relative_humidity_pct": 80,
    },
    "many conditions": {
        **load_examples()["Long ride"],
        "medications": ["loop_diuretic", "potassium_sparing_diuretic"],
        "conditions": ["liver", "kidney", "poor_circulation"],
    },
    "pregnant": {
        **load_examples()["Easy evening run"],
        "pregnancy_trimester": "2",
        "family_cramps": "yes",
        "stretching": "yes",
        "alcohol_24h": "no",
    },
    "no training": {
        **load_examples()["Marathon"],
        "longest_recent_min": 0,
        "sessions_per_week": 0.5,
        "sleep_h": 4.4,
    },
    "short and hot": {**load_examples()["Hot 10 km race"], "duration_min": 17},
    "longer than anybody trains": {
        **load_examples()["Marathon"],
        "duration_min": 700,
        "longest_recent_min": 200,
    },
    "night shift": {**load_examples()["Indoor circuit"], "soreness_0_10": 9},
}
SESSIONS = {**load_examples(), **EXTRA}


class Pencil:
    """Adds points up as a reader of the printed table would, and knows no more."""

    def __init__(self, lines):
        self.factors = {}
        for line in lines:
            if head := re.match(r"== (\w+): .* \[(\w+)", line):
                self.here = self.factors[head[1]] = {"quantity": head[2], "levels": {}}
            elif not line.startswith("  ") or not self.factors:
                continue
            elif line.startswith("    at "):
                self.here["at"] = [float(x) for x in line.split()[1:]]
            elif line.startswith("    points "):
                self.here["points"] = [float(x) for x in line.split()[1:]]
            elif level := re.match(r"    (\S+) +(\d+) points", line):
                self.here["levels"][level[1]] = float(level[2])
                if cap := re.search(r"at most (\d+) points", line):
                    self.here["cap"] = float(cap[1])
            elif unknown := re.match(r"  If not answered: ([\d.]+) points", line):
                self.here["unknown"] = float(unknown[1])
            elif off := re.match(
                r"  First take off ([\d.]+) for each of (\w+), counting at most (\d+)",
                line,
            ):
                self.here["shift"] = (float(off[1]), off[2], float(off[3]))
            elif only := re.match(r"  Counts only with one of these (\w+)", line):
                self.here["only"] = (only[1], None)
            elif self.here.get("only", ("", ""))[1] is None:
                self.here["only"] = (self.here["only"][0], line.strip().split(", "))

    def points(self, name, given):
        row = self.factors[name]
        value = given.get(row["quantity"])
        if value is None:
            return row["unknown"]
        if row["levels"]:
            if isinstance(value, str) and value in row["levels"]:
                return row["levels"][value]
            items = [value] if isinstance(value, str) else value
            return min(sum(row["levels"][item] for item in items), row["cap"])
        if "only" in row:
            quantity, items = row["only"]
            named = given.get(quantity)
            if named is None or not set(named) & set(items):
                return 0.0
        if "shift" in row:
            each, quantity, most = row["shift"]
            value -= each * min(given[quantity], most)
        at, points = row["at"], row["points"]
        if value <= at[0]:
            return points[0]
        if value >= at[-1]:
            return points[-1]
        right = next(i for i, x in enumerate(at) if x >= value)
        share = (value - at[right - 1]) / (at[right] - at[right - 1])
        exact = points[right - 1] + share * (points[right] - points[right - 1])
        return math.floor(exact * 2 + 0.5 + 1e-9) / 2


@pytest.mark.parametrize("name", list(SESSIONS))
def test_a_dozen_sessions_recomputed_from_the_printed_table_alone(name):
    session = SESSIONS[name]
    answer = assess(session)
    given = dict(session)
    for quantity in (
        "wbgt_c", "body_mass_loss_pct", "sodium_deficit_mg", "bmi_kg_m2",
    ):  # fmt: skip
        value = answer.physiology[quantity]
        given[quantity] = None if math.isnan(value) else value
    if (longest := session.get("longest_recent_min")) is not None:
        # Four hours of the plan count, as the question says. A multiple of nothing lies
        # beyond the end of every curve.
        minutes = min(session["duration_min"], 240)
        given["preparedness_ratio_4h"] = minutes / longest if longest else math.inf
    # The average of the reference population, by hand: 0.25 * 3 + 0.25 * 8.
    given.setdefault("heat_days_14d", 2.75)
    pencil = Pencil(PRINTED)
    counted = {c.factor: c.points for c in answer.contributions}
    assert set(pencil.factors) == set(counted)
    assert {factor: pencil.points(factor, given) for factor in counted} == counted
    assert sum(pencil.points(f, given) for f in counted) == answer.total_points


def test_there_are_a_dozen_of_them():
    assert len(SESSIONS) >= 12


def test_the_printed_table_fits_a_page_and_names_every_source():
    assert max(map(len, PRINTED)) <= 120
    text = "\n".join(PRINTED)
    for row in load_scorecard().factors:
        assert row.label in text
        for study in row.all_evidence:
            assert f"\n  {study}: " in text


def test_the_report_shows_safety_first_then_the_total_then_why():
    hot = {**load_examples()["Marathon"], "wbgt_c": 34}
    lines = list(assessment_lines(assess(hot)))
    assert lines[0] == "Before you start"
    total = next(i for i, line in enumerate(lines) if "of 100" in line)
    why = next(i for i, line in enumerate(lines) if line.startswith("Why: "))
    assert why > total > 0


def test_the_report_says_once_when_cramps_begin_or_nothing_of_it():
    answer = assess(load_examples()["Marathon"])
    words = " ".join(assessment_lines(answer))
    assert words.count(onset_text(answer.onset)) == 1
    without = " ".join(assessment_lines(replace(answer, onset=None)))
    assert without == words.replace(onset_text(answer.onset) + " ", "")


def test_the_report_names_problems_and_gives_no_number():
    lines = list(assessment_lines(assess({**load_examples()["Marathon"], "sport": "go"})))
    assert lines[0] == "This session cannot be scored:"
    assert "sport" in lines[1]
    assert "points" not in " ".join(lines)


@pytest.mark.parametrize(
    ("total", "words"),
    [(0.0, "0 points"), (52.5, "52.5 points"), (100.0, "100 points"),
     (112.5, "100 points (the sum, 112.5, is higher)")],
)  # fmt: skip
def test_a_total_above_100_says_so(total, words):
    assert total_text(total) == words


def test_an_answer_without_a_longest_session_is_told_in_words():
    answer = assess({**load_examples()["Marathon"], "longest_recent_min": 0})
    assert isinstance(answer, Assessment)
    text = "\n".join(assessment_lines(answer))
    assert "inf" not in text.split()


@pytest.mark.parametrize(
    "session",
    [
        {"sport": "swimming", "duration_min": 60, "session_rpe": 6, "age_years": 30},
        {**load_examples()["Easy evening run"], "fluid_intake_l_h": 3},
        {**load_examples()["Marathon"], "longest_recent_min": 0},
    ],
)
def test_what_a_factor_read_is_said_whatever_the_factor_is_called(session):
    for row in assess(session).contributions:
        assert value_text(replace(row, factor="mine")) == value_text(row)


@pytest.mark.parametrize("quantity", ["wbgt_c", "air_temperature_c"])
def test_heat_in_the_water_is_not_a_question_left_open(quantity):
    swim = {"sport": "swimming", "duration_min": 60, "session_rpe": 6, "age_years": 30}
    rows = {row.quantity: row for row in assess(swim).contributions}
    assert rows["wbgt_c"].value is None
    warmth = replace(rows["wbgt_c"], factor="warmth", quantity=quantity)
    assert value_text(warmth) == "not known in the water"
    assert value_text(rows["sleep_h"]) == "not answered"
