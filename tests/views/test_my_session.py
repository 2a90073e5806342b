"""The page "My session" by Streamlit's own test driver."""

import re
from dataclasses import replace
from datetime import datetime
from html import escape

import pytest
import streamlit
from hypothesis import given, settings

from riskmodel import advise, assess
from riskmodel.datasets import load_examples
from riskmodel.inputs.fields import FIELDS
from riskmodel.inputs.session import tidy
from riskmodel.inputs.units import UNITS
from riskmodel.reporting.levers import no_change_text
from riskmodel.reporting.onset import onset_text
from riskmodel.reporting.words import HEAT_IN_WATER
from riskmodel.scoring.bands import BANDS, in_100_brief, in_100_number
from riskmodel.scoring.guards import GUARDS, RED_FLAGS
from riskmodel.scoring.points_at import points_at
from riskmodel.views import look, place, questions, share
from riskmodel.views.example import EXAMPLE
from riskmodel.views.questions import GROUP_LABELS
from riskmodel.views.result import next_band, onset_html, picture_html, why_html
from riskmodel.weather.feels import humidity_pct
from riskmodel.weather.hours import WeatherError
from riskmodel.whatif.drinking import sure_sweat_l_h
from riskmodel.whatif.drinking_plan import drinking_plan
from riskmodel.whatif.seen import Plan
from tests.strategies import sessions
from tests.views.pages import (
    SIX,
    address_of,
    answers_of,
    faults_of,
    fill,
    group,
    html_of,
    number_of,
    opened,
    own_answers,
    press,
    steps_of,
    still_from_example,
    tag_of,
    told,
)

MARATHON = load_examples()["Marathon"]
HOT = {**SIX, "air_temperature_c": 31.0, "relative_humidity_pct": 60.0, "session_rpe": 6}


@pytest.fixture
def page():
    page = opened()
    assert page.title[0].value == "How likely is a muscle cramp?"
    return page


@pytest.fixture
def own():
    return opened(**SIX)


def shown(answer):
    """Write a number as the page does."""
    return in_100_brief(answer.probability)


# ------------------------------------------------------------------- the first visit


def test_a_first_visitor_sees_an_example_that_is_nobodys_answer(page):
    assert number_of(page) == shown(assess(EXAMPLE))
    assert tag_of(page) == "Example: change anything"
    assert answers_of(page) == EXAMPLE
    assert not own_answers(page)
    assert not address_of(page)
    assert not [b for b in page.button if b.key in ("skip", "confirm", "take_levers")]
    assert "box_share" not in page.session_state
    assert "e.g." not in page.text_input(key="age_years").label


@pytest.mark.parametrize("name", ["start", "compare", "squad"])
def test_no_other_page_meets_the_example(page, name):
    page.switch_page(f"{name}.py").run()
    state = page.session_state
    held = {n: state[n] for n in ("age_years", "duration_min") if n in state}
    # The squad has an example of its own.
    assert not {*held.values()} & {"38", "2 h"}
    assert not own_answers(page)


TOUCHES = {
    "age_years": lambda page: page.text_input(key="age_years").set_value("61").run(),
    "session_rpe": lambda page: group(page, "session_rpe").set_value(4).run(),
    "duration_min": lambda page: group(page, "durations").set_value(60).run(),
    "red_flags": lambda page: press(page, "no_signs"),
    "sleep_h": lambda page: fill(page, {"sleep_h": 6}),
}


@pytest.mark.parametrize("name", list(TOUCHES))
def test_the_first_touch_makes_the_example_the_readers_and_marks_the_rest(page, name):
    TOUCHES[name](page)
    assert not page.exception
    left = {*EXAMPLE} - {name}
    assert {*EXAMPLE} <= {*own_answers(page)}
    assert still_from_example(page) == left
    assert tag_of(page) == f"{len(left)} of 6 still the example's"
    typed = [n for n in left if n not in ("sport", "session_rpe")]
    assert all("e.g." in page.text_input(key=n).label for n in typed)
    assert {*EXAMPLE} <= {*address_of(page)}
    press(page, "confirm")
    assert not still_from_example(page)
    assert tag_of(page) == ("" if name == "red_flags" else "Preview: warning signs?")
    assert not any("e.g." in page.text_input(key=n).label for n in typed)


def test_an_answer_that_was_touched_is_the_readers_whatever_it_is(page):
    group(page, "session_rpe").set_value(4).run()
    group(page, "session_rpe").set_value(EXAMPLE["session_rpe"]).run()
    assert "session_rpe" not in still_from_example(page)


@pytest.mark.parametrize("first", ["age_years", None])
def test_the_examples_number_typed_again_is_the_readers(page, first):
    if first:
        fill(page, {first: 39})
    own = {first} - {None}
    for text in ("2", "27"):
        page.text_input(key="air_temperature_c").set_value(text).run()
        assert still_from_example(page) == {*EXAMPLE} - own - {"air_temperature_c"}
    assert "e.g." not in page.text_input(key="air_temperature_c").label


@pytest.mark.parametrize("name", ["session_rpe", "sport"])
def test_a_second_click_on_a_needed_answer_confirms_it(page, name):
    fill(page, {"sport_box": name == "sport"})
    group(page, name).set_value(None).run()
    assert own_answers(page) == EXAMPLE
    assert still_from_example(page) == {*EXAMPLE} - {name}
    fill(page, {"sport_box": name == "sport"})
    group(page, name).set_value(None).run()
    assert own_answers(page) == EXAMPLE


PILLS = {"duration_min": "durations", "relative_humidity_pct": "air_feels"}


@pytest.mark.parametrize(("name", "pills"), [*PILLS.items()])
@pytest.mark.parametrize("first", [True, False])
def test_a_tap_on_what_the_example_says_confirms_it(page, monkeypatch, name, pills, first):
    # So that a word says the humidity of the example.
    monkeypatch.setattr(questions, "humidity_pct", lambda word, _: 60.0 + len(word) - 5)
    fill(page, {"box_weather": True})
    if not first:
        group(page, "session_rpe").set_value(4).run()
    assert group(page, pills).value is not None
    group(page, pills).set_value(None).run()
    assert not page.exception
    left = {*EXAMPLE} - {name} - ({"session_rpe"} if not first else set())
    assert still_from_example(page) == left
    assert own_answers(page)[name] == EXAMPLE[name]
    assert group(page, pills).value is not None


def test_what_is_not_asked_for_a_while_stays_the_examples(page):
    fill(page, {"sport": "swimming"})
    assert "air_temperature_c" not in own_answers(page)
    press(page, "confirm")
    assert not still_from_example(page)
    fill(page, {"sport": "running"})
    assert still_from_example(page) == {"air_temperature_c", "relative_humidity_pct"}


def test_units_are_switched_of_what_is_not_asked_too():
    page = opened(**SIX, box_options=True)
    fill(page, {"sport": "swimming"})
    group(page, "unit_°C").set_value("°F").run()
    fill(page, {"sport": "running"})
    assert own_answers(page) == SIX
    assert page.session_state["air_temperature_c"] == "68"


def test_a_kept_profile_is_neither_overwritten_nor_a_touch():
    page = opened(age_years=61, sex="female")
    assert tag_of(page) == "Example: change anything"
    assert own_answers(page) == {"age_years": 61, "sex": "female"}
    assert answers_of(page) == {**EXAMPLE, "age_years": 61, "sex": "female"}
    group(page, "session_rpe").set_value(4).run()
    assert tag_of(page) == "4 of 6 still the example's"


def test_switching_units_is_no_touch(page):
    fill(page, {"box_options": True})
    group(page, "unit_°C").set_value("°F").run()
    assert page.session_state["air_temperature_c"] == "80.6"
    assert tag_of(page) == "Example: change anything"
    assert not own_answers(page)
    group(page, "session_rpe").set_value(4).run()
    assert "air_temperature_c" in still_from_example(page)


def test_six_answers_give_the_same_number_and_total_as_python(own):
    answer = assess(SIX)
    assert number_of(own) == shown(answer)
    assert steps_of(own)[1] == answer.total_points
    assert tag_of(own) == "Preview: warning signs?"


# ------------------------------------------------------------------ numbers are typed


@pytest.mark.parametrize(
    ("text", "minutes", "echo"),
    [
        ("3:45", 225, "3 h 45"),
        ("3h45", 225, "3 h 45"),
        ("225 min", 225, "3 h 45"),
        ("90 minutes", 90, "1 h 30"),
        ("0:45", 45, "45 min"),
        ("3 h 45", 225, ""),
        ("45 min", 45, ""),
        ("n/a", None, ""),
    ],
)
def test_a_duration_is_echoed_where_it_was_written_otherwise(own, text, minutes, echo):
    box = own.text_input(key="duration_min").set_value(text)
    box.run()
    assert not own.exception
    assert own_answers(own).get("duration_min") == minutes
    assert own.text_input(key="duration_min").label == f"Duration{' = ' * bool(echo)}{echo}"
    assert own.text_input(key="duration_min").value == text


@pytest.mark.parametrize(
    ("name", "text", "sentence"),
    [
        (
            "duration_min",
            "3:75",
            "Planned duration is “3:75”; allowed is 5 min to 24 h. "
            "Write 3:45, 3 h 45 or 225.",
        ),
        (
            "duration_min",
            "3",
            "Planned duration is 3; allowed is 5 min to 24 h. Write 3:45, 3 h 45 or 225.",
        ),
        ("duration_min", "25:00", ""),
        ("duration_min", "abc", ""),
        ("air_temperature_c", "300", "Air temperature is 300; allowed is -20 to 55 °C."),
        ("age_years", "1,500", ""),
    ],
)
def test_a_number_that_cannot_be_read_is_refused_in_one_sentence(own, name, text, sentence):
    own.text_input(key=name).set_value(text).run()
    assert not own.exception
    (fault,) = faults_of(own)
    assert fault == sentence if sentence else FIELDS[name].label in fault
    assert number_of(own) is None
    assert f"Still needed: {FIELDS[name].label}." in told(own)
    assert own.text_input(key=name).value == text
    assert own_answers(own) == {n: value for n, value in SIX.items() if n != name}


def test_units_that_are_written_count_and_the_chosen_ones_else(own):
    fill(own, {"air_temperature_c": "86 F", "body_mass_kg": "180 lb", "height_cm": "5'8"})
    held = own_answers(own)
    assert held["air_temperature_c"] == pytest.approx(30.0)
    assert held["body_mass_kg"] == pytest.approx(81.65, abs=0.01)
    assert held["height_cm"] == pytest.approx(172.72)
    fill(own, {"box_options": True})
    group(own, "unit_°C").set_value("°F").run()
    fill(own, {"air_temperature_c": "300"})
    assert faults_of(own) == ["Air temperature is 300; allowed is -4 to 131 °F."]


CONVERTED = [f for f in FIELDS.values() if f.unit in UNITS]
VALUES = {
    "water_temperature_c": 26.3,
    "air_temperature_c": 20.34,
    "wbgt_c": 19.7,
    "body_mass_kg": 71.33,
    "height_cm": 178.4,
    "fluid_intake_l_h": 0.47,
    "measured_sweat_rate_l_h": 1.13,
    "wind_speed_m_s": 3.3,
}


@pytest.mark.parametrize("field", CONVERTED, ids=lambda f: f.name)
def test_switching_units_there_and_back_never_changes_an_answer_or_the_score(field):
    assert {f.name for f in CONVERTED} == {*VALUES}
    sport = "triathlon" if field.name == "water_temperature_c" else SIX["sport"]
    query = {**SIX, "sport": sport, field.name: VALUES[field.name]}
    page = opened({name: str(value) for name, value in query.items()}, box_options=True)
    total = steps_of(page)[1]
    if field.private:  # is not taken from an address
        fill(page, {field.name: VALUES[field.name]})
        total = steps_of(page)[1]
    for label in [*reversed(UNITS[field.unit]), *UNITS[field.unit]]:
        group(page, f"unit_{field.unit}").set_value(label).run()
        assert not page.exception
        assert own_answers(page)[field.name] == VALUES[field.name]
        assert steps_of(page)[1] == total


@pytest.mark.parametrize(
    ("name", "value"),
    [("air_temperature_c", 4), ("body_mass_kg", 60), ("wind_speed_m_s", 4)],
)
def test_a_number_typed_after_switching_back_is_that_number(own, name, value):
    unit = FIELDS[name].unit
    fill(own, {name: value, "box_options": True})
    group(own, f"unit_{unit}").set_value([*UNITS[unit]][-1]).run()
    text = own.session_state[name]
    group(own, f"unit_{unit}").set_value(unit).run()
    # The very number that stood for the answer in the other unit.
    fill(own, {name: text})
    assert own_answers(own)[name] == float(text)


def test_an_optional_answer_that_cannot_be_read_costs_no_score(own):
    before = number_of(own)
    fill(own, {"sleep_h": "8x"})
    (fault,) = faults_of(own)
    assert fault.endswith("It is left open.")
    assert number_of(own) == before
    fill(own, {"all_questions": True, "group": "today"})
    (below_its_field,) = faults_of(own)
    assert below_its_field == fault.removesuffix(" It is left open.")
    assert number_of(own) == before
    assert own.text_input(key="sleep_h").value == "8x"


def test_a_body_mass_that_cannot_be_read_is_told_at_its_question_alone(own):
    for part in (False, True):
        fill(own, {"body_mass_kg": "8o", "all_questions": part, "group": "athlete"})
        (fault,) = faults_of(own)
        assert "left open" not in fault
    fill(own, {"body_mass_kg": "80 kg", "all_questions": False})
    assert "What to drink" in html_of(own) or "drink to thirst" in told(own)
    assert not faults_of(own)


# ---------------------------------------------------------------------- warning signs


def test_every_sign_and_the_illness_have_a_brief_and_are_named(page):
    signs = FIELDS["red_flags"]
    assert [*signs.in_brief] == [*signs.offered()]
    assert [*signs.levels] == [*RED_FLAGS]
    (question,) = (t for t in told(page).split("\n") if "Any of these now?" in t)
    briefs = [*FIELDS["red_flags"].in_brief.values(), FIELDS["illness_24h"].in_brief["yes"]]
    for brief in briefs:
        assert brief.lower() in question.lower()


def test_none_of_these_answers_both_and_can_be_looked_at_again(own):
    press(own, "no_signs")
    assert own_answers(own) == {**SIX, "red_flags": ["none"], "illness_24h": "no"}
    assert tag_of(own) == ""
    assert not [b for b in own.button if b.key == "no_signs"]
    press(own, "signs")
    assert group(own, "red_flags").value == ["none"]
    press(own, "no_signs")
    assert not [w for w in own.get("button_group") if w.key == "red_flags"]


def nothing_but_what_to_do(page, sentence):
    assert sentence in told(page)
    assert number_of(page) is None
    assert "cr-dots" not in html_of(page)
    assert not [h for h in page.header if h.value in ("Why", "What would change it")]
    assert not page.toggle
    return True


@pytest.mark.parametrize("flag", list(FIELDS["red_flags"].offered()))
def test_a_sign_takes_the_place_of_everything_until_a_doctor_has_looked(own, flag):
    before = number_of(own)
    press(own, "signs")
    group(own, "red_flags").set_value([flag]).run()
    assert nothing_but_what_to_do(own, RED_FLAGS[flag])
    group(own, "red_flags_seen").set_value("no").run()
    assert nothing_but_what_to_do(own, RED_FLAGS[flag])
    group(own, "red_flags_seen").set_value("yes").run()
    assert number_of(own) == before
    assert RED_FLAGS[flag] not in told(own)


def test_an_illness_takes_the_place_of_everything(own):
    fill(own, {"red_flags": ["none"], "illness_24h": "yes"})
    sentence = next(g.sentence for g in GUARDS if g.name == "illness")
    assert nothing_but_what_to_do(own, sentence)
    # To take it back is offered, and does not beckon.
    back = own.button(key="no_signs")
    assert (back.label, back.proto.type) == ("None of these after all", "tertiary")
    press(own, "no_signs")
    assert number_of(own) == shown(assess(SIX))


def test_a_doctor_has_looked_at_one_sign_and_not_at_the_next(own):
    fill(own, {"red_flags": ["lasting_days"]})
    fill(own, {"red_flags_seen": "yes"})
    assert number_of(own)
    fill(own, {"red_flags": ["lasting_days", "swollen_calf"]})
    assert nothing_but_what_to_do(own, RED_FLAGS["swollen_calf"])
    fill(own, {"red_flags_seen": "yes"})
    fill(own, {"red_flags": ["none"]})
    fill(own, {"red_flags": ["swollen_calf"]})
    assert nothing_but_what_to_do(own, RED_FLAGS["swollen_calf"])


def test_none_of_these_and_an_item_take_each_others_place(own):
    fill(own, {"all_questions": True, "group": "athlete"})
    group(own, "medications").set_value(["none"]).run()
    group(own, "medications").set_value(["none", "statin"]).run()
    assert own_answers(own)["medications"] == ["statin"]
    group(own, "medications").set_value(["statin", "none"]).run()
    assert own_answers(own)["medications"] == ["none"]


def test_contradicting_answers_get_a_sentence_and_lose_nothing(own):
    fill(own, {"medications": ["none", "statin"]})
    assert number_of(own) is None
    assert "Regular medicines" in told(own)
    assert own.session_state["duration_min"] == "60.0"


def test_heat_is_warned_of_beside_the_number_and_illness_of_heat_in_its_place(own):
    fill(own, {"wbgt_c": 31})
    assert "too hot to train" in told(own)
    assert number_of(own)


# --------------------------------------------------------------------------- levers


def turn(page, *names, on=True):
    for name in names:
        page.toggle(key=f"lever_{name}").set_value(on).run()
        assert not page.exception


def test_levers_are_switches_that_count_together_and_change_no_answer():
    page = opened(**HOT)
    answers, before = own_answers(page), number_of(page)
    options = {o.levers[0].name: o for o in advise(answers).now}
    assert {t.key for t in page.toggle} == {f"lever_{name}" for name in options}
    first, second = [*options][:2]
    turn(page, first)
    assert number_of(page) == shown(options[first])
    assert f'<s aria-label="before: {before},">{before}</s>' in html_of(page)
    alone = number_of(page)
    turn(page, second)
    assert own_answers(page) == answers
    assert number_of(page) != alone
    combined = page.session_state["MySessionState"].scored.combined
    assert {*combined.applied} == {first, second}
    assert steps_of(page)[1] == combined.assessment.total_points
    turn(page, first, second, on=False)
    assert (number_of(page), own_answers(page)) == (before, answers)
    assert "<s " not in html_of(page)


def test_what_helps_in_the_coming_weeks_counts_from_the_number_that_is_shown():
    untrained = {"strength_training": "no", "sessions_per_week": "1"}
    page = opened(**HOT, **untrained, longest_recent_min="30 min", weeks=True)
    for names in ((), ("easier",)):
        turn(page, *names)
        scored = page.session_state["MySessionState"].scored
        now = in_100_number(scored.planned_assessment.probability, "under")
        words = " ".join(m.value for m in page.markdown)
        for option in scored.planned_advice.weeks:
            will = in_100_number(option.probability, "under")
            assert now == will or f"{now} → {will}" in words
        assert scored.planned_advice.weeks


@pytest.mark.parametrize("name", load_examples())
def test_open_questions_have_one_count_and_one_list(name):
    answer = assess(load_examples()[name])
    html, count = why_html(answer), len(answer.missing)
    words = f"{count} question{'s' * (count != 1)} open"
    assert html.count(" open, ") == (words in html) == bool(count)
    (inside,) = re.findall(f"{words}.*?<ul>(.*?)</ul>", html) if count else [""]
    read_by = {c.quantity: c.label for c in answer.contributions if c.points}
    for missing in answer.missing:
        label = read_by.get(missing, FIELDS[missing].label.rstrip("?"))
        assert escape(label) in inside
    page = opened(behind=True)
    assert "Not answered" not in told(page)


def test_what_the_switches_set_becomes_the_plan_and_is_taken_back():
    page = opened(**HOT)
    answers, before = own_answers(page), number_of(page)
    turn(page, "easier", "cooler")
    changes = page.session_state["MySessionState"].scored.combined.changes
    now = number_of(page)
    press(page, "take_levers")
    assert own_answers(page) == {**answers, **changes}
    assert (number_of(page), "<s " in html_of(page)) == (now, False)
    assert not any(t.value for t in page.toggle)
    fill(page, {"family_cramps": "yes"})
    press(page, "go_back")
    assert own_answers(page) == {**answers, "family_cramps": "yes"}
    press_again = [b for b in page.button if b.key == "go_back"]
    assert not press_again
    fill(page, {"family_cramps": None})
    assert number_of(page) == before


def test_a_lever_that_is_not_offered_any_more_is_switched_off():
    page = opened(**HOT)
    turn(page, "cooler", "easier")
    fill(page, {"air_temperature_c": 2})
    names = {t.key for t in page.toggle}
    assert "lever_cooler" not in names
    assert "cooler" not in page.session_state["MySessionState"].levers
    fill(page, {"air_temperature_c": 31})
    assert not page.toggle(key="lever_cooler").value


def test_a_lever_that_no_longer_applies_beside_another_says_so():
    page = opened(**HOT)
    turn(page, "indoors")
    assert "Not together" not in told(page)
    turn(page, "shade")
    assert "Not together with the others that are on." in told(page)


def test_where_nothing_would_help_noticeably_the_page_says_so():
    easy = {**SIX, "sport": "walking", "duration_min": 30.0, "session_rpe": 2}
    page = opened(**easy)
    assert not page.toggle
    assert no_change_text(assess(easy), advise(easy)) in told(page)


def test_what_stands_behind_the_number_is_of_the_switched_plan():
    page = opened(**{**HOT, "duration_min": 200.0}, behind=True)
    assert "<p>3 h 20</p>" in html_of(page)
    turn(page, "shorter")
    changes = page.session_state["MySessionState"].scored.combined.changes
    assert changes["duration_min"] == 150
    assert "<p>2 h 30</p>" in html_of(page)


def drinking_of(page):
    """Read the litres an hour that the page names, None if it names none."""
    found = re.search(r"Per hour.*?([\d.]+)\s*l\b", html_of(page), re.S)
    return float(found[1]) if found else None


def test_what_to_drink_is_of_the_switched_plan():
    session = {**HOT, "body_mass_kg": 70.0, "fluid_intake_l_h": 2.9}
    page = opened(**session)
    alone = drinking_plan(session, assess(session).physiology, advise(session))
    assert drinking_of(page) == alone.rate_l_h
    for names in (["cooler"], ["easier"], ["drink_less"]):
        turn(page, *names)
        scored = page.session_state["MySessionState"].scored
        planned = scored.planned
        physiology = assess(planned).physiology
        plan = drinking_plan(planned, physiology, advise(planned))
        assert (drinking_of(page) or 0.0) == (plan.rate_l_h or 0.0)
        most = sure_sweat_l_h(Plan(planned, {}, physiology), physiology["sweat_rate_l_h"])
        assert (drinking_of(page) or 0.0) <= most
        assert "As you planned" not in told(page)


def test_the_question_for_a_body_mass_stays_while_a_number_is_typed():
    page = opened(**HOT)
    for text in ("7", "70", "70.", "70.5", ""):
        page.text_input(key="body_mass_kg").set_value(text).run()
        assert not page.exception
        assert page.text_input(key="body_mass_kg").value == text
    # Where it was known from the start it is not asked.
    known = opened(**HOT, body_mass_kg=70.0)
    assert not [box for box in known.text_input if box.key == "body_mass_kg"]


def test_what_is_printed_is_the_switched_plan_and_each_way_says_so(monkeypatch):
    printed = {}

    def note(answers, answer, advice, **_):
        printed.update(answers=answers, answer=answer, advice=advice)

    monkeypatch.setattr(share, "handout_pdf", note)
    monkeypatch.setattr(share.widgets, "download", lambda label, make, *_: make())
    page = opened(**HOT, box_print=True)
    assert printed["answers"] == HOT
    assert "switched on." not in told(page)
    turn(page, "cooler")
    scored = page.session_state["MySessionState"].scored
    assert printed["answers"] == {**HOT, **scored.combined.changes}
    assert printed["answer"].probability == scored.combined.assessment.probability
    assert printed["advice"] == advise(printed["answers"])
    assert "With what is switched on." in told(page)
    fill(page, {"box_print": False, "box_share": True})
    assert "Without what is switched on." in told(page)
    (link,) = page.code
    assert "air_temperature_c=31" in link.value


# ------------------------------------------------------------------- why and examples


@pytest.mark.parametrize("name", list(load_examples()))
def test_every_example_shows_its_number_and_steps_that_sum_to_its_total(page, name):
    fill(page, {"box_options": True})
    page.selectbox(key="example").select(name).run()
    assert not page.exception
    session = load_examples()[name]
    answer = assess(session)
    assert own_answers(page).keys() >= {n for n, f in FIELDS.items() if f.required} & {
        *session
    }
    assert number_of(page) == shown(answer)
    assert look.chip(answer.band) in html_of(page)
    points, total = steps_of(page)
    assert sum(points) == total == answer.total_points
    answered = [c.points for c in answer.contributions if c.answered and c.points]
    assert points[: len(answered[:6])] == sorted(answered, reverse=True)[:6]
    assert html_of(page).count('<i class="open"') == 1
    # The dots are those of the number.
    picture = picture_html(answer)
    digits = re.sub(r"\D", "", shown(answer)) if "<" not in shown(answer) else "0"
    assert picture.count('<i class="on"></i>') - 1 == int(digits)


@settings(max_examples=40)
@given(sessions())
def test_the_steps_sum_to_the_total_and_the_next_band_begins_where_it_says(session):
    answer = assess(session)
    if answer.problems:
        return
    html = why_html(answer)
    *points, total = map(float, re.findall(r'class="num">\+?([\d.]+)<', html))
    assert sum(points) == total == answer.total_points
    limits = points_at(look.LIMITS, answer.total_points, answer.probability)
    words = next_band(limits, answer.total_points)
    label, start = re.fullmatch(r"(.+) from ([\d.]+) here", words).groups()
    assert words in html
    named = [band.label for band in BANDS].index(label)
    shown_band = [band.name for band in BANDS].index(answer.band)
    if min(abs(limit - total) for limit in limits) > 1e-6:
        assert (total >= float(start)) == (shown_band >= named)


@pytest.mark.parametrize(
    ("limits", "total", "words"),
    [
        ((20.0, 45.2, 70.0), 45.0, "High from 45.5 here"),
        ((20.0, 45.2, 70.0), 45.5, "Very high from 70 here"),
        ((20.0, 45.2, 70.0), 90.0, "Very high from 70 here"),
        ((-30.0, -20.0, -3.0), 4.0, "Very high from 0 here"),
    ],
)
def test_a_limit_is_never_rounded_across_a_total(limits, total, words):
    assert next_band(limits, total) == words


def test_what_others_wrote_becomes_no_formatting():
    answer = assess(MARATHON)
    spoilt = [
        replace(c, label="<b>x</b>", reason="a & <i>", source="<u>; 10.1/x")
        for c in answer.contributions
    ]
    html = why_html(replace(answer, contributions=tuple(spoilt)))
    assert "<b>x</b>" not in html
    assert "<u>" not in html
    assert "&lt;b&gt;x&lt;/b&gt;" in html
    assert "a &amp; &lt;i&gt;" in html


def test_an_example_and_clearing_can_be_taken_back(own):
    fill(own, {"box_options": True})
    own.selectbox(key="example").select("Marathon").run()
    fill(own, {"age_years": 77})
    own.selectbox(key="example").select("Long ride").run()
    press(own, "go_back")
    assert own_answers(own)["age_years"] == 77
    assert own_answers(own)["duration_min"] == MARATHON["duration_min"]
    press(own, "clear")
    assert tag_of(own) == "Example: change anything"
    assert not own_answers(own)
    assert not address_of(own)
    press(own, "go_back")
    assert own_answers(own) == {**tidy(MARATHON)[0], "age_years": 77}


def test_taking_a_clearing_back_brings_nothing_of_the_example():
    page = opened(sport="cycling", box_options=True)
    press(page, "clear")
    press(page, "go_back")
    assert own_answers(page) == {"sport": "cycling"}


def test_a_clearing_is_taken_back_though_the_example_was_touched():
    own = {**SIX, "sport": "cycling", "family_cramps": "yes"}
    own["air_temperature_c"] = EXAMPLE["air_temperature_c"]
    page = opened(**own, box_options=True)
    press(page, "clear")
    group(page, "session_rpe").set_value(9).run()
    assert own_answers(page) == {**EXAMPLE, "session_rpe": 9}
    press(page, "go_back")
    assert own_answers(page) == {**own, "session_rpe": 9}
    assert not still_from_example(page)


def test_what_was_answered_since_a_step_stays_when_it_is_undone(own):
    fill(own, {"box_options": True})
    press(own, "clear")
    fill(own, {"age_years": 61, "sport": "cycling"})
    press(own, "go_back")
    held = own_answers(own)
    assert (held["age_years"], held["sport"]) == (61, "cycling")


# --------------------------------------------------------------------- more questions


def next_question(page):
    keys = [w.key for w in [*page.get("button_group"), *page.text_input, *page.selectbox]]
    return next(name for name in keys if name in FIELDS and not FIELDS[name].required)


def test_the_question_that_narrows_most_is_asked_until_it_is_answered_or_skipped(own):
    first, second, *_ = assess(SIX).narrowing
    assert next_question(own) == first
    assert "Make it sharper" in told(own)
    press(own, "skip")
    assert next_question(own) == second
    field = FIELDS[second]
    fill(own, {second: next(iter(field.levels)) if field.levels else field.low})
    answer = assess(own_answers(own))
    assert answer.spreads["spread_unanswered"] < assess(SIX).spreads["spread_unanswered"]
    assert next_question(own) not in (first, second)


def asked_on(page):
    kinds = ("selectbox", "text_input", "datetime_input", "button_group")
    return {widget.key for kind in kinds for widget in page.get(kind)} & {*FIELDS}


def all_asked(page):
    """Every question of the page, with everything open, one part after another."""
    asked = set()
    page.session_state["MySessionState"].signs_open = True
    for name in GROUP_LABELS:
        fill(page, {"all_questions": True, "group": name, "measured": True})
        asked |= asked_on(page)
    fill(page, {"sport_box": True})
    return asked | asked_on(page)


@pytest.mark.parametrize(
    "sport", [None, "running", "swimming", "triathlon", "gym_strength"]
)
def test_every_question_that_means_something_can_be_reached(sport):
    answers = {**SIX, "sport": sport, "sex": "male"}
    page = opened(**answers)
    held = {"sport": sport, "sex": "male"}
    meant = {name for name, field in FIELDS.items() if field.asked_of(held)}
    # Asked once a warning sign is named.
    assert all_asked(page) == meant - {"red_flags_seen"}
    assert "pregnancy_trimester" not in meant


@pytest.mark.parametrize("part", list(GROUP_LABELS))
def test_a_question_that_two_parts_of_the_page_want_is_drawn_once(own, part):
    fill(own, {"all_questions": True, "group": part, "box_weather": True, "measured": True})
    for _ in range(6):
        press(own, "skip")


def test_a_swim_has_a_number_without_air_and_says_why():
    page = opened(**{**SIX, "wbgt_c": 35.0, "air_temperature_c": 38.0}, behind=True)
    fill(page, {"sport": "swimming"})
    swim = {n: v for n, v in SIX.items() if not FIELDS[n].of_the_hours} | {
        "sport": "swimming"
    }
    assert answers_of(page) == swim
    assert steps_of(page)[1] == assess(swim).total_points
    assert HEAT_IN_WATER in told(page)
    assert "cr-warn" not in html_of(page)
    fill(page, {"water_temperature_c": 33.0})
    assert next(g for g in GUARDS if g.name == "warm_water").sentence in told(page)
    # The answers come back with another sport.
    fill(page, {"sport": "running"})
    held = answers_of(page)
    assert (held["wbgt_c"], held["air_temperature_c"]) == (35.0, 38.0)
    assert "water_temperature_c" not in held
    assert HEAT_IN_WATER not in told(page)


def test_a_triathlete_is_warned_of_warm_water_and_keeps_the_air():
    answers = {**SIX, "sport": "triathlon", "water_temperature_c": 35.0}
    page = opened(**answers)
    assert {"water_temperature_c", "air_temperature_c"} <= asked_on(page)
    assert answers_of(page) == answers
    assert next(g for g in GUARDS if g.name == "warm_water").sentence in told(page)


def test_a_settled_answer_of_ones_own_can_be_seen_and_taken_back():
    page = opened(
        **{**SIX, "sport": "gym_strength", "strength_training": "no"},
        all_questions=True,
        group="conditioning",
    )
    assert "strength_training" in asked_on(page)
    none = steps_of(page)[1]
    fill(page, {"strength_training": None})
    assert "strength_training" not in asked_on(page)
    assert steps_of(page)[1] < none


def test_a_start_time_is_read_in_the_readers_zone_and_survives_an_example(own):
    noon = datetime(2026, 6, 21, 12, 0)
    there = {"latitude_deg": 0.0, "longitude_deg": 0.0, "sky": "clear"}
    fill(own, {**there, "start_time": noon, "box_options": True})
    assert answers_of(own)["start_time"] == noon.astimezone().isoformat()
    own.selectbox(key="example").select("Marathon").run()
    assert own.session_state["start_time"] is None
    press(own, "go_back")
    assert own.session_state["start_time"] == noon


def test_a_browser_that_cannot_tell_its_time_zone_does_no_harm(own, monkeypatch):
    unknown = property(lambda context: "Etc/Unknown")
    monkeypatch.setattr(type(streamlit.context), "timezone", unknown)
    fill(own, {"start_time": datetime(2026, 7, 1, 18, 30)})
    assert number_of(own)


@pytest.mark.parametrize("end", ["low", "high"])
def test_no_extreme_answer_brings_a_traceback(end):
    extreme = {}
    for field in FIELDS.values():
        if field.kind == "number":
            value = getattr(field, end)
            extreme[field.name] = int(value) if field.unit == "of 10" else float(value)
        elif field.kind == "level":
            extreme[field.name] = list(field.levels)[0 if end == "low" else -1]
        elif field.kind == "time":
            extreme[field.name] = datetime(2026, 1 if end == "low" else 7, 1, 3, 30)
        elif field.kind == "levels":
            extreme[field.name] = ["none"]
    page = opened(**{**extreme, "illness_24h": "no"}, behind=True, weeks=True)
    assert number_of(page)
    for name in GROUP_LABELS:
        fill(page, {"all_questions": True, "group": name, "measured": True})
    fill(page, {"red_flags": list(RED_FLAGS), "red_flags_seen": "no"})
    assert number_of(page) is None


def test_a_scored_session_shows_when_cramps_begin(own):
    fill(own, {"behind": True})
    assert onset_text(assess(SIX).onset) in told(own)
    fill(own, {"red_flags": ["swollen_calf"]})
    assert 'cr-onset"' not in html_of(own)


@pytest.mark.parametrize(("share", "late"), [(0.0, 0), (0.44, 4), (0.75, 8), (1.0, 10)])
def test_the_picture_of_when_cramps_begin_has_ten_dots_and_says_how_many_are_late(
    share, late
):
    onset = replace(assess(SIX).onset, last_third=share)
    html = onset_html(onset, 60.0)
    first, last = re.findall(r"<div>((?:<i></i>)*)</div>", html)
    assert (first.count("<i>"), last.count("<i>")) == (10 - late, late)
    assert f"{late} of them in its last third" in html


# ----------------------------------------------------------------------- the weather


def test_words_for_the_air_know_its_temperature():
    dry_air = {n: value for n, value in SIX.items() if n != "relative_humidity_pct"}
    page = opened(**dry_air, box_weather=True)
    assert number_of(page) is None
    for air_c in (20.0, 32.0):
        fill(page, {"air_temperature_c": air_c})
        share = humidity_pct("Humid", air_c)
        assert f"Humid, {share:g} %" in group(page, "air_feels").options
        group(page, "air_feels").set_value("Humid").run()
        assert own_answers(page)["relative_humidity_pct"] == share
        assert group(page, "air_feels").value == "Humid"
    assert number_of(page)


def test_no_forecast_is_told_in_one_sentence_that_says_how_to_go_on(own, monkeypatch):
    def nothing(*_, **__):
        raise WeatherError("The weather service cannot be reached.")

    monkeypatch.setattr(place, "find_places", nothing)
    fill(own, {"box_weather": True})
    own.text_input(key="session_place").set_value("Vienna").run()
    sentence = (
        "The weather service cannot be reached. You can type air and humidity by hand."
    )
    assert faults_of(own) == [sentence]
    # Also where the box is closed, as the one tap stands outside of it.
    fill(own, {"box_weather": False})
    assert faults_of(own) == [sentence]
    assert number_of(own)


def test_the_start_of_a_forecast_is_not_emptied_by_the_clock(own):
    vienna = '{"place": {"name": "Vienna", "region": "", "country": "Austria", '
    vienna += '"latitude_deg": 48.2, "longitude_deg": 16.4, "time_zone": "Europe/Vienna"}}'
    own.session_state["DeviceState"].text = vienna
    fill(own, {"box_weather": True})
    assert [b.label for b in own.button if b.key == "weather_now"] == [
        "Weather now in Vienna"
    ]
    (start,) = own.get("datetime_input")
    assert start.proto.min.endswith("00:00")
    assert start.proto.max.endswith("00:00")
