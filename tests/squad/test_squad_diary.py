"""The diary of a squad on the page Squad."""

import json
import re
from datetime import date, datetime

import pandas as pd
import pytest
from playwright.sync_api import expect
from typer.testing import CliRunner

from riskmodel.cli import app
from riskmodel.diary.squad_session import as_content, of_content, with_outcomes
from riskmodel.diary.squad_table import session_line
from riskmodel.store import LOCAL, Saved, StoreError
from riskmodel.store.models import items
from riskmodel.validation.records import read_records
from riskmodel.views import keeping
from tests.browser import axe, download, fits, ready, settled
from tests.squad.test_squad import PLAN
from tests.squad.test_squad_browser import QUERY, to_squad, upload
from tests.squad.test_squad_page import (
    go,
    html_of,
    opened,
    press,
    squad_of,
    with_list,
)

KIND = "squad_session"
# The lines into which a text is broken.
LINES = """p => {
    const range = document.createRange(), lines = [], text = p.firstChild;
    for (let at = 0, below = -1; at < text.length; at++) {
        range.setStart(text, at);
        range.setEnd(text, at + 1);
        const { top } = range.getBoundingClientRect();
        if (top > below + 2) lines.push(""), below = top;
        lines[lines.length - 1] += text.data[at];
    }
    return lines;
}"""


def with_diary(**state):
    page = with_list(**state)
    page.session_state["squad_diary"] = True
    page.run()
    assert not page.exception
    return page


def before(page):
    """Turn to what is expected, once something was written down."""
    page.button_group(key="squad_part").set_value("before").run()


def saved(database):
    (entry,) = database.items(LOCAL, KIND)
    item = database.load(LOCAL, KIND, entry.id)
    return item, of_content(item.content)


def key(item, rest):
    return f"after_{item.id}_{rest}"


def answer(page, item, at, word):
    page.button_group(key=key(item, f"{at}_cramp")).set_value(word).run()
    assert not page.exception


def test_what_is_expected_is_written_down_and_stays_whatever_comes(database):
    page = with_diary()
    assert not database.items(LOCAL, KIND)
    press(page, "Write down what is expected")
    item, before = saved(database)
    assert before.day == date.today()
    assert [record.athlete for record in before.athletes][-1] == "Ben"
    assert {record.cramp for record in before.athletes} == {None}
    assert f"{before.athletes[0].probability:.6f}" != "0.000000"
    answer(page, item, 0, "Yes")
    page.selectbox(key=key(item, "0_muscle")).set_value("calf").run()
    page.text_input(key=key(item, "0_minute_min")).set_value("1:05").run()
    item, after = saved(database)
    assert item.version == 4  # each tap is saved
    assert "Saved at " in html_of(page)
    one = after.athletes[0]
    assert (one.cramp, one.muscle, one.cramp_at_min) == (True, "calf", 65)
    assert [r.cramp for r in after.athletes[1:]] == [None, None]  # unknown is never no
    assert [r.probability for r in after.athletes] == [
        r.probability for r in before.athletes
    ]
    press(page, "No cramp for the other 2")
    assert [r.cramp for r in saved(database)[1].athletes] == [True, False, False]


def test_weights_give_a_sweat_rate_that_counts_only_when_it_is_asked_for(database):
    page = with_diary(text="Name,Age\nAnna,20\nBen,30\n")
    press(page, "Write down what is expected")
    item, session = saved(database)
    page.toggle(key=f"after_{item.id}_weighing").set_value(True).run()
    for what, text in (
        ("mass_before_kg_kg", "61.7"),
        ("mass_after_kg_kg", "60,3"),
        ("fluid_drunk_l_l", "0.42"),
    ):
        page.text_input(key=key(item, f"0_{what}")).set_value(text).run()
    labels = [button.label for button in page.button]
    assert not any("measured sweat rate" in label for label in labels)  # by no planned time
    page.text_input(key=key(item, "between_weighings_min_min")).set_value("120").run()
    assert "measured_sweat_rate_l_h" not in squad_of(page).athletes
    press(page, "Next time count with 1 measured sweat rate")
    assert "The list counts with 1 measured sweat rate. For the next" in html_of(page)
    assert "Open Saved" in [button.label for button in page.button]
    column = squad_of(page).athletes["measured_sweat_rate_l_h"]
    rate = (61.7 - 60.3 + 0.42) / 2
    assert column.dropna().tolist() == [pytest.approx(rate, abs=0.005)]
    assert session.athletes[0].athlete.startswith("Anna")


def test_what_is_no_minute_is_told_and_the_rest_is_saved(database):
    page = with_diary()
    press(page, "Write down what is expected")
    item, _ = saved(database)
    answer(page, item, 0, "Yes")
    answer(page, item, 1, "No")
    field = key(item, "0_minute_min")
    for text in ("soon", "600"):
        page.text_input(key=field).set_value(text).run()
        assert "Not saved yet: Anna" in html_of(page)
        assert [r.cramp for r in saved(database)[1].athletes[:2]] == [True, False]
        assert page.text_input(key=field).value == text
    late = saved(database)[1].duration_min + 60
    page.text_input(key=field).set_value(f"{late:g}").run()
    assert saved(database)[1].athletes[0].cramp_at_min == late


def test_a_session_is_deleted(database):
    page = with_diary()
    press(page, "Write down what is expected")
    page.session_state[f"really_session_{saved(database)[0].id}"] = True
    page.run()
    press(page, "Delete it")
    assert not database.items(LOCAL, KIND)


def test_a_session_of_which_nothing_was_noted_is_replaced(database):
    page = with_diary()
    press(page, "Write down what is expected")
    item, _ = saved(database)
    answer(page, item, 0, "Yes")
    before(page)
    labels = [button.label for button in page.button]
    assert "Replace what is written down" not in labels
    press(page, "Write down another session")
    assert [e.name for e in database.items(LOCAL, KIND) if e.name.endswith("(2)")]
    ids = {entry.id for entry in database.items(LOCAL, KIND)} - {item.id}
    before(page)
    press(page, "Replace what is written down")
    sessions = {e.name: database.load(LOCAL, KIND, e.id)
                for e in database.items(LOCAL, KIND)}  # fmt: skip
    assert len(sessions) == 2
    second = next(i for n, i in sessions.items() if n.endswith("(2)"))
    assert second.id not in ids
    assert of_content(sessions[item.name].content).n_cramps == 1


def test_what_was_noted_meanwhile_is_not_replaced(database):
    page = with_diary()
    press(page, "Write down what is expected")
    item, session = saved(database)
    before(page)
    elsewhere(database, item, session, {"Ben": {"cramp": True}})
    press(page, "Replace what is written down")
    assert cramps(database)[2] is True
    assert "changed" in html_of(page)


def test_past_sessions_are_there_without_a_list_or_a_plan(database):
    page = with_diary()
    press(page, "Write down what is expected")
    item, _ = saved(database)
    answer(page, item, 2, "Yes")
    for page in (opened(), opened(PLAN), with_list(answers={})):
        page.session_state["squad_diary"] = True
        page.run()
        assert page.button_group(key=key(item, "2_cramp")).value == "Yes"
        assert "is written down on Squad, once a list" in html_of(page)
    go(page, "diary")
    page.session_state["squad_diary"] = True
    page.run()
    assert "Of squads" in [header.value for header in page.header]
    answer(page, item, 0, "No")
    assert cramps(database) == [False, None, True]


def test_a_diary_without_squads_does_not_speak_of_them(database):
    page = go(opened(), "diary")
    assert "Of squads" not in [header.value for header in page.header]


def test_all_the_others_at_once_can_be_taken_back(database):
    page = with_diary()
    press(page, "Write down what is expected")
    item, _ = saved(database)
    press(page, "No cramp for the other 3")
    answer(page, item, 1, "Yes")
    press(page, "Take back the No of 3")
    assert cramps(database) == [None, True, None]


def test_a_day_that_is_over_has_no_expectation(database):
    page = with_diary(start_time=datetime(2020, 7, 1, 18, 30))
    press(page, "Write down what is expected")
    assert saved(database)[1].day == date.today()
    before(page)
    assert page.date_input(key="squad_day").min == date.today()


def elsewhere(database, item, session, came, **of_all):
    """Save what came at another device."""
    version = saved(database)[0].version
    there = as_content(with_outcomes(session, came, **of_all))
    database.save(LOCAL, KIND, item.name, there, id=item.id, version=version)


def cramps(database):
    return [record.cramp for record in saved(database)[1].athletes]


def test_two_who_tap_at_once_lose_nothing(database):
    page = with_diary()
    press(page, "Write down what is expected")
    item, session = saved(database)
    answer(page, item, 0, "No")
    session = saved(database)[1]
    came = {"Ben": {"cramp": True, "mass_before_kg": 80.0}}
    elsewhere(database, item, session, came)
    page.text_input(key=key(item, "wbgt_c_°C")).set_value("28").run()
    assert (cramps(database), saved(database)[1].wbgt_c) == ([False, None, True], 28)
    # Of one athlete, different parts are no contradiction either.
    elsewhere(database, item, saved(database)[1], {"Ben": {"mass_before_kg": 81.0}})
    answer(page, item, 2, "No")
    ben = saved(database)[1].athletes[2]
    assert (ben.cramp, ben.mass_before_kg) == (False, 81)
    assert "Changed in another place" not in html_of(page)


@pytest.mark.parametrize(
    ("press_this", "then"),
    [("Keep what stands here", False), ("Take what was saved there", True)],
)
def test_what_two_have_changed_is_asked_about(database, press_this, then):
    page = with_diary()
    press(page, "Write down what is expected")
    item, session = saved(database)
    elsewhere(database, item, session, {"Ben": {"cramp": True, "muscle": "calf"}})
    answer(page, item, 2, "No")
    assert "Changed in another place meanwhile: Yes, Calf." in html_of(page)
    assert "Not saved yet: Ben" in html_of(page)
    assert cramps(database)[2] is True
    answer(page, item, 0, "No")  # another tap does not decide it either
    assert cramps(database) == [False, None, True]
    press(page, press_this)
    assert cramps(database)[2] is then
    assert page.button_group(key=key(item, "2_cramp")).value == ("Yes" if then else "No")
    assert "Changed in another place" not in html_of(page)


def test_a_reload_takes_back_what_could_not_be_saved(database):
    page = with_diary()
    press(page, "Write down what is expected")
    item, _ = saved(database)
    page.toggle(key=f"after_{item.id}_weighing").set_value(True).run()
    answer(page, item, 0, "Yes")
    typed = {"0_minute_min": "soon", "1_mass_before_kg_kg": "12", "wbgt_c_°C": "hot"}
    for name, text in typed.items():
        page.text_input(key=key(item, name)).set_value(text).run()
    tab = dict(page.session_state["DeviceState"].tab)
    again = with_diary()
    for name in typed:
        assert not [t for t in again.text_input if t.key == key(item, name) and t.value]
    again.session_state["DeviceState"].tab.update(tab)
    again.run()
    for name, text in typed.items():
        assert again.text_input(key=key(item, name)).value == text
    # Once mended, what the tab had held does not come back.
    again.text_input(key=key(item, "0_minute_min")).set_value("90+3").run()
    again.run()
    assert saved(database)[1].athletes[0].cramp_at_min == 93


def test_what_a_tab_holds_that_is_nothing_of_ours_does_no_harm(database):
    page = with_diary()
    press(page, "Write down what is expected")
    item, _ = saved(database)
    spoilt = {key(item, "0_cramp"): "Perhaps", key(item, "0_muscle"): 7,
              key(item, "opened"): "x", f"after_{item.id}_unit_kg": "st"}  # fmt: skip
    for text in (json.dumps({"typed": spoilt, "held": []}), "{", '{"typed": 3}'):
        again = with_diary()
        again.session_state["DeviceState"].tab[f"after_{item.id}"] = text
        again.run()
        assert not again.exception
        assert again.button_group(key=key(item, "0_cramp")).value is None


def test_another_unit_makes_no_other_number(database):
    page = with_diary()
    press(page, "Write down what is expected")
    item, session = saved(database)
    came = {"Ben": {"mass_before_kg": 101.3512}}
    there = as_content(with_outcomes(session, came, wbgt_c=28.05))
    database.save(LOCAL, KIND, item.name, there, id=item.id, version=1)
    page.toggle(key=f"after_{item.id}_weighing").set_value(True).run()
    page.session_state["FormState"].units = {"kg": "lb", "°C": "°F"}
    page.run()
    assert page.text_input(key=key(item, "wbgt_c_°F")).value == "82.49"
    after = saved(database)[1]
    assert (after.wbgt_c, after.athletes[-1].mass_before_kg) == (28.05, 101.3512)


def test_a_text_of_another_unit_takes_nothing_away(database):
    page = with_diary()
    press(page, "Write down what is expected")
    item, _ = saved(database)
    for units, text in (({"°C": "°F"}, ""), ({"°C": "°C"}, "28"), ({"°C": "°F"}, None)):
        page.session_state["FormState"].units = units
        page.run()
        if text:
            page.text_input(key=key(item, "wbgt_c_°C")).set_value(text).run()
    assert saved(database)[1].wbgt_c == 28
    assert page.text_input(key=key(item, "wbgt_c_°F")).value == "82.4"


IMPERIAL, METRIC = {"kg": "lb", "°C": "°F"}, {"kg": "kg", "°C": "°C"}


def in_units(page, units):
    page.session_state["FormState"].units = units
    page.run()
    assert not page.exception


def test_what_is_typed_and_not_saved_changes_with_the_unit(database):
    page = with_diary()
    press(page, "Write down what is expected")
    item, _ = saved(database)
    page.toggle(key=f"after_{item.id}_weighing").set_value(True).run()
    answer(page, item, 0, "Yes")
    typed = {
        "0_mass_before_kg_kg": "101,3512", "0_mass_after_kg_kg": "heavy",
        "1_mass_before_kg_kg": "20", "0_minute_min": "1:05", "wbgt_c_°C": "28.05",
    }  # fmt: skip
    for name, text in typed.items():
        page.text_input(key=key(item, name)).set_value(text).run()

    def shown(name):
        return page.text_input(key=key(item, name)).value

    in_units(page, {"kg": "lb", "°C": "°C"})  # one after the other, as people do
    in_units(page, IMPERIAL)
    assert shown("0_mass_before_kg_lb") == "223.441"
    assert shown("1_mass_before_kg_lb") == "44.092"  # too little still, and told
    assert "allowed is" in html_of(page)
    assert shown("0_mass_after_kg_lb") == "heavy"
    assert shown("0_minute_min") == "65"
    assert shown("wbgt_c_°F") == "82.49"
    in_units(page, METRIC)
    assert shown("0_mass_before_kg_kg") == "101.351"
    in_units(page, IMPERIAL)
    for name in ("0_mass_after_kg_lb", "1_mass_before_kg_lb"):
        page.text_input(key=key(item, name)).set_value("").run()
    after = saved(database)[1]
    # As it was typed, and not as it was rounded on the way.
    assert (after.wbgt_c, after.athletes[0].mass_before_kg) == (28.05, 101.3512)
    assert after.athletes[0].cramp_at_min == 65


def test_what_was_emptied_or_typed_anew_in_another_unit_is_that(database):
    page = with_diary()
    press(page, "Write down what is expected")
    item, session = saved(database)
    came = {"Ben": {"mass_before_kg": 80.0}}
    there = as_content(with_outcomes(session, came, wbgt_c=28.0))
    database.save(LOCAL, KIND, item.name, there, id=item.id, version=1)
    page.toggle(key=f"after_{item.id}_weighing").set_value(True).run()
    page.text_input(key=key(item, "wbgt_c_°C")).set_value("").run()
    page.text_input(key=key(item, "2_mass_before_kg_kg")).set_value("90").run()
    in_units(page, IMPERIAL)
    assert page.text_input(key=key(item, "wbgt_c_°F")).value == ""
    page.text_input(key=key(item, "2_mass_before_kg_lb")).set_value("200").run()
    in_units(page, METRIC)
    in_units(page, IMPERIAL)
    assert page.text_input(key=key(item, "2_mass_before_kg_lb")).value == "200"
    after = saved(database)[1]
    assert after.wbgt_c is None
    assert after.athletes[2].mass_before_kg == pytest.approx(90.718, abs=1e-3)


def list_field(page):
    (field,) = [each for each in page.text_input if each.label == "List"]
    return field


def test_a_session_tells_which_list_it_was_written_from(database):
    page = with_diary()
    assert list_field(page).value == "list"  # as its file is called
    press(page, "Write down what is expected")
    item, session = saved(database)
    assert (session.list_name, item.name.endswith(", list")) == ("list", True)
    assert "List: list" in html_of(page)
    before(page)
    assert "Write down another session" in [button.label for button in page.button]
    list_field(page).set_value(" Under <b>17 ").run()
    press(page, "Write down what is expected")
    names = {of_content(database.load(LOCAL, KIND, entry.id).content).list_name
             for entry in database.items(LOCAL, KIND)}  # fmt: skip
    assert names == {"list", "Under <b>17"}
    before(page)
    list_field(page).set_value("").run()
    press(page, "Write down what is expected")
    assert len(database.items(LOCAL, KIND)) == 3


def test_a_list_that_was_opened_under_a_name_is_called_so(database):
    page = with_diary()
    squad_of(page).source = None
    page.session_state["StoreState"].opened["squad"] = Saved("1", 1, "Women 1")
    page.run()
    assert list_field(page).value == "Women 1"


POUNDS = "Name,Age,Weight (lb)\nAnna,20,147\nBen,30,160\n"


def weigh(page, item, **texts):
    page.toggle(key=f"after_{item.id}_weighing").set_value(True).run()
    for name, text in texts.items():
        page.text_input(key=key(item, name)).set_value(text).run()


def at(session, name):
    return [record.athlete for record in session.athletes].index(name)


def test_weights_are_in_the_unit_of_the_list(database):
    page = with_diary(text=POUNDS)
    press(page, "Write down what is expected")
    item, session = saved(database)
    assert session.mass_unit == "lb"
    anna = at(session, "Anna")
    weigh(page, item, **{f"{anna}_mass_before_kg_lb": "147"})
    weigh(page, item, **{f"{anna}_fluid_drunk_l_oz": "0,5 l"})
    record = saved(database)[1].athletes[anna]
    assert record.mass_before_kg == pytest.approx(147 * 0.45359237)
    assert record.fluid_drunk_l == 0.5
    page.button_group(key=f"after_{item.id}_unit_lb").set_value("kg").run()
    assert page.text_input(key=key(item, f"{anna}_mass_before_kg_kg")).value == "66.678"
    # A list that was saved under a name no longer says; that of the same name did.
    squad_of(page).source = None
    before(page)
    list_field(page).set_value("list").run()
    press(page, "Write down another session")
    units = [of_content(database.load(LOCAL, KIND, e.id).content).mass_unit
             for e in database.items(LOCAL, KIND)]  # fmt: skip
    assert units == ["lb", "lb"]


def test_a_weight_far_from_the_list_is_asked_about(database):
    page = with_diary(text=POUNDS)
    press(page, "Write down what is expected")
    item, session = saved(database)
    anna = at(session, "Anna")
    asked = "147 lb is what the list says; this is 66.8 lb. Which is right?"
    weigh(page, item, **{f"{anna}_mass_before_kg_lb": "66.8"})
    assert asked in html_of(page)
    weigh(
        page, item, **{f"{anna}_mass_after_kg_lb": "65.8", f"{anna}_fluid_drunk_l_oz": "9"}
    )
    weigh(page, item, between_weighings_min_min="90")
    labels = [button.label for button in page.button]
    assert not any("measured sweat rate" in label for label in labels)
    weigh(page, item, **{f"{anna}_mass_before_kg_lb": "146"})
    weigh(page, item, **{f"{anna}_mass_after_kg_lb": "145"})
    assert "is what the list says" not in html_of(page)
    assert "Next time count with 1 measured sweat rate" in [b.label for b in page.button]


def test_without_what_was_drunk_there_is_a_least_rate_or_a_reason(database):
    page = with_diary(text="Name,Age\nAnna,20\nBen,30\n")
    press(page, "Write down what is expected")
    item, _ = saved(database)
    weigh(page, item, **{"0_mass_before_kg_kg": "62.4", "0_mass_after_kg_kg": "61.4"})
    assert "Without the minutes between the weighings there is no" in html_of(page)
    weigh(page, item, between_weighings_min_min="2 h")
    assert "Without what was drunk: at least 0.5 l/h" in html_of(page)
    assert "Without the minutes" not in html_of(page)
    weigh(page, item, **{"0_mass_after_kg_kg": "62.4"})
    assert "No sweat rate without what was drunk." in html_of(page)
    weigh(page, item, **{"0_fluid_drunk_l_l": "500 ml"})
    assert "Sweat rate 0.25 l/h" in html_of(page)


def test_a_name_by_the_row_has_no_sweat_rate_for_the_list(database):
    page = with_diary()  # two of one name
    press(page, "Write down what is expected")
    item, session = saved(database)
    weighed = {"mass_before_kg": 70.0, "mass_after_kg": 69.0, "fluid_drunk_l": 0.5}
    came = {record.athlete: weighed for record in session.athletes}
    there = as_content(with_outcomes(session, came, between_weighings_min=90.0))
    database.save(LOCAL, KIND, item.name, there, id=item.id, version=1)
    page.run()
    assert "Of Ben: only if these are the same people." in html_of(page)
    press(page, "Next time count with 1 measured sweat rate")
    assert squad_of(page).athletes["measured_sweat_rate_l_h"].notna().sum() == 1


def test_the_command_tells_what_cannot_be_read(database):
    page = with_diary()
    press(page, "Write down what is expected")
    item, _ = saved(database)
    with database.database.writing() as connection:
        spoilt = {**item.content, "duration_min": "90"}
        connection.execute(items.update().values(content=spoilt))
    done = CliRunner().invoke(app, ["diary", "--squads"])
    assert (done.exit_code, done.stdout.strip()) == (0, "")
    assert "cannot be read" in done.stderr


def test_who_was_not_there_is_no_fact(database):
    page = with_diary()
    press(page, "Write down what is expected")
    item, _ = saved(database)
    answer(page, item, 0, "Not there")
    press(page, "No cramp for the other 2")
    after = saved(database)[1]
    assert [(r.cramp, r.absent) for r in after.athletes] == [
        (None, True), (False, False), (False, False)
    ]  # fmt: skip


def test_a_database_that_is_gone_at_the_click_is_one_sentence(database, monkeypatch):
    page = with_diary()
    store = keeping.store
    gone = []

    def sometimes():
        if gone:
            gone.pop()
            raise StoreError("The database is gone.")
        return store()

    monkeypatch.setattr(keeping, "store", sometimes)
    gone.append(1)
    press(page, "Write down what is expected")
    assert "The database is gone." in html_of(page)
    press(page, "Write down what is expected")
    item, _ = saved(database)
    gone.append(1)
    answer(page, item, 0, "Yes")
    assert "The database is gone." in html_of(page)
    assert "Not saved yet." in html_of(page)
    assert cramps(database)[0] is None
    press(page, "Save what came")
    assert cramps(database)[0] is True
    assert "after_save" not in [button.key for button in page.button]


def test_what_cannot_be_read_is_told_and_deleted_and_the_rest_is_there(database):
    page = with_diary()
    press(page, "Write down what is expected")
    before(page)
    press(page, "Write down another session")
    entry, other = database.items(LOCAL, KIND)
    with database.database.writing() as connection:
        connection.execute(
            items.update().where(items.c.id == entry.id).values(content={"a": 1})
        )
    page.run()
    assert not page.exception
    assert f"{entry.name} cannot be read." in html_of(page)
    page.session_state[f"really_session_{entry.id}"] = True
    page.run()
    page.button(key=f"delete_session_{entry.id}").click().run()
    assert [each.id for each in database.items(LOCAL, KIND)] == [other.id]


def test_the_command_lists_the_sessions_and_writes_what_validate_reads(database, tmp_path):
    page = with_diary()
    press(page, "Write down what is expected")
    press(page, "No cramp for the other 3")
    session = saved(database)[1]
    file = tmp_path / "sessions.csv"
    done = CliRunner().invoke(app, ["diary", "--squads", "--csv", str(file)])
    assert (done.exit_code, done.stdout.strip()) == (0, session_line(session))
    records = read_records(file.read_bytes())
    assert records.probability.tolist() == [
        round(r.probability, 4) for r in session.athletes
    ]
    assert "Anna" not in file.read_text(encoding="utf-8")
    CliRunner().invoke(app, ["diary", "--squads", "--private", "--csv", str(file)])
    assert "Anna" in file.read_text(encoding="utf-8")


def test_nothing_is_saved_where_nobody_signs_in(database, monkeypatch):
    monkeypatch.setattr("riskmodel.views.keeping._comes_from_here", lambda: False)
    page = with_diary()
    labels = [button.label for button in page.button]
    assert "Write down what is expected" not in labels
    assert not database.items(LOCAL, KIND)


def test_a_coach_of_28_writes_down_what_came_on_a_phone(open_page, tmp_path):
    page = to_squad(open_page("phone", path=QUERY))
    path = tmp_path / "list.csv"
    rows = [f"Player {i:02d},{15 + i % 4}" for i in range(28)]
    path.write_text("\n".join(["Name,Age", *rows]), encoding="utf-8")
    upload(page, path)
    expect(page.get_by_role("button", name="28 athletes")).to_be_visible()
    page.keyboard.press("Escape")
    ready(page)
    page.get_by_text("Before and after: who had a cramp?").click()
    ready(page)
    page.get_by_role("button", name="Write down what is expected").click()
    ready(page)
    two = page.locator(".st-key-after_rows [data-testid=stButtonGroup]").nth(1)
    lines = two.locator("[data-testid=stWidgetLabel] p").evaluate(LINES)
    assert len(lines) > 1
    assert re.fullmatch(r"about \d+ of 100", lines[-1].replace("\N{NO-BREAK SPACE}", " "))
    two.get_by_role("radio", name="Yes").or_(two.get_by_role("button", name="Yes")).click()
    ready(page)
    fits(page)
    assert axe(page) == []
    page.get_by_role("button", name="No cramp for the other 27").click()
    ready(page)
    page.get_by_text("With weights").click()
    ready(page)
    fits(page)
    page.set_viewport_size({"width": 1280, "height": 900})
    settled(page)
    fits(page)
    table = pd.read_csv(download(page, "Export all sessions, CSV"), encoding="utf-8-sig")
    assert table["cramp"].value_counts().to_dict() == {"no": 27, "yes": 1}
    assert not table["athlete"].str.contains("Player").any()
