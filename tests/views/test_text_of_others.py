"""Names and words of somebody else stay what they are in every label of the pages."""

import json
import re
from urllib.parse import urlencode

import pandas as pd
import pytest
from playwright.sync_api import expect
from streamlit.testing.v1 import AppTest

from riskmodel.squad.columns import match_columns
from riskmodel.squad.file import read_squad_file
from riskmodel.views.state import (
    AthletesFile,
    DeviceState,
    PlaceState,
    PlansBefore,
    ScenariosState,
    SquadState,
)
from riskmodel.views.widgets import plain
from riskmodel.weather.hours import Place
from riskmodel.whatif.plans import Scenario, to_text
from tests.browser import noted_requests, ready
from tests.conftest import CHECKOUT
from tests.squad.test_squad_browser import upload
from tests.views.test_my_session import SIX

VIEWS = CHECKOUT / "riskmodel" / "views"
HOSTILE = (
    "![x](https://evil.tld/x.png) **evil** :material/bolt: $a$ :smile: www.evil.tld "
    "<img src=x onerror=1>"
)
# What a name may be long of a plan: every piece of it within.
SHORT = ("![x](//evil.tld/x.png)", "**evil** :smile: $a$", "<img src=//evil.tld>")
PLACE = Place(HOSTILE, HOSTILE, HOSTILE, 48.2, 16.4, "Europe/Vienna")
MARKUP = re.compile(
    r"[`*_\[\]<>~$&]"  # of Markdown and HTML, once what is escaped is left out
    r"|:[a-zA-Z/+]"  # shortcodes, icons, colours and addresses
    r"|www\.|@\w",
    re.IGNORECASE,
)
# What we write ourselves, which is never of that name.
OWN = re.compile(r"^:material/\w+: |\*\*((?!evil)[^*])+\*\*")


def is_markup(label):
    """Whether a label has markup that is not our own."""
    return bool(MARKUP.search(re.sub(r"\\[^a-zA-Z0-9\s]", "", OWN.sub("", label))))


def labels(page):
    """Everything on a page that Streamlit reads as Markdown."""
    for element in page.main:
        proto = element.proto
        boxes = (getattr(proto, name, None) for name in ("expandable", "popover"))
        for part in (proto, *boxes):
            for name in ("label", "help"):
                yield getattr(part, name, "") or ""
        # The options of pills, and of a button with a menu; those of a list are text.
        if element.type in ("button_group", "menu_button"):
            yield from (getattr(option, "content", option) for option in proto.options)
        if element.type in ("markdown", "header", "title"):
            yield proto.body


def hostile_labels(page):
    """Labels with text of somebody else; none may be anything but text."""
    assert not page.exception
    every = [label for label in labels(page) if isinstance(label, str)]
    assert [label for label in every if is_markup(label)] == []
    return [label for label in every if "evil" in label]


def formatted(page):
    """What of the text of somebody else became more than text, in a browser."""
    kinds = "img, strong, em, a, del, code, .katex, [data-testid=stIconMaterial]"
    found = page.locator(f"[data-testid=stMarkdownContainer] :is({kinds})")
    return [text for text in found.all_text_contents() if "≠" not in text]


def opened(name, **state):
    page = AppTest.from_file(str(VIEWS / f"{name}.py"), default_timeout=30)
    for key, value in state.items():
        page.session_state[key] = value
    return page.run()


KEPT = {
    "name": HOSTILE,
    "region": HOSTILE,
    "country": "",
    "latitude_deg": 48.2,
    "longitude_deg": 16.4,
    "time_zone": "Europe/Vienna",
}


def with_place():
    return DeviceState(text=json.dumps({"place": KEPT}))


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("Anna-Lena O'Neil (2), 05:00 to 06:30", "Anna-Lena O'Neil (2), 05:00 to 06:30"),
        ("1. FC *", r"1\. FC \*"),
        ("# a\n# b", r"\# a # b"),
        ("- a", r"\- a"),
    ],
)
def test_a_label_is_the_text_and_nothing_else(text, label):
    assert plain(text) == label
    assert not is_markup(plain(HOSTILE))
    assert is_markup(HOSTILE)
    assert all(is_markup(piece) for piece in HOSTILE.split() if piece != "src=x")


def test_names_of_plans():
    plans = {
        i: Scenario(name, {**SIX, "session_rpe": 4 + i}) for i, name in enumerate(SHORT, 1)
    }
    page = opened("compare", ScenariosState=ScenariosState(plans))
    assert hostile_labels(page)


def test_what_was_removed_can_be_taken_back():
    plans = {1: Scenario("A", SIX), 2: Scenario("B", SIX)}
    before = PlansBefore(f"Remove {HOSTILE}", plans, "own", None)
    page = opened("compare", ScenariosState=ScenariosState(plans, before=before))
    assert any("Undo" in label for label in hostile_labels(page))


def test_places_of_the_weather_service():
    found = PlaceState(places=(PLACE, PLACE))
    page = opened("my_session", **{"PlaceState": found, "DeviceState": with_place()})
    page.session_state["box_weather"] = True
    found = hostile_labels(page.run())
    assert len(found) >= 3
    page = opened(
        "start", PlaceState=PlaceState(places=(PLACE, PLACE)), DeviceState=with_place()
    )
    assert len(hostile_labels(page)) >= 3


def test_athletes_columns_and_words_of_a_list():
    text = (
        f"Name,Age,{HOSTILE},Regular medicines\n{HOSTILE},20,1,{HOSTILE}\nBen,30,2,none\n"
    )
    raw = read_squad_file(text.encode())
    file = AthletesFile(raw, match_columns(raw))
    page = opened("squad", SquadState=SquadState(asked=file), **{"columns_left_out": True})
    assert hostile_labels(page)
    squad = pd.DataFrame(
        {
            "athlete": [HOSTILE, "Ben"],
            "age_years": [20.0, 30.0],
            "medications": [HOSTILE, "none"],
        },
        [1, 2],
    )
    for is_open in (False, True):
        page = opened("squad", SquadState=SquadState(squad), squad_words=is_open)
        assert (len(hostile_labels(page)) > 1) == is_open


def test_in_a_browser_nothing_is_fetched_and_nothing_formatted(open_page, tmp_path):
    plans = [
        Scenario(name, {**SIX, "session_rpe": 3.0 + i}) for i, name in enumerate(SHORT)
    ]
    query = urlencode({"scenarios": to_text(plans, private=False)})
    with noted_requests(open_page("laptop", "light", "/").context) as asked:
        page = open_page("laptop", "light", f"/compare?{query}")
        expect(page.locator(".st-key-against")).to_contain_text("**evil** :")
        page.locator(".st-key-act_2 button").click()
        page.get_by_role("menuitem", name="Remove").or_(
            page.get_by_role("option", name="Remove")
        ).click()
        ready(page)
        expect(page.locator(".st-key-undo")).to_contain_text("**evil** :")
        assert formatted(page) == []
        page.goto(page.url.split("/compare")[0] + "/squad")
        ready(page)
        list_of = tmp_path / "list.csv"
        list_of.write_text(f"Name,Age,{HOSTILE}\n{HOSTILE},20,1\n")
        upload(page, list_of)
        ready(page)
        expect(page.locator(".st-key-columns_left_out")).to_contain_text("**evil** :")
        assert formatted(page) == []
    assert [r.url for r in asked if "evil" in r.url.split("?")[0]] == []
