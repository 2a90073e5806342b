"""Two people at one browser: what the first one leaves behind after signing out."""

import json

import pytest
from playwright.sync_api import expect

from riskmodel.serving.gate import FOREIGN_PAGE
from tests.browser import ready
from tests.views.test_saving import save_as, sign_in, signing_in, stranger, to_page

ANSWERS = "sport=running&duration_min=61&session_rpe=5&age_years=40"
OF_TAB, OF_BROWSER = "cramp-risk-tab", "cramp-risk"


@pytest.fixture(scope="module")
def url(tmp_path_factory):
    with signing_in(tmp_path_factory.mktemp("served")) as url:
        yield url


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
    page.get_by_role("button", name="Athletes").first.click()
    ready(page)
    page.locator("input[type=file]").set_input_files(
        {"name": "a.csv", "mimeType": "text/csv", "buffer": b"athlete,age_years\nZoe,33\n"}
    )
    expect(page.get_by_text("Zoe").first).to_be_visible()
    ready(page)
    page.get_by_role("link", name="My session").first.click()
    ready(page)
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
    expect(page.get_by_text("Zoe").first).to_be_visible()


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
