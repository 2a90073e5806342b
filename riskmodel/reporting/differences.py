"""Why a plan that was saved or sent may give other numbers than where it comes from."""

from __future__ import annotations

from riskmodel.scorecard.file import is_other_version


def difference_sentences(
    saved_with: str | None, now: str, *, without_private: bool = False
) -> list[str]:
    """Say why numbers can differ, with one sentence for each reason.

    Parameters
    ----------
    saved_with : str or None
        Version of the scorecard that was noted when it was saved; "" if none was, None
        for what was never saved.
    now : str
        Version that scores it now.
    without_private : bool
        Whether health and personal answers were left out.

    Examples
    --------
    >>> difference_sentences("2026.1", "2026.1"), len(difference_sentences("", "2027.1"))
    ([], 1)
    """
    reasons = []
    if without_private:
        reasons.append(
            "Opened without health and personal answers: they count as open here"
        )
    if saved_with is not None and is_other_version(saved_with, now):
        scored = "Perhaps scored with an earlier scorecard"
        if saved_with:
            scored = f"Scored with scorecard {saved_with}"
        reasons.append(f"{scored} when it was saved, and with {now} now")
    return [f"{reason}, so that numbers can differ." for reason in reasons]
