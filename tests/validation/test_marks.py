"""Columns of outcomes as people fill them in, and what is not guessed of a blank."""

import re

import pandas as pd
import pytest
from typer.testing import CliRunner

from riskmodel.cli import app
from riskmodel.validation.records import RecordsError, read_records
from riskmodel.validation.report import validate
from tests.validation.test_validation import invoked

YES = ["x", "X", "yes", "ja", "1", "\N{CHECK MARK}", "\N{HEAVY CHECK MARK}\ufe0f"]


def sheet(*outcomes):
    rows = "".join(f"{n},{said},0.1\n" for n, said in enumerate(outcomes))
    return f"athlete,cramp,probability\n{rows}".encode()


@pytest.mark.parametrize("blank", ["", "-", "?", "n/a"])
@pytest.mark.parametrize("mark", YES)
def test_a_column_of_one_mark_and_blanks_is_not_guessed_at(mark, blank):
    content = sheet(*[mark] * 3, *[blank] * 17)
    with pytest.raises(RecordsError, match=r"3 say .* 17 are blank.*--blank-is-no") as told:
        read_records(content)
    assert str(told.value).count("\n") == 0
    assert (f"blank (“{blank}”)" in str(told.value)) is (blank != "")
    no, unknown = (read_records(content, blank=said) for said in ("no", "unknown"))
    assert (no.n_sessions, no.n_cramps, no.n_blanks_as_no) == (20, 3, 17)
    assert dict(no.left_out) == {}
    assert (unknown.n_sessions, unknown.n_cramps, unknown.n_blanks_as_no) == (3, 3, 0)
    assert dict(unknown.left_out) == {"no_outcome": 17}


@pytest.mark.parametrize(
    "outcomes", [["x"] * 9, ["no"] * 9, ["no", *[""] * 9], ["x", "no", *[""] * 9]]
)
def test_nothing_is_asked_where_blanks_cannot_be_the_other_answer(outcomes):
    records = read_records(sheet(*outcomes))
    assert records.n_sessions == sum(said != "" for said in outcomes)
    as_no = read_records(sheet(*outcomes), blank="no")
    assert as_no.n_sessions == len(outcomes)
    assert as_no.n_cramps == records.n_cramps == outcomes.count("x")


@pytest.mark.parametrize(
    ("known", "other", "means"),
    [("yes", "none", "no"), ("no", "+", "yes"), ("0", "2", "yes")],
)
def test_what_cannot_be_read_is_not_left_out_where_all_of_one_answer_would_be(
    known, other, means
):
    content = sheet(*[known] * 8, *[other] * 2)
    with pytest.raises(RecordsError, match=rf"“{re.escape(other)}”.* write {means};"):
        read_records(content)
    both = read_records(sheet("yes", "no", other))
    assert dict(both.left_out) == {"outcome_not_read": 1}


def test_a_blank_that_could_not_be_scored_anyway_is_counted_as_that():
    content = b"athlete,cramp,probability\nA,x,0.1\nB,,0.1\nC,,\n"
    records = read_records(content, blank="no")
    assert (records.n_sessions, records.n_blanks_as_no) == (2, 1)
    assert dict(records.left_out) == {"no_probability": 1}


@pytest.fixture
def ticked(tmp_path):
    path = tmp_path / "ticked.csv"
    path.write_bytes(sheet(*["x"] * 15, *[""] * 135))
    return path


def test_the_command_asks_what_blanks_mean_and_says_what_was_answered(ticked):
    asked = CliRunner().invoke(app, ["validate", str(ticked)])
    assert asked.exit_code == 2
    assert not asked.stdout
    assert "15 say “x” and the other 135 are blank" in asked.stderr
    no = invoked("validate", ticked, "--blank-is-no")
    assert "135 outcomes left blank: no cramp, as whoever ran this said." in no
    unknown = invoked("validate", ticked, "--blank-is-unknown")
    assert "Of 150 rows 135 (90 %) do not say whether a cramp came" in unknown
    assert "Every session of the table brought a cramp. If sessions without one" in unknown
    both = CliRunner().invoke(
        app, ["validate", str(ticked), "--blank-is-no", "--blank-is-unknown"]
    )
    assert both.exit_code == 2
    assert "no or unknown" in both.stderr


def test_a_report_of_blanks_says_so_in_its_reasons():
    content = sheet(*["x"] * 15, *[""] * 135)
    assert "blanks_as_no" in validate(content, blank="no").reasons
    reasons = validate(content, blank="unknown").reasons
    assert {"one_outcome", "rows_left_out"} <= {*reasons}
    assert "blanks_as_no" not in reasons


def test_a_workbook_with_ticks_is_asked_about_too():
    from riskmodel.reporting.spreadsheet import to_xlsx

    table = pd.DataFrame(
        {"athlete": range(20), "cramp": ["x", *[""] * 19], "probability": 0.1}
    )
    with pytest.raises(RecordsError, match="19 are blank"):
        read_records(to_xlsx(table, "Season"))
