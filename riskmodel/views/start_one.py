"""One start on the page Best start: choosing it, what it means, and using it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, cast
from zoneinfo import ZoneInfo

import pandas as pd
import streamlit as st

from riskmodel import assess
from riskmodel.inputs import units
from riskmodel.inputs.fields import FIELDS
from riskmodel.reporting.calendar_file import start_event
from riskmodel.reporting.starts import as_good_words, day_words, weather_words, weekday_word
from riskmodel.scoring.assessment import Assessment
from riskmodel.scoring.bands import in_100_brief
from riskmodel.scoring.grid import WEATHER_FIELDS
from riskmodel.starts.best import BestStart, BestStartSquad
from riskmodel.training.log import TrainingLog
from riskmodel.views import form, look, own_card, place, share, widgets
from riskmodel.views.navigation import go_to
from riskmodel.views.start_chart import Best, card_html, number_text
from riskmodel.views.state import StartState, state
from riskmodel.views.training_state import TrainingState
from riskmodel.weather.heat_days import suggest_heat_days
from riskmodel.weather.hours import Weather, WeatherError, clock_words
from riskmodel.weather.over_session import weather_answers
from riskmodel.whatif.advice import Advice
from riskmodel.whatif.drinking_plan import drinking_plan

CHOSEN = "start_chosen"
_BEST = "start_best"
_ON_SITE = "on_site"


def _option(start: pd.Timestamp) -> str:
    """Name of a start in what can be chosen."""
    return start.tz_convert("UTC").isoformat()


def _rows(best: Best) -> pd.DataFrame:
    """Starts that can be chosen; all of them where the limits leave none."""
    allowed = best.starts[best.starts["allowed"]]
    return allowed if len(allowed) else best.starts


def chosen_row(best: Best) -> pd.Series[Any]:
    """Row of the start that is looked at: at first the best, on the planned day if any."""
    rows = _rows(best)
    options = [*map(_option, rows["start"])]
    if st.session_state.get(CHOSEN) not in options:
        first = best.by_day
        if best.planned is None:
            in_order = sorted(best.by_day, key=lambda day: (day.shown, not day.daylight))
            first = tuple(in_order)
        starts = [_option(day_best.start) for day_best in first]
        st.session_state[CHOSEN] = (*starts, *options)[0]
    chosen = pd.Timestamp(st.session_state[CHOSEN])
    return cast("pd.Series[Any]", rows.loc[chosen])


def look_at_the_best() -> None:
    """Forget the start that was chosen: another one is planned."""
    st.session_state.pop(CHOSEN, None)


def show(
    best: Best,
    row: pd.Series[Any],
    answers: Mapping[str, Any],
    on_site: OnSite | None,
    *,
    usable: bool,
) -> None:
    """Draw one start beside the planned one, and let another be chosen or this be used."""
    if row["problem"]:
        look.note(row["problem"])
    else:
        shown = row if on_site is None else on_site.counted_in(row)
        st.html(card_html(best, shown))
        suns = [day.words for day in best.days if day.day == row["start"].date()]
        as_good = [as_good_words(day) for day in best.by_day if day.start == row["start"]]
        look.note(*as_good, weather_words(row, form.chosen_units()), *suns)
        if on_site is not None:
            heat = units.text(on_site.wbgt_c, "°C", form.chosen_units(), 1)
            look.note(f"The number counts the WBGT that you measured, {heat}.")
        for sentence in _warnings(best, shown):
            look.warn(sentence)
    labels = {
        _option(start): f"{day_words(start)}, {clock_words(start)}"
        for start in _rows(best)["start"]
    }
    squad = isinstance(best, BestStartSquad)
    with st.container(horizontal=True, vertical_alignment="bottom", wrap=False):
        widgets.select("Start", labels, CHOSEN, persist_state="session")
        if not usable:
            return
        st.button(
            f"Use in {'Squad' if squad else 'My session'}",
            key="use_start",
            type="primary",
            icon=":material/check:",
            disabled=bool(row["problem"]),
            on_click=_use,
            args=(best.weather, row["start"], answers, on_site, squad),
        )
    if not squad and not row["problem"]:
        _offer_calendar(best.weather, row["start"], answers, on_site)


def _offer_calendar(
    weather: Weather,
    start: pd.Timestamp,
    answers: Mapping[str, Any],
    on_site: OnSite | None,
) -> None:
    """Offer the start as a file for a calendar, with a link without health answers."""
    measured_c = None if on_site is None else on_site.wbgt_c
    whole = _at_start(weather, start, answers, measured_c)
    # A calendar is often shared, and a number beside its public link would tell the rest.
    session = place.as_typed({n: v for n, v in whole.items() if not FIELDS[n].private})
    link, chosen = share.link(session, private=False), form.chosen_units()
    if session.keys() != whole.keys():
        look.note("The calendar's number leaves out health and personal answers.")
    used, version = own_card.used(), own_card.version()

    def written() -> bytes:
        answer, moment = assess(session, **used), start.to_pydatetime()
        # What is advised would tell of body size: the plan alone stands there.
        drinks = drinking_plan(session, answer.physiology, Advice())
        sport = session["sport"]
        return start_event(moment, sport, answer, drinks, link, chosen, version)

    widgets.download("Into my calendar", written, "cramp-risk-start.ics")


def _warnings(best: Best, row: pd.Series[Any]) -> list[str]:
    """What to consider at this start, beyond what holds at every one."""
    everywhere = getattr(best, "guards", ())
    return [g.sentence for g in row.get("guards", ()) if g not in everywhere]


def best_of_days(best: Best) -> None:
    """Draw the best start of each day, one tap each."""
    labels = {
        _option(day_best.start): f"{weekday_word(day_best.start)} "
        f"{clock_words(day_best.start)} · {number_text(best, day_best.value)}"
        for day_best in best.by_day
    }
    chosen = st.session_state.get(CHOSEN)
    st.session_state[_BEST] = chosen if chosen in labels else None
    if len(labels) > 1:
        label = "The best start of each day"
        widgets.pills(label, labels, _BEST, on_change=_choose, wrap=False)


def _choose() -> None:
    if st.session_state[_BEST] is not None:
        st.session_state[CHOSEN] = st.session_state[_BEST]


# ----------------------------------------------------------------------------- using it


def _use(
    weather: Weather,
    start: pd.Timestamp,
    answers: Mapping[str, Any],
    on_site: OnSite | None,
    squad: bool,
) -> None:
    """Put the weather of a start into the session of the athlete or of the squad."""
    page = state(StartState)
    page.problem = ""
    measured = {} if on_site is None else {"wbgt_c": on_site.wbgt_c}
    try:
        place.take(weather, start, shade=answers.get("sky") == "shade", more=measured)
    except WeatherError as error:
        page.problem = str(error)
        return
    go_to("squad" if squad else "my_session")


# -------------------------------------------------------------------- measured, and heat


@dataclass(frozen=True)
class OnSite:
    """A WBGT that was measured at the place of a start, and the answer with it."""

    wbgt_c: float
    answer: Assessment

    def counted_in(self, row: pd.Series[Any]) -> pd.Series[Any]:
        """The row of the start with the number that the measured one makes of it."""
        names = ("probability", "probability_low", "probability_high", "band", "guards")
        shown = row.copy()
        for name in names:
            shown[name] = getattr(self.answer, name)
        return shown


def _on_site_key(best: Best, row: pd.Series[Any]) -> str:
    """Key of the number that is measured at one place for one start."""
    where = f"{best.weather.latitude_deg:.3f}_{best.weather.longitude_deg:.3f}"
    return f"on_site_{{}}_{where}_{_option(row['start'])}"


def _at_start(
    weather: Weather, start: datetime, answers: Mapping[str, Any], wbgt_c: float | None
) -> dict[str, Any]:
    """The session at one start, with the heat that was measured there, if any."""
    own = {name: v for name, v in answers.items() if name not in WEATHER_FIELDS}
    measured = {} if wbgt_c is None else {"wbgt_c": wbgt_c}
    return {**own, **_met(weather, start, answers), **measured}


def on_site(best: Best, row: pd.Series[Any], answers: Mapping[str, Any]) -> OnSite | None:
    """What was measured for this start, as long as the box that asks for it is open."""
    degrees = units.unit_of("°C", form.chosen_units())
    typed = st.session_state.get(_on_site_key(best, row).format(degrees.label))
    wbgt_c = widgets.number_typed(FIELDS["wbgt_c"], typed)
    box_is_open = st.session_state.get(_ON_SITE) and isinstance(best, BestStart)
    if wbgt_c is None or not box_is_open or row["problem"]:
        return None
    session = _at_start(best.weather, row["start"], answers, wbgt_c)
    answer = assess(session, **own_card.used())
    return None if answer.problems else OnSite(wbgt_c, answer)


def show_on_site(best: Best, row: pd.Series[Any], counted: OnSite | None) -> None:
    """Ask for a WBGT that was measured at the place; the number above counts it."""
    words = "Measured the heat (WBGT) on site?"
    box = st.expander(words, key=_ON_SITE, on_change="rerun")
    if row["problem"] or not box.open:
        return
    with box:
        key, measured = _on_site_key(best, row), replace(FIELDS["wbgt_c"], label="WBGT")
        widgets.number_in_unit(measured, key, persist_state="session")
        if counted is None:
            look.note(
                "From a meter at the place, for this start. It counts while this is open; "
                "without it the forecast's is used."
            )
        else:
            look.note(f"Without it {in_100_brief(row['probability'])} of 100.")


def _met(weather: Weather, start: datetime, answers: Mapping[str, Any]) -> dict[str, Any]:
    """Answers to the weather questions for one start."""
    shade = answers.get("sky") == "shade"
    minutes = float(answers["duration_min"])
    met = weather_answers(weather, start, minutes, shade=shade)
    return {**met, **({"sky": "shade"} if shade else {})}


def _trained(log: TrainingLog) -> list[date | datetime]:
    """Days of training, with the time where the log has it."""
    zone = ZoneInfo(st.session_state.get("log_zone") or st.context.timezone or "UTC")
    return [
        day.date() if pd.isna(start) else start.to_pydatetime().replace(tzinfo=zone)
        for day, start in zip(log.sessions["day"], log.sessions["start"], strict=True)
    ]


def offer_heat_days(
    weather: Weather, row: pd.Series[Any], answers: Mapping[str, Any]
) -> None:
    """Offer what the last fourteen days say about being used to heat."""
    log = state(TrainingState).log
    trained = None if log is None else _trained(log)
    minutes = float(answers["duration_min"])
    try:
        start = row["start"].to_pydatetime()
        heat = suggest_heat_days(weather, start, minutes, trained=trained)
    except WeatherError:
        return
    if not heat.known_days:
        return
    with st.expander("Are you used to this heat?"):
        look.note(heat.sentence)
        own = answers.get("heat_days_14d")
        if own is not None:
            look.note(f"Your own answer is {own:g} days.")
        if heat.suggested is not None and heat.suggested != own:
            st.button(
                f"I trained there: take {heat.suggested} days",
                on_click=form.change,
                args=({"heat_days_14d": float(heat.suggested)},),
            )
        elif heat.suggested is None and trained is None and heat.warm_days:
            look.note("With a training log the days that you trained can be counted.")
