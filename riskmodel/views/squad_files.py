"""What a coach takes along of a squad: a sheet to print, and tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd
import streamlit as st

from riskmodel.reporting.spreadsheet import to_csv, to_xlsx
from riskmodel.reporting.squad_sheet import squad_export, squad_pdf
from riskmodel.reporting.squad_warnings import name_warnings
from riskmodel.squad.scores import squad_levers
from riskmodel.views import form, own_card, widgets
from riskmodel.views.state import Held, SquadState, state


def offer(
    scored: Mapping[str, pd.DataFrame], squad: pd.DataFrame, listed: pd.DataFrame
) -> None:
    """Offer the sheet to print and the tables, of each plan its own.

    ``squad`` was scored; ``listed`` still has its words as they were written.
    """
    private = widgets.with_private(
        "squad_private",
        yes="Files then say what health answers tell: factors, warnings, what is missing.",
        no="Files hold names and results; what health answers tell is left out.",
    )
    warnings = name_warnings(listed, squad["athlete"], private=private)
    for name, of_plan in scored.items():
        of = name if len(scored) > 1 else ""
        with st.container(horizontal=True):
            plan = state(SquadState).plans[name]
            _file_buttons(of_plan, squad, plan, of, warnings, private=private)


def _file_buttons(
    scored: pd.DataFrame,
    squad: pd.DataFrame,
    held: Held,
    name: str,
    warnings: Sequence[str],
    *,
    private: bool,
) -> None:
    # A file is made outside the visit, where nothing of its state can be read.
    chosen, plan = form.chosen_units(), held.answers
    place = held.start_weather.place if held.start_weather is not None else ""

    used, card, named = own_card.used(), own_card.scorecard(), own_card.column()

    def export() -> pd.DataFrame:
        table = squad_export(scored, plan, units=chosen, private=private)
        return table.assign(**named)

    end, file = (f", plan {name}", f"squad-{name.lower()}") if name else ("", "squad")
    widgets.download(
        f"Sheet to print{end}",
        lambda: squad_pdf(
            scored,
            plan,
            squad_levers(squad, plan, **used),
            units=chosen,
            private=private,
            scorecard=card,
            place=place,
            name=f"Plan {name}" if name else "",
            warnings=warnings,
        ),
        f"{file}.pdf",
    )
    widgets.download(f"Excel{end}", lambda: to_xlsx(export(), "Squad"), f"{file}.xlsx")
    widgets.download(f"CSV{end}", lambda: to_csv(export()), f"{file}.csv")
