"""The tests' browser: where it comes from, and how the tests look at a page.

``python -m tests.browser`` fetches one where there is none.
"""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from secrets import token_hex
from urllib.parse import urlsplit

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    expect,
    sync_playwright,
)

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FLAGS = [
    "--no-sandbox",  # Chromium's own sandbox does not start for root
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    # The browser's own calls home would count as the app's.
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
VIEWPORTS = {"phone": (390, 844), "laptop": (1280, 900)}
NO_BROWSER = (
    "no browser: install Chromium, or delete .venv/browser-tried"
    " and let `make test` try again"
)
# The height of a page's content once it has stood still for twenty frames: charts
# and fonts arrive after the script has run.
SETTLED_HEIGHT = """async main => {
    for (let still = 0, height = 0; still < 20; still++) {
        await new Promise(requestAnimationFrame);
        if (main.scrollHeight !== height) still = 0;
        height = main.scrollHeight;
    }
    return main.scrollHeight;
}"""
# Pages note here whether the server has yet to answer what they sent it.
NOTE_TRAFFIC = """
const Plain = window.WebSocket;
window.WebSocket = class extends Plain {
    constructor(...all) {
        super(...all);
        this.addEventListener("message", () => { window.unanswered = false; });
    }
    send(message) {
        window.unanswered = true;
        super.send(message);
    }
};
"""
# True once the page has stood ready for some frames, counted anew for each caller.
IS_READY = """caller => {
    if (window.readyFor?.caller !== caller) window.readyFor = { caller, frames: 0 };
    const app = document.querySelector(
        "[data-testid=stApp][data-test-connection-state=CONNECTED]" +
        "[data-test-script-state=notRunning]");
    const stale = document.querySelector("[data-stale=true]");
    const ready = app && !stale && !window.unanswered;
    window.readyFor.frames = ready ? window.readyFor.frames + 1 : 0;
    return window.readyFor.frames > 4;
}"""
# On a machine that runs other tests beside this one; nothing waits longer than it must.
PATIENCE_MS = 60_000
expect.set_options(timeout=PATIENCE_MS / 2)
REQUIRED = bool(os.environ.get("CRAMPRISK_REQUIRE_BROWSER"))


def find_browser() -> str | None:
    """Take the browser on PATH, else the one that Playwright has downloaded."""
    for name in NAMES:
        if (path := shutil.which(name)) and _starts(path):
            return path
    with sync_playwright() as playwright:
        downloaded = playwright.chromium.executable_path
    return downloaded if Path(downloaded).exists() else None


def _starts(path: str) -> bool:
    """Tell a browser from a stub that only says how to install one."""
    asked = subprocess.run([path, "--version"], capture_output=True, check=False)
    return asked.returncode == 0


def install_browser() -> None:
    """Install Debian's Chromium, else let Playwright download its own."""
    if os.name == "posix" and os.geteuid() == 0 and shutil.which("apt-get"):
        quiet = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
        install = ["apt-get", "install", "-y", "-q", "--no-install-recommends"]
        subprocess.run(["apt-get", "update", "-q"], env=quiet, check=False)
        subprocess.run([*install, "chromium"], env=quiet, check=False)
    if not find_browser():
        download = [sys.executable, "-m", "playwright", "install", "chromium"]
        subprocess.run(download, check=False)


PROBE = re.compile(r"/\w+/_stcore/(health|host-config)$")


@contextmanager
def watched_context(
    browser: Browser, viewport: str, color_scheme: str
) -> Iterator[BrowserContext]:
    """Open a private window that notes every error and every outbound call."""
    width, height = VIEWPORTS[viewport]
    context = browser.new_context(
        viewport={"width": width, "height": height},
        color_scheme=color_scheme,
        reduced_motion="reduce",
        locale="en-GB",
        timezone_id="Europe/London",
    )
    context.set_default_timeout(PATIENCE_MS)
    note_traffic(context)
    complaints: list[str] = []

    def note_outbound(url: str) -> None:
        if urlsplit(url).hostname not in {"127.0.0.1", None}:  # data: has no host
            complaints.append(f"outbound call: {url}")

    context.on("weberror", lambda event: complaints.append(f"error: {event.error}"))

    def note_message(message: ConsoleMessage) -> None:
        # Opened below the root, Streamlit's page first looks there for its server.
        probe = PROBE.search(message.location.get("url", ""))
        if message.type == "error" and not probe:
            complaints.append(f"console: {message.text}")

    context.on("console", note_message)
    context.on("request", lambda request: note_outbound(request.url))
    context.on(
        "page",
        lambda page: page.on("websocket", lambda socket: note_outbound(socket.url)),
    )
    try:
        yield context
    finally:
        context.close()
    assert not complaints, "\n".join(complaints)


def note_traffic(context: BrowserContext) -> None:
    """Let the pages of a window note whether the server has answered what they sent."""
    context.add_init_script(NOTE_TRAFFIC)


def ready(page: Page) -> None:
    """Wait until what was last done is answered and its script has run to its end.

    A click is sent before Streamlit's page says that the script runs.  None may have
    ended in an exception.
    """
    page.wait_for_function(IS_READY, arg=token_hex(4), timeout=PATIENCE_MS)
    expect(page.get_by_test_id("stException")).to_have_count(0)


def axe(page: Page) -> list[str]:
    """Name what axe finds serious or critical: rule, element, and why."""
    ready(page)
    # Axe measures contrast only in view, and Streamlit's page scrolls inside itself.
    window = page.viewport_size
    main = page.get_by_test_id("stMain")
    page.set_viewport_size({**window, "height": main.evaluate(SETTLED_HEIGHT)})
    main.evaluate(SETTLED_HEIGHT)
    found = Axe().run(page).response["violations"]
    page.set_viewport_size(window)
    return [
        f"{rule['id']}: {' '.join(map(str, node['target']))}: {node['failureSummary']}"
        for rule in found
        if rule["impact"] in {"serious", "critical"}
        for node in rule["nodes"]
    ]


if __name__ == "__main__":
    if not find_browser():
        install_browser()
        if not find_browser():
            sys.exit(NO_BROWSER if REQUIRED else print(NO_BROWSER))
