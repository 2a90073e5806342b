"""Take the picture of the stored run for the docs: ``make pictures``."""

import sys
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

from tests.browser import FLAGS, find_browser, settled, watched_context
from tests.server import free_port, serving

CHECKOUT = Path(__file__).parents[1]
PICTURE = CHECKOUT / "docs" / "pictures" / "speed.png"


def main() -> None:
    """Open the page with the charts, and keep what it shows."""
    port = free_port()
    script = "benchmarks/picture_page.py"
    command = [sys.executable, "-m", "streamlit", "run", script, f"--server.port={port}"]
    with (
        tempfile.TemporaryDirectory() as home,
        serving(command, port, CHECKOUT, Path(home)) as url,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=find_browser(), args=FLAGS)
        with watched_context(browser, "laptop", "light") as context:
            page = context.new_page()
            page.set_viewport_size({"width": 1280, "height": 2400})
            page.goto(url)
            settled(page)
            page.get_by_test_id("stVegaLiteChart").screenshot(path=PICTURE)
        browser.close()


if __name__ == "__main__":
    main()
