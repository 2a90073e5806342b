"""Take the pictures of the running app for the docs: ``make pictures``."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from tests.browser import FLAGS, find_browser, settled, watched_context
from tests.server import free_port, serving

CHECKOUT = Path(__file__).parents[1]
FOLDER = CHECKOUT / "docs" / "pictures"


def as_it_opens(page: Page) -> None:
    """Leave a page as it opens."""


def answered(page: Page) -> None:
    """Answer what a number needs and the warning question, and switch on a lever."""
    page.get_by_role("textbox", name="Duration").fill("3:45")
    page.get_by_role("textbox", name="Age").fill("41")
    settled(page)
    page.get_by_role("button", name="The rest is right too").click()
    settled(page)
    page.get_by_role("button", name="None of these").click()
    settled(page)
    page.locator(".st-key-change [data-testid=stCheckbox] label").first.click()


def with_a_second_plan(page: Page) -> None:
    """Try the first lever for the whole squad."""
    page.locator(".st-key-squad_use_0 button").click()


def with_a_log(page: Page) -> None:
    """Open an example of a training log."""
    page.get_by_role("radio", name="Garmin Connect").click()


PAGES: dict[str, tuple[str, Callable[[Page], None]]] = {
    "first-visit": ("", as_it_opens),
    "my-session": ("", answered),
    "best-start": ("start", as_it_opens),
    "compare": ("compare", as_it_opens),
    "squad": ("squad", with_a_second_plan),
    "training-log": ("training", with_a_log),
    "diary": ("diary", as_it_opens),
    "saved": ("saved", as_it_opens),
    "cramp-guide": ("guide", as_it_opens),
    "how-it-works": ("method", as_it_opens),
}
"""Address of every picture, and what is done before it is taken."""
LOOKS = {"laptop": "light", "phone": "light", "laptop-dark": "dark"}
_DARK = ("my-session",)  # in both schemes


def take(browser: Browser, url: str, name: str, look: str) -> None:
    """Save what one page shows without scrolling."""
    address, prepare = PAGES[name]
    with watched_context(browser, look.removesuffix("-dark"), LOOKS[look]) as context:
        page = context.new_page()
        page.goto(f"{url}/{address}")
        settled(page)
        prepare(page)
        settled(page)
        page.get_by_test_id("stMain").evaluate("main => main.scrollTo(0, 0)")
        page.wait_for_timeout(500)  # until what was pressed has faded
        page.screenshot(path=FOLDER / f"{name}-{look}.png")


def main() -> None:
    """Take every picture."""
    FOLDER.mkdir(exist_ok=True)
    port = free_port()
    command = [sys.executable, "-m", "streamlit", "run", "app.py", f"--server.port={port}"]
    with (
        tempfile.TemporaryDirectory() as home,
        serving(command, port, CHECKOUT, Path(home)) as url,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=find_browser(), args=FLAGS)
        for name in PAGES:
            for look in LOOKS:
                if look != "laptop-dark" or name in _DARK:
                    take(browser, url, name, look)
        browser.close()


if __name__ == "__main__":
    main()
