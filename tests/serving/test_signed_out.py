"""A cookie copied before sign-out opens nothing afterwards, nor does an old one."""

import json
import sqlite3
import time
import tomllib
from contextlib import closing
from hashlib import sha256

import pytest
from streamlit.web.server.starlette.starlette_app_utils import (
    create_signed_value,
    decode_signed_value,
)

from riskmodel.serving import club, signed_out
from riskmodel.serving.club import HOURS as LIFE_H
from riskmodel.serving.signed_out import sign_in_of
from riskmodel.store import LONG_AGO, NEVER, StoreError
from riskmodel.views import account
from riskmodel.views.state import AccountState
from tests.serving.asking import in_a_loop_of_its_own
from tests.serving.two_people import issuer_of
from tests.serving.visitor import Visitor, pressed
from tests.views.test_saving import signing_in

COOKIE = "_streamlit_user"
NO_ACCOUNT = '"account": ""'
ANSWERS = "sport=running&duration_min=61&session_rpe=5&age_years=40"
CLAIMS = {"iss": "https://who", "sub": "ada", "iat": time.time(), "nonce": "n"}


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    folder = tmp_path_factory.mktemp("served")
    with signing_in(folder) as url:
        yield url, folder / "home"


@pytest.fixture
def url(served):
    return served[0]


def save(visitor, name):
    """Save a plan, and leave the tab."""
    with visitor.session() as tab:
        tab.open("", ANSWERS)
        tab.open("saved")
        tab.type("save_name_plan", name)
        tab.press("save_plan")
        assert tab.saw(name)


def signed_in(url, subject):
    visitor = Visitor(url)
    visitor.sign_in(subject)
    return visitor


def sees(visitor, name):
    with visitor.session() as tab:
        tab.open("saved")
        return tab.saw(name)


def by_button(visitor):
    with visitor.session() as tab:
        tab.open("saved")
        tab.press("sign_out")
        assert tab.redirect == "/auth/logout"


def by_address(visitor):
    visitor.http.get(f"{visitor.url}/auth/logout", follow_redirects=False)
    assert COOKIE not in visitor.cookies


def by_signing_in_anew(visitor):
    visitor.sign_in("somebody else")


@pytest.mark.parametrize("sign_out", [by_button, by_address, by_signing_in_anew])
def test_a_copied_cookie_opens_nothing_after_sign_out(url, sign_out):
    name = f"Run {sign_out.__name__}"
    ada = signed_in(url, "ada")
    save(ada, name)
    thief = ada.copy()
    assert sees(thief, name)  # the control: until then it opens everything
    with ada.session() as still_open, thief.session() as of_thief:
        for tab in (still_open, of_thief):
            tab.open("saved")
            assert tab.saw(name)
        (entry,) = {i.split("-")[-1] for i in still_open.ids() if "-open_" in i}
        stale, export = of_thief.id_of(entry), of_thief.file_ids()
        delete_all = [i for i in of_thief.ids() if i.endswith("-None")]
        assert export
        assert all(of_thief.ask_for_file(id) for id in export)
        sign_out(ada)
        assert not sees(thief, name)
        assert all(of_thief.ask_for_file(id) == "" for id in export)
        for tab in (still_open, of_thief):
            tab.received.clear()
            tab.rerun(pressed(stale), *map(pressed, delete_all))
            assert not tab.saw(name, "duration_min")
            tab.open("saved")
            assert not tab.saw(name, entry)
            assert tab.has("sign_in")
    again = signed_in(url, "ada")
    assert sees(again, name)  # nothing of it was deleted
    with again.session() as tab:
        tab.open("saved")
        tab.switch(entry.replace("open_", "change_"))
        tab.press(entry.replace("open_", "delete_"))
    assert not sees(again, name)  # the control: a click of her own deletes


def test_a_click_on_a_page_that_was_open_does_nothing_after_sign_out(url):
    ada = signed_in(url, "ada of the click")
    save(ada, "Kept run")
    with ada.session() as tab:
        tab.open("saved")
        (entry,) = {i.split("-open_")[-1] for i in tab.ids() if "-open_" in i}
        tab.switch(f"change_{entry}")
        by_address(ada)
        tab.press(f"delete_{entry}")
    assert sees(signed_in(url, "ada of the click"), "Kept run")


def test_a_row_that_cannot_be_read_is_not_deleted_after_sign_out_either(served):
    url, home = served
    ada = signed_in(url, "ada of the spoilt")
    save(ada, "Spoilt run")
    (database,) = home.rglob("cramp-risk.db")
    with closing(sqlite3.connect(database)) as rows, rows:
        rows.execute("UPDATE items SET changed = 'never' WHERE name = 'Spoilt run'")

    def left():
        with closing(sqlite3.connect(database)) as rows:
            query = "SELECT count(*) FROM items WHERE name = 'Spoilt run'"
            return rows.execute(query).fetchone()[0]

    def delete(ada, sign_out=None):
        with ada.session() as tab:
            tab.open("saved")
            (button,) = {i for i in tab.ids() if "delete_unreadable_" in i}
            if sign_out:
                sign_out(ada)
            tab.rerun(pressed(button))

    delete(ada, by_address)
    assert left() == 1
    delete(signed_in(url, "ada of the spoilt"))
    assert left() == 0  # the control


def test_a_tab_that_does_not_follow_to_the_sign_out_is_empty_all_the_same(url):
    """The button was pressed, and then the browser was offline."""
    ada = signed_in(url, "ada of the tunnel")
    with ada.session() as tab:
        tab.open("", ANSWERS)
        assert tab.saw("1 h 01")
        tab.open("saved")
        tab.received.clear()
        tab.press("sign_out")
        assert tab.redirect == "/auth/logout"
        assert tab.saw('"forget"')  # the browser takes out what the tab holds
        # Nor does the page send the browser elsewhere meanwhile.
        assert not tab.saw('"leave"')
        for page in ("", "saved", "compare"):
            tab.open(page)
        assert not tab.saw("1 h 01")


def test_a_cookie_whose_letters_were_changed_opens_nothing_either(url):
    """The last letter of a signature holds bits that count for nothing."""
    ada = signed_in(url, "ada of the letters")
    save(ada, "Lettered run")
    thief, cookie = ada.copy(), ada.cookies[COOKIE]
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    other = cookie[:-1] + alphabet[alphabet.index(cookie[-1]) ^ 1]
    thief.http.cookies.set(COOKIE, other, domain="127.0.0.1", path="/")
    assert sees(thief, "Lettered run")
    by_address(ada)
    assert not sees(thief, "Lettered run")


def test_others_stay_signed_in(url):
    ada, on_the_phone = signed_in(url, "ada twice"), signed_in(url, "ada twice")
    save(ada, "Run of two")
    by_address(ada)
    assert sees(on_the_phone, "Run of two")


def older(cookie, secret, seconds):
    """The cookie as it were if it had been made before."""
    claims = json.loads(decode_signed_value(secret, COOKIE, cookie))
    claims["iat"] -= seconds
    return create_signed_value(secret, COOKIE, json.dumps(claims)).decode()


def aged(visitor, home, seconds):
    """Bring along an older cookie of the same person."""
    secret = tomllib.loads((home / ".streamlit/secrets.toml").read_text())["auth"]
    value = older(visitor.cookies[COOKIE], secret["cookie_secret"], seconds)
    visitor.http.cookies.set(COOKIE, value, domain="127.0.0.1", path="/")


def test_a_sign_in_has_an_end(served):
    url, home = served
    ada = signed_in(url, "ada of old")
    save(ada, "Old run")
    aged(ada, home, (LIFE_H - 0.1) * 3600)
    assert sees(ada, "Old run")
    aged(ada, home, 0.2 * 3600)
    assert not sees(ada, "Old run")


def test_a_page_whose_time_is_up_shuts_the_rows_and_keeps_what_was_answered(served):
    url, home = served
    ada = signed_in(url, "ada of the evening")
    save(ada, "Evening run")
    aged(ada, home, LIFE_H * 3600 - 8)
    with ada.session() as tab:
        tab.open("", ANSWERS)
        tab.open("saved")
        assert tab.saw("Evening run")
        (entry,) = {i.split("-open_")[-1] for i in tab.ids() if "-open_" in i}
        tab.switch(f"change_{entry}")
        time.sleep(8)
        tab.received.clear()
        tab.press(f"delete_{entry}")
        assert tab.has("sign_in")
        tab.open("saved")
        assert not tab.saw("Evening run", entry)
        tab.open("")
        assert tab.saw("1 h 01")
    assert sees(signed_in(url, "ada of the evening"), "Evening run")


@pytest.mark.parametrize("hours", [LIFE_H - 0.1, LIFE_H + 0.2])
def test_after_a_reload_a_tab_still_holds_what_was_answered(served, hours):
    """The browser keeps what belongs to the account that the page names."""
    url, home = served
    ada = signed_in(url, "ada of the morning")
    owner = f"{issuer_of(home)} ada of the morning"
    own = f'"account": "{sha256(owner.encode()).hexdigest()}"'
    with ada.session() as tab:
        tab.open("", ANSWERS)
        assert tab.saw(own)
    aged(ada, home, hours * 3600)
    with ada.session() as tab:
        tab.open("")
        assert tab.saw(own)
        assert not tab.saw(NO_ACCOUNT)
    thief = ada.copy()
    by_address(ada)
    with thief.session() as tab:
        tab.open("")
        assert tab.saw(NO_ACCOUNT)


class Asked:
    """A visit, and what the database says of its sign-in: over or not, or nothing."""

    def __init__(self, monkeypatch, says):
        self.visit, self.times, self.says = AccountState(), 0, says
        self.sign_in = sign_in_of(CLAIMS)
        monkeypatch.setattr(account, "state", lambda _: self.visit)
        monkeypatch.setattr(account, "_brought", lambda: self.sign_in)
        monkeypatch.setattr(account, "said_to_be_shared", lambda: False)
        monkeypatch.setattr(account.signed_out, "over_from", self)

    def __call__(self, _):
        self.times += 1
        if isinstance(self.says, Exception):
            raise self.says
        return self.says


@pytest.mark.parametrize("says", [LONG_AGO, NEVER, StoreError("The database is gone.")])
def test_a_page_asks_once_and_every_click_anew(monkeypatch, says):
    asked = Asked(monkeypatch, says)

    def answer():
        try:
            return account.sign_in()
        except StoreError as error:
            return str(error)

    before = answer()
    assert asked.times == 1
    with account.asked_once():
        account.is_left()
        assert [answer() for _ in range(3)] == [before] * 3
        assert asked.times == 2
    asked.says = LONG_AGO  # she signs out elsewhere
    assert answer() is None
    with pytest.raises(KeyError), account.asked_once():
        raise KeyError  # a page that was broken off
    assert answer() is None
    assert asked.times == 4


def test_where_nobody_can_know_a_tab_keeps_what_was_answered(monkeypatch):
    asked = Asked(monkeypatch, StoreError("The database is gone."))
    assert not account.is_left()
    assert asked.visit.owner == asked.sign_in.owner


def test_nothing_of_a_cookie_is_written_down(served):
    url, home = served
    ada = signed_in(url, "ada of the log")
    values = [v for n, v in ada.cookies.items() if n.startswith(COOKIE)]
    by_button(ada)
    by_address(ada)
    kept = [path for path in (*home.rglob("*.db*"), home / "server.log") if path.is_file()]
    assert len(kept) >= 2
    for path in kept:
        content = path.read_bytes()
        assert not any(value.encode() in content for value in values)
        # Nor who it was: she has saved nothing.
        assert b"ada of the log" not in content


@pytest.mark.parametrize("name", ["iss", "sub", "iat"])
def test_who_lacks_what_every_provider_says_is_nobody(name):
    assert sign_in_of(CLAIMS) is not None
    assert sign_in_of({n: c for n, c in CLAIMS.items() if n != name}) is None


@pytest.mark.parametrize("moment", [None, "today", float("nan"), 1e300, -1e300])
def test_a_moment_that_is_none_is_nobodys(moment):
    assert sign_in_of({**CLAIMS, "iat": moment}) is None


@pytest.mark.parametrize("trusted", [False, True])
@pytest.mark.parametrize(
    ("claim", "verified"),
    [
        ({}, None),
        ({"email_verified": None}, None),
        *[({"email_verified": yes}, True) for yes in (True, "true", "True")],
        *[({"email_verified": no}, False) for no in (False, "false", "", 0, 1, "yes", [])],
    ],
)
def test_only_what_a_provider_leaves_out_can_be_filled_in(
    monkeypatch, claim, verified, trusted
):
    settings = club.Club(addresses_are_verified=trusted)
    monkeypatch.setattr(club, "settings", lambda: settings)
    sign_in = sign_in_of({**CLAIMS, "email": "Ada@club.example", **claim})
    counts = trusted if verified is None else verified
    assert sign_in.is_verified is verified
    assert sign_in.address == ("ada@club.example" if counts else "")


def test_two_sign_ins_of_one_person_are_two():
    one, other = sign_in_of(CLAIMS), sign_in_of({**CLAIMS, "nonce": "m"})
    assert one.owner == other.owner
    assert one.digest != other.digest
    assert not one.is_late


def test_a_sign_out_that_cannot_be_noted_goes_on_and_is_logged(monkeypatch, caplog):
    def fails(_):
        raise StoreError("The database is full.")

    async def app(scope, receive, send):
        headers = [(b"set-cookie", f"{COOKIE}=; Max-Age=0".encode())]
        start = {"type": "http.response.start", "status": 302, "headers": headers}
        await send(start)
        await send({"type": "http.response.body"})

    sent = []

    async def send(message):
        sent.append(message["type"])

    monkeypatch.setattr(
        signed_out, "_get_cookie_value_from_request", lambda *_: json.dumps(CLAIMS)
    )
    monkeypatch.setattr(signed_out, "end", fails)
    in_a_loop_of_its_own(
        signed_out.SignOuts(app)({"type": "http", "headers": []}, None, send)
    )
    assert sent == ["http.response.start", "http.response.body"]
    assert "The database is full." in caplog.text
    assert "ada" not in caplog.text
