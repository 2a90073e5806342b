"""The cramp guide: what it holds, what it finds, where its path leads."""

import itertools
import re

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


def test_every_path_ends_and_every_end_is_reached():
    reached = set()
    for choices in itertools.product([True, False], repeat=len(GUIDE.questions)):
        asked, end = GUIDE.walk(dict(zip(GUIDE.questions, choices, strict=True)))
        assert end is not None
        assert len(asked) <= 4
        reached.add(end)
    assert reached == set(GUIDE.ends.values())
    assert GUIDE.walk({})[1] is None


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
        ("swelling warm", "Calf pain with swelling, warmth or redness"),
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
        ('yes = ">warning"', 'yes = ">nowhere"', "leads to '>nowhere'"),
        ('no = "moves"', 'no = "warning"', "leads to 'warning'"),
        ("feels =", "smells =", "has no 'smells'"),
        ('evidence = "Said by guides."\n', "", "lacks 'evidence'"),
        ("[end]", "[end", "is not TOML"),
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


def choose(page, name, answer):
    (pills,) = (w for w in page.get("button_group") if w.key == f"path_{name}")
    pills.set_value(answer).run()
    assert not page.exception


def test_the_page_shows_every_warning_sign_and_step(page):
    words = " ".join(m.value for m in page.markdown)
    for name, label in FIELDS["red_flags"].levels.items():
        assert label in words
        assert RED_FLAGS[name] in words
    for step in GUIDE.steps:
        assert step.text in words
    assert GUIDE.late.text in words
    captions = " ".join(c.value for c in page.caption)
    assert all(source in captions for source in GUIDE.late.sources)


def test_the_page_walks_the_path_and_starts_again(page):
    for name in GUIDE.questions:
        choose(page, name, "No")
    assert page.info[0].value == GUIDE.ends["none"]
    page.button(key="path_again").click().run()
    assert not page.info
    assert len([w for w in page.get("button_group")]) == 1
    choose(page, "warning", "Yes")
    assert page.info[0].value == GUIDE.ends["warning"]


def test_the_page_searches_and_says_when_there_is_nothing(page):
    page.text_input(key="guide_search").set_value("eyelid").run()
    assert any("**Spasm or twitch.**" in m.value for m in page.markdown)
    page.text_input(key="guide_search").set_value("<script>").run()
    assert not page.exception
    assert any("Nothing in the guide" in m.value for m in page.markdown)


@in_both_windows
def test_the_guide_reads_well_and_is_searched_by_keyboard(open_page, viewport, scheme):
    page = open_page(viewport, color_scheme=scheme)
    page.get_by_role("link", name="Go to: Cramp guide").click()
    expect(page.get_by_role("heading", name="Cramp guide")).to_be_visible()
    ready(page)
    page.get_by_text("Get help first, if").click()
    box = page.get_by_role("textbox")
    for _ in range(40):
        page.keyboard.press("Tab")
        if box.evaluate("box => box === document.activeElement"):
            break
    page.keyboard.type("bruise")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Strain.", exact=True)).to_be_visible()
    ready(page)
    assert axe(page) == []
    fits(page)


@pytest.mark.parametrize("words", ["bruise", "bruises", "bruising", "bruised"])
def test_every_form_of_a_word_finds_the_warning_sign(words):
    headings = [entry.heading for entry in load_guide().search(words)]
    assert headings[0].startswith("Swelling or bruising")
