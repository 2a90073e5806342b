"""The database: nothing confirmed is lost, nobody sees another one's, errors are words."""

import hashlib
import inspect
import json
import logging
import os
import re
import signal
import sqlite3
import stat
import subprocess
import sys
import threading
import traceback
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import asdict, replace
from datetime import UTC, date, datetime, timedelta, timezone
from uuid import uuid4

import numpy as np
import pandas as pd
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.operations import Operations
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from platformdirs.macos import MacOS
from platformdirs.windows import Windows
from sqlalchemy import event, func, select, text

import riskmodel
from riskmodel.diary.outcomes import Outcome, complete_outcome, outcomes_csv
from riskmodel.diary.squad_session import AthleteRecord, SquadSession, as_content
from riskmodel.store import (
    KINDS,
    LOCAL,
    ConflictError,
    Counts,
    NotFoundError,
    Saved,
    Store,
    StoreError,
    default_path,
    models,
    moving,
    open_store,
    opening,
    places,
)
from riskmodel.store import store as store_module
from riskmodel.store.migrations.versions import r0001_items, r0002_outcomes
from riskmodel.whatif.plans import Scenario, to_text
from tests import CHECKOUT
from tests.postgres import running

PLAN = {"sport": "running", "duration_min": 60.0, "sleep_h": 5.0}
OTHER_PLAN = {"sport": "cycling", "medications": ["statin"]}
SCENARIOS = to_text([Scenario("Easy", PLAN), Scenario("Hard", OTHER_PLAN)], private=True)
SQUAD = [
    {"athlete": "Änne 🚴", "age_years": 31, "sleep_h": None},
    {"athlete": "=Ben", "age_years": "30.02.2000", "medications": "statin;loop_diuretic"},
]
SQUAD_SESSION = as_content(
    SquadSession(
        date(2026, 7, 1), "0.1.0", "abc", "2026.1", "soccer", 90.0,
        (
            AthleteRecord("Änne 🚴", 0.2, 0.1, 0.4, True, "calf", 50.5, 61.7, 60.3, 0.42),
            AthleteRecord("=Ben", None, None, None),
        ),
        28.5,
    )
)  # fmt: skip
CONTENTS = {
    "squad": SQUAD,
    "athlete": PLAN,
    "plan": OTHER_PLAN,
    "scenarios": SCENARIOS,
    "squad_session": SQUAD_SESSION,
}
OUTCOME = Outcome(
    day=date(2026, 7, 1),
    probability=0.2,
    probability_low=0.1,
    probability_high=0.4,
    program="0.1.0",
    scorecard="abc",
    cramp=True,
    sport="running",
    duration_min=60.0,
    muscle="calf",
    cramp_at_min=50.5,
    answers=PLAN,
)
NOBODY = "0" * 32


@pytest.fixture(params=["sqlite", "postgres"])
def url(request, new_database):
    return new_database(request.param)


@pytest.fixture
def sqlite_url(tmp_path):
    return f"sqlite:///{tmp_path}/mine.db"


@pytest.fixture
def store(url):
    with closing(open_store(url)) as store:
        yield store


def new_row(owner):
    """The cells that every table has."""
    now = datetime.now(UTC)
    return {"id": uuid4().hex, "owner": owner, "version": 1, "created": now, "changed": now}


def outcome_of(store, id):
    return next(each for each in store.outcomes(LOCAL) if each.id == id)


def fill(store, owner):
    """One of everything; the ids by kind."""
    ids = {k: store.save(owner, k, f"My {k}", c).id for k, c in CONTENTS.items()}
    return ids | {"outcome": store.save_outcome(owner, OUTCOME).id}


def other_process(program, *arguments, **options):
    return subprocess.Popen(
        [sys.executable, "-c", program, *arguments],
        cwd=CHECKOUT,
        stdout=subprocess.PIPE,
        stdin=subprocess.PIPE,
        text=True,
        **options,
    )


# ------------------------------------------------------------------- saved and loaded


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_saved_comes_back_in_utc(store, kind):
    before = datetime.now(UTC)
    saved = store.save(LOCAL, kind, "  Sunday ", CONTENTS[kind])
    item = store.load(LOCAL, kind, saved.id)
    assert (item.name, item.version, item.problems) == ("Sunday", 1, ())
    assert item.content == CONTENTS[kind]
    assert item.program == riskmodel.__version__
    assert item.scorecard_version == riskmodel.load_scorecard().version
    for moment in (item.created, item.changed):
        assert moment.utcoffset() == timedelta(0)
        assert before <= moment <= datetime.now(UTC)
    (entry,) = store.items(LOCAL, kind)
    assert (entry.id, entry.name, entry.changed) == (saved.id, "Sunday", item.changed)


def test_a_change_counts_on_and_a_list_starts_with_what_was_changed_last(store):
    first = store.save(LOCAL, "plan", "A", PLAN)
    store.save(LOCAL, "plan", "B", PLAN)
    assert [e.name for e in store.items(LOCAL, "plan")] == ["B", "A"]
    changed = store.save(LOCAL, "plan", "A", OTHER_PLAN, id=first.id, version=1)
    assert (changed.id, changed.version) == (first.id, 2)
    assert [e.name for e in store.items(LOCAL, "plan")] == ["A", "B"]
    renamed = store.rename(LOCAL, "plan", first.id, "C", version=2)
    item = store.load(LOCAL, "plan", first.id)
    assert (item.name, item.version, item.content) == ("C", renamed.version, OTHER_PLAN)
    assert item.created < item.changed
    store.delete(LOCAL, "plan", first.id, version=3)
    assert [e.name for e in store.items(LOCAL, "plan")] == ["B"]


def test_a_moment_without_its_offset_is_not_stored():
    kept = models.UtcTime().process_bind_param(
        datetime(2026, 7, 1, 12, tzinfo=timezone(timedelta(hours=2))), None
    )
    assert kept == datetime(2026, 7, 1, 10, tzinfo=UTC)
    with pytest.raises(ValueError, match="offset"):
        models.UtcTime().process_bind_param(datetime(2026, 7, 1), None)


def test_a_moment_is_the_same_for_a_reader_in_another_zone(store):
    saved = store.save(LOCAL, "plan", "A", PLAN)
    program = (
        "import sys; from riskmodel.store import open_store\n"
        "store = open_store(sys.argv[1])\n"
        "print(store.load('local', 'plan', sys.argv[2]).created.isoformat())\n"
        "store.close()"
    )
    url = store.database._engine.url.render_as_string(hide_password=False)
    environment = os.environ | {"TZ": "America/St_Johns"}
    reader = other_process(program, url, saved.id, env=environment)
    printed, _ = reader.communicate()
    assert printed.strip() == store.load(LOCAL, "plan", saved.id).created.isoformat()


def test_the_diary_keeps_every_answer(store):
    plain = replace(
        OUTCOME,
        cramp=False,
        muscle=None,
        cramp_at_min=None,
        answers=None,
        day=date(2026, 6, 1),
    )
    first = store.save_outcome(LOCAL, OUTCOME)
    second = store.save_outcome(LOCAL, plain)
    assert [s.outcome for s in store.outcomes(LOCAL)] == [plain, OUTCOME]
    later = replace(plain, day=date(2026, 8, 1))
    changed = store.save_outcome(LOCAL, later, id=second.id, version=1)
    saved = outcome_of(store, second.id)
    assert (saved.outcome, saved.version, saved.problems) == (later, changed.version, ())
    assert saved.changed.utcoffset() == timedelta(0)
    with pytest.raises(ConflictError):
        store.save_outcome(LOCAL, plain, id=second.id, version=1)
    with pytest.raises(ConflictError, match=r"changed .* meanwhile.*before you delete"):
        store.delete_outcome(LOCAL, second.id, version=1)
    store.delete_outcome(LOCAL, second.id, version=2)
    assert [s.id for s in store.outcomes(LOCAL)] == [first.id]


def test_an_expectation_is_kept_before_its_outcome(store):
    planned = replace(OUTCOME, cramp=None, muscle=None, cramp_at_min=None)
    saved = store.save_outcome(LOCAL, planned)
    read = outcome_of(store, saved.id)
    assert (read.outcome, read.problems) == (planned, ())
    assert read.created == read.changed
    done = complete_outcome(read.outcome, cramp=True, muscle="calf", cramp_at_min=50.5)
    store.save_outcome(LOCAL, done, id=saved.id, version=read.version)
    (after,) = store.outcomes(LOCAL)
    assert after.outcome == OUTCOME
    assert after.created == read.created < after.changed
    with pytest.raises(StoreError, match="not known yet has no muscle"):
        store.save_outcome(LOCAL, replace(planned, muscle="calf"))


odd_texts = st.text(st.characters(codec=None, categories=None), max_size=30)
cells = st.none() | st.floats() | st.integers() | odd_texts | st.booleans()
cells |= st.lists(odd_texts, max_size=3)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.dictionaries(st.sampled_from(list(riskmodel.FIELDS)), cells, max_size=4),
        min_size=1,
        max_size=4,
    )
)
def test_any_cell_comes_back_as_it_was_or_is_refused_in_words(store, rows):
    store.delete_owner(LOCAL)
    saved = answer(store.save, LOCAL, "squad", "S", rows)
    if isinstance(saved, tuple):
        assert "allowed is" in saved[1]
        return
    content = store.load(LOCAL, "squad", saved.id).content
    expected = [{n: None if v != v else v for n, v in row.items()} for row in rows]
    assert content == expected


@settings(max_examples=60)
@given(st.dictionaries(st.sampled_from(list(riskmodel.FIELDS)) | odd_texts, cells))
def test_any_answers_are_taken_or_refused_in_words(answers):
    kept = answer(KINDS["plan"].check, answers, None)
    if isinstance(kept, tuple):
        assert kept[1].endswith(".") or "Did you mean" in kept[1]
    else:
        assert KINDS["plan"].read(json.loads(json.dumps(kept))) == (kept, ())


def test_a_frame_of_athletes_is_kept_cell_by_cell(store):
    frame = pd.DataFrame(
        {
            "age_years": np.array([31, 29]),
            "sleep_h": [7.5, np.nan],
            "sex": ["female", None],
            "start_time": [pd.Timestamp("2026-07-01T10:00+02:00"), pd.NaT],
        }
    )
    saved = store.save(LOCAL, "squad", "S", frame.to_dict("records"))
    assert store.load(LOCAL, "squad", saved.id).content == [
        {
            "age_years": 31,
            "sleep_h": 7.5,
            "sex": "female",
            "start_time": "2026-07-01T10:00:00+02:00",
        },
        {"age_years": 29, "sleep_h": None, "sex": None, "start_time": None},
    ]


# ------------------------------------------------------------------- what is allowed


@pytest.mark.parametrize("length", [1, 80])
def test_a_name_may_be_as_long_as_said(store, length):
    saved = store.save(LOCAL, "plan", "ä" * length, PLAN)
    assert store.items(LOCAL, "plan")[0].name == saved.name == "ä" * length
    copy = store.save(LOCAL, "plan", "ä" * length, PLAN, keep_both=True)
    assert copy.name.endswith(" (2)")
    assert len(copy.name) <= 80


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("", "empty; allowed is 1 to 80"),
        ("  \n", "empty"),
        (None, "empty"),
        ("x" * 81, "81 characters; allowed is up to 80"),
        ("a\0b", "no text"),
        ("a\ud800", "no text"),
        ("a\nb", "no text"),
    ],
)
def test_a_name_that_cannot_be_kept_is_refused(store, name, words):
    with pytest.raises(StoreError, match=words):
        store.save(LOCAL, "plan", name, PLAN)
    saved = store.save(LOCAL, "plan", "A", PLAN)
    with pytest.raises(StoreError, match=words):
        store.rename(LOCAL, "plan", saved.id, name, version=1)


@pytest.mark.parametrize("owner", ["", None, "x" * 10_001, "a\0", "a\ud800"])
def test_an_owner_that_cannot_be_kept_is_refused(store, owner):
    for call in CALLS.values():
        with pytest.raises(StoreError, match="Owner"):
            call(store, owner, NOBODY, "plan")


@pytest.mark.parametrize("length", [255, 256, 10_000])
def test_an_account_with_a_long_name_can_save_too(store, length):
    issuer = "https://issuer.example/" + "x" * 200
    mine = f"{issuer} {'1' * (length - len(issuer) - 1)}"
    other = mine[:-1] + "2"
    ids = fill(store, mine)
    assert store.load(mine, "plan", ids["plan"]).content == OTHER_PLAN
    assert len(store.outcomes(mine)) == 1
    assert store.outcomes(other) == store.items(other, "plan") == []
    with store.database.reading() as connection:
        (kept,) = connection.execute(select(models.items.c.owner).distinct()).scalars()
    digest = "sha256:" + hashlib.sha256(mine.encode()).hexdigest()
    assert kept == (mine if length == 255 else digest)
    # Whoever runs the server finds the account under what an export names.
    assert json.loads(store.export_owner(mine))["owner"] == kept
    assert store.items(kept, "plan") == store.items(mine, "plan")
    assert store.delete_owner(mine) == len(CONTENTS) + 1


@pytest.mark.parametrize(
    ("kind", "content", "words"),
    [
        ("plan", {"sleep_h": 15}, "sleep_h"),
        ("plan", {"slep_h": 5}, "Did you mean 'sleep_h'"),
        ("plan", [1], "answers by their names"),
        ("plan", {"sleep_h": {"a": 1}}, "allowed is"),
        ("athlete", {"athlete": "x" * 1001}, "allowed is up to 1000"),
        ("squad", [], "0 athletes; allowed is 1 to 5000"),
        ("squad", [{}] * 5001, "5001 athletes; allowed is 1 to 5000"),
        ("squad", "text", "list of athletes"),
        ("squad", [3], "answers by their names"),
        ("squad", [{}, {"age": 3}], "There is no input 'age'"),
        ("squad", [{}, {"athlete": "x" * 1001}], "Row 2: .*allowed is up to 1000"),
        ("squad", [{"sleep_h": {"a": 1}}], "Row 1: .*allowed is a number"),
        ("squad", [{"sleep_h": float("inf")}], "Row 1"),
        ("squad", [{"sleep_h": 2**53 + 2}], "Row 1"),
        ("squad", [{"conditions": ["x" * 1001]}], "Row 1"),
        ("scenarios", "[1]", "no list of plans"),
        ("scenarios", "[" * 5000, "no list of plans"),
        ("scenarios", "x" * 100_001, "up to 100,000"),
        ("scenarios", to_text([], private=True), "no plan"),
        ("scenarios", {}, "text"),
        ("diet", {}, "allowed is one of squad, athlete, plan, scenarios, "),
    ],
)
def test_what_cannot_be_kept_is_refused_and_nothing_is_stored(store, kind, content, words):
    with pytest.raises(StoreError, match=words):
        store.save(LOCAL, kind, "A", content)
    assert json.loads(store.export_owner(LOCAL))["items"] == []


def test_the_largest_squad_is_kept(store):
    full = {name: "x" * 30 for name in riskmodel.FIELDS}
    saved = store.save(LOCAL, "squad", "All", [full] * 5000)
    assert store.load(LOCAL, "squad", saved.id).content == [full] * 5000


def test_an_outcome_that_makes_no_sense_is_refused(store):
    with pytest.raises(StoreError, match="Muscle is ear"):
        store.save_outcome(LOCAL, replace(OUTCOME, muscle="ear"))
    with pytest.raises(StoreError, match="Scorecard"):
        store.save_outcome(LOCAL, replace(OUTCOME, scorecard="a\0"))
    assert store.outcomes(LOCAL) == []


def test_an_owner_may_save_as_much_as_said(store, monkeypatch):
    monkeypatch.setattr(store_module, "MOST_ITEMS", 2)
    monkeypatch.setattr(store_module, "MOST_OUTCOMES", 1)
    for name in ("A", "B"):
        store.save("ada", "plan", name, PLAN)
    store.save_outcome("ada", OUTCOME)
    with pytest.raises(StoreError, match="2 plans; allowed is up to 2"):
        store.save("ada", "plan", "C", PLAN, keep_both=True)
    with pytest.raises(StoreError, match="1 outcomes; allowed is up to 1"):
        store.save_outcome("ada", OUTCOME)
    fill(store, "ben")
    store.save("ada", "athlete", "C", PLAN)


def test_a_change_needs_the_version_that_was_opened(store):
    saved = store.save(LOCAL, "plan", "A", PLAN)
    with pytest.raises(StoreError, match="which version"):
        store.save(LOCAL, "plan", "A", PLAN, id=saved.id)


# ------------------------------------------------------------- other program versions


def put_item(store, kind, content, name="Old"):
    """A row as another version of the program would have written it."""
    saved = store.save(LOCAL, kind, name, CONTENTS[kind])
    with store.database.writing() as connection:
        change = models.items.update().where(models.items.c.id == saved.id)
        connection.execute(change.values(content=content, program="9.9"))
    return saved.id


@pytest.mark.parametrize("kind", ["plan", "athlete"])
def test_answers_of_another_version_are_reported_and_never_lost(store, kind):
    old = {"sport": "quidditch", "moon_phase": "full", "sleep_h": 5.0}
    id = put_item(store, kind, old)
    item = store.load(LOCAL, kind, id)
    assert item.content == {"sleep_h": 5.0}
    assert item.program == "9.9"
    assert any("moon_phase" in problem for problem in item.problems)
    assert any("quidditch" in problem for problem in item.problems)
    store.save(LOCAL, kind, "Old", {"sleep_h": 7}, id=id, version=1)
    (row,) = json.loads(store.export_owner(LOCAL))["items"]
    assert row["content"] == {"sport": "quidditch", "moon_phase": "full", "sleep_h": 7.0}
    store.save(LOCAL, kind, "Old", {"sport": "running"}, id=id, version=2)
    (row,) = json.loads(store.export_owner(LOCAL))["items"]
    assert row["content"] == {"sport": "running", "moon_phase": "full"}


def test_a_squad_of_another_version_keeps_its_columns(store):
    rows = [{"athlete": "A", "moon_phase": "full"}, {"athlete": "B"}]
    id = put_item(store, "squad", rows)
    item = store.load(LOCAL, "squad", id)
    assert item.content == rows
    assert item.problems == ("There is no input 'moon_phase'.",)
    store.save(LOCAL, "squad", "Old", [*item.content, {}], id=id, version=1)
    assert store.load(LOCAL, "squad", id).content == [*rows, {}]
    with pytest.raises(StoreError, match="moon_phase"):
        store.save(LOCAL, "squad", "New", rows)


def test_scenarios_of_another_version_are_reported_and_never_lost(store):
    later = '{"cramp-risk":2,"base":{},"scenarios":[]}'
    id = put_item(store, "scenarios", later)
    item = store.load(LOCAL, "scenarios", id)
    assert item.content == later
    assert "another version" in item.problems[0]


def test_what_was_expected_of_a_squad_cannot_be_changed(store):
    saved = store.save(LOCAL, "squad_session", "Match", SQUAD_SESSION)
    first, *others = SQUAD_SESSION["athletes"]
    came = {**SQUAD_SESSION, "athletes": [{**first, "cramp": None, "muscle": None,
            "cramp_at_min": None}, *others]}  # fmt: skip
    store.save(LOCAL, "squad_session", "Match", came, id=saved.id, version=1)
    assert store.load(LOCAL, "squad_session", saved.id).content == came
    for changed in (
        {**came, "scorecard_version": "2027.1"},
        {**came, "duration_min": 60.0},
        {**came, "athletes": [{**first, "probability": 0.3}, *others]},
        {**came, "athletes": [first]},
    ):
        with pytest.raises(StoreError, match="cannot be changed afterwards"):
            store.save(LOCAL, "squad_session", "Match", changed, id=saved.id, version=2)
    wrong = {**came, "athletes": [{**first, "muscle": "ear"}, *others]}
    with pytest.raises(StoreError, match="allowed is one of calf"):
        store.save(LOCAL, "squad_session", "Match", wrong, id=saved.id, version=2)
    assert store.load(LOCAL, "squad_session", saved.id).content == came


def test_a_squads_session_of_another_version_keeps_what_it_holds(store):
    first, *others = SQUAD_SESSION["athletes"]
    later = {**SQUAD_SESSION, "field": "grass", "athletes": [{**first, "x": 1}, *others]}
    id = put_item(store, "squad_session", later)
    content = store.load(LOCAL, "squad_session", id).content
    assert content == SQUAD_SESSION
    store.save(LOCAL, "squad_session", "Old", content, id=id, version=1)
    kept = json.loads(store.export_owner(LOCAL))["items"][0]["content"]
    assert kept == later


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("content", [3, [3], [["a", 1]], {"sleep_h": {"a": 1}}, True])
def test_content_of_no_shape_is_one_sentence_and_can_be_deleted(store, kind, content):
    id = put_item(store, kind, content)
    found = answer(store.load, LOCAL, kind, id)
    if isinstance(found, tuple):
        assert "Old cannot be read" in found[1]
    else:
        assert found.problems
    change = answer(store.save, LOCAL, kind, "Old", CONTENTS[kind], id=id, version=1)
    assert isinstance(change, Saved) or change[0] is StoreError
    (entry,) = store.items(LOCAL, kind)
    store.delete(LOCAL, kind, id, version=entry.version)
    assert store.items(LOCAL, kind) == []


@pytest.mark.parametrize("answers", [[1], "text", 3, {"sleep_h": {"a": 1}}])
def test_answers_of_no_shape_are_listed_and_can_be_deleted(store, answers):
    saved, good = store.save_outcome(LOCAL, OUTCOME), store.save_outcome(LOCAL, OUTCOME)
    with store.database.writing() as connection:
        change = models.outcomes.update().where(models.outcomes.c.id == saved.id)
        connection.execute(change.values(answers=answers))
    by_id = {each.id: each for each in store.outcomes(LOCAL)}
    assert by_id[good.id].problems == ()
    read = by_id[saved.id]
    assert read.problems
    assert all(problem.endswith((".", ")")) for problem in read.problems)
    outcomes_csv([read.outcome], private=True)
    assert read == outcome_of(store, saved.id)
    store.delete_outcome(LOCAL, saved.id, version=read.version)
    assert [each.id for each in store.outcomes(LOCAL)] == [good.id]


def test_an_outcome_of_another_version_is_reported(store):
    saved = store.save_outcome(LOCAL, OUTCOME)
    with store.database.writing() as connection:
        connection.execute(models.outcomes.update().values(sport="quidditch"))
    (read,) = store.outcomes(LOCAL)
    assert read.outcome.sport == "quidditch"
    assert "quidditch" in read.problems[0]
    assert outcome_of(store, saved.id) == read


# -------------------------------------------------------------------- whose it is

# How each public method of the store is called for an owner with the id of something.
CALLS = {
    "save": lambda s, o, id, k: s.save(
        o, k, "New", CONTENTS.get(k), id=id, version=1, keep_both=True
    ),
    "rename": lambda s, o, id, k: s.rename(o, k, id, "New", version=1),
    "load": lambda s, o, id, k: s.load(o, k, id),
    "delete": lambda s, o, id, k: s.delete(o, k, id),
    "items": lambda s, o, id, k: s.items(o, k),
    "save_outcome": lambda s, o, id, k: s.save_outcome(o, OUTCOME, id=id, version=1),
    "outcomes": lambda s, o, id, k: s.outcomes(o),
    "delete_outcome": lambda s, o, id, k: s.delete_outcome(o, id),
    "export_owner": lambda s, o, id, k: s.export_owner(o),
    "delete_owner": lambda s, o, id, k: s.delete_owner(o),
    "move": lambda s, o, id, k: s.move(o, "zoe"),
}
WITH_ID = {"save", "rename", "load", "delete", "save_outcome", "delete_outcome"}


def test_every_public_method_takes_the_owner_first():
    public = {
        name: list(inspect.signature(method).parameters)
        for name, method in inspect.getmembers(Store, callable)
        if not name.startswith("_")
    }
    assert public.pop("close") == ["self"]
    assert public.keys() == CALLS.keys(), "a new method: say here how it is called"
    for name, parameters in public.items():
        assert parameters[:2] == ["self", "owner"], name
        assert ("id" in parameters) == (name in WITH_ID), name


def answer(call, *arguments, **options):
    try:
        return call(*arguments, **options)
    except StoreError as error:
        return type(error), str(error)


@pytest.mark.parametrize("name", CALLS)
def test_what_belongs_to_another_behaves_as_what_is_not_there(store, name):
    ids = fill(store, "ada")
    before = store.export_owner("ada")
    for kind in [*KINDS, "outcome"]:
        call = CALLS[name]
        as_kind = kind if kind in KINDS else "plan"
        others = answer(call, store, "mallory", ids[kind], as_kind)
        missing = answer(call, store, "mallory", NOBODY, as_kind)
        malformed = answer(call, store, "mallory", "' OR 1=1 --\0\ud800", as_kind)
        assert others == missing == malformed
        if name in WITH_ID:
            assert others[0] is NotFoundError
    assert store.export_owner("ada") == before
    assert json.loads(store.export_owner("mallory"))["items"] == []


@pytest.mark.parametrize("name", ["save", "rename", "load", "delete"])
def test_a_plan_is_no_athlete(store, name):
    ids = fill(store, "ada")
    with pytest.raises(NotFoundError):
        CALLS[name](store, "ada", ids["plan"], "athlete")


@pytest.mark.parametrize("name", CALLS)
def test_every_condition_holds_the_owner(store, name):
    """Also of statements whose results the other tests would not tell apart."""
    ids = fill(store, "ada")
    said = []

    def note(connection, cursor, statement, parameters, context, many):
        said.append(" ".join(statement.split()))

    event.listen(store.database._engine, "before_cursor_execute", note)
    own = ids["outcome"] if "outcome" in name else ids["plan"]
    for id in (own, own, NOBODY):  # the second time it was changed or is gone
        answer(CALLS[name], store, "ada", id, "plan")
    tables = [s for s in said if re.search(r"\b(items|outcomes)\b", s)]
    assert tables
    for statement in tables:
        where = statement.partition(" WHERE ")[2]
        assert statement.startswith("INSERT ") or re.search(r"\bowner = ", where), statement


OWNERS = ("ada", "ben", "ada ", "ADA")  # all different
owners = st.sampled_from(OWNERS)
steps = st.lists(
    st.tuples(
        st.sampled_from(["save", "change", "rename", "delete", "forget"]),
        owners,
        st.sampled_from(list(KINDS)),
        st.sampled_from("ABC"),
        st.integers(0, 5),
    ),
    max_size=25,
)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps)
def test_the_store_is_a_dictionary_for_each_owner(store, steps):
    for owner in OWNERS:
        store.delete_owner(owner)
    model = {}  # (owner, kind, id) -> name, version
    for step, owner, kind, name, place in steps:
        everybody = sorted(model)
        target = everybody[place % len(everybody)][2] if everybody else NOBODY
        mine = model.get((owner, kind, target))
        taken = {n for (o, k, i), (n, _) in model.items() if (o, k) == (owner, kind)}
        if step == "forget":
            assert store.delete_owner(owner) == sum(o == owner for o, _, _ in model)
            model = {key: value for key, value in model.items() if key[0] != owner}
        elif step == "save":
            if name in taken:
                with pytest.raises(ConflictError):
                    store.save(owner, kind, name, CONTENTS[kind])
            else:
                saved = store.save(owner, kind, name, CONTENTS[kind])
                model[owner, kind, saved.id] = name, 1
        elif mine is None:
            with pytest.raises(NotFoundError):
                CALLS["save" if step == "change" else step](store, owner, target, kind)
        elif step == "delete":
            store.delete(owner, kind, target)
            del model[owner, kind, target]
        elif name in taken - {mine[0]}:
            with pytest.raises(ConflictError):
                store.rename(owner, kind, target, name, version=mine[1])
        else:
            store.rename(owner, kind, target, name, version=mine[1])
            model[owner, kind, target] = name, mine[1] + 1
    found = {
        (owner, kind, entry.id): (entry.name, entry.version)
        for owner in OWNERS
        for kind in KINDS
        for entry in store.items(owner, kind)
    }
    assert found == model


def test_ids_are_random(store):
    ids = {store.save_outcome(LOCAL, OUTCOME).id for _ in range(50)}
    assert len(ids) == 50
    # Version 4 of RFC 9562: all but six of the bits are random.
    assert all(re.fullmatch(r"[0-9a-f]{12}4[0-9a-f]{3}[89ab][0-9a-f]{15}", i) for i in ids)


def test_everything_of_one_owner_is_exported_and_deleted(store):
    fill(store, "ada")
    ids = fill(store, "ben")
    before = store.export_owner("ben")
    export = json.loads(before)
    assert {row["id"] for row in export["items"] + export["outcomes"]} == set(ids.values())
    assert {row["kind"]: row["content"] for row in export["items"]} == CONTENTS
    assert export["outcomes"][0]["day"] == "2026-07-01"
    assert store.delete_owner("ada") == len(CONTENTS) + 1
    assert store.delete_owner("ada") == 0
    assert store.export_owner("ben") == before
    with store.database.reading() as connection:
        for table in (models.items, models.outcomes):
            found = connection.execute(select(table.c.owner)).scalars()
            assert set(found) == {"ben"}


def test_what_is_deleted_is_gone_from_the_files(sqlite_url, tmp_path):
    with closing(open_store(sqlite_url)) as store:
        saved = store.save("ada", "athlete", "Secretname", {"athlete": "Secretlabel"})
        store.save("ben", "plan", "B", PLAN)
        files = list(tmp_path.iterdir())
        assert b"Secretlabel" in b"".join(path.read_bytes() for path in files)
        store.rename("ada", "athlete", saved.id, "Secretnewname", version=1)
        store.delete_owner("ada")
        left = b"".join(path.read_bytes() for path in tmp_path.iterdir())
        assert b"Secret" not in left
        assert len(store.items("ben", "plan")) == 1


# ------------------------------------------------------ once sign-in is switched on


def test_what_was_saved_before_sign_in_is_given_to_one_account(store):
    mine = fill(store, LOCAL)
    names = ["Sunday", "Sunday (2)", "x" * 80, "Monday"]
    for name in names:
        store.save(LOCAL, "plan", name, {"athlete": name})
    for name in ("Sunday", "x" * 80, "My athlete"):
        store.save("ada", "plan", name, PLAN)
    fill(store, "ben")
    others = store.export_owner("ben")
    assert store.move(LOCAL, "ada") == Counts(len(CONTENTS) + 3, 1, squad_sessions=1)
    assert store.export_owner("ben") == others
    assert json.loads(store.export_owner(LOCAL))["items"] == []
    assert store.outcomes(LOCAL) == []
    (moved,) = store.outcomes("ada")
    assert (moved.id, moved.outcome) == (mine["outcome"], OUTCOME)
    plans = {
        e.name: store.load("ada", "plan", e.id).content for e in store.items("ada", "plan")
    }
    assert plans["Sunday"] == plans["x" * 80] == PLAN
    # Each of one's own plans is there, those with a taken name under another one.
    assert plans["Sunday (2)"] == {"athlete": "Sunday (2)"}
    assert plans["Sunday (3)"] == {"athlete": "Sunday"}
    assert plans["Monday"] == {"athlete": "Monday"}
    assert plans["x" * 76 + " (2)"] == {"athlete": "x" * 80}
    assert len(plans) == 8
    assert store.load("ada", "athlete", mine["athlete"]).name == "My athlete"
    with pytest.raises(StoreError, match="holds nothing from before sign-in"):
        store.move(LOCAL, "ada")


def test_nothing_is_given_to_nobody_or_beyond_the_room(store, monkeypatch):
    fill(store, LOCAL)
    store.save("ada", "plan", "A", PLAN)
    store.save_outcome("ben", OUTCOME)
    before = store.export_owner(LOCAL)
    with pytest.raises(StoreError, match="Owner is local"):
        store.move(LOCAL, LOCAL)
    monkeypatch.setattr(moving, "MOST_ITEMS", 1)
    with pytest.raises(StoreError, match="that is 2 plans; allowed is up to 1"):
        store.move(LOCAL, "ada")
    monkeypatch.setattr(moving, "MOST_OUTCOMES", 1)
    with pytest.raises(StoreError, match="that is 2 outcomes; allowed is up to 1"):
        store.move(LOCAL, "ben")
    assert store.export_owner(LOCAL) == before
    assert len(store.items("ada", "plan")) == 1
    assert store.move(LOCAL, "zoe") == Counts(len(CONTENTS) - 1, 1, squad_sessions=1)


# --------------------------------------------------------- two at once, and a crash


def test_of_two_tabs_one_is_told_and_both_can_be_kept(store):
    saved = store.save(LOCAL, "plan", "Sunday", PLAN)
    store.save(LOCAL, "plan", "Sunday", OTHER_PLAN, id=saved.id, version=1)
    with pytest.raises(ConflictError, match=r"changed .* meanwhile.*keep both"):
        store.save(LOCAL, "plan", "Sunday", {"sport": "rowing"}, id=saved.id, version=1)
    for sport, name in (("rowing", "Sunday (2)"), ("tennis", "Sunday (3)")):
        copy = store.save(
            LOCAL,
            "plan",
            "Sunday",
            {"sport": sport},
            id=saved.id,
            version=1,
            keep_both=True,
        )
        assert copy.name == name
        assert store.load(LOCAL, "plan", copy.id).content == {"sport": sport}
    assert store.load(LOCAL, "plan", saved.id).content == OTHER_PLAN
    with pytest.raises(ConflictError, match="already a plan named Sunday"):
        store.save(LOCAL, "plan", "Sunday", PLAN)
    with pytest.raises(ConflictError):
        store.rename(LOCAL, "plan", copy.id, "Sunday", version=1)
    with pytest.raises(ConflictError, match=r"changed .* meanwhile.*before you delete"):
        store.delete(LOCAL, "plan", saved.id, version=1)
    for version in (0, -1, 2**31, 2**63 - 1, 2**63, 10**30):
        with pytest.raises(ConflictError):
            store.delete(LOCAL, "plan", saved.id, version=version)
        with pytest.raises(ConflictError):
            store.rename(LOCAL, "plan", saved.id, "New", version=version)
    # What was deleted elsewhere is not there to be changed, and can be saved as new.
    store.delete(LOCAL, "plan", saved.id)
    with pytest.raises(NotFoundError):
        store.save(LOCAL, "plan", "X", PLAN, id=saved.id, version=2, keep_both=True)


def test_of_many_threads_at_once_one_wins_and_nothing_is_lost(store):
    saved = store.save(LOCAL, "plan", "Sunday", PLAN)
    together = threading.Barrier(8)

    def change(minutes):
        mine, opened = {"duration_min": minutes}, {"id": saved.id, "version": 1}
        together.wait()
        try:
            store.save(LOCAL, "plan", "Sunday", mine, **opened)
        except ConflictError:
            return store.save(LOCAL, "plan", "Sunday", mine, **opened, keep_both=True)

    with ThreadPoolExecutor(8) as pool:
        copies = [c for c in pool.map(change, range(10, 90, 10)) if c]
    assert len(copies) == 7
    entries = store.items(LOCAL, "plan")
    kept = {store.load(LOCAL, "plan", e.id).content["duration_min"] for e in entries}
    assert kept == set(map(float, range(10, 90, 10)))
    names = {"Sunday", *(f"Sunday ({n})" for n in range(2, 9))}
    assert {entry.name for entry in entries} == names


SAVER = """
import sys
from riskmodel.store import open_store
print("ready", flush=True)
sys.stdin.readline()
store = open_store(sys.argv[1])
for number in range(4):
    saved = store.save("local", "plan", "Sunday",
                       {"athlete": f"{sys.argv[2]}.{number}"}, keep_both=True)
    print(saved.id, f"{sys.argv[2]}.{number}", flush=True)
store.close()
"""


def test_of_many_processes_at_once_nothing_is_lost_from_the_first_use_on(url):
    savers = [other_process(SAVER, url, str(number)) for number in range(3)]
    for saver in savers:
        assert saver.stdout.readline() == "ready\n"
    for saver in savers:
        saver.stdin.write("go\n")
        saver.stdin.flush()
    confirmed = {}
    for saver in savers:
        printed, _ = saver.communicate()
        assert saver.returncode == 0
        confirmed |= dict(line.split() for line in printed.splitlines())
    assert len(confirmed) == 12
    with closing(open_store(url)) as store:
        entries = store.items(LOCAL, "plan")
        kept = {e.id: store.load(LOCAL, "plan", e.id).content["athlete"] for e in entries}
        assert kept == confirmed
        assert len({entry.name for entry in entries}) == 12


def test_threads_may_open_a_new_database_at_once(url):
    with ThreadPoolExecutor(4) as pool:
        for store in pool.map(lambda _: open_store(url), range(4)):
            assert store.items(LOCAL, "plan") == []
            store.close()


KILLED = """
import sys
from riskmodel.store import open_store
store = open_store(sys.argv[1])
print(store.save("local", "plan", "Confirmed", {"sleep_h": 7}).id, flush=True)
with store.database.writing() as connection:
    connection.exec_driver_sql("DELETE FROM items")
    print("deleted but not confirmed", flush=True)
    sys.stdin.readline()
"""


def test_a_killed_program_loses_nothing_that_was_confirmed(url):
    child = other_process(KILLED, url)
    id = child.stdout.readline().strip()
    assert child.stdout.readline() == "deleted but not confirmed\n"
    child.send_signal(signal.SIGKILL)
    child.communicate()
    with closing(open_store(url)) as store:
        assert store.load(LOCAL, "plan", id).content == {"sleep_h": 7.0}


def test_a_server_that_crashes_loses_nothing_and_is_used_again(postgres):
    with (
        running(postgres.programs, as_shipped=True) as server,
        closing(open_store(server.url("postgres"))) as store,
    ):
        saved = store.save(LOCAL, "plan", "Confirmed", PLAN)
        server.stop("immediate")
        with pytest.raises(StoreError, match="does not answer") as raised:
            store.items(LOCAL, "plan")
        assert server.password not in str(raised.value)
        server.start()
        assert store.load(LOCAL, "plan", saved.id).content == PLAN


def test_one_reading_sees_one_moment(store, url):
    """Else a backup could hold a change by halves."""
    fill(store, LOCAL)
    count = select(func.count()).select_from(models.items)
    with closing(open_store(url)) as other, store.database.reading() as connection:
        before = connection.execute(count).scalar_one()
        other.save(LOCAL, "plan", "Meanwhile", PLAN)
        assert connection.execute(count).scalar_one() == before
    with store.database.reading() as connection:
        assert connection.execute(count).scalar_one() == before + 1


def test_sqlite_confirms_only_what_lies_on_the_disk(sqlite_url):
    with (
        closing(open_store(sqlite_url)) as store,
        store.database.reading() as connection,
    ):
        found = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in (
                "journal_mode",
                "synchronous",
                "foreign_keys",
                "secure_delete",
                "busy_timeout",
            )
        }
    # 2 is FULL, https://www.sqlite.org/pragma.html#pragma_synchronous
    assert found == {
        "journal_mode": "wal",
        "synchronous": 2,
        "foreign_keys": 1,
        "secure_delete": 1,
        "busy_timeout": 10_000,
    }


# ------------------------------------------------------------------------ migrations


def build_first_revision(url):
    """A database as its first version left it, with a row."""
    engine = opening.create_engine(url)
    with engine.begin() as connection:
        context = MigrationContext.configure(
            connection, opts={"version_table": opening.VERSION_TABLE}
        )
        with Operations.context(context):
            r0001_items.upgrade()
        context.stamp(opening.ScriptDirectory(str(opening._MIGRATIONS)), "0001")
        connection.execute(
            text(
                "INSERT INTO items (id, owner, version, created, changed, kind, name,"
                " content) VALUES (:id, 'local', 3, '2025-01-02 03:04:05.000006+00:00',"
                " '2025-01-02 03:04:05.000006+00:00', 'plan', 'Old', :content)"
            ),
            {"id": "a" * 32, "content": '{"sleep_h": 5.0}'},
        )
    engine.dispose()


def test_an_older_database_is_brought_up_to_date(url):
    build_first_revision(url)
    with closing(open_store(url)) as store:
        item = store.load(LOCAL, "plan", "a" * 32)
        assert (item.name, item.version, item.program) == ("Old", 3, "")
        assert item.scorecard_version == ""
        assert item.content == {"sleep_h": 5.0}
        assert item.created == datetime(2025, 1, 2, 3, 4, 5, 6, tzinfo=UTC)
        fill(store, LOCAL)
    open_store(url).close()


def build_second_revision(url):
    """A database as its second version left it, with a session in the diary."""
    build_first_revision(url)
    engine = opening.create_engine(url)
    with engine.begin() as connection:
        opts = {"version_table": opening.VERSION_TABLE}
        context = MigrationContext.configure(connection, opts=opts)
        with Operations.context(context):
            r0002_outcomes.upgrade()
        context.stamp(opening.ScriptDirectory(str(opening._MIGRATIONS)), "0002")
        row = {**new_row("ada"), **asdict(OUTCOME)}
        del row["scorecard_version"]  # which came later
        connection.execute(models.outcomes.insert(), row)
    engine.dispose()


def test_a_diary_of_the_second_version_is_kept_and_takes_expectations(url):
    build_second_revision(url)
    with closing(open_store(url)) as store:
        (read,) = store.outcomes("ada")
        assert (read.outcome, read.version, read.problems) == (OUTCOME, 1, ())
        planned = replace(OUTCOME, cramp=None, muscle=None, cramp_at_min=None)
        store.save_outcome("ada", planned)
        assert len(store.items(LOCAL, "plan")) == 1


def test_a_diary_whose_migration_fails_stays_as_it_was(sqlite_url, monkeypatch):
    build_second_revision(sqlite_url)

    def fails(*_):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("alembic.op.drop_table", fails)
        with pytest.raises(StoreError, match="no space left"):
            open_store(sqlite_url)
    engine = opening.create_engine(sqlite_url)
    with engine.connect() as connection:
        assert set(opening.inspect(connection).get_table_names()) == {
            "items",
            "outcomes",
            opening.VERSION_TABLE,
        }
        columns = opening.inspect(connection).get_columns("outcomes")
        assert not next(c for c in columns if c["name"] == "cramp")["nullable"]
    engine.dispose()
    with closing(open_store(sqlite_url)) as store:
        assert [each.outcome for each in store.outcomes("ada")] == [OUTCOME]


def test_a_migration_that_fails_changes_nothing(url, monkeypatch):
    build_first_revision(url)

    def fails(*_):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("alembic.op.create_index", fails)  # in the second step
        with pytest.raises(StoreError, match="no space left"):
            open_store(url)
    engine = opening.create_engine(url)
    with engine.connect() as connection:
        names = set(opening.inspect(connection).get_table_names())
        columns = {c["name"] for c in opening.inspect(connection).get_columns("items")}
    engine.dispose()
    assert names == {"items", opening.VERSION_TABLE}
    assert "program" not in columns
    open_store(url).close()


def schema(connection, sqlite):
    """Everything that the database itself says about its tables."""
    if sqlite:
        query = "SELECT name, sql FROM sqlite_master WHERE name NOT LIKE 'cramprisk%'"
        rows = connection.exec_driver_sql(query).all()
        # A column that was added stands at the end, so the order does not count.
        return {
            name: sorted(re.split(r",\s", " ".join((sql or "").split())[:-1] + ","))
            for name, sql in rows
            if "cramprisk" not in (sql or name)
        }
    queries = (
        "SELECT table_name, column_name, data_type, character_maximum_length,"
        " is_nullable, column_default FROM information_schema.columns"
        " WHERE table_schema = 'public'",
        "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid)"
        " FROM pg_constraint WHERE connamespace = 'public'::regnamespace",
        "SELECT tablename, indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'",
    )
    rows = [tuple(r) for q in queries for r in connection.exec_driver_sql(q)]
    return sorted(str(row) for row in rows if "cramprisk" not in row[0])


def test_the_migrations_end_at_the_models(url, new_database):
    with closing(open_store(url)) as store, store.database.reading() as connection:
        sqlite = store.database.dialect == "sqlite"
        context = MigrationContext.configure(
            connection,
            opts={
                "version_table": opening.VERSION_TABLE,
                "compare_type": True,
                # Alembic misreads SQLite's; the schema below holds the defaults too.
                "compare_server_default": not sqlite,
            },
        )
        both = [models.metadata, models.over_metadata]
        assert compare_metadata(context, both) == []
        migrated = schema(connection, sqlite)
    fresh = new_database("sqlite" if sqlite else "postgres")
    engine = opening.create_engine(fresh)
    with engine.begin() as connection:
        for tables in both:
            tables.create_all(connection)
        assert schema(connection, sqlite) == migrated
    engine.dispose()


def test_a_newer_database_is_refused_and_left_alone(url):
    with closing(open_store(url)) as store, store.database.writing() as connection:
        connection.exec_driver_sql(
            f"UPDATE {opening.VERSION_TABLE} SET version_num = '9999'"
        )
    with pytest.raises(StoreError, match=r"newer version of cramp-risk \(revision 9999\)"):
        open_store(url)


def test_tables_of_another_program_are_refused_and_left_alone(url):
    engine = opening.create_engine(url)
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE letters (text VARCHAR)")
    with pytest.raises(StoreError, match="tables of another program"):
        open_store(url)
    with engine.connect() as connection:
        assert opening.inspect(connection).get_table_names() == ["letters"]
    engine.dispose()


# ---------------------------------------------------------------------------- errors


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("", "cannot be read"),
        ("nonsense with sesame", "cannot be read"),
        ("postgresql+psycopg://ada:sesame@host:port/x", "cannot be read"),
        ("mysql://ada:sesame@host/x", "mysql cannot be used"),
        ("postgresql+psycopg2://ada:sesame@host/x", "psycopg2 cannot be used"),
        ("postgresql+psycopg://ada:sesame@host", "names no database"),
        ("sqlite://", "must name a file"),
        ("sqlite:///:memory:", "must name a file"),
        ("sqlite:///x.db?mode=memory", "must name a file"),
    ],
)
def test_a_wrong_address_is_one_sentence_without_the_password(url, words):
    with pytest.raises(StoreError, match=words) as raised:
        open_store(url)
    assert "sesame" not in "".join(traceback.format_exception(raised.value))
    assert "allowed is sqlite:///FILE or postgresql+psycopg://" in str(raised.value)


@pytest.mark.parametrize("place", ["nowhere/x.db", "file/x.db", "", "/proc/x.db"])
def test_a_place_where_no_file_can_be_is_one_sentence(tmp_path, place):
    (tmp_path / "file").touch()
    with pytest.raises(StoreError, match=r"^The database .* cannot be "):
        open_store(f"sqlite:///{tmp_path / place}")


@pytest.mark.parametrize("content", [b"no database", b"PK" + b"x" * 5000, os.urandom(9000)])
def test_a_file_that_is_no_database_is_refused_and_left_alone(tmp_path, content):
    path = tmp_path / "x.db"
    path.write_bytes(content)
    with pytest.raises(StoreError, match="is no database of cramp-risk"):
        open_store(f"sqlite:///{path}")
    assert path.read_bytes() == content


def test_a_damaged_file_is_one_sentence(sqlite_url, tmp_path):
    with closing(open_store(sqlite_url)) as store:
        for number in range(50):
            store.save(LOCAL, "plan", str(number), PLAN)
    path = tmp_path / "mine.db"
    content = path.read_bytes()
    for cut in (b"\xff" * 4096, b""):
        path.write_bytes(content[:8192] + cut + content[8192 + 4096 :])
        with pytest.raises(StoreError, match=r"is damaged: restore it from a backup"):
            open_store(sqlite_url)


def test_a_cell_that_was_spoilt_is_one_sentence(sqlite_url, tmp_path):
    with closing(open_store(sqlite_url)) as store:
        saved = store.save(LOCAL, "plan", "A", PLAN)
        with closing(sqlite3.connect(tmp_path / "mine.db")) as spoiler:
            for column, value in (("content", "{no json"), ("created", "soon")):
                spoiler.execute(f"UPDATE items SET {column} = ?", [value])
                spoiler.commit()
                with pytest.raises(StoreError, match=r"The plan A cannot be read\."):
                    store.load(LOCAL, "plan", saved.id)


def test_a_full_disk_is_one_sentence_and_changes_nothing(sqlite_url):
    with closing(open_store(sqlite_url)) as store:
        store.save(LOCAL, "plan", "A", PLAN)
        before = store.export_owner(LOCAL)
        event.listen(
            store.database._engine,
            "connect",
            lambda connection, _: connection.execute("PRAGMA max_page_count = 1"),
        )
        store.close()
        with pytest.raises(StoreError, match="is full"):
            store.save(LOCAL, "squad", "B", SQUAD * 500)
        assert store.export_owner(LOCAL) == before


def test_another_ones_long_writing_is_one_sentence(sqlite_url, tmp_path):
    with (
        closing(open_store(sqlite_url, wait_s=0.1)) as store,
        closing(sqlite3.connect(tmp_path / "mine.db")) as other,
    ):
        other.execute("BEGIN IMMEDIATE")
        assert store.items(LOCAL, "plan") == []  # a reader does not wait
        with pytest.raises(StoreError, match="is busy"):
            store.save(LOCAL, "plan", "A", PLAN)
        other.rollback()
        store.save(LOCAL, "plan", "A", PLAN)


def test_a_writer_on_postgres_waits_no_longer_than_told(postgres):
    name = postgres.new_database()
    with (
        closing(open_store(postgres.url(name), wait_s=0.1)) as store,
        postgres.connect(name) as other,
        other.transaction(),
    ):
        other.execute("LOCK TABLE items IN EXCLUSIVE MODE")
        assert store.items(LOCAL, "plan") == []
        with pytest.raises(StoreError, match="is busy"):
            store.save(LOCAL, "plan", "A", PLAN)


def test_no_server_no_sign_in_no_database_are_one_sentence(postgres):
    nowhere = postgres.url("x").replace(str(postgres.port), "1")
    wrong = postgres.url(postgres.new_database(), password="sesame")
    for url in (nowhere, wrong, postgres.url("nix")):
        with pytest.raises(StoreError, match="does not answer, or refuses") as raised:
            open_store(url)
        said = "".join(traceback.format_exception(raised.value))
        assert "sesame" not in said
        assert postgres.password not in said


def test_a_connection_that_breaks_off_is_replaced(postgres):
    name = postgres.new_database()
    cut = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s"
    with closing(open_store(postgres.url(name))) as store:
        store.save(LOCAL, "plan", "A", PLAN)
        with postgres.connect() as other:
            other.execute(cut, [name])
            assert len(store.items(LOCAL, "plan")) == 1

            def delete_twice():
                with store.database.writing() as connection:
                    connection.execute(models.items.delete())
                    other.execute(cut, [name])
                    connection.execute(models.items.delete())

            with pytest.raises(StoreError, match="broke off"):
                delete_twice()
        assert len(store.items(LOCAL, "plan")) == 1


@pytest.mark.parametrize(
    ("state", "words"),
    [
        ("53100", "is full"),
        ("25006", "read-only"),
        ("42501", "grant it the rights"),
        ("40P01", "is busy"),
        ("XX001", "is damaged"),
        ("22000", r"cannot do this \(DataException\)"),
    ],
)
def test_what_the_server_reports_is_one_sentence_without_contents(postgres, state, words):
    name = postgres.new_database()
    with closing(open_store(postgres.url(name))) as store:
        with postgres.connect(name) as other:
            other.execute(
                "CREATE FUNCTION fails() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
                " RAISE EXCEPTION 'about %', NEW.name USING ERRCODE = '" + state + "';"
                " END $$"
            )
            other.execute(
                "CREATE TRIGGER t BEFORE INSERT ON items FOR EACH ROW"
                " EXECUTE FUNCTION fails()"
            )
        name = "Secret"  # a traceback shows lines of code
        with pytest.raises(StoreError, match=words) as raised:
            store.save(LOCAL, "plan", name, PLAN)
        assert "Secret" not in "".join(traceback.format_exception(raised.value))
        assert store.items(LOCAL, "plan") == []


def test_a_server_of_another_encoding_is_refused(postgres):
    with postgres.connect() as connection:
        connection.execute(
            "CREATE DATABASE latin ENCODING 'LATIN1' TEMPLATE template0 LOCALE 'C'"
        )
    with pytest.raises(StoreError, match="UTF8"):
        open_store(postgres.url("latin"))


# --------------------------------------------------------------------------- privacy


def test_the_file_is_private_from_the_start(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    before = os.umask(0)
    try:
        with closing(open_store()) as store:
            store.save(LOCAL, "plan", "A", PLAN)
            path = default_path()
            assert path == tmp_path / "data" / "cramp-risk" / "cramp-risk.db"
            assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
            files = list(path.parent.iterdir())
            assert len(files) > 1  # also the write-ahead log
            assert {stat.S_IMODE(f.stat().st_mode) for f in files} == {0o600}
    finally:
        os.umask(before)


@pytest.mark.parametrize("home", ["", "relative"])
def test_without_a_folder_for_data_it_is_the_usual_one(tmp_path, monkeypatch, home):
    monkeypatch.setenv("XDG_DATA_HOME", home)
    monkeypatch.setenv("HOME", str(tmp_path))
    usual = tmp_path / ".local" / "share" / "cramp-risk" / "cramp-risk.db"
    assert default_path() == usual


@pytest.mark.parametrize("earlier", [False, True])
@pytest.mark.parametrize("usual", [False, True])
@pytest.mark.parametrize("set_up", [False, True])
@pytest.mark.parametrize("system", [MacOS, Windows])
def test_on_another_system_it_is_its_usual_folder_or_where_it_lies_already(
    tmp_path, monkeypatch, system, usual, earlier, set_up
):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data") if set_up else "")
    monkeypatch.setattr(Windows, "user_data_dir", str(tmp_path / "AppData" / "cramp-risk"))
    monkeypatch.setattr(
        places, "user_data_path", lambda *names, **options: system(*names).user_data_path
    )
    there = system("cramp-risk").user_data_path / "cramp-risk.db"
    base = tmp_path / "data" if set_up else tmp_path / ".local" / "share"
    before = base / "cramp-risk" / "cramp-risk.db"
    for path, is_there in ((there, usual), (before, earlier)):
        if is_there:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.touch()
    assert default_path() == (before if earlier and not usual else there)


def test_a_user_without_a_home_is_told_what_to_set(monkeypatch):
    monkeypatch.setenv("XDG_DATA_HOME", "")
    monkeypatch.setattr("os.path.expanduser", lambda path: path)
    with pytest.raises(StoreError, match="set XDG_DATA_HOME"):
        open_store()


def test_a_folder_that_cannot_be_made_is_one_sentence(tmp_path, monkeypatch):
    (tmp_path / "file").touch()
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "file"))
    with pytest.raises(StoreError, match=r"The folder .* cannot be used"):
        open_store()


def test_nothing_of_the_contents_is_logged(url, caplog, capfd):
    caplog.set_level(logging.DEBUG)
    with closing(open_store(url)) as store:
        store.save(LOCAL, "athlete", "Secretname", {"athlete": "Secretlabel"})
        with pytest.raises(ConflictError):
            store.save(LOCAL, "athlete", "Secretname", PLAN)
        ids = fill(store, "Secretowner")
        for name, call in CALLS.items():
            id = ids["outcome"] if "outcome" in name else ids["plan"]
            answer(call, store, "Secretowner", id, "plan")
    said = caplog.text + "".join(capfd.readouterr())
    assert "Secret" not in said
    assert "statin" not in said


def test_an_error_shows_no_contents(store):
    name = "Secret"
    values = {**new_row(LOCAL), "kind": "plan", "name": name, "content": PLAN}
    twice = [values, values]  # the database's own message names the row
    with (
        pytest.raises(StoreError, match=r"IntegrityError|UniqueViolation") as raised,
        store.database.writing() as connection,
    ):
        connection.execute(models.items.insert(), twice)
    assert "Secret" not in "".join(traceback.format_exception(raised.value))
