"""A squad: its file, its scores, what helps it, and the page."""

import io
from datetime import date
from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd
import pypdf
import pytest
from dateutil.relativedelta import relativedelta
from hypothesis import given, settings
from hypothesis import strategies as st
from playwright.sync_api import expect
from streamlit.testing.v1 import AppTest

import riskmodel
from riskmodel import assess
from riskmodel.datasets import data_file
from riskmodel.exports import to_xlsx
from riskmodel.safety import PRIVATE_SENTENCES
from riskmodel.squad import (
    ATHLETE_FIELDS,
    PLAN_FIELDS,
    over_plans,
    score_squad,
    squad_levers,
    with_plan,
)
from riskmodel.squad_file import (
    SquadFileError,
    match_columns,
    read_cells,
    read_squad_file,
    squad_frame,
    template,
)
from riskmodel.squad_sheet import squad_pdf, squad_table
from tests.browser import axe, ready
from tests.strategies import sessions

PAGE = str(Path(riskmodel.__file__).parent / "views" / "squad.py")
EXAMPLE = data_file("example_squad.csv").read_bytes()
DAY = date(2026, 11, 24)
PLAN = {
    "sport": "soccer",
    "duration_min": 90.0,
    "session_rpe": 7.0,
    "air_temperature_c": 29.0,
    "relative_humidity_pct": 55.0,
    "sky": "clear",
}


def example():
    raw = read_squad_file(EXAMPLE)
    return squad_frame(raw, match_columns(raw), DAY)


# ------------------------------------------------------------------------ the scores


@settings(max_examples=25)
@given(st.lists(sessions(), min_size=1, max_size=4), sessions())
def test_everybody_gets_what_they_would_get_alone(athletes, plan):
    rows = [{k: v for k, v in a.items() if k in ATHLETE_FIELDS} for a in athletes]
    plan = {k: v for k, v in plan.items() if k in PLAN_FIELDS}
    scored = score_squad(pd.DataFrame(rows), plan)
    for place, row in enumerate(rows):
        alone = assess({**plan, **row})
        assert scored.loc[place, "probability"] == alone.probability
        assert scored.loc[place, "total_points"] == alone.total_points
        top = scored.loc[place, "top_factors"]
        most = sorted((c.points for c in alone.contributions), reverse=True)[:2]
        assert top == "" or [float(t.rsplit("+", 1)[1]) for t in top.split(", ")] == [
            points for points in most if points
        ]


def test_an_own_answer_goes_before_the_plan():
    squad = pd.DataFrame({"age_years": [30, 30, 30], "session_rpe": [3.0, None, ""]})
    assert with_plan(squad, PLAN)["session_rpe"].tolist() == [3.0, 7.0, 7.0]


def test_those_who_need_attention_come_first_and_nobody_is_dropped():
    squad = example()
    squad.loc[4, "red_flags"] = "swollen_calf"
    squad.loc[5, "illness_24h"] = "yes"
    scored = score_squad(squad, PLAN)
    assert set(scored.index) == set(squad.index)
    assert set(scored.index[:2]) == {4, 5}
    assert set(scored.index[2:4]) == {10, 14}
    assert scored["urgent"].tolist() == [True, True] + [False] * 8
    rest = scored["probability"].to_numpy()[4:]
    assert (np.diff(rest) <= 0).all()
    assert "Age" in scored.loc[10, "problems"]


def test_versions_of_a_plan_agree_with_one_at_a_time():
    squad = example()
    changes = [
        {},
        {"air_temperature_c": 20.0, "wbgt_c": None},
        {"duration_min": 60.0, "sky": "shade"},
    ]
    together = over_plans(squad, PLAN, changes)
    for row, change in zip(together, changes, strict=True):
        alone = score_squad(squad, {**PLAN, **change})["probability"].loc[squad.index]
        np.testing.assert_array_equal(row, alone.to_numpy())
    with pytest.raises(ValueError, match="allowed is"):
        over_plans(squad, PLAN, [{"air_temperature_c": 90.0}])


def test_levers_for_the_squad_say_what_a_changed_plan_gets():
    squad = example()
    options = squad_levers(squad, PLAN)
    assert options
    assert [o.expected_after for o in options] == sorted(o.expected_after for o in options)
    for option in options:
        then = score_squad(squad, {**PLAN, **option.changes})["probability"]
        assert option.expected_after == pytest.approx(then.sum())
        assert option.expected_after < option.expected_before
        assert option.n_scored == then.notna().sum()
    assert squad_levers(squad.iloc[:0], PLAN) == ()
    assert not {"shorter"} & {
        o.label for o in squad_levers(squad, {**PLAN, "competition": "yes"})
    }


@pytest.mark.parametrize("private", [False, True])
def test_the_sheet_says_the_same_and_tells_health_only_if_asked(private):
    squad = example()
    squad.loc[9, "pregnancy_trimester"] = "2"
    scored = score_squad(squad, PLAN)
    table = squad_table(scored, private=private)
    assert list(table.index) == list(scored.index)
    pdf = squad_pdf(scored, PLAN, squad_levers(squad, PLAN), units={}, private=private)
    words = " ".join(p.extract_text() for p in pypdf.PdfReader(io.BytesIO(pdf)).pages)
    words = " ".join(words.split())
    for place in scored.index:
        assert scored.loc[place, "athlete"] in words
    secrets = ["Cramps in the last 12 months", *PRIVATE_SENTENCES]
    assert any(secret in words for secret in secrets) == private
    everything = " ".join(table.astype(str).to_numpy().ravel())
    assert any(secret in everything for secret in secrets) == private


# -------------------------------------------------------------------------- the page


def started(plan=PLAN):
    page = AppTest.from_file(PAGE, default_timeout=30)
    for name, value in plan.items():
        page.session_state[name] = value
    page.run()
    page.button[0].click().run()
    assert not page.exception
    return page


def test_the_page_scores_the_example_filters_and_takes_a_lever():
    page = started()
    words = " ".join(m.value for m in page.markdown)
    expected = score_squad(example(), PLAN)["probability"].sum()
    assert f"about {expected:.1f} of 8 athletes with a cramp" in words
    page.text_input(key="squad_search").set_value("öz").run()
    assert list(page.dataframe[-1].value["Athlete"]) == ["Änne Öztürk"]
    page.text_input(key="squad_search").set_value("").run()
    page.button(key="squad_use_0").click().run()
    assert not page.exception
    assert page.session_state["duration_min"] == 70.0


def test_without_a_session_the_page_says_what_is_needed():
    page = started({})
    assert "Needed for a score: Sport" in page.info[0].value


def test_an_answer_out_of_range_is_told_and_the_squad_stays():
    page = started({**PLAN, "air_temperature_c": 99.0})
    assert not page.exception
    assert "Air temperature is 99; allowed" in " ".join(w.value for w in page.warning)
    assert len(page.session_state["squad"]) == 10


DOUBTFUL = "Name,Weight,DOB\n=Ada,70,03/04/2001\nBen,81,05/06/2002\n"


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("viewport", ["phone", "laptop"])
def test_a_coach_uploads_maps_scores_opens_and_exports(
    open_page, viewport, scheme, tmp_path
):
    query = "&".join(f"{name}={value}" for name, value in PLAN.items())
    page = open_page(viewport, color_scheme=scheme, path=f"/?{query}")
    page.get_by_role("link", name="Go to: Squad").click()
    expect(page.get_by_role("heading", name="Squad", exact=True)).to_be_visible()
    ready(page)
    path = tmp_path / "list.csv"
    path.write_text(DOUBTFUL, encoding="utf-8")
    page.locator("[data-testid=stFileUploader] input").first.set_input_files(path)
    use = page.get_by_role("button", name="Use these columns")
    expect(use).to_be_disabled()
    page.get_by_role("radio", name="lb", exact=True).click()
    ready(page)
    page.get_by_role("radio", name="day first").click()
    ready(page)
    assert axe(page) == []
    use.click()
    ready(page)
    expect(page.get_by_text("cramps among 2 athletes").first).to_be_visible()
    assert axe(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= (
        390 if viewport == "phone" else 1280
    )
    page.get_by_label("Search for a name").fill("be")
    page.keyboard.press("Enter")
    expect(page.get_by_text("1 of 2 athletes.")).to_be_visible()
    page.get_by_label("Search for a name").fill("")
    page.keyboard.press("Enter")
    expect(page.get_by_text("2 of 2 athletes.")).to_be_visible()
    page.get_by_role("button", name="Use", exact=True).first.click()
    expect(page.locator(".st-key-duration_min input")).to_have_value("70")
    with page.expect_download() as download:
        page.get_by_role("button", name="CSV", exact=True).click()
    table = pd.read_csv(download.value.path(), encoding="utf-8-sig")
    assert set(table["Athlete"]) == {"'=Ada", "Ben"}
    page.get_by_role("button", name="Save on this device").click()
    page.wait_for_function("localStorage.getItem('cramp-risk')?.includes('=Ada')")
    page.get_by_role("button", name="Open in My session").click()
    expect(page.get_by_role("heading", name="My session")).to_be_visible()
    ready(page)
    # The filter left Ben chosen.
    age = relativedelta(date.today(), date(2002, 6, 5)).years
    expect(page.locator(".st-key-age_years input")).to_have_value(str(age))
    page.reload()
    ready(page)
    page.get_by_role("link", name="Go to: Squad").click()
    expect(page.get_by_text("Change the list (2 athletes)")).to_be_visible()


def test_the_largest_squad_is_kept_on_the_device(open_page, tmp_path):
    page = open_page("laptop")
    page.get_by_role("link", name="Go to: Squad").click()
    ready(page)
    path = tmp_path / "large.csv"
    many = pd.concat([template()] * 2500, ignore_index=True)
    path.write_bytes(many.to_csv(index=False).encode())
    page.locator("[data-testid=stFileUploader] input").first.set_input_files(path)
    expect(page.get_by_text("Change the list (5000 athletes)")).to_be_visible()
    page.get_by_role("button", name="Save on this device").click()
    page.wait_for_function("localStorage.getItem('cramp-risk')?.includes('squad')")
    page.reload()
    expect(page.get_by_text("Change the list (5000 athletes)")).to_be_visible(
        timeout=30_000
    )
