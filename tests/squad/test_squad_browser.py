"""The page Squad in a real browser."""

import io
import json

import pandas as pd
import pypdf
import pytest
from playwright.sync_api import expect

from riskmodel.reporting.spreadsheet import to_xlsx
from riskmodel.reporting.squad_sheet import plan_text
from riskmodel.squad.cells import template
from tests.browser import axe, choose, download, fits, in_both_windows, ready, settled
from tests.squad.test_squad import PLAN
from tests.squad.test_squad_page import school_list

QUERY = "/?" + "&".join(f"{name}={value}" for name, value in PLAN.items())
NUMBER = ".st-key-squad_answer .cr-num"


def to_squad(page):
    ready(page)
    page.get_by_role("link", name="Squad").click()
    expect(page.get_by_role("heading", name="Who needs attention?")).to_be_visible()
    ready(page)
    return page


def in_sight(page, place, height=None):
    """Whether something stands above the bar of a phone without scrolling."""
    box = page.locator(place).first.bounding_box() if isinstance(place, str) else place
    bar = 60 if page.viewport_size["width"] < 640 else 0
    return box["y"] + box["height"] <= (height or page.viewport_size["height"]) - bar


def upload(page, path, button="Bring your list"):
    page.get_by_role("button", name=button).click()
    page.locator("[data-testid=stFileUploader] input").first.set_input_files(path)


def type_duration(page, text):
    box = page.locator(".st-key-duration_min input")
    box.fill(text)
    box.press("Enter")
    ready(page)
    return box


@in_both_windows
def test_a_first_visitor_sees_who_needs_attention(open_page, viewport, scheme):
    page = to_squad(open_page(viewport, color_scheme=scheme))
    expect(page.get_by_text("Example squad and session")).to_be_visible()
    assert in_sight(page, NUMBER)
    assert axe(page) == []
    fits(page)
    sizes = (390, 768, 900, 1024, 1140, 1280, 640) if viewport == "laptop" else (390,)
    for width in sizes:  # 640 is 1280 at 200 %
        page.set_viewport_size({"width": width, "height": 800})
        settled(page)
        fits(page)
    names = page.evaluate("[...Object.keys(sessionStorage), ...Object.keys(localStorage)]")
    assert not [name for name in names if name.startswith("cramp-risk")]


@in_both_windows
def test_a_coach_brings_a_list_compares_two_plans_and_reloads(
    open_page, viewport, scheme, tmp_path
):
    page = to_squad(open_page(viewport, color_scheme=scheme, path=QUERY))
    path = tmp_path / "list.csv"
    path.write_text(school_list(), encoding="utf-8")
    upload(page, path)
    use = page.get_by_role("button", name="Use these columns")
    expect(use).to_be_disabled()
    ready(page)
    assert in_sight(page, use.bounding_box())
    assert axe(page) == []
    choose(page, "Meaning of column 9", "Muscle or tendon injury in the last 12 months")
    use.click()
    expect(page.get_by_text("of 28 athletes to expect with a cramp")).to_be_visible()
    ready(page)
    assert in_sight(page, NUMBER)
    words = page.locator(".st-key-squad_words")
    words.get_by_text("What 2 words mean").click()
    expect(words.get_by_text("2 of 2 are left open")).to_be_visible()
    ready(page)
    zorblax = "Regular medicines: Zorblax, 5 athletes"
    choose(page, zorblax, "Loop diuretic", exact=False)
    expect(words.get_by_text("1 of 2 are left open")).to_be_visible()
    # It stays open for the next word.
    expect(page.get_by_label(zorblax)).to_be_visible()
    words.get_by_text("What 2 words mean").click()
    ready(page)
    page.get_by_role("button", name="Compare with a plan B").click()
    ready(page)
    type_duration(page, "45")
    expect(page.locator(NUMBER)).to_have_count(2)
    assert in_sight(page, NUMBER)
    assert axe(page) == []
    fits(page)
    told = page.locator(".st-key-squad_answer").inner_text()
    page.reload()
    expect(page.locator(NUMBER)).to_have_count(2)
    ready(page)
    assert page.locator(".st-key-squad_answer").inner_text() == told
    expect(page.get_by_text("What 2 words mean: hamstring")).to_be_visible()
    expect(page.get_by_role("radio", name="Plan B")).to_be_checked()
    # Another tab knows nothing of it, and takes nothing away.
    other = page.context.new_page()
    other.goto(page.url)
    ready(other)
    expect(other.get_by_text("Example squad and session")).to_be_visible()
    other.close()
    box = page.get_by_role("combobox", name="Open an athlete")
    box.click()
    box.fill("Player 07")
    ready(page)
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Open in My session").click()
    expect(page.get_by_text("These are the answers of Player 07")).to_be_visible()
    ready(page)
    page.reload()
    ready(page)
    # A visit is over with the page; what was answered before is there.
    expect(page.get_by_text("These are the answers of")).to_have_count(0)
    expect(page.locator(".st-key-duration_min input")).to_have_value("1 h 30")
    expect(page.locator(".st-key-age_years input")).to_have_value("")
    to_squad(page)
    assert page.locator(".st-key-squad_answer").inner_text() == told


@pytest.mark.parametrize("viewport", ["phone", "laptop"])
def test_a_coach_brings_excel_edits_a_cell_and_takes_it_along(
    open_page, viewport, tmp_path
):
    page = to_squad(open_page(viewport, path=QUERY))
    path = tmp_path / "list.xlsx"
    people = {"Age": [30, 150, 41], "Name": ["=Ada", "Ben", "Cem"]}
    people["illness_24h"] = ["no", "no", "yes"]
    path.write_bytes(to_xlsx(pd.DataFrame(people), "Squad"))
    upload(page, path)
    expect(page.get_by_text("of 1 athlete to expect")).to_be_visible()
    expect(page.get_by_text("Must not start: 1")).to_be_visible()
    ready(page)
    page.get_by_text("Change the list").click()
    ready(page)
    grid = page.locator(".st-key-squad_list [data-testid=stDataFrame]")
    grid.scroll_into_view_if_needed()
    settled(page)
    # The second row below the headers; the age stands beside the name.
    grid.click(position={"x": 60, "y": 88})
    selected = grid.locator("[role=gridcell][aria-selected=true]")
    # Keys that come before the cell is chosen are lost.
    expect(selected).to_have_text("Ben")
    page.keyboard.press("ArrowRight")
    expect(selected).to_have_text("150")
    page.keyboard.press("Enter")
    cell = page.locator("textarea.gdg-input")
    expect(cell).to_have_value("150")
    cell.fill("50")
    page.keyboard.press("Enter")
    expect(page.get_by_text("of 2 athletes to expect")).to_be_visible()
    type_duration(page, "120")
    page.get_by_role("button", name="Compare with a plan B").click()
    ready(page)
    type_duration(page, "60")
    page.get_by_role("button", name="Print and files").click()
    ready(page)
    for plan, minutes in (("A", 120), ("B", 60)):
        names = (f"Excel, plan {plan}", f"CSV, plan {plan}", f"Sheet to print, plan {plan}")
        excel, csv, sheet = (download(page, name).read_bytes() for name in names)
        table = pd.read_excel(io.BytesIO(excel))
        words = plan_text({**PLAN, "duration_min": minutes}, {})
        assert table["Session"].unique().tolist() == [words]
        table = pd.read_csv(io.BytesIO(csv), encoding="utf-8-sig")
        assert set(table["Athlete"]) == {"'=Ada", "Ben", "Cem"}
        # Nothing about health.
        assert "Sets apart" not in table
        assert "Must not start" not in table.to_string()
        (one,) = pypdf.PdfReader(io.BytesIO(sheet)).pages
        assert f"Soccer, {minutes // 60} h" in one.extract_text()
    page.keyboard.press("Escape")
    page.get_by_role("button", name="3 athletes").click()
    page.get_by_role("button", name="Keep in this browser").click()
    expect(page.get_by_text("Kept 3 athletes and the session in this")).to_be_visible()
    ready(page)
    other = page.context.new_page()
    other.goto(page.url)
    # Who was ill is asked anew.
    expect(other.get_by_text("of 3 athletes to expect")).to_be_visible()
    expect(other.locator(".st-key-duration_min input")).to_have_value("1 h")


def test_the_keyboard_alone_finds_the_list_and_a_lever(open_page):
    page = to_squad(open_page("laptop", path=QUERY))
    page.get_by_role("button", name="Bring your list").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("A list of athletes, CSV or Excel")).to_be_visible()
    page.keyboard.press("Escape")
    page.locator(".st-key-squad_use_0 button").focus()
    page.keyboard.press("Enter")
    expect(page.locator(NUMBER)).to_have_count(2)
    page.get_by_role("radio", name="Plan B").focus()
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("Space")
    expect(page.get_by_role("radio", name="Plan A")).to_be_checked()


def test_the_largest_squad_is_kept_and_comes_back(open_page, tmp_path):
    page = to_squad(open_page("laptop"))
    path = tmp_path / "large.csv"
    many = pd.concat([template()] * 2500, ignore_index=True)
    path.write_bytes(many.to_csv(index=False).encode())
    upload(page, path)
    expect(page.get_by_role("button", name="5000 athletes")).to_be_visible()
    ready(page)
    page.reload()
    expect(page.get_by_role("button", name="5000 athletes")).to_be_visible()
    ready(page)
    page.get_by_role("button", name="5000 athletes").click()
    page.get_by_role("button", name="Keep in this browser").click()
    page.wait_for_function("() => localStorage.getItem('cramp-risk')?.includes('squad')")
    page.evaluate("sessionStorage.clear()")
    page.reload()
    expect(page.get_by_role("button", name="5000 athletes")).to_be_visible()


def test_no_other_download_of_the_table_is_offered(open_page):
    """Streamlit's own knows neither formulas nor what is private."""
    page = to_squad(open_page("laptop"))
    page.get_by_role("radio", name="Table").click()
    table = page.get_by_test_id("stDataFrame")
    table.scroll_into_view_if_needed()
    table.hover()
    download = table.get_by_role("button", name="Download as CSV", include_hidden=True)
    expect(download).to_have_count(1)
    expect(download).to_be_hidden()


def test_units_chosen_for_the_squad_are_remembered(open_page):
    page = to_squad(open_page("laptop", path=QUERY))
    number = page.locator(NUMBER).inner_text()
    page.get_by_role("button", name="Details and units").click()
    page.get_by_role("radio", name="°F").click()
    expect(page.locator(".st-key-air_temperature_c input")).to_have_value("84.2")
    page.wait_for_function(
        "() => (localStorage.getItem('cramp-risk') || '').includes('°F')"
    )
    expect(page.locator(NUMBER)).to_have_text(number)


def test_what_the_browser_cannot_keep_is_not_called_kept(open_page, tmp_path):
    page = to_squad(open_page("laptop"))
    path = tmp_path / "list.csv"
    path.write_text("Name,Age\nAda,20\n")
    upload(page, path)
    expect(page.get_by_role("button", name="1 athlete")).to_be_visible()
    ready(page)
    page.evaluate("void (Storage.prototype.setItem = () => { throw new Error('full') })")
    page.get_by_role("button", name="1 athlete").click()
    page.get_by_role("button", name="Keep in this browser").click()
    expect(page.get_by_text("This browser did not keep it")).to_be_visible()
    ready(page)
    expect(page.get_by_text("Kept 1 athlete")).to_have_count(0)


def test_a_list_that_the_tab_has_no_room_for_says_so_once(open_page, tmp_path):
    page = to_squad(open_page("phone"))
    page.evaluate(
        """() => { const set = Storage.prototype.setItem;
        Storage.prototype.setItem = function (name, text) {
          if (name === "cramp-risk-list" && text.length > 80) throw new Error("full");
          return set.call(this, name, text); } }"""
    )
    path = tmp_path / "list.csv"
    path.write_text("Name,Age\n" + "".join(f"Player {i},20\n" for i in range(20)))
    upload(page, path)
    expect(page.get_by_role("button", name="20 athletes")).to_be_visible()
    expect(page.get_by_text("This tab has no room for the list")).to_have_count(1)
    ready(page)
    fits(page)
    page.reload()
    ready(page)
    expect(page.get_by_text("Example squad and session")).to_be_visible()
    expect(page.get_by_text("This tab has no room for the list")).to_have_count(0)


def test_a_long_entry_of_the_device_is_read_to_its_end(open_page):
    page = open_page("laptop")
    entry = {"squad": {"athlete": ["Zoe"], "age_years": [30]}}
    page.evaluate(
        """entry => localStorage.setItem("cramp-risk", JSON.stringify({
            filler: "x".repeat(2500000), ...entry}))""",
        entry,
    )
    page.reload()
    ready(page)
    to_squad(page)
    box = page.get_by_role("button", name="1 athlete")
    expect(box).to_be_visible()
    ready(page)
    box.click()
    page.get_by_role("button", name="Delete the squad kept in this browser").click()
    page.wait_for_function("() => !localStorage.getItem('cramp-risk').includes('Zoe')")
    # The others stay, and the list that is open too.
    page.wait_for_function("() => localStorage.getItem('cramp-risk').includes('filler')")
    assert json.loads(page.evaluate("localStorage.getItem('cramp-risk')")).keys() == {
        "filler"
    }
    expect(box).to_be_visible()
