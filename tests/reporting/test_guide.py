"""The cramp guide: what it holds, what it finds, where its path leads."""

import re
from html import unescape

import pytest
from hypothesis import given
from hypothesis import strategies as st
from playwright.sync_api import expect
from streamlit.testing.v1 import AppTest

from riskmodel.datasets import data_file
from riskmodel.inputs.fields import FIELDS
from riskmodel.reporting.guide import GuideError, load_guide
from riskmodel.scoring.guards import RED_FLAGS
from tests import CHECKOUT
from tests.browser import axe, fits, in_both_windows, ready

GUIDE = load_guide()
VIEW = CHECKOUT / "riskmodel" / "views" / "guide.py"
TEXT = data_file("guide.toml").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "words",
    [
        ["pull your toes toward your shin"],  # the calf's own stretch
        ["massage", "move a little"],
        ["warm bath", "cold"],
        ["pickle juice", "vinegar"],
        ["pain relief only with advice", "pharmacist or doctor"],
        ["seconds to minutes", "whole muscle", "come back"],
        ["part of the muscle", "without pain", "days", "caffeine", "stress"],
        ["fibres have torn", "pain at every use", "strong cramp can cause one"],
        ["no faster than planned", "last third", "up to the end"],
        ["contradict each other", "hours", "clinical usage"],
    ],
)
def test_what_the_guides_say_is_covered(words):
    for each in words:
        assert each in TEXT.lower()


def test_no_diagnosis_and_nobody_is_told_to_stop_a_medicine():
    everything = TEXT + " ".join(RED_FLAGS.values())
    assert not re.search(r"stop(ping)? (taking|your medic)", everything, re.I)
    assert not re.search(r"\b[DGFPRS]\d\b", TEXT)


def test_help_is_thought_of_first_and_every_kind_has_an_answer():
    assert next(iter(GUIDE.choices)) == "warning"
    assert {kind.name for kind in GUIDE.kinds} <= {*GUIDE.choices}
    # What must not be stretched comes before what must be.
    order = [*GUIDE.choices]
    assert order.index("strain") < order.index("cramp")


@given(st.text(max_size=30))
def test_no_search_fails(words):
    assert all(entry.text for entry in GUIDE.search(words))


@pytest.mark.parametrize(
    ("words", "heading"),
    [
        ("eyelid", "Spasm or twitch"),
        ("CHARLEY horse", "Cramp"),
        ("bruis", "Strain"),
        ("numbness", "Cramps with fever, numbness or tingling"),
        (
            "swelling warm",
            "Pain in a calf or another limb with swelling, warmth or redness",
        ),
        ("last third", "Most cramps begin late"),
        ("vinegar", "Pickle juice or vinegar: a mouthful, if you like"),
        ("hamstring", "Stop, and stretch the muscle gently"),
    ],
)
def test_a_symptom_is_found(words, heading):
    assert heading in [entry.heading for entry in GUIDE.search(words)]


@pytest.mark.parametrize("words", ["", "  ", "!?", "xylophone", "calf xylophone"])
def test_nonsense_finds_nothing(words):
    assert GUIDE.search(words) == ()


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("feels =", "smells =", "has no 'smells'"),
        ('evidence = "Said by guides."\n', "", "lacks 'evidence'"),
        ("[late]", "[late", "is not TOML"),
    ],
)
def test_a_spoilt_file_is_named_in_a_sentence(tmp_path, old, new, sentence):
    assert old in TEXT
    path = tmp_path / "guide.toml"
    path.write_text(TEXT.replace(old, new), encoding="utf-8")
    with pytest.raises(GuideError, match=re.escape(sentence)):
        load_guide(path)


# -------------------------------------------------------------------------- the page


@pytest.fixture
def page():
    page = AppTest.from_file(str(VIEW), default_timeout=30).run()
    assert not page.exception
    return page


def html_of(page):
    return unescape(" ".join(node.proto.body for node in page.get("html")))


def opened(page, key):
    page.session_state[key] = True
    page.run()
    assert not page.exception
    return page


def test_the_page_names_every_warning_sign_and_step_before_anything_is_opened(page):
    words = html_of(page).lower()
    for sign in FIELDS["red_flags"].in_brief.values():
        assert sign in words
    for step in (*GUIDE.steps, GUIDE.late):
        assert step.heading.lower() in words
        assert step.text.lower() not in words
    opened(page, "guide_long")
    words = " ".join(m.value for m in page.markdown)
    assert all(step.text in words for step in (*GUIDE.steps, GUIDE.late))
    assert all(source in html_of(page) for source in GUIDE.late.sources)
    opened(page, "guide_kinds")
    assert all(kind.feels in html_of(page) for kind in GUIDE.kinds)


@pytest.mark.parametrize("name", GUIDE.choices)
def test_one_tap_gives_one_answer(page, name):
    (pills,) = page.get("button_group")
    pills.set_value(name).run()
    assert not page.exception
    words = html_of(page)
    for other, choice in GUIDE.choices.items():
        assert (choice.text in words) == (other == name)
    for sign in FIELDS["red_flags"].offered():
        assert (RED_FLAGS[sign] in words) == (name == "warning")


def test_the_page_searches_and_says_when_there_is_nothing(page):
    opened(page, "guide_find")
    page.text_input(key="guide_search").set_value("eyelid").run()
    assert "<b>Spasm or twitch.</b>" in html_of(page)
    page.text_input(key="guide_search").set_value("<script>").run()
    assert not page.exception
    assert "Nothing in the guide" in html_of(page)


@in_both_windows
def test_the_guide_answers_by_keyboard_alone(open_page, viewport, scheme):
    page = open_page(viewport, scheme, "/guide")
    first = page.get_by_role("radio").first
    for _ in range(20):
        page.keyboard.press("Tab")
        if first.evaluate("box => box === document.activeElement"):
            break
    page.keyboard.press("Space")
    ready(page)
    expect(page.get_by_role("heading", name="Get help first", exact=True)).to_be_visible()
    assert axe(page) == []
    for label in ("How to do it", "Cramp, twitch and strain", "Search by symptom"):
        page.get_by_text(label).click()
        ready(page)
    assert axe(page) == []
    fits(page)


@pytest.mark.parametrize("words", ["bruise", "bruises", "bruising", "bruised"])
def test_every_form_of_a_word_finds_the_warning_sign(words):
    headings = [entry.heading for entry in load_guide().search(words)]
    assert headings[0].startswith("Swelling or bruising")
