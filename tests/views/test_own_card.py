"""A card of one's own: every page scores with it and says so, until ours is put back."""

import ast
import inspect
import json
import re
import time
from contextlib import closing
from dataclasses import replace
from html import unescape
from importlib import import_module

import pytest
from streamlit.testing.v1 import AppTest

from riskmodel import assess, load_calibration, load_scorecard
from riskmodel.datasets import load_checks, load_examples
from riskmodel.inputs.session import SCORECARD_VERSION
from riskmodel.reporting.card_comparison import figure_changes, turned
from riskmodel.reporting.targets import PRODUCT, target_rows
from riskmodel.scorecard.parts import ScorecardError
from riskmodel.scorecard.rows import read_scorecard
from riskmodel.serving.readers import read_card
from riskmodel.store import open_store
from riskmodel.views import trials
from riskmodel.views.navigation import PAGES
from riskmodel.views.state import CardState
from riskmodel.whatif.plans import version_in
from tests.conftest import CHECKOUT
from tests.views.pages import APP, address_of, html_of, number_of

VIEWS = CHECKOUT / "riskmodel" / "views"
# They are about our card, or lay the two side by side.
ABOUT_OURS = {"method", "argue", "argue_checks", "own_card"}
CARD = load_scorecard().with_points("duration", at=120, points=70)
# Its curves are ours, which a test of the pages does not mind.
CALIBRATION = replace(load_calibration(), fingerprint=CARD.fingerprint)
# How a function is told which card scores, the first that it has.
TOLD = ("scorecard", "scorecard_version", "calibration")
SCORES = ("my_session", "start", "compare", "squad", "diary")


# ------------------------------------------------------------------- what the code calls


def scoring_functions(tree):
    """Functions imported from other rooms that can be told which card scores."""
    found = {}
    for node in ast.walk(tree):
        if not isinstance(node, ast.ImportFrom) or "riskmodel.views" in node.module:
            continue
        module = import_module(node.module) if node.module.startswith("riskmodel") else None
        for name in node.names:
            value = getattr(module, name.name, None)
            if inspect.isfunction(value):
                names = [*inspect.signature(value).parameters]
                if told := [n for n in names if n in TOLD]:
                    found[name.name] = names.index(told[0])
    return found


def calls_without_a_card(text):
    tree = ast.parse(text)
    functions = scoring_functions(tree)
    bare = []
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        called, args = getattr(node.func, "id", ""), node.args
        if called == "partial":
            called, args = getattr(args[0], "id", ""), args[1:]
        by_name = {None, *TOLD} & {keyword.arg for keyword in node.keywords}
        if called in functions and not by_name and len(args) <= functions[called]:
            bare.append(f"{called} in line {node.lineno}")
    return bare


@pytest.mark.parametrize("path", sorted(VIEWS.glob("*.py")), ids=lambda path: path.stem)
def test_no_page_scores_with_our_card_while_another_is_in_use(path):
    if path.stem in ABOUT_OURS:
        return
    text = path.read_text(encoding="utf-8")
    assert calls_without_a_card(text) == []
    assert not re.search(r"\bload_(scorecard|calibration)\(", text)


def test_the_check_sees_a_call_without_a_card():
    text = "from riskmodel import assess, advise\nassess(a)\nadvise(a, **used)\n"
    text += "partial(advise, a)\n"
    assert calls_without_a_card(text) == ["assess in line 2", "advise in line 4"]


# ----------------------------------------------------------------------------- the pages


def opened(name, *, own):
    page = AppTest.from_file(APP, default_timeout=60)
    if own:
        page.session_state["CardState"] = CardState(used=(CARD, CALIBRATION))
    page.run()
    if name != "my_session":
        page.switch_page(f"{VIEWS}/{name}.py").run()
    assert not page.exception
    return page


def line_of(page):
    found = re.search(r"<p[^>]*>(Your card .*? scores here.*?)</p>", html_of(page))
    return unescape(found[1]) if found else ""


@pytest.mark.parametrize("name", PAGES)
def test_every_page_names_the_card_in_use_and_scores_with_it(name):
    ours, theirs = opened(name, own=False), opened(name, own=True)
    assert line_of(ours) == ""
    assert CARD.citation in line_of(theirs)
    assert [b.key for b in theirs.button].count("own_card_back") == 1
    elements = [len(page.get("html")) for page in (ours, theirs)]
    if name in SCORES[:-1]:
        line = re.compile(r"<p[^>]*>Your card .*? scores here.*?</p>")
        assert line.sub("", html_of(theirs)).strip() != html_of(ours).strip()
        assert elements[1] >= elements[0]


def test_the_number_is_that_of_the_card_and_ours_comes_back():
    page = opened("my_session", own=True)
    page.session_state["age_years"] = "41"  # an address holds the reader's own answers
    page.run()
    answers = page.session_state["MySessionState"].scored.answers
    theirs = page.session_state["MySessionState"].scored.assessment
    assert theirs.probability == assess(answers, CARD, CALIBRATION).probability
    shown = number_of(page)
    version = address_of(page)[SCORECARD_VERSION]
    page.button(key="own_card_back").click().run()
    assert not page.exception
    ours = page.session_state["MySessionState"].scored.assessment
    assert ours.probability == assess(answers).probability != theirs.probability
    assert number_of(page) != shown
    assert CARD.fingerprint in version
    assert CARD.fingerprint not in address_of(page)[SCORECARD_VERSION]
    assert line_of(page) == ""


# ---------------------------------------------------------------------------- the argument


def argued(**of_state):
    page = AppTest.from_file(str(VIEWS / "method.py"), default_timeout=60)
    page.session_state["method_argue"] = True
    page.session_state["argue_row"] = "heat"
    if of_state:
        page.session_state["CardState"] = CardState(**of_state)
    page.run()
    assert not page.exception
    return page


def knot(page, at):
    return next(w for w in page.text_input if w.key.endswith(f"_heat_{at}"))


def faults(page):
    return re.findall(r'class="cr-fault"[^>]*>(.*?)</p>', html_of(page))


def test_a_weight_is_changed_and_every_fault_stands_at_its_field():
    page = argued()
    before = {w.key: w.value for w in page.text_input}
    assert len(before) == len(load_scorecard()["heat"].knots)
    knot(page, 28).set_value("30").run()
    card = load_scorecard()
    race = load_examples()["Hot 10 km race"]
    more = assess(race, card.with_points("heat", at=28, points=30)).total_points
    assert f"{more:g} points" in html_of(page)
    for wrong in ("x", "1.5", "-3", "101", "²"):
        knot(page, 32).set_value(wrong).run()
        assert len(faults(page)) == 1
        assert knot(page, 32).value == wrong
    knot(page, 32).set_value("").run()
    assert faults(page) == []
    assert knot(page, 32).value == f"{card['heat'].knots[5].points}"
    knot(page, 10).set_value("3").run()  # the only place of the row with none
    assert len(faults(page)) == 1
    knot(page, 10).set_value("0").run()
    page.button(key="argue_undo").click().run()
    assert not page.exception
    assert {w.key: w.value for w in page.text_input} == before


@pytest.mark.parametrize(
    "content",
    [
        b"\xff\xfe",
        b"title = ",
        b"a = 1",
        b"x" * 300_000,
        b"[" * 100_000,
        b"a." * 90_000 + b"a = 1",
        b"\n".join(b"[[factor]]\nname." + b"a." * 190 + b"a = 1" for _ in range(450)),
        "\n".join(f"k{i} = 1" for i in range(15_000)).encode(),
    ],
    ids=[
        "no-text",
        "no-TOML",
        "no-card",
        "large",
        "deep",
        "too-many-parts",
        "parts",
        "keys",
    ],
)
def test_a_file_that_is_no_card_is_refused_with_a_sentence_and_soon(content):
    start = time.monotonic()
    with pytest.raises(ScorecardError) as told:
        read_card(content)
    assert str(told.value).endswith(".")
    assert time.monotonic() - start < 5


def test_a_file_that_is_a_card_is_read():
    assert read_card(CARD.toml.encode()) == CARD


class Done:
    """A trial that is over, with the results that ours has."""

    def __init__(self, card):
        checks = load_checks()
        self.card, self.step, self.share, self.problem = card, "", 1.0, ""
        self.calibration = replace(load_calibration(), fingerprint=card.fingerprint)
        self.raw, self.over, self.ahead = {}, True, 0
        rows = [row for row in checks["published"] if row["model"] == PRODUCT]
        self.published = [{**row, "ours": row["ours"] * 1.2} for row in rows]
        self.report = {**checks, "benchmarks": []}

    def stop(self):
        self.over = True


def test_the_checks_stand_beside_ours_and_the_card_can_be_used():
    card = load_scorecard().with_points("heat", at=28, points=30)
    page = argued(points={("heat", 28.0): 30}, trial=Done(card))
    text = html_of(page)
    for words in ("come nearer", "yours", "proves nothing"):
        assert words in text
    assert any(card.citation == code.value for code in page.code)
    page.button(key="argue_use_it").click().run()
    assert page.session_state["CardState"].used[0] == card
    page.button(key="argue_back").click().run()
    assert page.session_state["CardState"].used is None


def test_what_comes_nearer_and_what_turns_is_counted():
    row = {"id": "marathon", "model": PRODUCT, "tier": "A", "role": "test", "low": 0.1}
    row |= {"published": 0.2, "high": 0.3, "ours": 0.4, "passes": False}
    for ours, passes, direction in [
        (0.25, True, "nearer"), (0.5, False, "further"), (0.1, True, "same")
    ]:  # fmt: skip
        (change,) = figure_changes([row], [{**row, "ours": ours, "passes": passes}])
        assert (change.direction, change.met_after) == (direction, passes)
    checks = load_checks()
    rows = target_rows(checks["published"], checks)
    assert turned(rows, rows) == []
    missed = [replace(target, met=False) for target in rows]
    assert len(turned(rows, missed)) == sum(target.met for target in rows)


# ----------------------------------------------------------------------- other processes


def until(condition, seconds=60):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.05)


PROGRAM = """
import json, sys, time
sys.stdin.read()
print(json.dumps({"step": "Half", "share": 0.5}), flush=True)
while True:
    time.sleep(0.1)
    print(flush=True)
"""


@pytest.fixture
def endless(monkeypatch):
    monkeypatch.setattr(trials, "_COMMAND", (trials.sys.executable, "-c", PROGRAM))
    started = []
    yield lambda: started.append(trials.Trial(CARD)) or started[-1]
    for trial in started:
        trial.stop()
    until(lambda: all(trial.over for trial in started))


def test_one_runs_the_next_waits_and_each_can_be_stopped(endless):
    first, second, third = endless(), endless(), endless()
    until(lambda: first.share == 0.5)
    assert (first.ahead, second.ahead, third.ahead) == (0, 1, 2)
    assert second.share == 0.0
    second.stop()
    until(lambda: third.ahead == 1)
    first.stop()
    until(lambda: third.share == 0.5)
    assert first.over
    assert first.calibration is None


def test_it_ends_when_its_visitor_is_gone(endless, monkeypatch):
    here = [True]
    monkeypatch.setattr(trials, "still_there", lambda patience_s: lambda: here[0])
    trial = endless()
    until(lambda: trial.share == 0.5)
    here.clear()
    here.append(False)
    until(lambda: trial.over)


def test_a_process_that_ends_without_a_result_says_so(monkeypatch):
    monkeypatch.setattr(trials, "_COMMAND", (trials.sys.executable, "-c", "1"))
    trial = trials.Trial(CARD)
    until(lambda: trial.over)
    assert trial.problem


def test_a_process_that_cannot_be_started_says_so(monkeypatch):
    monkeypatch.setattr(trials, "_COMMAND", ("/nowhere/at/all",))
    trial = trials.Trial(CARD)
    until(lambda: trial.over)
    assert trial.problem.startswith("The calculation could not be run")


def test_no_more_wait_than_a_server_can_serve(endless, monkeypatch):
    monkeypatch.setattr(trials, "MOST_WAITING", 2)
    waiting = [endless(), endless()]
    one_more = endless()
    assert one_more.over
    assert "Too many" in one_more.problem
    assert not any(trial.over for trial in waiting)


def test_a_card_without_minerals_opens_my_session():
    raw = load_scorecard().toml
    begin = raw.index('[[factor]]\nname = "diet"')
    end = raw.find("[[factor]]", begin + 5)
    bare = read_scorecard(raw[:begin] + (raw[end:] if end > 0 else ""))
    calibration = replace(CALIBRATION, fingerprint=bare.fingerprint)
    page = AppTest.from_file(APP, default_timeout=60)
    page.session_state["CardState"] = CardState(used=(bare, calibration))
    page.run()
    assert not page.exception


@pytest.mark.parametrize("version", ["", "a\nb", "x" * 301])
def test_a_name_to_cite_is_one_short_line(version):
    toml = load_scorecard().toml
    now = f'version = "{load_scorecard().version}"'
    with pytest.raises(ScorecardError, match="must be a line"):
        read_scorecard(toml.replace(now, f"version = {json.dumps(version)}"))


def test_what_is_saved_notes_the_card_that_scored_it(tmp_path):
    noted = f"2027.1 ({CARD.fingerprint})"
    with closing(open_store(f"sqlite:///{tmp_path}/saved.db")) as store:
        saved = store.save("me", "plan", "A", {"sport": "running"}, scorecard_version=noted)
        assert store.load("me", "plan", saved.id).scorecard_version == noted
    assert version_in(noted) == noted
    # No link brings words of its own.
    assert version_in("2027.1 (as your doctor says)") == ""
