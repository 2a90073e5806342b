"""The cramp guide: what it holds, what it finds, where its path leads."""

import csv
import json
import re
from html import unescape

import pytest
from hypothesis import given
from hypothesis import strategies as st
from playwright.sync_api import expect
from streamlit.testing.v1 import AppTest
from typer.testing import CliRunner

from riskmodel.cli import app as cli
from riskmodel.datasets import data_file
from riskmodel.inputs.fields import FIELDS
from riskmodel.reporting.guide import GET_HELP, MOST_CRAMPS, GuideError, load_guide
from riskmodel.reporting.guide_search import stem
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


# ------------------------------------------------------------- questions in own words

LOOK_ALIKES = [
    *("clot", "claudication", "als", "ms", "dystonia", "sickle_cell", "rhabdomyolysis"),
    *("restless_legs", "nerve"),
]
ASKED_FOR = [
    *("hand", "arm", "foot", "thigh_inside", "back", "neck", "belly_ribs", "night"),
    *("standing", "sitting", "swimming", "pregnancy", "children", "banana", "potassium"),
    *("calcium", "magnesium", "salt", "coconut", "sports_drinks", "quinine"),
    *("muscle_relaxants", "pain_relief", "massage_gun", "compression", "tape"),
    *("technique", "duration", "injury", *LOOK_ALIKES),
]


def questions(name):
    """Rows of a file of questions: as typed, the right entry, the signs they hold."""
    with (CHECKOUT / "tests" / "reporting" / name).open(encoding="utf-8") as lines:
        return list(csv.DictReader(lines))


def reaches(row):
    """Whether the first entry of the answer is the right one; of none, that none is."""
    names = [entry.name for entry in GUIDE.answer(row["question"]).entries]
    return names[:1] == [row["entry"]] if row["entry"] else not names


@pytest.mark.parametrize(
    ("file", "least", "share"),
    [("guide_questions.csv", 120, 0.95), ("guide_questions_held_out.csv", 40, 0.9)],
)
def test_questions_as_people_type_them_reach_the_right_entry(file, least, share):
    rows = questions(file)
    missed = [row["question"] for row in rows if not reaches(row)]
    assert len(rows) >= least
    assert len(missed) <= (1 - share) * len(rows), missed


QUESTIONS = [
    *questions("guide_questions.csv"),
    *questions("guide_questions_held_out.csv"),
]


@pytest.mark.parametrize(
    "row", [*QUESTIONS, *questions("guide_signs.csv")], ids=lambda row: row["question"]
)
def test_a_warning_sign_in_a_question_is_met(row):
    met = {sign.name for sign in GUIDE.answer(row["question"]).signs}
    assert met >= {*filter(None, row["sign"].split(";"))}


def test_few_questions_without_a_warning_sign_meet_one():
    rows = [row for row in QUESTIONS if not row["sign"]]
    alarmed = [row["question"] for row in rows if GUIDE.answer(row["question"]).signs]
    assert len(alarmed) <= 0.02 * len(rows), alarmed


def test_everything_that_must_be_answered_is_and_asked_about_in_the_tests():
    assert {*ASKED_FOR} <= {*GUIDE.entries}
    assert {*ASKED_FOR} <= {row["entry"] for row in QUESTIONS}
    assert {row["entry"] for row in QUESTIONS} <= {*GUIDE.entries, ""}
    assert "up to 15 minutes" in GUIDE.entries["duration"].text


def test_every_warning_sign_that_is_asked_can_be_met():
    assert {*RED_FLAGS} <= {sign.name for sign in GUIDE.signs}


@pytest.mark.parametrize("name", LOOK_ALIKES)
def test_what_looks_like_a_cramp_has_the_sentence_that_calms_and_that_alarms(name):
    entry = GUIDE.entries[name]
    assert entry.calm
    assert entry.alarm


def test_every_entry_says_what_is_known_and_names_studies_or_that_there_are_none():
    none = re.compile(
        "no (evidence|study|trial|single)|judgement|by guides|guides agree", re.IGNORECASE
    )
    for entry in GUIDE.entries.values():
        assert entry.sentences, entry.name
        assert entry.sources or none.search(entry.evidence), entry.name


def test_quinine_is_warned_of_and_never_advised():
    (entry,) = GUIDE.answer("quinine").entries
    assert "not advised" in entry.heading
    assert "serious harm" in entry.text


@pytest.mark.parametrize(
    "question",
    ["taking quinine and bruising", "quinine heartbeat irregular", "quinine pregnant"],
)
def test_who_takes_quinine_meets_when_to_call_a_doctor(question):
    quinine = GUIDE.entries["quinine"]
    assert quinine in GUIDE.answer(question).entries
    for sign in ("bleeding", "bruises", "irregular heartbeat", "pregnancy"):
        assert sign in quinine.alarm.lower()


@pytest.mark.parametrize("question", ["my leg is cold and pale", "leg is white, numb"])
def test_a_limb_without_blood_is_met_before_what_is_less_urgent(question):
    first, *_ = GUIDE.answer(question).signs
    assert first.name == "cold_pale_limb"


@pytest.mark.parametrize(
    "question",
    ["leg cramps in cold water", "cold pack for calf", "cold feet in bed and cramp"],
)
def test_cold_alone_is_no_warning_sign(question):
    assert not GUIDE.answer(question).signs


@pytest.mark.parametrize(
    "word", ["magnesium", "potassium", "quinine", "compression", "hamstring", "sciatica"]
)
def test_a_slip_of_the_keyboard_in_a_long_word_does_not_matter(word):
    (right,) = GUIDE.answer(word).entries[:1]
    for at in range(1, len(word) - 1):
        left_out = word[:at] + word[at + 1 :]
        twice = word[:at] + word[at] + word[at:]
        swapped = word[:at] + word[at + 1] + word[at] + word[at + 2 :]
        for slip in (left_out, twice, swapped):
            assert GUIDE.answer(slip).entries[:1] == (right,), slip


def test_of_two_that_are_meant_both_are_shown_the_likelier_first():
    names = [entry.name for entry in GUIDE.answer("magnesium at night").entries]
    assert names == ["magnesium", "night"]


def test_no_entry_and_no_sign_stands_twice():
    for rows in (GUIDE.signs, (*GUIDE.steps, *GUIDE.topics, GUIDE.late, *GUIDE.kinds)):
        names = [row.name for row in rows]
        assert len(names) == len({*names})


def test_ordinary_words_are_not_what_an_entry_is_found_by():
    for word in GUIDE.plain:
        assert GUIDE.answer(f"{word} xylophone") == GUIDE.answer(""), word


def test_a_word_that_counts_as_another_is_no_other_word_of_that_row():
    firsts = {stem(word) for word in GUIDE.alike}
    others = [stem(word) for row in GUIDE.alike.values() for word in row]
    assert len(others) == len({*others})
    assert not firsts & {*others}


@given(st.text(max_size=30))
def test_no_question_fails(question):
    answer = GUIDE.answer(question)
    assert answer == GUIDE.answer(question)
    assert len(answer.entries) <= 2


@pytest.mark.parametrize("question", ["", "  ", "!?", "xylophone", "\N{SNOWMAN}"])
def test_nonsense_finds_nothing(question):
    assert GUIDE.answer(question) == GUIDE.answer("")


@pytest.mark.parametrize("words", ["bruise", "bruises", "bruising", "bruised"])
def test_every_form_of_a_word_finds_the_warning_sign(words):
    assert [sign.name for sign in GUIDE.answer(words).signs] == ["swelling_or_bruising"]


def test_the_command_answers_as_the_page_does():
    runner = CliRunner()
    done = runner.invoke(cli, ["guide", "my calf is swollen,", "does mangesium help"])
    assert done.exit_code == 0
    said = done.stdout
    places = [said.index(text) for text in (GET_HELP, "blood clot", "Magnesium")]
    assert places == sorted(places)
    assert MOST_CRAMPS in runner.invoke(cli, ["guide", "xylophone"]).stdout
    found = json.loads(runner.invoke(cli, ["guide", "--json", "bananas"]).stdout)
    assert [entry["name"] for entry in found["entries"]] == ["banana"]


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("feels =", "smells =", "has no 'smells'"),
        ('evidence = "Said by guides."\n', "", "lacks 'evidence'"),
        ('studies = ["greenwood-', 'studies = ["browntree-', "creatine names 'browntree-"),
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
    assert GUIDE.late.sources in html_of(page)
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


def test_the_page_answers_with_warning_signs_first(page):
    page.text_input(key="guide_question").set_value("swollen calf, bananas?").run()
    assert not page.exception
    words = html_of(page)
    banana = GUIDE.entries["banana"]
    places = [words.index(w) for w in (RED_FLAGS["swollen_calf"], banana.text)]
    assert places == sorted(places)
    assert banana.evidence in words
    assert banana.sources in words
    # What must not be stretched is not followed by how to stretch.
    assert GUIDE.steps[0].brief not in words


def test_the_page_shows_the_general_steps_when_it_has_nothing(page):
    page.text_input(key="guide_question").set_value("<script>").run()
    assert not page.exception
    words = html_of(page)
    assert "The guide has nothing on that" in words
    assert all(words.count(step.brief) == 1 for step in GUIDE.steps)


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
    for label in ("How to do it", "Cramp, twitch and strain"):
        page.get_by_text(label).click()
        ready(page)
    field = page.get_by_label("Ask in your own words")
    field.fill("swolen calf at nite")
    field.press("Enter")
    expect(
        page.get_by_role("heading", name="Get help first if this is true")
    ).to_be_visible()
    expect(page.get_by_role("heading", name="Cramp or blood clot?")).to_be_visible()
    ready(page)
    page.get_by_text("Studies").first.click()
    assert axe(page) == []
    fits(page)
