"""How the tests open My session without a browser, fill it and read it."""

import json
import re
from html import unescape
from urllib.parse import parse_qs

from streamlit.testing.v1 import AppTest

from riskmodel.inputs.fields import FIELDS
from tests import CHECKOUT

APP = str(CHECKOUT / "riskmodel" / "views" / "frame.py")
SIX = {
    "sport": "running",
    "duration_min": 60.0,
    "session_rpe": 5,
    "air_temperature_c": 20.0,
    "relative_humidity_pct": 50.0,
    "age_years": 40.0,
}


def opened(query=None, **state):
    """Open the app, by a link or with answers that are there already."""
    page = AppTest.from_file(APP, default_timeout=30)
    for name, value in (query or {}).items():
        page.query_params[name] = value
    return fill(page, state)


def fill(page, answers):
    """Answer questions, as text where they are typed."""
    for name, value in answers.items():
        page.session_state[name] = typed(name, value)
    page.run()
    assert not page.exception
    return page


def typed(name, value):
    field = FIELDS.get(name)
    is_text = field is not None and field.kind == "number" and field.unit != "of 10"
    return "" if is_text and value is None else str(value) if is_text else value


def press(page, key):
    page.button(key=key).click().run()
    assert not page.exception
    return page


def group(page, key):
    """Find pills by their key."""
    (found,) = (w for w in page.get("button_group") if w.key == key)
    return found


def html_of(page):
    """Read the page's own HTML, without stylesheets."""
    bodies = "\n".join(element.proto.body for element in page.get("html"))
    return re.sub(r"<style>.*?</style>", "", bodies, flags=re.S)


def all_html(page):
    """Read the page's own HTML as it is, with its signs as a reader sees them."""
    return unescape(" ".join(element.proto.body for element in page.get("html")))


def told(page):
    """Read what the page says, without its tags."""
    return unescape(re.sub(r"<[^>]*>", "", html_of(page)))


def faults_of(page):
    found = re.findall(r'class="cr-fault"[^>]*>(.*?)</p>', html_of(page))
    return [unescape(text) for text in found]


def number_of(page):
    """Read the number as it stands there, None if there is none."""
    found = re.search(r'class="cr-num">(?:<s .*?</s>)?(.*?)</span>', html_of(page))
    return unescape(found[1]) if found else None


def tag_of(page):
    found = re.search(r'class="cr-tag"[^>]*>(.*?)<', html_of(page))
    return unescape(found[1]) if found else ""


def steps_of(page):
    """Read the points of the steps and of their sum."""
    steps = re.search(
        r'<ul class="cr-steps">.*?<li class="sum.*?</li>', html_of(page), re.S
    )
    if steps is None:
        return [], None
    *points, total = re.findall(r'class="num">\+?([\d.]+)<', steps[0])
    return [float(p) for p in points], float(total)


def answers_of(page):
    """Read the answers that were scored, an example too."""
    return dict(page.session_state["MySessionState"].scored.answers)


def own_answers(page):
    """Read what the tab keeps: the reader's own answers, without an example."""
    return _session_of_tab(page).get("answers", {})


def still_from_example(page):
    return set(_session_of_tab(page).get("example", []))


def _session_of_tab(page):
    text = page.session_state["DeviceState"].tab.get("session", "")
    return json.loads(text or "{}")


def address_of(page):
    """Read the query that the page asks the browser to show."""
    (bridge,) = page.get("bidi_component")
    query = json.loads(bridge.proto.json)["address"]
    return {name: value for name, (value,) in parse_qs(query.lstrip("?")).items()}
