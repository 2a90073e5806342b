"""My session in a real browser, against a bare page with as many widgets."""

import json
import os
import re
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import urlencode

from playwright.sync_api import sync_playwright

from benchmarks.measuring import Figures, NotMeasuredError, print_figures, scaled
from riskmodel.datasets import load_examples
from riskmodel.inputs.fields import FIELDS
from riskmodel.whatif.plans import Scenario, to_text
from tests.browser import FLAGS, NO_BROWSER, find_browser, ready, watched_context
from tests.server import free_port, serving

CHECKOUT = Path(__file__).parents[1]
MOVES, WARM_UP, LAUNCHES = int(os.environ.get("MOVES", scaled(45))), 5, scaled(3)
BATCHES = 3
"""Moves are told in so many parts, whose spread says how far a figure can be trusted."""
GOAL = 1 / 1.5
QUERY = (
    "?sport=running&duration_min=120&session_rpe=8&age_years=40&air_temperature_c=28"
    "&relative_humidity_pct=50&sky=clear&cramp_sessions_12mo=6%2B"
)
MARATHON = load_examples()["Marathon"]
OTHER = {**MARATHON, "session_rpe": 6, "air_temperature_c": 24.0, "sky": "clear"}
EASY = {**MARATHON, "session_rpe": 5}
NAMED = {"One": MARATHON, "Two": OTHER, "Three": EASY}
PLANS = to_text([Scenario(name, plan) for name, plan in NAMED.items()], private=False)
# Script, address, what the number is typed into, and what then changes.
PAGES = {
    "ours": ("app.py", QUERY, ".st-key-duration_min input", ".cr-scale .cr-bead"),
    "bare": (
        "benchmarks/bare_page.py",
        "",
        ".st-key-duration_min input",
        ".cr-scale .cr-bead",
    ),
}
TYPED = ".st-key-plan_1_duration_min input"
BEAD = ".cr-rank .cr-bead"
ONE_OR_OTHER_MIN = ("150", "120")
COMPARE = {
    "ours": (
        "app.py",
        f"compare?{urlencode({'scenarios': PLANS})}",
        TYPED,
        ".cr-rank .cr-bead",
    ),
    "bare": ("benchmarks/bare_compare.py", "", TYPED, BEAD),
}
# As many athletes as a squad has.
SQUAD_SIZE = 28
EXPECTED = ".st-key-squad_answer .cr-num"
SQUAD = {
    "ours": ("app.py", QUERY, ".st-key-duration_min input", EXPECTED),
    "bare": ("benchmarks/bare_squad.py", "", ".st-key-duration_min input", EXPECTED),
}
# From the key to the moved mark, and to the end of the rerun. [ms]
CLOCK = """async mark => {
    const app = document.querySelector('[data-testid=stApp]');
    const now = () => {
        const marked = document.querySelector(mark);
        return marked ? marked.style.left + marked.textContent : undefined;
    };
    const before = now();
    const pressed = new Promise(done =>
        addEventListener('keydown', () => done(performance.now()),
                         {once: true, capture: true}));
    const until = (holds) => new Promise(done => {
        const look = () => holds() ? done(performance.now())
                                   : requestAnimationFrame(look);
        look();
    });
    window.moved = pressed.then(async start => {
        const changed = await until(() => now() !== undefined && now() !== before);
        const idle = await until(() => app.dataset.testScriptState === 'notRunning');
        return [changed - start, idle - start];
    });
}"""


def serve(stack, script):
    port = free_port()
    home = Path(stack.enter_context(tempfile.TemporaryDirectory()))
    command = [sys.executable, "-m", "streamlit", "run", script, f"--server.port={port}"]
    shown = ("name", "group", "label", "kind", "unit")
    fields = [
        {name: getattr(field, name) for name in shown} | {"levels": list(field.levels)}
        for field in FIELDS.values()
    ]
    os.environ["BARE_PAGE_FIELDS"] = json.dumps(fields)
    return stack.enter_context(serving(command, port, CHECKOUT, home))


def launch(browser, script, query, _, mark):
    """Seconds from the start of the server to the first answer in a fresh profile."""
    with ExitStack() as stack:
        start = time.perf_counter()
        url = serve(stack, script)
        context = stack.enter_context(watched_context(browser, "laptop", "light"))
        page = context.new_page()
        page.goto(f"{url}/{query}")
        page.locator(mark).wait_for(state="attached")
        return time.perf_counter() - start


def moves(pages, kinds):
    """Times of each page, turn by turn, so that both meet the same noise. [s]"""
    times = {name: [] for name in pages}
    for turn in range(WARM_UP + MOVES):
        for name, page in pages.items():
            _, _, typed, mark = kinds[name]
            page.locator(typed).fill(ONE_OR_OTHER_MIN[turn % 2])
            page.evaluate(CLOCK, mark)
            page.keyboard.press("Enter")
            took = page.evaluate("() => window.moved")
            if turn >= WARM_UP:
                times[name].append([t / 1000.0 for t in took])
    return times


def pages() -> Figures:
    """Every page in a browser against a bare one, at most 1.5 times as long."""
    executable = find_browser()
    if not executable:
        raise NotMeasuredError(NO_BROWSER)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=FLAGS)
        for _ in range(LAUNCHES):
            first = {name: launch(browser, *rest) for name, rest in PAGES.items()}
            yield rates("first answer after launch", first)
        yield from parts("My session", in_turn(browser, PAGES))
        yield from parts("Compare", in_turn(browser, COMPARE))
        yield from parts("Squad", in_turn(browser, SQUAD, upload_squad))
        browser.close()


def rates(name, seconds):
    return f"{name} / bare page", 1 / seconds["ours"], 1 / seconds["bare"], GOAL


def upload_squad(page):
    """Go to the squad with the session that is open, and bring a list."""
    lines = [f"Athlete {i},{18 + i % 50},{i % 3}" for i in range(SQUAD_SIZE)]
    # A column that no header of the file explains would be asked for.
    content = "\n".join(["athlete,age_years,rest_days_7d", *lines]).encode()
    link = page.get_by_role("link", name="Squad")
    if link.count():
        link.click()
        page.locator(EXPECTED).wait_for()
        ready(page)
    athletes = page.get_by_role("button", name=re.compile("Athletes|Bring your list"))
    athletes.click()
    upload = page.locator("input[type=file]")
    upload.set_input_files({"name": "s.csv", "mimeType": "text/csv", "buffer": content})
    ready(page)
    page.keyboard.press("Escape")
    ready(page)
    page.locator(EXPECTED).wait_for()


def elements(page):
    """How many elements a page has, so that a bare one can be held against it."""
    return page.get_by_test_id("stElementContainer").count()


def in_turn(browser, kinds, prepare=None):
    """Open both pages, and move the number of each turn by turn."""
    with ExitStack() as stack:
        pages = {}
        for name, (script, query, typed, _) in kinds.items():
            url = serve(stack, script)
            context = stack.enter_context(watched_context(browser, "laptop", "light"))
            pages[name] = context.new_page()
            pages[name].goto(f"{url}/{query}")
            ready(pages[name])
            if prepare:
                prepare(pages[name])
            pages[name].locator(typed).wait_for()
        counts = ", ".join(f"{name} {elements(page)}" for name, page in pages.items())
        print(f"elements on the page: {counts}")
        return moves(pages, kinds)


def parts(page, times):
    """Median and the slowest in twenty of each part of the moves."""
    for batch in range(BATCHES):
        for what, column in (("changed answer", 0), ("finished rerun", 1)):
            for share, label in ((0.5, "p50"), (0.95, "p95")):
                seconds = {
                    name: percentile([t[column] for t in rows[batch::BATCHES]], share)
                    for name, rows in times.items()
                }
                yield rates(f"{page}, {what} after a move, {label}", seconds)


def percentile(values, share):
    return sorted(values)[int(share * len(values))]


FIGURES = (pages,)

if __name__ == "__main__":
    print_figures(FIGURES, rounds=1)
