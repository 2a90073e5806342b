"""What came of sessions, beside what was expected; and several clubs together."""

from __future__ import annotations

import json
from contextlib import nullcontext
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from riskmodel.cli.frame import (
    CalibrationOption,
    ScorecardOption,
    app,
    in_sight,
    own_calibration,
    own_scorecard,
    say,
    say_json,
    sentences_for_errors,
    standard_input,
    stop,
)
from riskmodel.inputs.files import open_file
from riskmodel.inputs.installing import how_to_install
from riskmodel.reporting.replacing import check_target, is_same_file, replacing
from riskmodel.scorecard.file import load_scorecard

if TYPE_CHECKING:
    from riskmodel.scorecard.rows import Scorecard
    from riskmodel.validation.marks import Blank
    from riskmodel.validation.report import Validation

_MOST_BYTES = 200_000_000


@app.command("validate")
def validate_command(
    file: Annotated[str, typer.Argument(help="Outcomes, CSV or Excel; - to read CSV.")],
    report: Annotated[
        str | None, typer.Option(help="Write a report there: .html or .pdf.")
    ] = None,
    summary_file: Annotated[
        str | None,
        typer.Option("--summary", help="Write counts there (JSON) to pool with others'."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    score_again: Annotated[
        bool,
        typer.Option("--score-again", help="Do not use probabilities of the file."),
    ] = False,
    blank_is_no: Annotated[
        bool,
        typer.Option("--blank-is-no", help="A blank outcome means that no cramp came."),
    ] = False,
    blank_is_unknown: Annotated[
        bool,
        typer.Option(
            "--blank-is-unknown", help="Nobody knows what came where the outcome is blank."
        ),
    ] = False,
    scorecard: ScorecardOption = None,
    calibration: CalibrationOption = None,
) -> None:
    """Test the number on your own people: planned answers, and whether a cramp came.

    The file is the export of a diary, or a table with a row for each session, a column
    called cramp (yes or no) and, if there is one, a column that names the athlete.
    Nothing leaves this machine, and no weight changes.
    """
    _need("sklearn", "calibration")
    from riskmodel.reporting.validation import validation_lines
    from riskmodel.validation.report import validate

    if summary_file == "-" and as_json:
        stop("--summary - and --json would both print JSON; give the summary a file.")
    if blank_is_no and blank_is_unknown:
        stop("A blank means no or unknown: give --blank-is-no or --blank-is-unknown.")
    _check_report(report)
    blank: Blank | None = "no" if blank_is_no else "unknown" if blank_is_unknown else None
    with sentences_for_errors():
        _check_targets(file, [name for name in (report, summary_file) if name])
        card, curves = own_scorecard(scorecard), own_calibration(calibration)
        told = validate(_content(file), card, curves, score_again=score_again, blank=blank)
        _write(told, card or load_scorecard(), report, summary_file)
    if as_json:
        say_json(told.to_dict())
    elif summary_file != "-":
        say("\n".join(validation_lines(told)))
    for written in (report, summary_file):
        if written and written != "-":
            say(f"Wrote {written}.", err=True)


def _check_report(report: str | None) -> None:
    if report and not report.lower().endswith((".html", ".pdf")):
        stop(f"A report is .html or .pdf, and not {Path(report).name}.")
    if report:
        _need("typst", "app")


def _write(
    told: Validation, card: Scorecard, report: str | None, summary_file: str | None
) -> None:
    from riskmodel.reporting.validation_pages import validation_html, validation_pdf
    from riskmodel.validation.summary import summary

    if report and report.lower().endswith(".pdf"):
        with replacing(report) as out:
            out.buffer.write(validation_pdf(told, card))  # type: ignore[attr-defined]
    elif report:
        with replacing(report) as out:
            out.write(validation_html(told, card))
    if summary_file:
        with replacing(summary_file) as out:
            in_sight(out).write(json.dumps(summary(told.records, told.scorecard)) + "\n")


@app.command("pool")
def pool_command(
    files: Annotated[list[Path], typer.Argument(help="What --summary wrote, two or more.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Lay the summaries of several clubs together; no row is shared."""
    _need("sklearn", "calibration")
    from dataclasses import asdict

    from riskmodel.reporting.validation_pooled import pooled_lines
    from riskmodel.validation.pooling import pool
    from riskmodel.validation.report import finite
    from riskmodel.validation.summary import read_summary

    with sentences_for_errors():
        told = [read_summary(_content(str(file)), file.name) for file in files]
        pooled = pool(told)
    if as_json:
        say_json(finite(asdict(pooled)))
    else:
        say("\n".join(pooled_lines(pooled, [file.stem for file in files])))


def _check_targets(source: str, targets: list[str]) -> None:
    """Refuse to write over the input, or one result over the other."""
    files = [Path(name).resolve() for name in targets if name != "-"]
    if len(set(files)) < len(files):
        stop("--report and --summary are the same file; choose another name.")
    for target in targets:
        if is_same_file(source, target):
            stop(f"{Path(target).name} is the file with the outcomes; choose another name.")
        check_target(target)


def _need(module: str, extra: str) -> None:
    if find_spec(module) is None:
        stop(f"This needs one more package: {how_to_install(extra)}")


def _content(file: str) -> bytes:
    opened = nullcontext(standard_input()) if file == "-" else open_file(file)
    with opened as source:
        content: Any = source.read(_MOST_BYTES + 1)
    if len(content) > _MOST_BYTES:
        what = "The table" if file == "-" else Path(file).name
        stop(f"{what} is larger than {_MOST_BYTES // 1_000_000} MB.")
    return bytes(content)
