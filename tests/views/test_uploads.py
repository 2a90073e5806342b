"""What a page says of a file that could not be read, and what it holds of files."""

import json
from types import SimpleNamespace

import pytest
from streamlit.testing.v1 import AppTest

from proofs.hostile import wide_table
from riskmodel.datasets import data_folder
from riskmodel.serving.apart import NotReadError
from riskmodel.views import training_files, uploads
from riskmodel.views.training_state import TrainingState
from tests import CHECKOUT
from tests.views.pages import told

VIEWS = CHECKOUT / "riskmodel" / "views"
OPEN = {
    "training": {},
    "squad": {"box_squad_groups": True},
    "start": {"of_file": True},
    "compare": {"box_open": True},
    "method": {"method_argue": True},
}
PLANS = {"cramp-risk": 1, "base": {"sport": "running"}, "scenarios": [["Easy", {}]]}
LOG = (data_folder("example_logs") / "garmin_activities.csv").read_bytes()
CONTENTS = {
    "training": ("log.csv", b"When,Minutes\n2026-07-11,60\n"),
    "squad": ("list.csv", b"Name,Age\nAnn,20\n"),
    "start": ("hours.json", b"{}"),
    "compare": ("plans.json", json.dumps(PLANS).encode()),
    "method": ("card.toml", b"title = 1"),
}


def page_of(name):
    page = AppTest.from_file(str(VIEWS / f"{name}.py"), default_timeout=60)
    for key, value in OPEN[name].items():
        page.session_state[key] = value
    page.run()
    assert not page.exception
    return page


def give(page, *files):
    """Upload files, one or, where several are taken, a list of them."""
    uploader = page.file_uploader[0]
    several = uploader.proto.multiple_files
    named = [(name, content, "text/plain") for name, content in files]
    uploader.set_value(named if several else named[0]).run()
    assert not page.exception
    return page


def said(page):
    return f"{told(page)} {' '.join(element.value for element in page.markdown)}"


@pytest.mark.parametrize("why", [*uploads._SENTENCES])
@pytest.mark.parametrize("name", OPEN)
def test_each_page_says_in_one_sentence_why_a_file_was_not_read(name, why, monkeypatch):
    def not_read(*_, **__):
        raise NotReadError(why)

    monkeypatch.setattr(uploads, "read_apart", not_read)
    file, content = CONTENTS[name]
    page = give(page_of(name), (file, content))
    begin = uploads._SENTENCES[why].partition("{name}")[2].partition(" {way_on}")[0]
    assert said(page).count(begin) == 1
    assert file in said(page)


@pytest.mark.parametrize("name", OPEN)
def test_each_page_reads_a_file_apart(name, monkeypatch):
    """What is read of a file needs nothing of the pages."""
    read = []

    def noted(reading, **more):
        read.append(reading)
        return reading()

    monkeypatch.setattr(uploads, "read_apart", noted)
    give(page_of(name), CONTENTS[name])
    assert read
    assert not any("views" in reading.func.__module__ for reading in read)


@pytest.mark.parametrize("name", [name for name in OPEN if name != "training"])
def test_a_file_that_is_larger_than_a_page_takes_is_not_read(name, monkeypatch):
    monkeypatch.setattr(uploads, "read_apart", lambda *_, **__: 1 / 0)
    page = give(page_of(name), (CONTENTS[name][0], bytes(11_000_000)))
    assert said(page).count("has 11 MB; allowed are up to") == 1


def test_ten_thousand_columns_are_no_ten_thousand_questions():
    page = give(page_of("training"), ("wide.csv", wide_table(10_000)))
    assert "10,000 columns" in said(page)
    assert len(page.selectbox) < 10


def log(day):
    return f"When,Minutes\n2026-07-{day},60\n".encode()


def test_all_files_of_a_visit_are_bounded_together(monkeypatch):
    monkeypatch.setattr(training_files, "_MOST_BYTES", 60)
    page = give(page_of("training"), *((f"{day}.csv", log(day)) for day in (11, 12, 13)))
    state = page.session_state[TrainingState.__name__]
    assert [file.name for file in state.files] == ["11.csv", "12.csv"]
    assert [file.name for file in state.too_many] == ["13.csv"]
    assert said(page).count(training_files._TOO_LARGE) == 1


def test_every_file_that_is_not_read_is_named_once_with_its_sentence(monkeypatch):
    monkeypatch.setattr(training_files, "_MOST_FILES", 6)
    files = {
        "read.csv": log(11),
        "empty.csv": b"",
        "empty.fit": b"",  # the same file
        "a.zip": b"PK\x03\x04one",
        "b.zip": b"PK\x03\x04two",  # another one, with the same sentence
        "notes.csv": b"see you on Sunday\n",
        "seventh.csv": log(12),
    }
    page = give(page_of("training"), *files.items())
    told = said(page)
    refused = training_files._TOO_MANY_FILES
    assert f"seventh.csv: {refused}" in told
    assert "empty.csv, empty.fit: " in told
    assert "a.zip, b.zip: " in told
    assert "notes.csv: " in told
    assert told.count("empty.csv") == 1
    assert "read.csv: " not in told


def test_all_sessions_of_a_visit_are_bounded_together(monkeypatch):
    page = page_of("training")
    monkeypatch.setattr(training_files, "MOST_ROWS", 1)
    files = [(f"{day}.csv", LOG.replace(b"-11", f"-{day}".encode())) for day in (11, 12)]
    give(page, *files)
    assert said(page).count(training_files._TOO_MANY_SESSIONS) == 1


def test_all_files_that_are_given_at_once_have_a_time(monkeypatch):
    monkeypatch.setattr(training_files, "_MOST_SECONDS", -1.0)
    page = give(page_of("training"), ("11.csv", log(11)))
    assert said(page).count(training_files._TOO_LONG) == 1


def test_a_long_name_is_cut(monkeypatch):
    def not_read(*_, **__):
        raise NotReadError("time")

    monkeypatch.setattr(uploads, "read_apart", not_read)
    with pytest.raises(uploads.UnreadError) as caught:
        uploads.read(int, "n" * 5000, "Way on.")
    assert len(str(caught.value)) < 150


def test_what_is_drawn_no_more_is_held_no_more(monkeypatch):
    removed = []
    manager = SimpleNamespace(remove_file=lambda *given: removed.append(given))
    context = SimpleNamespace(session_id="me", uploaded_file_mgr=manager)
    monkeypatch.setattr(uploads, "get_script_run_ctx", lambda: context)
    monkeypatch.setattr(uploads.runtime, "exists", lambda: True)
    one, other = (SimpleNamespace(file_id=name) for name in "ab")
    given = {"several": [one, other], "single": one, "none": None}
    monkeypatch.setattr(uploads.st, "session_state", given)
    for key in (*given, "unknown"):
        uploads.release(key)
    assert removed == [("me", "a"), ("me", "b"), ("me", "a")]
