"""My session in a real browser: seen at first sight, filled by hand, read by machines."""

from urllib.parse import urlencode

import pypdf
import pytest
from playwright.sync_api import expect

from riskmodel import advise, assess
from riskmodel.scoring.bands import in_100_number
from riskmodel.scoring.guards import RED_FLAGS
from riskmodel.views.example import EXAMPLE
from riskmodel.weather.open_meteo import forget
from tests.browser import axe, download, fits, in_both_windows, ready, settled
from tests.views.pages import SIX

LINK = f"/?{urlencode({**SIX, 'duration_min': 130, 'air_temperature_c': 31})}"
# What a first look must hold, each whole.
FIRST = [
    "h1",
    ".cr-num",
    ".cr-side .cr-chip",
    ".cr-side .cr-note",
    ".cr-dots",
    ".cr-scale",
    *(f".st-key-{name}" for name in ("sport_box", *list(SIX)[1:])),
]


def number(answer):
    return in_100_number(answer.probability)


def cover_all(page, names):
    """Whether each stands whole in the window, and none behind the bar of a phone."""
    height = page.viewport_size["height"]
    bar = page.locator(".st-key-nav").bounding_box()
    bottom = bar["y"] if bar["y"] > height / 2 else height
    for name in names:
        box = page.locator(name).first.bounding_box()
        assert box is not None, name
        assert box["y"] >= 0, name
        assert box["y"] + box["height"] <= bottom, name
        assert box["x"] >= 0, name
        assert box["x"] + box["width"] <= page.viewport_size["width"], name


@pytest.mark.parametrize("viewport", ["phone", "laptop"])
def test_the_answer_and_all_six_questions_are_in_sight_at_once(open_page, viewport):
    page = open_page(viewport)
    width, window, longest = {"phone": (390, 844, 2400), "laptop": (1280, 800, 1600)}[
        viewport
    ]
    page.set_viewport_size({"width": width, "height": window})
    height = settled(page)
    expect(page.locator(".cr-num")).to_have_text(number(assess(EXAMPLE)))
    cover_all(page, FIRST)
    assert height <= longest
    fits(page)


def answer_by_hand(page, name):
    box = page.locator(f".st-key-{name} input")
    box.fill(f"{SIX[name]:g}")
    box.press("Enter")
    ready(page)
    assert box.evaluate("box => box.inputMode") == "decimal"


def test_a_phone_fills_the_form_and_reads_the_answer(open_page):
    page = open_page("phone")
    page.locator(".st-key-sport_box button").first.click()
    page.get_by_role("radio", name="Running").click()
    ready(page)
    expect(page.get_by_role("radio", name="Running")).to_have_count(0)
    page.locator(".st-key-durations").get_by_role("radio", name="1 h", exact=True).click()
    page.locator(".st-key-session_rpe").get_by_role("radio", name="5", exact=True).click()
    for name in ("air_temperature_c", "relative_humidity_pct"):
        answer_by_hand(page, name)
    expect(page.locator(".cr-tag")).to_have_text("1 of 6 still the example's")
    page.get_by_role("button", name="The rest is right too").click()
    ready(page)
    expect(page.locator(".cr-tag")).to_have_text("Preview: warning signs?")
    answer_by_hand(page, "age_years")
    page.get_by_role("button", name="None of these").click()
    height = settled(page)
    expect(page.locator(".cr-tag")).to_have_count(0)
    answer = assess(SIX)
    expect(page.locator(".cr-num")).to_have_text(number(answer))
    total = page.locator(".cr-steps .sum .num")
    expect(total).to_have_text(f"{answer.total_points:g}")
    assert height <= 2400
    first = page.locator(".cr-steps details").first
    first.locator("summary").first.click()
    expect(first.locator("p").first).to_be_visible()
    total.scroll_into_view_if_needed()
    expect(page.locator(".cr-num")).to_be_in_viewport()
    fits(page)
    for width, height in ((768, 1024), (1280, 800), (640, 400)):
        page.set_viewport_size({"width": width, "height": height})
        settled(page)
        fits(page)


def test_a_click_right_behind_another_takes_nothing_back(open_page):
    page = open_page("phone")
    hour = page.locator(".st-key-durations").get_by_role("radio", name="1 h", exact=True)
    five = page.locator(".st-key-session_rpe").get_by_role("radio", name="5", exact=True)
    both = [hour.element_handle(), five.element_handle()]
    # Before the first is answered, as on a slow line.
    both[0].evaluate("(hour, five) => { hour.click(); five.click(); }", both[1])
    expect(page.locator(".cr-tag")).to_have_text("4 of 6 still the example's")
    ready(page)
    expect(page.locator(".st-key-duration_min input")).to_have_value("1 h")
    expect(five).to_be_checked()


def test_a_number_is_refused_below_its_row_and_the_time_is_echoed(open_page):
    page = open_page("phone", path=LINK)
    box = page.locator(".st-key-duration_min input")
    box.fill("3:75")
    ready(page)  # nobody has to leave the field
    expect(page.locator(".cr-fault")).to_contain_text("“3:75”")
    expect(page.locator(".cr-num")).to_have_count(0)
    box.fill("3:45")
    ready(page)
    expect(page.locator(".cr-fault")).to_have_count(0)
    expect(page.get_by_text("Duration = 3 h 45")).to_be_visible()
    expect(box).to_be_focused()
    expect(box).to_have_value("3:45")
    expect(page.locator(".cr-num")).to_be_visible()


def test_a_swimmer_is_asked_of_the_water_and_the_air_comes_back(open_page):
    page = open_page("phone", path=LINK)
    air = page.locator(".st-key-air_temperature_c input")
    for sport, count in (("Swimming", 0), ("Running", 1)):
        page.locator(".st-key-sport_box button").first.click()
        page.get_by_role("radio", name=sport).click()
        ready(page)
        expect(air).to_have_count(count)
        expect(page.locator(".st-key-water_temperature_c input")).to_have_count(1 - count)
        expect(page.locator(".cr-num")).to_be_visible()
    expect(air).to_have_value("31")


@pytest.mark.parametrize("viewport", ["phone", "laptop"])
def test_switches_plan_print_and_the_way_back(open_page, viewport):
    page = open_page(viewport, path=LINK)
    answers = {**SIX, "duration_min": 130.0, "air_temperature_c": 31.0}
    before = number(assess(answers))
    option = advise(answers).now[0]
    switch = page.locator(f".st-key-lever_{option.levers[0].name}")
    switch.locator("label").first.click()
    ready(page)
    expect(page.locator(".cr-num s")).to_have_text(before)
    expect(page.locator(".cr-num")).to_contain_text(number(option))
    page.get_by_role("button", name="Plan it this way").click()
    ready(page)
    expect(page.locator(".cr-num")).to_have_text(number(option))
    page.get_by_role("button", name="Print").click()
    pdf = pypdf.PdfReader(download(page, "Download PDF"))
    assert f"{option.in_100.capitalize()} of 100" in pdf.pages[0].extract_text()
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Undo: ").click()
    ready(page)
    expect(page.locator(".cr-num")).to_have_text(before)


def test_a_sign_keeps_its_place_and_says_what_to_do_in_sight(open_page):
    page = open_page("phone", path=LINK)
    expect(page.locator(".cr-tag")).to_have_text("Preview: warning signs?")
    page.locator(".cr-tag").click()
    expect(page.get_by_text("Any of these now?")).to_be_in_viewport()
    page.get_by_role("button", name="Yes, or not sure").click()
    ready(page)
    flag = page.get_by_role("button", name="Pain in a calf or another limb")
    flag.click()
    settled(page)
    expect(page.get_by_role("heading", name="Do not start yet")).to_be_in_viewport()
    expect(page.get_by_text(RED_FLAGS["swollen_calf"])).to_be_in_viewport()
    expect(flag).to_be_in_viewport()
    expect(page.locator(".cr-num, .cr-dots, .cr-steps")).to_have_count(0)


@in_both_windows
def test_nothing_serious_stands_in_the_way(open_page, viewport, scheme):
    page = open_page(viewport, color_scheme=scheme)
    page.locator(".st-key-sport_box button").first.click()
    assert axe(page) == []
    page.keyboard.press("Escape")
    page.emulate_media(color_scheme=scheme)
    page.get_by_role("button", name="Weather").click()
    ready(page)
    assert axe(page) == []


@in_both_windows
def test_nothing_serious_stands_in_the_way_of_what_is_opened(open_page, viewport, scheme):
    page = open_page(viewport, color_scheme=scheme, path=LINK)
    page.locator("[class*=st-key-lever_] label").first.click()
    ready(page)
    for words in ("All questions", "Behind the number"):
        page.get_by_text(words, exact=True).click()
        ready(page)
    page.get_by_role("radio", name="You and your health").click()
    ready(page)
    page.get_by_role("button", name="Options").click()
    ready(page)
    assert axe(page) == []
    page.keyboard.press("Escape")
    page.emulate_media(color_scheme=scheme)
    page.get_by_role("button", name="Yes, or not sure").click()
    ready(page)
    page.get_by_role("button", name="Severe pain or weakness").click()
    ready(page)
    assert axe(page) == []


def focused(page):
    """Name the question that has the focus, "" where it is no place for an answer."""
    return page.evaluate(
        """() => {
            const at = document.activeElement;
            const key = at.closest('[class*=st-key-]')?.className.match(/st-key-(\\w+)/);
            return at.matches('input, [role=radio], .st-key-sport_box button')
                ? key?.[1] ?? '' : '';
        }"""
    )


def test_a_first_answer_by_keyboard_only(open_page):
    page = open_page("laptop")
    typed = {"duration_min": "1 h", "air_temperature_c": "20", "age_years": "40"}
    typed |= {"relative_humidity_pct": "50"}
    left = {"session_rpe", *typed}
    for _ in range(60):
        page.keyboard.press("Tab")
        if (name := focused(page)) not in left:
            continue
        if name == "session_rpe":
            while page.evaluate("document.activeElement.innerText.trim()") != "5":
                page.keyboard.press("ArrowRight")
            page.keyboard.press("Space")
        else:
            page.keyboard.press("ControlOrMeta+A")
            page.keyboard.type(typed[name])
            page.keyboard.press("Enter")
        ready(page)
        left.discard(name)
        if not left:
            break
    expect(page.locator(".cr-num")).to_have_text(number(assess(SIX)))
    expect(page.locator(".cr-tag")).to_have_text("1 of 6 still the example's")


def test_the_weather_of_a_place_is_one_tap_the_next_time(open_page, sky):
    forget()
    page = open_page("phone", path=f"/?{urlencode({'sport': 'running'})}")
    page.get_by_role("button", name="Weather").click()
    place = (
        page.get_by_role("searchbox", name="Place").or_(page.get_by_label("Place")).first
    )
    place.fill("Vienna")
    place.press("Enter")
    page.get_by_role("button", name="Vienna, Austria").first.click()
    ready(page)
    page.get_by_role("button", name="Take the forecast for that start").click()
    ready(page)
    page.keyboard.press("Escape")
    air = page.locator(".st-key-air_temperature_c input")
    expect(air).not_to_have_value("")
    expect(page.get_by_text("for the start at")).to_be_visible()
    again = page.context.new_page()
    again.goto(page.url.split("?")[0])
    ready(again)
    again.get_by_role("button", name="Weather now in Vienna").click()
    ready(again)
    expect(again.get_by_text("for the start at")).to_be_visible()
    expect(again.locator(".cr-tag")).to_contain_text("of 6 still")

    again.close()
