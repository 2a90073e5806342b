"""The watch over the browser tests: it must be able to complain."""

import pytest
from playwright.sync_api import Browser

from tests.browser import watched_context


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
