"""What the browser holds for My session: the tab's answers, a profile, units, a link."""

import json
import re
from urllib.parse import unquote, urlencode, urlsplit

import pytest
from playwright.sync_api import expect

from riskmodel import assess
from riskmodel.scoring.bands import in_100_number
from tests.browser import noted_requests, ready
from tests.views.pages import SIX

LINK = f"/?{urlencode(SIX)}"
OFTEN = {"cramp_sessions_12mo": "6+"}
KEPT = "JSON.parse(localStorage.getItem('cramp-risk'))"
# Notes every number that was visible, from the first moment of a page.
NOTE_NUMBERS = """
window.numbers = [];
new MutationObserver(() => {
    for (const number of document.querySelectorAll(".cr-num"))
        if (number.checkVisibility({ visibilityProperty: true })
            && window.numbers.at(-1) !== number.textContent)
            window.numbers.push(number.textContent);
}).observe(document, { subtree: true, childList: true, characterData: true,
                       attributes: true });
"""


# Loses the first message to the server that holds a text, as one that is overtaken is.
LOSE = """
const send = WebSocket.prototype.send;
window.lost = 0;
WebSocket.prototype.send = function (message) {{
    if (!window.lost && new TextDecoder().decode(message).includes("{text}")) {{
        window.lost = 1;
        return;
    }}
    send.call(this, message);
}};
"""


def number(answers):
    return in_100_number(assess(answers).probability)


def beside(page, address, script=""):
    """Open an address in another tab of the same window, with a script from its start."""
    other = page.context.new_page()
    if script:
        other.add_init_script(script)
    other.goto(address)
    ready(other)
    return other


def type_in(page, name, text):
    box = page.locator(f".st-key-{name} input")
    box.fill(text)
    box.press("Enter")
    ready(page)


def part(page, name):
    page.get_by_text("All questions", exact=True).click()
    ready(page)
    page.get_by_role("radio", name=name).click()
    ready(page)


def of_tab(page):
    return page.evaluate("sessionStorage.getItem('cramp-risk-tab')")


def test_a_reload_and_a_tab_that_was_discarded_lose_nothing(open_page, app_url):
    page = open_page("phone")
    page.goto("about:blank")
    page.goto(app_url)
    ready(page)
    began = page.evaluate("history.length")
    type_in(page, "age_years", "61")
    type_in(page, "duration_min", "3:75")
    page.get_by_role("button", name="None of these").click()
    ready(page)
    part(page, "Today")
    type_in(page, "sleep_h", "5,5")
    assert "age_years=61" in page.url
    assert not re.search("red_flags|illness|sleep|duration", page.url)

    def holds(page):
        expect(page.locator(".st-key-age_years input")).to_have_value("61")
        expect(page.locator(".st-key-duration_min input")).to_have_value("3:75")
        expect(page.locator(".cr-fault")).to_contain_text("“3:75”")
        expect(page.get_by_role("button", name="No warning signs today")).to_be_visible()
        expect(page.get_by_text("Opened without")).to_have_count(0)
        expect(page.get_by_text("The rest is right too")).to_be_visible()
        type_in(page, "duration_min", "2 h")
        part(page, "Today")
        expect(page.locator(".st-key-sleep_h input")).to_have_value("5.5")

    page.reload()
    ready(page)
    holds(page)
    type_in(page, "duration_min", "3:75")
    # A browser that discarded a tab opens its address anew, with what the tab held.
    held = json.dumps(of_tab(page))
    script = f"sessionStorage.setItem('cramp-risk-tab', {held})"
    other = beside(page, page.url, script)
    holds(other)
    # The way back leaves the page at once.
    assert page.evaluate("history.length") == began
    page.go_back()
    expect(page).to_have_url("about:blank")


def test_a_message_that_was_overtaken_loses_nothing_of_the_tab(open_page):
    page = open_page("laptop", path=LINK)
    page.get_by_role("button", name="None of these").click()
    ready(page)
    held = json.dumps(of_tab(page))
    script = f"sessionStorage.setItem('cramp-risk-tab', {held});"
    other = beside(page, page.url, script + LOSE.format(text="illness_24h"))
    other.wait_for_function("() => window.lost")
    other.get_by_role("link", name="Best start").first.click()
    ready(other)
    other.get_by_role("link", name="My session").first.click()
    ready(other)
    expect(other.get_by_role("button", name="No warning signs today")).to_be_visible()


def test_a_message_that_was_overtaken_loses_no_private_part_of_a_link(open_page, app_url):
    page = open_page("laptop")
    private = f"#private={urlencode({'p': urlencode(OFTEN)})[2:]}"
    script = LOSE.format(text="cramp_sessions_12mo")
    other = beside(page, f"{app_url}{LINK}{private}", script)
    other.wait_for_function("() => window.lost")
    assert "#" not in other.url
    other.get_by_role("link", name="Best start").first.click()
    ready(other)
    other.get_by_role("link", name="My session").first.click()
    ready(other)
    expect(other.locator(".cr-num")).to_have_text(number({**SIX, **OFTEN}))
    # Told once: what is answered since stays.
    type_in(other, "age_years", "41")
    expect(other.locator(".cr-num")).to_have_text(
        number({**SIX, **OFTEN, "age_years": 41.0})
    )


def test_a_link_of_somebody_else_wins_over_what_the_tab_held(open_page, app_url):
    page = open_page("laptop", path=LINK)
    page.get_by_role("button", name="None of these").click()
    ready(page)
    page.goto(f"{app_url}/?{urlencode({**SIX, 'age_years': 20})}")
    ready(page)
    expect(page.locator(".st-key-age_years input")).to_have_value("20")
    expect(page.get_by_role("button", name="None of these")).to_be_visible()
    # Also where only its private part is another one.
    private = f"#private={urlencode({'p': urlencode(OFTEN)})[2:]}"
    page.goto(page.url + private)
    expect(page.locator(".cr-num")).to_have_text(number({**SIX, **OFTEN, "age_years": 20}))
    ready(page)
    assert "#" not in page.url


def test_no_other_number_is_seen_before_that_of_a_link_or_of_the_tab(open_page, app_url):
    page = open_page("phone")
    private = f"#private={urlencode({'p': urlencode(OFTEN)})[2:]}"
    other = beside(page, f"{app_url}{LINK}{private}", NOTE_NUMBERS)
    right = number({**SIX, **OFTEN})
    assert right != number(SIX)
    expect(other.locator(".cr-num")).to_have_text(right)
    assert other.evaluate("numbers") == [right]
    other.reload()
    ready(other)
    assert other.evaluate("numbers") == [right]
    other.goto(app_url)  # what the tab held, and not the example
    ready(other)
    assert other.evaluate("numbers") == [right]


def test_a_link_shared_on_a_phone_opens_elsewhere_and_no_server_sees_health(
    open_page, server_home
):
    page = open_page("phone", path=LINK)
    part(page, "You and your health")
    page.get_by_role("button", name="Statin").click()
    ready(page)
    total = page.locator(".cr-num").inner_text()
    page.get_by_role("button", name="Share").click()
    ready(page)
    page.get_by_text("With health and personal answers").click()
    code = page.get_by_test_id("stCode")
    expect(code).to_contain_text("#private=")
    parts = urlsplit(code.inner_text().strip())
    other = open_page("laptop")
    with noted_requests(other.context) as asked:
        other.goto(f"{other.url.split('?')[0]}?{parts.query}#{parts.fragment}")
        expect(other.locator(".cr-num")).to_have_text(total)
        ready(other)
    assert other.evaluate("localStorage.getItem('cramp-risk')") is None
    assert "medications" in unquote(unquote(parts.fragment))
    assert asked
    expect(other).not_to_have_url(re.compile("medications"))
    assert not any("medications" in request.url for request in asked)
    assert "medications" not in (server_home / "server.log").read_text()


def test_a_query_with_health_answers_leaves_the_address_and_the_history(open_page):
    page = open_page("phone", path="/?sport=running&medications=statin")
    expect(page).not_to_have_url(re.compile("medications"))
    page.go_back()
    assert "sport" not in page.url


def test_two_tabs_do_not_disturb_each_other(open_page, app_url):
    page = open_page("laptop", path=LINK)
    other = beside(page, app_url + LINK.replace("age_years=40", "age_years=20"))
    type_in(page, "age_years", "41")
    type_in(other, "age_years", "21")
    for tab, age in ((page, "41"), (other, "21")):
        tab.reload()
        ready(tab)
        expect(tab.locator(".st-key-age_years input")).to_have_value(age)


def test_a_profile_is_kept_until_it_is_deleted_and_no_example_covers_it(open_page):
    page = open_page("laptop", path=f"{LINK}&sessions_per_week=5")
    page.get_by_role("button", name="Keep").click()
    ready(page)
    page.get_by_role("button", name="Keep 2 answers in this browser").click()
    page.wait_for_function(f"() => {KEPT} !== null")
    kept = page.evaluate(KEPT)
    assert kept["profile"] == {"age_years": 40, "sessions_per_week": 5}
    home = page.url.split("?")[0]
    again = beside(page, home)
    expect(again.locator(".st-key-age_years input")).to_have_value("40")
    expect(again.locator(".cr-tag")).to_have_text("Example: change anything")
    shared = beside(page, f"{home}?sport=running&age_years=20")
    expect(shared.locator(".st-key-age_years input")).to_have_value("20")
    again.locator(".st-key-session_rpe").get_by_role("radio", name="4", exact=True).click()
    ready(again)
    expect(again.locator(".cr-tag")).to_have_text("4 of 6 still the example's")
    again.get_by_role("button", name="Keep").click()
    ready(again)
    again.get_by_role("button", name="Delete everything kept").click()
    ready(again)
    again.wait_for_function(f"() => {KEPT} === null")


def test_a_reload_on_the_squads_page_keeps_what_my_session_had_answered(open_page):
    page = open_page("laptop", path=LINK)
    page.get_by_role("button", name="None of these").click()
    ready(page)
    page.get_by_role("link", name="Squad").first.click()
    ready(page)
    type_in(page, "duration_min", "3 h")
    page.reload()
    ready(page)
    page.get_by_role("link", name="My session").first.click()
    ready(page)
    expect(page.locator(".st-key-duration_min input")).to_have_value("1 h")
    expect(page.get_by_role("button", name="No warning signs today")).to_be_visible()


def test_a_spoilt_entry_on_the_device_does_no_harm(open_page):
    page = open_page("laptop")
    for entry in ('{"units":{"°C":["°F"]}}', "[" * 9000, "null", '"x"', '{"profile":[1]}'):
        page.evaluate("entry => localStorage.setItem('cramp-risk', entry)", entry)
        page.evaluate("entry => sessionStorage.setItem('cramp-risk-tab', entry)", entry)
        page.reload()
        ready(page)
        expect(page.locator(".cr-num")).to_be_visible()


def test_after_another_page_answers_are_there_and_what_was_deleted_is_not(open_page):
    page = open_page("laptop", path=LINK)
    total = page.locator(".cr-num").inner_text()
    page.get_by_role("button", name="Keep").click()
    ready(page)
    page.get_by_role("button", name="Keep 1 answer in this browser").click()
    page.wait_for_function(f"() => {KEPT} !== null")
    page.evaluate("localStorage.removeItem('cramp-risk')")  # as another tab would
    page.keyboard.press("Escape")
    page.get_by_role("link", name="Best start").first.click()
    ready(page)
    page.get_by_role("link", name="My session").first.click()
    ready(page)
    expect(page.locator(".cr-num")).to_have_text(total)
    assert page.evaluate(KEPT) is None


def test_units_are_remembered_and_the_answer_stays(open_page):
    page = open_page("laptop", path=LINK)
    total = page.locator(".cr-num").inner_text()
    page.get_by_role("button", name="Options").click()
    ready(page)
    # The browser of these tests is set to British English.
    expect(page.get_by_role("radio", name="mph")).to_be_checked()
    page.get_by_role("radio", name="°F").click()
    ready(page)
    expect(page.locator(".st-key-air_temperature_c input")).to_have_value("68")
    expect(page.locator(".cr-num")).to_have_text(total)
    page.wait_for_function(
        "() => (localStorage.getItem('cramp-risk') || '').includes('°F')"
    )
    again = beside(page, page.url.split("?")[0])
    expect(again.get_by_text("Air, °F")).to_be_visible()
    expect(again.locator(".cr-tag")).to_have_text("Example: change anything")


@pytest.mark.parametrize("viewport", ["phone"])
def test_in_a_browser_an_old_answer_gives_way_to_a_narrower_one(open_page, viewport):
    page = open_page(viewport, path=f"{LINK}#private=cramp_sessions_12mo%3D0")
    part(page, "You and your health")
    pills = page.locator(".st-key-cramp_sessions_12mo").get_by_role("radio")
    expect(pills).to_have_count(6)
    pills.nth(1).click()
    ready(page)
    expect(pills).to_have_count(5)
