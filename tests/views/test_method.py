"""The page How it works: what fits and what misses, in words for people."""

import re
from html import unescape

import pytest
from playwright.sync_api import expect
from streamlit.testing.v1 import AppTest

from riskmodel import load_scorecard
from riskmodel.datasets import load_checks
from riskmodel.reporting.checks import MAIN_FIGURES, TIERS, figure_labels, figures
from riskmodel.reporting.targets import PRODUCT, goal_text, target_rows, value_text
from riskmodel.scorecard.file import known_scorecards
from tests.browser import axe, fits, in_both_windows, ready
from tests.conftest import CHECKOUT

PAGE = CHECKOUT / "riskmodel" / "views" / "method.py"
CHECKS = load_checks()
FOLDED = ("numbers", "misses", "all", "targets", "rivals", "factors", "own_rate")


def opened(*keys):
    page = AppTest.from_file(str(PAGE), default_timeout=30)
    for key in keys:
        page.session_state[f"method_{key}"] = True
    page.run()
    assert not page.exception
    return page


def words(page):
    texts = [node.proto.body for node in page.get("html")]
    texts += [m.value for m in page.markdown]
    return unescape(" ".join([*texts, *(box.label for box in page.expander)]))


@pytest.fixture(scope="module")
def whole():
    return words(opened(*FOLDED, "changes"))


def test_the_main_figures_are_seen_before_anything_is_opened():
    page = words(opened())
    for figure in MAIN_FIGURES[:-1]:
        assert f"{figure_labels()[figure]}</th>" in page
    assert "cr-table" not in page


def test_every_miss_target_and_factor_is_told(whole):
    for row in figures(CHECKS["published"], PRODUCT):
        assert figure_labels()[row["id"]] in whole
        if not row["passes"]:
            assert row["note"] in whole
    for row in target_rows(CHECKS["published"], CHECKS):
        assert value_text(row) in whole
        assert goal_text(row) in whole
    for factor in load_scorecard().factors:
        assert f"**{factor.label}**" in whole
    versions = [*known_scorecards()]
    heading = f"What changed from {[None, *versions][-2]} and why"
    assert (heading in whole) == (len(versions) > 1)


def test_the_words_are_for_people(whole):
    assert not re.search(r"fingerprint|base rate|Tier X", whole, re.I)
    ids = {row["id"] for row in figures(CHECKS["published"])}
    for name in ids - {"marathon", "ironman", "laboratory", "family", "statin"}:
        if "-" in name:
            assert not re.search(rf"(?<![\w-]){re.escape(name)}(?![\w-])", whole)
    assert load_scorecard().fingerprint not in whole


def test_every_figure_has_a_name_of_its_own():
    assert len({*figure_labels().values()}) == len(figure_labels())
    assert {row["id"] for row in CHECKS["published"] if row["tier"] in TIERS} == {
        *figure_labels()
    }


def test_what_changed_stands_as_a_table_for_each_row():
    def changed():
        from dataclasses import replace

        from riskmodel import load_scorecard
        from riskmodel.views.scorecard_changes import show

        card = load_scorecard("2026.1")
        heat = replace(card["heat"], shift=None, knots=card["heat"].knots[1:])
        others = tuple(f for f in card.factors[1:] if f.name != "heat")
        show(card, replace(card, version="next", factors=(heat, *others)))

    page = AppTest.from_function(changed).run()
    assert not page.exception
    card = load_scorecard("2026.1")
    for name in ("heat", card.factors[0].name):
        assert f"**{card[name].label}**" in words(page)
        assert f"{card[name].label}, points before and after" in words(page)
    assert "<th>next</th>" in words(page)


@in_both_windows
def test_nothing_is_cut_and_everything_opens(open_page, viewport, scheme):
    page = open_page(viewport, scheme, "/method")
    expect(page.get_by_role("heading", level=1)).to_have_text("How points become a chance")
    assert axe(page) == []
    fits(page)
    for box in page.get_by_test_id("stExpander").all():
        box.locator("summary").click()
        ready(page)
    assert axe(page) == []
    fits(page)
