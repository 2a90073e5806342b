"""The sheet on which a coach writes at the field what came of a session."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from riskmodel.reporting.pdf import footer, pdf
from riskmodel.scorecard.rows import Scorecard

HEADS = ("Athlete", "No", "Yes", "Muscle", "Minute", "kg before", "kg after", "l drunk")
"""Of the columns; No and Yes are boxes to tick."""

ROWS_OF_A_PAGE = 45
"""Most athletes that one page holds."""

WEIGHING = (
    "Sweat rate = (kg before − kg after + litres drunk) / hours between the weighings, "
    "breath counted as sweat. Weigh in dry clothes, "
    "before and after without a toilet between; food counts as drunk. Casa 2000, "
    "J. Athl. Train. 35, 212. The range covers, by our judgement, only 0.1 kg each "
    "weighing, a tenth of the drink, up to 0.3 l of urine and 0.1 kg of food that nobody "
    "mentions."
)
"""How a sweat rate comes about, and how far it may be off."""


def log_sheet_pdf(
    names: Sequence[str], title: str, day: date, scorecard: Scorecard
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
    """
    content = {
        "title": title,
        "line": (
            f"{day:%a %d %b %Y}. A cramp, in it or within an hour after?   "
            "Measured WBGT: ________   Minutes between the weighings: ________"
        ),
        "heads": HEADS,
        "names": list(names),
        "note": f"No box ticked means: not known. Strike out who was not there. {WEIGHING}",
        "footer": footer(scorecard),
    }
    return pdf("squad_log", content)
