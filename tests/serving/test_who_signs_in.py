"""Who is let in by the club's list, for how long, and on a machine of several people."""

import re
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from starlette.responses import Response

from riskmodel.serving import downloads, way_back
from riskmodel.store import open_store
from riskmodel.store.models import sign_ins_over
from riskmodel.views import account
from tests.serving.asking import in_a_loop_of_its_own
from tests.serving.test_signed_out import aged, save, sees, signed_in
from tests.serving.two_people import issuer_of
from tests.serving.visitor import Visitor, pressed
from tests.views.test_saving import signing_in

CLUB = '[club]\nallowed = ["@club.example"]\nshared_machine_minutes = 5\nhours = 0.25\n'


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    folder = tmp_path_factory.mktemp("served")
    with signing_in(folder, CLUB) as url:
        yield url, folder / "home"


@pytest.fixture
def secrets(served):
    """The file of the settings, which is put back as it was."""
    file = served[1] / ".streamlit" / "secrets.toml"
    text = file.read_text()
    yield file
    file.write_text(text)


def known(served, subject, **claims):
    """Let the provider tell something of somebody, who then signs in."""
    url, home = served
    claims = {"email": f"{subject}@club.example", "email_verified": True, **claims}
    address = f"{issuer_of(home)}/users/{subject}"
    httpx.put(address, json=claims, trust_env=False).raise_for_status()
    return signed_in(url, subject)


def opens_nothing(visitor, *said):
    with visitor.session() as tab:
        for page in ("saved", "diary"):
            tab.open(page)
            assert tab.saw(*said)
            assert tab.has("sign_out")
            assert not tab.has("sign_in")
            assert not tab.has("save_plan")
            assert not tab.has("diary_write")
            assert not tab.file_ids()
        tab.press("sign_out")
        assert tab.redirect == "/auth/logout"


def test_who_is_on_the_list_saves_and_opens(served):
    ada = known(served, "ada", email="ADA@Club.example")
    save(ada, "Listed run")
    assert sees(ada, "Listed run")


@pytest.mark.parametrize(
    ("claims", "said"),
    [
        (
            {"email": "ben@evilclub.example"},
            "ben@evilclub.example, which is not on the list",
        ),
        (
            {"email": "ben@sub.club.example"},
            "ben@sub.club.example, which is not on the list",
        ),
        ({"email_verified": False}, "does not confirm that this address is yours"),
        ({"email_verified": None}, "does not confirm that this address is yours"),
        ({"email": None}, "without an e-mail address"),
    ],
)
def test_who_is_not_is_told_so_and_can_sign_out(served, claims, said):
    opens_nothing(known(served, "ben", **claims), said)


def test_a_provider_can_be_trusted_with_its_addresses(served, secrets):
    cleo = known(served, "cleo", email_verified=None)
    assert not sees(cleo, "Everything that is saved")
    secrets.write_text(
        secrets.read_text().replace("[club]", "[club]\naddresses_are_verified = true")
    )
    assert sees(cleo, "Everything that is saved")
    opens_nothing(known(served, "dan", email="dan@other.example"), "not on the list")
    # It fills in what the provider leaves out, and never a no of its own.
    for no in (False, "false"):
        said = "does not confirm that this address is yours"
        opens_nothing(known(served, "dan", email_verified=no), said)


def test_who_is_taken_off_the_list_is_shut_out_at_the_next_click(served, secrets):
    eve = known(served, "eve")
    save(eve, "Evening run of Eve")
    with eve.session() as tab:
        tab.open("saved")
        (entry,) = {i.split("-open_")[-1] for i in tab.ids() if "-open_" in i}
        tab.switch(f"change_{entry}")
        (export,) = tab.file_ids()
        assert tab.ask_for_file(export)
        delete = tab.id_of(f"delete_{entry}")
        whole = secrets.read_text()
        for right, wrong, said in (
            ("@club.example", "@other.example", account.OVER),
            # Nor does a setting open anything that is wrong, or tell whose entry it is.
            ("hours = 0.25", "hours = 0.2", "hours below [club] is 0.2"),
            ("@club.example", "ada,lovelace", "entry 1 of allowed below [club] is wrong"),
        ):
            secrets.write_text(whole.replace(right, wrong))
            tab.received.clear()
            assert tab.ask_for_file(export) == ""
            assert tab.saw(said)
            assert not tab.saw("lovelace")
        log = (served[1] / "server.log").read_text()
        assert not {"Traceback", "lovelace"} & {*re.findall(r"\w+", log)}
        for right, wrong, said in (
            ("@club.example", "@other.example", "eve@club.example, which is not on the"),
            ("hours = 0.25", "hours = 0.2", "hours below [club] is 0.2"),
        ):
            secrets.write_text(whole.replace(right, wrong))
            tab.received.clear()
            tab.rerun(pressed(delete))
            assert tab.saw(said)
            assert not tab.saw(entry)
        assert tab.ask_for_file(export) == ""
        assert tab.saw(downloads.NOT_THERE)
        secrets.write_text(whole)
        tab.open("saved")
        assert tab.saw("Evening run of Eve")  # nothing of hers was deleted
        tab.switch(f"change_{entry}")
        tab.press(f"delete_{entry}")
        assert not sees(eve, "Evening run of Eve")  # the control


def test_what_is_wrong_in_the_list_names_nobody_to_strangers(served, secrets):
    url, _ = served
    secrets.write_text(secrets.read_text().replace("@club.example", "ada,lovelace"))
    with Visitor(url).session() as tab:
        tab.open("saved")
        assert tab.saw("entry 1 of allowed below [club] is wrong")
        assert not tab.saw("lovelace")
        assert not tab.has("sign_in")


def test_the_club_says_how_long_a_sign_in_counts(served):
    fay = known(served, "fay")
    save(fay, "Quarter run")
    aged(fay, served[1], 0.25 * 3600 - 60)
    assert sees(fay, "Quarter run")
    aged(fay, served[1], 61)
    assert not sees(fay, "Quarter run")


# ------------------------------------------------------------- machines of several people


@pytest.mark.parametrize("sort", ["sqlite", "postgres"])
def test_on_a_shared_machine_a_sign_in_ends_by_itself_everywhere(
    new_database, tmp_path, sort
):
    """In other tabs, for a copy of its cookie, and after a restart of the server."""
    address = new_database(sort)
    environment = {"CRAMPRISK_DATABASE_URL": address}

    def noted(change=None):
        with closing(open_store(address)) as store, store.database.writing() as rows:
            if change:
                rows.execute(sign_ins_over.update().values(over_from=change))
            return [row.over_from for row in rows.execute(sign_ins_over.select())]

    folder = tmp_path / "first"
    with signing_in(folder, CLUB, environment=environment) as url:
        ada, usual = known((url, folder / "home"), "ada"), Visitor(url)
        usual.sign_in("ada")
        save(ada, "Own machine")
        assert noted() == []
        before = datetime.now(UTC)
        shared = Visitor(url)
        shared.sign_in("ada", shared=True)
        thief = shared.copy()
        thief.http.cookies.delete(way_back.SHARED_COOKIE)
        with shared.session() as tab, thief.session() as of_thief:
            for each in (tab, of_thief):
                each.open("saved")
                assert each.saw("Own machine", "nothing stays in this browser")
            (ends,) = noted()
            assert timedelta(minutes=5) <= ends - before < timedelta(minutes=6)
            for each in (tab, of_thief):
                assert each.saw(f"until {ends:%H:%M} UTC")
            (export,) = tab.file_ids()
            # Nobody makes it longer: by a new tab, nor by the switch.
            assert sees(shared, "Own machine")
            for on in (False, True):
                tab.switch("shared_machine", on)
            assert noted() == [ends]
            # The time is up.
            noted(datetime.now(UTC))
            for each in (tab, of_thief):
                each.received.clear()
                assert each.ask_for_file(export) == ""
                each.open("saved")
                assert not each.saw("Own machine")
        for visitor in (shared, thief):
            assert not sees(visitor, "Own machine")
        assert sees(usual, "Own machine")  # she is still there on her own machine
    with signing_in(folder, environment=environment):
        for visitor, is_in in ((shared, False), (thief, False), (usual, True)):
            assert sees(visitor, "Own machine") == is_in


def test_the_switch_counts_after_signing_in_too_and_a_sign_out_before_the_end(served):
    _, home = served
    gil = known(served, "gil")
    save(gil, "Switched run")
    thief = gil.copy()
    with gil.session() as tab:
        tab.open("saved")
        assert not tab.saw("nothing stays in this browser")
        tab.switch("shared_machine")
        assert tab.saw("nothing stays in this browser")
    (database,) = home.rglob("cramp-risk.db")
    with closing(sqlite3.connect(database)) as rows:
        rows.execute("SELECT over_from FROM sign_ins_over").fetchall()
    with thief.session() as tab:
        tab.open("saved")
        assert tab.saw("nothing stays in this browser")
        tab.press("sign_out")
    assert not sees(gil, "Switched run")


def take_back_shared(visitor, subject):
    """Sign out, and in again as somebody whose machine nobody else uses."""
    with visitor.session() as tab:
        tab.open("saved")
        tab.press("sign_out")
    visitor.http.get(f"{visitor.url}/auth/logout")
    with visitor.session() as tab:
        tab.open("saved")
        tab.switch("shared_machine", on=False)
        tab.press("sign_in")
    visitor.follow(tab.redirect, subject)
    assert way_back.SHARED_COOKIE not in visitor.cookies


def test_no_link_takes_back_that_a_machine_is_shared(served):
    url, _ = served
    mia = Visitor(url)
    mia.sign_in("mia", shared=True)
    with Visitor(url).session() as tab:  # somebody else's browser
        tab.open("saved")
        tab.press("sign_in")
    assert "shared=" in tab.redirect
    for link in (tab.redirect, "/auth/login?shared=0", "/auth/login?provider=default"):
        mia.http.get(url + link, follow_redirects=False)
        assert mia.cookies[way_back.SHARED_COOKIE] == "1"
    take_back_shared(mia, "mia")


@pytest.mark.parametrize(
    ("status", "location", "is_held"),
    [
        (302, "https://your.provider/authorize", True),
        (302, "/", False),  # there is no such provider
        (400, None, False),  # it does not answer
        (404, None, False),
    ],
)
def test_only_the_way_to_the_provider_changes_cookies(status, location, is_held):
    async def app(scope, receive, send):
        headers = {"location": location} if location else None
        await Response(status_code=status, headers=headers)(scope, receive, send)

    async def asked():
        here = httpx.ASGITransport(way_back.WayBack(app))
        async with httpx.AsyncClient(transport=here, base_url="http://here") as asking:
            return await asking.get("/auth/login?page=saved&shared=1")

    answer = in_a_loop_of_its_own(asked())
    assert (way_back.SHARED_COOKIE in answer.cookies) == is_held
    assert ("set-cookie" in answer.headers) == is_held


def test_nothing_is_kept_in_the_browser_of_a_shared_machine(served):
    hal = known(served, "hal")
    hal.sign_in("hal", shared=True)
    assert hal.cookies[way_back.SHARED_COOKIE] == "1"
    answers = "sport=running&duration_min=61&session_rpe=5&age_years=40"
    with hal.session() as tab:
        tab.open("", answers)
        tab.switch("box_keep")
        assert tab.saw("nothing is kept in its browser")
        assert not tab.saw("Keep 1 answer")
        assert tab.saw('"keeps": false')
        assert not tab.saw('"keeps": true')
    take_back_shared(hal, "hal")
    with hal.session() as tab:  # the control
        tab.open("", answers)
        tab.switch("box_keep")
        assert tab.saw("Keep 1 answer")
        assert tab.saw('"keeps": true')


def test_where_the_end_cannot_be_noted_nothing_is_opened(served):
    _, home = served
    ida = known(served, "ida")
    save(ida, "Unnoted run")
    (database,) = home.rglob("cramp-risk.db")
    with closing(sqlite3.connect(database)) as rows, rows:
        rows.execute("ALTER TABLE sign_ins_over RENAME TO elsewhere")
    try:
        ida.http.cookies.set(way_back.SHARED_COOKIE, "1", domain="127.0.0.1", path="/")
        assert not sees(ida, "Unnoted run")
    finally:
        with closing(sqlite3.connect(database)) as rows, rows:
            rows.execute("ALTER TABLE elsewhere RENAME TO sign_ins_over")
    assert sees(ida, "Unnoted run")


# -------------------------------------------------------------------------- there and back


@pytest.mark.parametrize("page", ["saved", "diary"])
def test_signing_in_leads_back_to_the_page_that_one_was_on(served, page):
    url, _ = served
    visitor = Visitor(url)
    assert visitor.sign_in("jo", page) == f"{url}/{page}"
    # Signing out ends at the same address and leads to the first page, whatever was held.
    visitor.http.cookies.set("cramp_risk_page", page, domain="127.0.0.1", path="/")
    assert str(visitor.http.get(f"{url}/oauth2callback").url) == f"{url}/"


@pytest.mark.parametrize(
    "page", ["//evil.example", "https:evil", "..", "a" * 41, "", "%0d"]
)
def test_nobody_is_led_elsewhere(served, page):
    url, _ = served
    with Visitor(url).session() as tab:
        tab.open("saved")
        tab.press("sign_in")
    visitor = Visitor(url)
    redirect = tab.redirect.replace("page=saved", f"page={page}")
    assert redirect != tab.redirect
    at_provider = visitor.http.get(f"{url}{redirect}")
    done = visitor.http.post(str(at_provider.url), data={"sub": "kay"})
    assert str(done.url) == f"{url}/"


def test_who_changes_her_mind_at_the_provider_is_back_on_her_page_too(served):
    url, _ = served
    visitor = Visitor(url)
    with visitor.session() as tab:
        tab.open("diary")
        tab.press("sign_in")
    at_provider = visitor.http.get(f"{url}{tab.redirect}")
    done = visitor.http.post(str(at_provider.url), data={"action": "deny", "sub": "lu"})
    assert str(done.url) == f"{url}/diary"
    # Once only.
    assert "cramp_risk_page" not in visitor.cookies
