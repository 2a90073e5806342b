"""Two people at one browser: what the first one leaves behind after signing out."""

import json
import sqlite3
import tomllib
from contextlib import closing
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import expect

from riskmodel.serving.gate import FOREIGN_PAGE
from tests.browser import axe, fits, ready
from tests.serving.test_signed_out import COOKIE, older
from tests.views.test_saving import save_as, sign_in, signing_in, stranger, to_page

ANSWERS = "sport=running&duration_min=61&session_rpe=5&age_years=40"
OF_TAB, OF_BROWSER = "cramp-risk-tab", "cramp-risk"


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    folder = tmp_path_factory.mktemp("served")
    with signing_in(folder) as url:
        yield url, folder / "home"


@pytest.fixture
def url(served):
    return served[0]


def minutes(page):
    return page.locator(".st-key-duration_min input")


def open_again(page, url):
    """Open the app as if the tab were new; its own storage stays."""
    page.goto(url)
    ready(page)


def sign_out(page, url):
    page.goto(f"{url}/saved")
    ready(page)
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url("**/oauth2/end_session**")
    page.locator("button[type=submit]").first.click()
    page.wait_for_url(f"{url}/**")
    ready(page)


def stored(page, storage, name):
    return page.evaluate(f"{storage}.getItem('{name}') ?? ''")


def test_nothing_of_an_account_is_left_in_its_tabs(browser, url):
    ada = stranger(browser, url)
    open_again(ada, url)
    example = minutes(ada).input_value()  # what nobody's page shows
    ada.goto(f"{url}/saved")
    ready(ada)
    sign_in(ada, url, "ada")
    ada.goto(f"{url}/?{ANSWERS}")
    ready(ada)
    to_page(ada, "Saved")
    save_as(ada, "Ada's run")
    ada.get_by_role("button", name="Open", exact=True).click()
    expect(minutes(ada)).to_have_value("1 h 01")
    ready(ada)
    # The control: as long as she is there, her tab gives back what it held.
    open_again(ada, url)
    expect(minutes(ada)).to_have_value("1 h 01")
    ready(ada)
    assert "61" in stored(ada, "sessionStorage", OF_TAB)
    ada.evaluate(f"localStorage.setItem('{OF_BROWSER}', '{json.dumps({'kept': 1})}')")
    other = ada.context.new_page()
    other.goto(f"{url}/saved")
    ready(other)
    expect(other.get_by_text("Ada's run", exact=True)).to_be_visible()
    sign_out(ada, url)
    open_again(ada, url)
    expect(minutes(ada)).to_have_value(example)
    assert "61" not in stored(ada, "sessionStorage", OF_TAB)
    # The other tab is still open; with its next click it is empty, and opened anew.
    other.get_by_role("button", name="Open", exact=True).click()
    expect(other.get_by_text("Ada's run")).to_have_count(0)
    expect(minutes(other)).to_have_value(example)
    ready(other)
    ben = ada
    ben.goto(f"{url}/saved")
    ready(ben)
    sign_in(ben, url, "ben")
    expect(ben.get_by_text("Everything that is saved")).to_be_visible()
    for page in (ben, other):
        for name in ("saved", ""):
            open_again(page, f"{url}/{name}")
            expect(page.get_by_text("Ada's run")).to_have_count(0)
        expect(minutes(page)).to_have_value(example)
    # What she chose to keep in this browser is there for whoever uses it.
    assert "kept" in stored(ben, "localStorage", OF_BROWSER)
    ben.context.close()


LEAD_AWAY = "<script>location = '{url}/auth/logout'</script>"


def test_a_foreign_page_cannot_sign_anybody_out(browser, url):
    ada = stranger(browser, url)
    ada.goto(f"{url}/saved")
    ready(ada)
    sign_in(ada, url, "ada")
    ada.context.route(
        "http://evil.example/",
        lambda route: route.fulfill(
            body=LEAD_AWAY.format(url=url), content_type="text/html"
        ),
    )
    page = ada.context.new_page()
    page.goto("http://evil.example/")
    expect(page.get_by_text(FOREIGN_PAGE[1])).to_be_visible()
    page.close()
    ada.reload()
    ready(ada)
    expect(ada.get_by_role("button", name="Sign out")).to_be_visible()
    sign_out(ada, url)  # her own button does it
    ada.goto(f"{url}/saved")
    ready(ada)
    expect(ada.get_by_role("button", name="Sign in")).to_be_visible()
    ada.context.close()


def test_what_was_typed_before_signing_in_is_still_there(browser, url):
    page = stranger(browser, url)
    page.goto(f"{url}/?{ANSWERS}")
    ready(page)
    to_page(page, "Saved")
    sign_in(page, url, "cleo")
    open_again(page, url)
    expect(minutes(page)).to_have_value("1 h 01")
    page.context.close()


# ------------------------------------------------------------------- there and back again


LIST = {
    "name": "list.csv",
    "mimeType": "text/csv",
    "buffer": b"athlete,age_years\nZoe,33\n",
}


def authorize(page, subject):
    """Press Sign in, and come back from the provider by its own way."""
    page.get_by_role("button", name="Sign in").click()
    page.locator("input[name=sub]").fill(subject)
    page.get_by_role("button", name="Authorize").click()
    expect(page.get_by_role("button", name="Sign out")).to_be_visible()
    ready(page)


def squad_of(page, url):
    """A list of athletes in this tab, and answers of two pages; it ends on Diary."""
    page.goto(f"{url}/?{ANSWERS}")
    ready(page)
    page.get_by_role("link", name="Squad").first.click()
    ready(page)
    page.get_by_role("button", name="Bring your list").click()
    ready(page)
    page.locator("[data-testid=stFileUploader] input").first.set_input_files(LIST)
    expect(page.get_by_role("button", name="1 athlete")).to_be_visible()
    ready(page)
    page.keyboard.press("Escape")
    page.get_by_role("link", name="My session").first.click()
    ready(page)
    expect(minutes(page)).to_have_value("1 h 01")
    box = page.locator(".st-key-duration_min input")
    box.fill("3:75")  # typed, and no answer
    box.press("Enter")
    ready(page)
    to_page(page, "Diary")


def holds_all(page):
    """Whether what was typed and the list are there."""
    page.get_by_role("link", name="My session").first.click()
    ready(page)
    expect(minutes(page)).to_have_value("3:75")
    expect(page.locator(".st-key-age_years input")).to_have_value("40")
    page.get_by_role("link", name="Squad").first.click()
    ready(page)
    expect(page.get_by_role("button", name="1 athlete")).to_be_visible()


def at(page, path):
    page.wait_for_function("path => location.pathname === path", arg=path)


@pytest.mark.parametrize("folder", ["", "/cramp"])
def test_after_signing_in_one_is_where_one_was_with_what_was_there(
    browser, tmp_path, folder
):
    with signing_in(tmp_path, folder=folder) as url:
        page = stranger(browser, url)
        squad_of(page, url)
        authorize(page, "ada")
        at(page, f"{folder}/diary")
        holds_all(page)
        # A typed address, and a link of somebody, go first.
        page.goto(f"{url}/")
        ready(page)
        at(page, f"{folder}/")
        page.goto(f"{url}/?{ANSWERS.replace('61', '99')}")
        ready(page)
        expect(minutes(page)).to_have_value("1 h 39")
        sign_out(page, url)
        at(page, f"{folder}/")
        page.context.close()


def wait_until_late(page, home):
    """Let twelve hours pass for the cookie of this browser."""
    secret = tomllib.loads((home / ".streamlit/secrets.toml").read_text())["auth"]
    (cookie,) = (c for c in page.context.cookies() if c["name"] == COOKIE)
    cookie["value"] = older(cookie["value"], secret["cookie_secret"], 12 * 3600)
    page.context.add_cookies([cookie])


@pytest.mark.parametrize("again", ["mia", "ben"])
def test_a_sign_in_that_ran_out_is_renewed_where_one_was(browser, served, again):
    url, home = served
    page = stranger(browser, url)
    authorize(page, "mia")
    squad_of(page, url)
    wait_until_late(page, home)
    page.reload()
    ready(page)
    authorize(page, again)
    at(page, "/diary")
    if again == "mia":
        holds_all(page)
    else:
        for name in ("", "squad"):
            open_again(page, f"{url}/{name}")
            expect(page.get_by_role("button", name="1 athlete")).to_have_count(0)
            expect(minutes(page)).not_to_have_value("3:75")
        for place in (OF_TAB, "cramp-risk-list"):
            assert "Zoe" not in stored(page, "sessionStorage", place)
            assert "3:75" not in stored(page, "sessionStorage", place)
    page.context.close()


# ------------------------------------------------------------- machines of several people


def switch(page):
    return page.get_by_role("switch", name="This is a shared machine")


def press_switch(page):
    page.get_by_text("This is a shared machine").click()
    ready(page)


def end_in(home, seconds):
    """Move the end of every shared sign-in."""
    (database,) = home.rglob("cramp-risk.db")
    until = (datetime.now(UTC) + timedelta(seconds=seconds)).replace(tzinfo=None)
    with closing(sqlite3.connect(database)) as rows, rows:
        rows.execute(
            "UPDATE sign_ins_over SET over_from = ? WHERE over_from IS NOT NULL",
            (until.isoformat(" "),),
        )


@pytest.mark.parametrize("viewport", [(390, 844), (1280, 900)])
def test_on_a_shared_machine_nothing_is_kept_and_the_page_empties_itself(
    browser, served, viewport
):
    url, home = served
    page = stranger(browser, url)
    page.set_viewport_size(dict(zip(("width", "height"), viewport, strict=True)))
    # What somebody kept here before is not taken up, nor touched.
    before = json.dumps({"profile": {"age_years": 77}})
    page.evaluate(f"localStorage.setItem('{OF_BROWSER}', '{before}')")
    press_switch(page)
    expect(page.get_by_text("It counts for 30 minutes")).to_be_visible()
    authorize(page, "noa")
    expect(page.get_by_text("nothing stays in this browser")).to_be_visible()
    expect(switch(page)).to_be_checked()
    expect(switch(page)).to_be_disabled()
    assert axe(page) == []
    fits(page)
    open_again(page, f"{url}/?{ANSWERS}")
    page.get_by_role("button", name="Keep").first.click()
    ready(page)
    expect(page.get_by_text("nothing is kept in its browser")).to_be_visible()
    expect(page.get_by_text("Keep 1 answer")).to_have_count(0)
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Options").click()
    ready(page)
    page.get_by_role("radio", name="\N{DEGREE SIGN}F").click()
    ready(page)
    assert stored(page, "localStorage", OF_BROWSER) == before
    other = page.context.new_page()
    open_again(other, f"{url}/?{ANSWERS}")
    assert "61" in stored(other, "sessionStorage", OF_TAB)
    end_in(home, 8)
    page.keyboard.press("Escape")
    for tab in (page, other):  # it hears of the end with its next click
        tab.get_by_role("button", name="None of these").click()
    for tab in (page, other):
        tab.wait_for_url(f"{url}/")
        ready(tab)
        expect(minutes(tab)).not_to_have_value("1 h 01")
        assert "61" not in stored(tab, "sessionStorage", OF_TAB)
    page.goto(f"{url}/saved")
    ready(page)
    expect(page.get_by_role("button", name="Sign in")).to_be_visible()
    # The machine is still one of several people, for whoever comes next.
    expect(switch(page)).to_be_checked()
    page.context.close()
