"""What holds of every page: its title, its width, its colours, its way by keyboard."""

from html import escape

import pytest
from playwright.sync_api import expect

from riskmodel.views.navigation import PAGES
from riskmodel.views.state import NavigationState
from tests.browser import axe, fits, in_both_windows, ready, settled
from tests.views import pages

ADDRESSES = {name: "" if name == "my_session" else name for name in PAGES}
# A phone, a tablet, a laptop, and a laptop at 200 %.
SIZES = [(390, 844), (768, 1024), (1280, 800), (640, 400)]


@pytest.fixture
def opened(open_page):
    """A page of the app by its name, once it stands still."""

    def visit(name, viewport="laptop", scheme="light"):
        page = open_page(viewport, scheme, f"/{ADDRESSES[name]}")
        settled(page)
        return page

    return visit


@pytest.mark.parametrize("name", PAGES)
def test_a_page_fits_every_window_and_has_its_own_title(opened, name):
    page = opened(name)
    expect(page).to_have_title(f"{PAGES[name][0]} · Cramp risk")
    expect(page.get_by_role("heading", level=1)).to_have_count(1)
    for width, height in SIZES:
        page.set_viewport_size({"width": width, "height": height})
        settled(page)
        fits(page)


@in_both_windows
@pytest.mark.parametrize("name", PAGES)
def test_axe_finds_nothing_serious_on_a_page(opened, name, viewport, scheme):
    assert axe(opened(name, viewport, scheme)) == []


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("nothing", "/nothing"),
        ("x" * 100, "/" + "x" * 38 + "…"),
    ],
)
def test_an_address_that_is_no_pages_is_told_in_one_line(open_page, address, shown):
    page = open_page("phone", "light", f"/{address}")
    words = f"There is no page at {shown}. This is My session."
    expect(page.locator(".cr-note", has_text="There is no page")).to_have_text(words)
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page).to_have_title("My session · Cramp risk")
    page.locator(".st-key-nav").get_by_role("link", name="Squad").click()
    ready(page)
    expect(page.get_by_text("There is no page")).to_have_count(0)


def test_an_address_becomes_no_element_and_no_formatting():
    name = "<img src=x> *bold* :red[x]"
    page = pages.opened(NavigationState=NavigationState(unknown=name))
    (note,) = [e.proto.body for e in page.get("html") if "There is no page" in e.proto.body]
    assert f"/{escape(name)}. This is My session." in note


def test_five_entries_lead_to_all_pages(opened):
    page = opened("my_session")
    nav = page.locator(".st-key-nav")
    assert nav.get_by_role("link").count() + nav.get_by_role("button").count() == 5
    for name, (title, _) in PAGES.items():
        if not nav.get_by_role("link", name=title, exact=True).count():
            nav.get_by_role("button", name="More").click()
            ready(page)
        page.get_by_role("link", name=title, exact=True).click()
        ready(page)
        # What was opened to come here does not cover the page.
        expect(page.get_by_test_id("stPopoverBody")).to_have_count(0)
        expect(page).to_have_title(f"{title} · Cramp risk")
        assert page.url.rstrip("/").endswith(ADDRESSES[name])


def test_the_pages_are_the_first_thing_that_the_keyboard_reaches(opened):
    page = opened("guide")
    in_nav = "!!document.activeElement.closest('.st-key-nav')"
    # Streamlit's own link to the content, its menu and the content itself come before.
    for _ in range(4):
        page.keyboard.press("Tab")
        if page.evaluate(in_nav):
            return
    raise AssertionError("the keyboard reaches something else first")
