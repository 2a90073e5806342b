"""The watch over the browser tests: it must be able to complain."""

import re

import pytest
from playwright.sync_api import Browser

from tests import CHECKOUT
from tests.browser import (
    LOST_CLICKS,
    Windows,
    axe,
    download,
    noted_requests,
    watched_context,
)


def visit(browser: Browser, script: str) -> None:
    """Run a script in an empty page, in a watched window."""
    with watched_context(browser, "phone", "light") as context:
        page = context.new_page()
        page.set_content("<h1>A page</h1>")
        page.evaluate(f"() => {{ {script} }}")
        page.wait_for_timeout(100)


@pytest.mark.parametrize(
    ("script", "complaint"),
    [
        ("fetch('http://elsewhere.invalid/').catch(() => 0)", "outbound call: http:"),
        ("new WebSocket('ws://elsewhere.invalid/')", "outbound call: ws:"),
        ("console.error('spoilt')", "console: spoilt"),
        ("setTimeout(() => { throw new Error('thrown') })", "error: thrown"),
    ],
)
def test_a_watched_page_may_not(browser: Browser, script: str, complaint: str) -> None:
    with pytest.raises(AssertionError, match=complaint):
        visit(browser, script)


def test_a_quiet_page_passes(browser: Browser) -> None:
    visit(browser, "console.log('all is well')")


def test_a_window_that_is_lent_again_is_empty(browser: Browser, app_url: str) -> None:
    windows = Windows(browser)
    with windows.lend("phone", "light", app_url) as page:
        page.goto(app_url)
        page.evaluate("localStorage.left = sessionStorage.left = 'this'")
        page.evaluate("document.cookie = 'left=this'")
        page.emulate_media(color_scheme="dark")
        page.set_viewport_size({"width": 1000, "height": 1000})
        context = page.context
        context.new_page()
    with windows.lend("phone", "light", app_url) as page:
        assert context.pages == [page]
        page.goto(app_url)
        assert page.evaluate("[localStorage.left, sessionStorage.left]") == [None, None]
        assert "left" not in {cookie["name"] for cookie in context.cookies()}
        assert not page.evaluate("matchMedia('(prefers-color-scheme: dark)').matches")
        assert page.evaluate("innerWidth") == 390
    context.close()


def test_what_is_said_in_a_lent_window_is_heard(browser: Browser, app_url: str) -> None:
    lent = Windows(browser).lend("phone", "light", app_url)
    page = lent.__enter__()
    with page.expect_console_message():
        page.evaluate("console.error('spoilt')")
    with pytest.raises(AssertionError, match="console: spoilt"):
        lent.__exit__(None, None, None)
    page.context.close()


def test_a_window_whose_test_failed_is_closed_and_not_lent_again(
    browser: Browser, app_url: str
) -> None:
    windows, open_before = Windows(browser), len(browser.contexts)
    lent = windows.lend("phone", "light", app_url)
    with pytest.raises(ValueError, match="spoilt"), lent:
        raise ValueError("spoilt")
    assert len(browser.contexts) == open_before
    with windows.lend("phone", "light", app_url) as page:
        page.goto(app_url)
    page.context.close()


def test_requests_are_noted_only_as_long_as_a_test_looks_at_them(
    browser: Browser, app_url: str
) -> None:
    with watched_context(browser, "phone", "light") as context:
        page = context.new_page()
        for source in (page, context):
            with noted_requests(source) as asked:
                page.goto(app_url)
            noted = len(asked)
            page.goto("about:blank")
            page.goto(app_url)
            assert len(asked) == noted > 0


def test_no_test_listens_to_a_window_for_longer_than_itself() -> None:
    for path in (CHECKOUT / "tests").rglob("*.py"):
        listens = re.search(r"\b(page|other|context)\.on\(", path.read_text())
        assert not listens or path.name == "browser.py", path


def test_axe_sees_a_colour_again_and_in_both_schemes(browser: Browser) -> None:
    with watched_context(browser, "phone", "light") as context:
        page = context.new_page()
        page.set_content(
            """<html lang=en><title>Colours</title><style>
            body { background: #fff }
            .pale { color: #aaa }
            @media (prefers-color-scheme: dark) { #night { color: #aaa } }
            </style><div data-testid=stApp data-test-connection-state=CONNECTED
                data-test-script-state=notRunning><main data-testid=stMain>
            <h1>Colours</h1><p id=one class=pale>One</p><p id=two class=pale>Two</p>
            <p id=night>Three</p></main></div>"""
        )
        places = [fault.split(": ")[:2] for fault in axe(page)]
    rule = "color-contrast"
    light = [[rule, "#one"], [rule, "#two"]]
    assert places == [*light, *light, [rule, "#night"]]


def test_a_click_for_a_file_that_is_lost_is_made_again(browser: Browser) -> None:
    with watched_context(browser, "phone", "light") as context:
        page = context.new_page()
        page.set_content(
            """<div data-testid=stApp data-test-connection-state=CONNECTED
                data-test-script-state=notRunning>
            <button onclick="if (window.lost) file.click(); window.lost = true">CSV</button>
            <a id=file download=a.csv href="data:text/csv,1">The file</a></div>"""
        )
        assert download(page, "CSV", again_after_ms=500).read_text() == "1"
    # Counted for the summary, where this loss on purpose does not belong.
    assert LOST_CLICKS == ["CSV"]
    LOST_CLICKS.clear()
