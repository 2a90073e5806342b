"""A coach's list under one planned session, read as the Squad page reads it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Annotated, Any

import pandas as pd
import typer

from riskmodel.cli.frame import (
    CalibrationOption,
    HiddenRowsOption,
    ScorecardOption,
    SheetOption,
    SummariesOption,
    app,
    in_sight,
    own_calibration,
    own_scorecard,
    read_session_file,
    say,
    say_json,
    sentences_for_errors,
    standard_input,
    stop,
)
from riskmodel.inputs.fields import FIELDS, needed_fields
from riskmodel.inputs.files import read_file
from riskmodel.inputs.session import tidy
from riskmodel.inputs.workbook import MOST_UNZIPPED_BYTES
from riskmodel.reporting.replacing import check_target, is_stream, replacing
from riskmodel.reporting.spreadsheet import write_csv
from riskmodel.reporting.squad_lines import known_word_notes, squad_lines
from riskmodel.reporting.squad_warnings import name_warnings
from riskmodel.scorecard.rows import Scorecard
from riskmodel.squad.file import read_squad
from riskmodel.squad.plan import PLAN_FIELDS
from riskmodel.squad.scores import answer_squad
from riskmodel.squad.summary import labels
from riskmodel.squad.unknown import settle

_AS_DATA = ["answer_problems", "left_open", "guards"]  # told in words


@app.command("squad")
def squad_command(
    file: Annotated[
        str, typer.Argument(metavar="LIST", help="CSV or Excel, or - to read CSV.")
    ],
    session: Annotated[
        str | None, typer.Option(help="The planned session of all (JSON).")
    ] = None,
    csv: Annotated[
        str | None, typer.Option("--csv", help="Write everybody's row there (CSV), or -.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    sheet: SheetOption = "",
    hidden_rows: HiddenRowsOption = False,
    summaries: SummariesOption = False,
    scorecard: ScorecardOption = None,
    calibration: CalibrationOption = None,
) -> None:
    """Say of a coach's list who needs attention under one planned session.

    The list is read as on the page Squad; where that would ask, this says how to write
    it.  Ends with 1 if nobody can be scored, 2 if the list cannot be read.
    """
    with sentences_for_errors():
        if csv is not None:
            check_target(csv)
            if as_json and is_stream(csv):
                stop("--json and --csv both write to standard output; give --csv a file.")
        card = own_scorecard(scorecard)
        plan = {} if session is None else _plan(session, card)
        listed = read_squad(
            _content(file),
            _day(plan),
            sheet=sheet,
            hidden_rows=hidden_rows,
            summaries=summaries,
            warnings_stay=True,
        )
        for note in (
            *listed.attrs["notes"],
            *known_word_notes(listed),
            *_lacking(listed, plan),
        ):
            say(note, err=True)
        squad = _named(settle(listed, {}))
        scored, options = answer_squad(squad, plan, card, own_calibration(calibration))
        rows = scored.drop(columns=_AS_DATA)
        if as_json:
            say_json([{"row": row, **values} for row, values in _records(rows)])
        elif csv is None or not is_stream(csv):
            warnings = name_warnings(listed, squad["athlete"])
            say("\n".join(squad_lines(scored, plan, options, warnings)))
        if csv is not None:
            with replacing(csv) as out:
                write_csv(rows.rename_axis("row").reset_index(), in_sight(out))
    if scored["total_points"].isna().all():
        raise typer.Exit(1)


def _content(file: str) -> bytes:
    if file != "-":
        return read_file(file, MOST_UNZIPPED_BYTES)
    content = standard_input().read(MOST_UNZIPPED_BYTES + 1)
    if len(content) > MOST_UNZIPPED_BYTES:
        stop("Standard input is too large for a list of athletes.")
    return content


def _plan(file: str, card: Scorecard | None) -> dict[str, Any]:
    """Answers of a session file that are the same for all; the others are named."""
    answers, problems = tidy(read_session_file(file, card))
    if problems:
        stop("\n".join(map(str, problems)))
    others = [FIELDS[n].label for n in FIELDS if n in answers and n not in PLAN_FIELDS]
    if others:
        say(
            f"Not used of the session, as it differs by athlete: {', '.join(others)}.",
            err=True,
        )
    return {name: answers[name] for name in PLAN_FIELDS if name in answers}


def _day(plan: Mapping[str, Any]) -> date | None:
    """Day of the session, by which ages are counted."""
    start = plan.get("start_time")
    return None if start is None else datetime.fromisoformat(start).date()


def _lacking(listed: pd.DataFrame, plan: Mapping[str, Any]) -> list[str]:
    """Say what neither the list nor the session tells."""
    absent = [f for f in needed_fields(plan) if f.name not in {*listed.columns, *plan}]
    of_plan = ", ".join(field.label for field in absent if field.of_the_plan)
    own = ", ".join(field.label for field in absent if not field.of_the_plan)
    notes = []
    if of_plan:
        notes.append(f"Not known: {of_plan}; --session plan.json says it for all.")
    if own:
        notes.append(f"No column for {own}, which every athlete answers.")
    return notes


def _named(squad: pd.DataFrame) -> pd.DataFrame:
    """Everybody with one name, by which all is told."""
    names = squad["athlete"].fillna("") if "athlete" in squad else ""
    return squad.assign(athlete=labels(squad.assign(athlete=names)))


def _records(rows: pd.DataFrame) -> list[tuple[Any, dict[str, Any]]]:
    """Rows with what JSON can hold: None for what is not known."""
    plain = rows.astype(object).where(rows.notna(), None)
    records: list[Any] = plain.to_dict("records")
    return list(zip(rows.index.tolist(), records, strict=True))
