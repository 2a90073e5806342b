"""Take the README's picture of the running app: ``python -m scripts.picture``."""

import sys
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

from tests.browser import FLAGS, find_browser, ready, watched_context
from tests.server import free_port, serving

CHECKOUT = Path(__file__).parents[1]


def main() -> None:
    """Choose an example on a laptop's screen and save what it shows."""
    port = free_port()
    command = [sys.executable, "-m", "streamlit", "run", "app.py", f"--server.port={port}"]
    with (
        tempfile.TemporaryDirectory() as home,
        serving(command, port, CHECKOUT, Path(home)) as url,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=find_browser(), args=FLAGS)
        with watched_context(browser, "laptop", "light") as context:
            page = context.new_page()
            page.goto(url)
            ready(page)
            page.get_by_role("combobox", name="Start from an example").click()
            page.get_by_role("option", name="Hot 10 km race").click()
            ready(page)
            page.wait_for_timeout(1000)  # until the drop-down has faded
            page.screenshot(path=CHECKOUT / "docs" / "my-session.png")
        browser.close()


if __name__ == "__main__":
    main()
