"""The sheet on which a coach writes at the field what came of a session."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from riskmodel.inputs import units
from riskmodel.reporting.pdf import footer, pdf
from riskmodel.scorecard.rows import Scorecard

ROWS_OF_A_PAGE = 45
"""Most athletes that one page holds."""


def weighing_text(chosen: units.Chosen) -> str:
    """How a sweat rate comes about, and how far it may be off."""
    tenth, urine = units.text(0.1, "kg", chosen), units.text(0.3, "l", chosen)
    return (
        "Sweat rate = (weight before − weight after + what was drunk) / hours between the "
        "weighings, breath counted as sweat. Weigh in dry clothes, before and after "
        "without a toilet between; food counts as drunk. Casa 2000, J. Athl. Train. 35, "
        f"212. The range covers, by our judgement, only {tenth} each weighing, a tenth of "
        f"the drink, up to {urine} of urine and {tenth} of food "
        "that nobody mentions."
    )


def log_sheet_pdf(
    names: Sequence[str],
    title: str,
    day: date,
    scorecard: Scorecard,
    *,
    chosen: units.Chosen | None = None,
) -> bytes:
    """Lay out the sheet, on one page for up to `ROWS_OF_A_PAGE` athletes.

    Parameters
    ----------
    names : sequence of str
        Nothing else about anybody stands on it.
    title : str
        What the session is.
    day : datetime.date
    scorecard : Scorecard
        For the footer.
    chosen : mapping of str to str, optional
        Units to write weights and drinks in, by default kg and l.
    """
    chosen = chosen or {}
    mass, drink = (units.unit_of(own, chosen).label for own in ("kg", "l"))
    content = {
        "title": title,
        "line": f"{day:%a %d %b %Y}. A cramp, in it or within an hour after?",
        "measured": ["Measured WBGT", "Minutes between the weighings"],
        # No and Yes are boxes to tick.
        "heads": [
            "Athlete",
            "No",
            "Yes",
            "Muscle",
            "Minute",
            f"{mass} before",
            f"{mass} after",
            f"{drink} drunk",
        ],
        "names": list(names),
        "note": "No box ticked means: not known. Strike out who was not there. "
        + weighing_text(chosen),
        "footer": footer(scorecard),
    }
    return pdf("squad_log", content)
