"""Weather files as people really have them: saved again, of several places, with slips."""

import csv
import io
import json
import random
import re
import time
from datetime import UTC, date, datetime, timedelta

import numpy as np
import openpyxl
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from riskmodel.datasets import data_file
from riskmodel.weather.cells import number_of, read_times
from riskmodel.weather.complete import direct_share
from riskmodel.weather.files import read_weather_file
from riskmodel.weather.hours import WeatherError
from riskmodel.weather.over_session import weather_answers
from riskmodel.weather.several_places import SeveralPlacesError
from tests.weather.test_weather import NWS, epw, nws

JSON = json.loads(data_file("examples_weather/open_meteo.json").read_bytes())
CSV = data_file("examples_weather/open_meteo.csv").read_bytes().decode()
PLAIN = read_weather_file(CSV.encode()).frame
ROWS = list(csv.reader(CSV.splitlines()))
TIMES = {
    "iso": "%Y-%m-%dT%H:%M",
    "german": "%d.%m.%Y %H:%M",
    "german_seconds": "%d.%m.%Y %H:%M:%S",
    "german_short_year": "%d.%m.%y %H:%M",
    "french": "%d/%m/%Y %H:%M",
    "french_short_year": "%d/%m/%y %H:%M",
    "danish": "%d-%m-%Y %H.%M",
    "american": "%m/%d/%Y %I:%M %p",
    "american_short_year": "%m/%d/%y %I %p",
    "japanese": "%Y/%m/%d %H:%M",
    "swedish": "%Y-%m-%d %H:%M",
}


def saved(*, separator=";", comma=True, time="german", encoding="utf-8-sig", more=""):
    """Save the file again as a spreadsheet program does."""

    def cell(text):
        if re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d", text):
            return datetime.fromisoformat(text).strftime(TIMES[time])
        number = re.fullmatch(r"-?\d+\.\d+", text)
        if not number or not comma:
            return text
        return (
            more_than_a_thousand(text).replace(".", "#").replace(",", ".").replace("#", ",")
        )

    def more_than_a_thousand(text):
        return f"{float(text):,.{len(text.split('.')[1])}f}"

    out = io.StringIO()
    writer = csv.writer(out, delimiter=separator, lineterminator="\r\n")
    writer.writerows([[*map(cell, row)] for row in ROWS])
    text = "".join(line + more + "\r\n" for line in out.getvalue().splitlines())
    return text.encode(encoding)


def table_of(hours, **about):
    """Write a CSV of the service with these rows in its first two columns."""
    place = {"latitude": 48.2, "longitude": 16.38, "utc_offset_seconds": 7200}
    place |= {"timezone": "Europe/Vienna", **about}
    head = "time,temperature_2m (°C),relative_humidity_2m (%),wind_speed_10m (km/h)"
    lines = [
        ",".join(place),
        ",".join(map(str, place.values())),
        "",
        f"{head},cloud_cover (%)",
    ]
    lines += [f"{when},{air},60,10.5,40" for when, air in hours]
    return "\n".join(lines).encode()


@settings(max_examples=60)
@given(
    separator=st.sampled_from(";\t"),
    comma=st.booleans(),
    time=st.sampled_from(sorted(TIMES)),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "cp1252", "utf-16"]),
    n_empty=st.integers(0, 3),
)
def test_a_file_and_its_saved_copy_give_the_same_hours(
    separator, comma, time, encoding, n_empty
):
    content = saved(
        separator=separator, comma=comma, time=time, encoding=encoding,
        more=separator * n_empty,
    )  # fmt: skip
    read = read_weather_file(content)
    pd.testing.assert_frame_equal(read.frame, PLAIN)
    assert not read.left_open
    assert not read.doubts


@settings(max_examples=40)
@given(seed=st.integers(0, 10**6), time=st.sampled_from(sorted(TIMES)))
def test_the_order_of_rows_does_not_matter(seed, time):
    for content in (saved(time=time), changed(1, 14, "84"), changed(1, 14, "63")):
        lines = content.splitlines(keepends=True)
        hours = [line.rstrip() + b"\n" for line in lines[4:]]
        random.Random(seed).shuffle(hours)
        plain = read_weather_file(content)
        read = read_weather_file(b"".join(lines[:4] + hours))
        pd.testing.assert_frame_equal(read.frame, plain.frame)
        assert read.left_open == plain.left_open


@pytest.mark.parametrize("broken", ["Â°C", "�C", "?C", "C", "° C"])
def test_units_that_a_wrong_encoding_broke_are_read(broken):
    text = CSV.replace("(°C)", f"({broken})").replace("W/m²", "W/mÂ²")
    pd.testing.assert_frame_equal(read_weather_file(text.encode()).frame, PLAIN)


def test_lines_that_became_one_cell_are_read():
    text = "\n".join(f'"{line}";' for line in CSV.splitlines())
    pd.testing.assert_frame_equal(read_weather_file(text.encode()).frame, PLAIN)


def workbook(rows):
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def native(cell):
    """A cell as the service writes it into a workbook."""
    if re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d", cell):
        return datetime.fromisoformat(cell)
    try:
        return float(cell)
    except ValueError:
        return cell


def test_a_workbook_gives_the_same_hours():
    content = workbook([[*map(native, row)] for row in ROWS])
    pd.testing.assert_frame_equal(read_weather_file(content).frame, PLAIN)
    with pytest.raises(WeatherError, match="no Excel file that can be read"):
        read_weather_file(content[:500])
    with pytest.raises(WeatherError, match="nothing in this workbook"):
        read_weather_file(workbook([]))


@pytest.mark.parametrize(
    "form",
    [
        "{d}-{en}-{y} {h}:00",
        "{d}-{en}-{yy} {h}:00",
        "{d}. {de} {y} {h}:00",
        "{d}. {de} {y}, {h} Uhr",
        "{d} {fr} {y} {h}h00",
        "{en} {d}, {y} {h12} {half}",
        "{weekday}, {d} {en} {y} {h}:00:00",
        "{y}-{en}-{d} {h}:00",
        "{d} de {es} de {y} {h}:00",
    ],
)
def test_months_in_words_are_read(form):
    rows = [list(row) for row in ROWS]
    for row in rows:
        if row and re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d", row[0]):
            moment = datetime.fromisoformat(row[0])
            assert moment.month == 7
            row[0] = form.format(
                d=moment.day,
                h=moment.hour,
                h12=(moment.hour - 1) % 12 + 1,
                half="PM" if moment.hour >= 12 else "AM",
                y=moment.year,
                yy=moment.year % 100,
                weekday=moment.strftime("%a"),
                **{"en": "Jul", "de": "Juli", "fr": "juil.", "es": "julio"},
            )
    content = workbook([[*map(native, row)] for row in rows])
    pd.testing.assert_frame_equal(read_weather_file(content).frame, PLAIN)
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=";").writerows(rows)
    pd.testing.assert_frame_equal(read_weather_file(out.getvalue().encode()).frame, PLAIN)


@pytest.mark.parametrize(
    "cell", ["28 Foo 2026 14:00", "31-Feb-2026 14:00", "28-Jul-2026 25:00"]
)
def test_what_is_no_moment_in_words_is_none(cell):
    assert read_times([cell]).moments == [None]


def test_tables_of_the_present_of_quarters_and_of_days_are_passed_over():
    head, hours = CSV.split("\n\n")
    present = "time,temperature_2m (°C)\n2026-07-01T09:15,99"
    quarters = "time,temperature_2m (°C)\n2026-07-01T00:00,99\n2026-07-01T00:15,99"
    days = "time,temperature_2m_max (°C)\n2026-07-01,28.2\n2026-07-02,28.9\n"
    text = "\n\n".join([head, present, quarters, hours.rstrip("\n"), days])
    pd.testing.assert_frame_equal(read_weather_file(text.encode()).frame, PLAIN)


def test_times_in_seconds_are_in_utc():
    zero = datetime(2026, 6, 30, 22, tzinfo=UTC)
    stamps = [int((zero + timedelta(hours=n)).timestamp()) for n in range(30)]
    of_seconds = read_weather_file(table_of((t, 20.5) for t in stamps))
    assert of_seconds.frame.index[0] == zero


def test_a_serial_day_of_a_workbook_that_counts_from_1904_is_a_time():
    book = openpyxl.Workbook()
    book.epoch = CALENDAR_MAC_1904
    first = (datetime(2026, 7, 28) - CALENDAR_MAC_1904).days
    text = table_of((f"{first + n / 24}", 20.5) for n in range(30)).decode()
    for row in csv.reader(text.splitlines()):
        book.active.append([*map(native, row)])
    out = io.BytesIO()
    book.save(out)
    read = read_weather_file(out.getvalue())
    assert read.frame.index[0] == pd.Timestamp("2026-07-27T22:00Z")


_PLACE = CSV.splitlines(keepends=True)[1]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (
            CSV + (",".join(ROWS[-1]) + "\n") * 60_000,
            "lines of hours of a place; allowed is up to",
        ),
        (CSV + "\n" + "time\n2026-07-01T00:00\n" * 60_000, "60,001 tables; allowed"),
        (CSV.replace(_PLACE, _PLACE * 60_000), "60,000 places; allowed is up to 2000"),
        (CSV + "," * 2_000_000, "2,000,001 cells; allowed is up to 1000"),
    ],
    ids=["hours", "tables", "places", "columns"],
)
def test_a_table_that_is_too_large_is_refused_before_it_costs_much(content, words):
    start = time.process_time()
    with pytest.raises(WeatherError, match=words):
        read_weather_file(content.encode())
    assert time.process_time() - start < 5.0


def test_rows_whose_time_is_lost_are_found_in_one_pass():
    hours = [
        (datetime(2026, 7, 1) + timedelta(hours=n // 4)).isoformat() for n in range(36_000)
    ]
    hours[7] = "lost"
    start = time.process_time()
    read = read_weather_file(table_of((hour, 20.5) for hour in hours))
    assert time.process_time() - start < 15.0
    assert [(of.label, of.count, of.cell) for of in read.left_open] == [("time", 1, "lost")]


def test_a_serial_day_of_excel_is_a_time():
    assert read_times(["46231,5833333", "46231,625"]).moments == [
        datetime(2026, 7, 28, 14),
        datetime(2026, 7, 28, 15),
    ]


@pytest.mark.parametrize(
    ("cell", "mark", "value"),
    [
        ("1.013,2", ",", 1013.2),
        ("1.013", ",", 1013.0),
        ("1 013,2", ",", 1013.2),
        ("1\u202f013,2", ",", 1013.2),
        ("1\u2019013.2", ".", 1013.2),
        ("1,013.2", ".", 1013.2),
        ("\N{MINUS SIGN}3,5", ",", -3.5),
        ("18.8", ",", 18.8),
        ("1,8E+01", ",", 18.0),
        ("#NV", ",", None),
        ("—", ".", None),
    ],
)
def test_numbers_of_spreadsheet_programs(cell, mark, value):
    assert number_of(cell, mark) == value


@pytest.mark.parametrize("cell", ["1.013", "1,013"])
def test_a_number_that_could_be_two_is_none(cell):
    with pytest.raises(ValueError, match=cell):
        number_of(cell, "")


def test_dates_that_can_be_read_in_two_ways_are_refused_with_the_form_that_is_needed():
    hours = [(f"03/04/2026 {h:02d}:00", 15.5) for h in range(20)]
    with pytest.raises(WeatherError, match="03/04/2026 00:00 can be read") as caught:
        read_weather_file(table_of(hours))
    assert "2026-07-28T14:00" in str(caught.value)
    # The next day tells.
    day_first = [*hours, *((f"03/04/2026 {h}:00", 15.5) for h in range(20, 24))]
    read = read_weather_file(table_of([*day_first, ("04/04/2026 00:00", 15.5)]))
    assert read.frame.index[0] == pd.Timestamp("2026-04-02T22:00Z")
    read = read_weather_file(
        table_of([*day_first, ("03/05/2026 00:00", 15.5)], utc_offset_seconds=3600)
    )
    assert read.frame.index[0] == pd.Timestamp("2026-03-03T23:00Z")


def test_numbers_that_a_program_took_for_dates_are_named():
    text = re.sub(r"(T\d\d:00,)(\d+)\.(\d)", r"\g<1>\2. Aug", CSV)
    with pytest.raises(WeatherError, match=r"made dates of numbers.*18\. Aug"):
        read_weather_file(text.encode())


# ---------------------------------------------------------------------- several places


def several_csv():
    head, hours = CSV.rstrip("\n").split("\n\n")
    names, place = head.split("\n")
    other = "35.7,139.75,10.0,32400,Asia/Tokyo,GMT+9"
    lines = hours.split("\n")
    # The same weather nine hours from Greenwich, so that its sun fits.
    moved = []
    for line in lines[1:]:
        when = datetime.fromisoformat(line[:16])
        moved.append(f"1,{when:%Y-%m-%dT%H:%M}{line[16:]}")
    rows = [f"location_id,{lines[0]}", *(f"0,{line}" for line in lines[1:]), *moved]
    top = [f"location_id,{names}", f"0,{place}", f"1,{other}", ""]
    return "\n".join(
        [*top, *rows, "", "location_id,time,x (°C)", "0,2026-07-01,1"]
    ).encode()


def several_json():
    other = {**JSON, "latitude": 35.7, "longitude": 139.75, "location_id": 1}
    other |= {"utc_offset_seconds": 32400, "timezone": "Asia/Tokyo"}
    return json.dumps([JSON, other]).encode()


def several_workbook():
    rows = csv.reader(several_csv().decode().splitlines())
    return workbook([[*map(native, row)] for row in rows])


@pytest.mark.parametrize("make", [several_csv, several_json, several_workbook])
def test_of_several_places_one_must_be_chosen(make):
    content = make()
    for location in (None, 2, -1):
        with pytest.raises(SeveralPlacesError) as caught:
            read_weather_file(content, location=location)
        assert [p.location for p in caught.value.places] == [0, 1]
        assert [p.time_zone for p in caught.value.places] == ["Europe/Vienna", "Asia/Tokyo"]
        assert "0 is 48.2, 16.38 (Europe/Vienna); 1 is 35.7" in str(caught.value)
    here, there = (read_weather_file(content, location=n) for n in (0, 1))
    pd.testing.assert_frame_equal(here.frame, PLAIN)
    assert (there.latitude_deg, there.time_zone) == (35.7, "Asia/Tokyo")
    assert there.frame.index[0] == PLAIN.index[0] - pd.Timedelta(7, "h")
    assert not there.doubts
    assert there.place == "35.7, 139.75"


@pytest.mark.parametrize(
    "content",
    [
        CSV.encode(),
        json.dumps(JSON).encode(),
        json.dumps([JSON]).encode(),
        NWS,
        epw(),
    ],
    ids=["csv", "json", "json_list", "nws", "epw"],
)
def test_a_file_of_one_place_holds_no_other(content):
    there = {"on": date(2026, 7, 28), "latitude_deg": 48.2, "longitude_deg": 16.4}
    for location in (1, 3, -1):
        with pytest.raises(WeatherError, match="one alone: 0 is") as caught:
            read_weather_file(content, location=location, **there)
        assert not isinstance(caught.value, SeveralPlacesError)
    own, only = (read_weather_file(content, location=n, **there) for n in (0, None))
    pd.testing.assert_frame_equal(own.frame, only.frame)


# -------------------------------------------------------------------- impossible hours


def changed(column, row, cell):
    rows = [[*r] for r in ROWS]
    rows[4 + row][column] = cell
    return "\n".join(",".join(r) for r in rows).encode()


@pytest.mark.parametrize(
    ("column", "cell", "name", "of"),
    [
        (1, "84", "air_temperature_c", "84 °C"),
        (1, "-9999", "air_temperature_c", "-9999 °C"),
        (1, "n/k", "air_temperature_c", "n/k"),
        (2, "130", "relative_humidity_pct", "130 %"),
        (3, "-3", "wind_speed_m_s", "-3 km/h"),
        (3, "-9999", "wind_speed_m_s", "-9999 km/h"),
        (4, "9999", "solar_radiation_w_m2", "9999 W/m²"),
        (4, "-50", "solar_radiation_w_m2", "-50 W/m²"),
    ],
)
def test_one_impossible_hour_is_left_open_and_told(column, cell, name, of):
    read = read_weather_file(changed(column, 14, cell))
    left = read.left_open
    assert [(cells.count, cells.cell) for cells in left] == [(1, of)]
    assert "2026-07-01" in left[0].at
    assert "14:00" in left[0].at
    assert of in str(left[0])
    gone = read.frame[name].isna() & PLAIN[name].notna()
    assert 1 <= gone.sum() <= 2
    touched = gone.idxmax().to_pydatetime()
    with pytest.raises(WeatherError, match="is missing"):
        weather_answers(read, touched, 60)
    # Every other hour is as it was.
    rest = read.frame.loc[~gone, name]
    pd.testing.assert_series_equal(rest, PLAIN.loc[~gone, name])


@pytest.mark.parametrize("cell", ["", "NaN", "null", "-", "#N/A", "#NUM!", "?", "—"])
def test_a_blank_hour_is_missing_and_no_slip(cell):
    read = read_weather_file(changed(1, 14, cell))
    assert read.frame["air_temperature_c"].isna().sum() == 2
    assert not read.left_open


def test_an_impossible_hour_of_json_and_of_a_grid_point_is_left_open():
    payload = json.loads(json.dumps(JSON))
    payload["hourly"]["temperature_2m"][14] = 84
    read = read_weather_file(json.dumps(payload).encode())
    assert [str(of) for of in read.left_open] == [
        "1 value of air temperature cannot be (84 °C at 2026-07-01 14:00) and was left "
        "open."
    ]
    content = nws(lambda p: p["temperature"]["values"][3].update(value=99))
    left = read_weather_file(content, time_zone="America/Chicago").left_open
    assert [(of.cell, of.why) for of in left] == [("99 degC", "impossible")]


@pytest.mark.parametrize("whole", [0.0, 5e-324, 1e-310, 1e-300, 0.5, 800.0])
@pytest.mark.parametrize("part", [0.0, 0.4, 1.0])
def test_the_direct_share_is_one_however_little_light_there_is(whole, part):
    share, notes = direct_share(np.array([part]), np.array([whole]))
    assert share.item() == (min(part, whole) / whole if whole else 0.0)
    assert not notes


def test_direct_light_above_all_light_leaves_its_share_open():
    payload = json.loads(json.dumps(JSON))
    payload["hourly"]["direct_radiation"][14] = 1200.0
    read = read_weather_file(json.dumps(payload).encode())
    assert read.frame["direct_fraction"].isna().sum() == 1
    note = "Direct radiation above the radiation in all in 1 hour was left out."
    assert note in read.notes


@pytest.mark.parametrize(
    ("column", "change", "words"),
    [
        (1, lambda v: v * 1.8 + 32, "likely in °F"),
        (1, lambda v: v + 273.15, "likely in K"),
        # A mild day in °F: only its warmest hours cannot be.
        (1, lambda v: 46 + v / 2, "likely in °F"),
        (2, lambda v: v / 100, "likely a share from 0 to 1"),
        (3, lambda v: -v, "has another unit"),
    ],
)
def test_a_column_on_another_scale_is_not_used(column, change, words):
    rows = [[*r] for r in ROWS]
    for row in rows[4:]:
        row[column] = f"{change(float(row[column])):.3f}"
    with pytest.raises(WeatherError, match=words) as caught:
        read_weather_file("\n".join(",".join(r) for r in rows).encode())
    assert rows[3][column].partition(" ")[0] in str(caught.value)


def test_a_column_that_is_not_needed_is_left_out_with_a_note():
    rows = [[*r] for r in ROWS]
    for row in rows[4:]:
        row[7] = str(float(row[7]) * 100)
    read = read_weather_file("\n".join(",".join(r) for r in rows).encode())
    assert read.frame["pressure_hpa"].isna().all()
    assert any("likely in Pa" in note for note in read.notes)


def test_an_impossible_hour_of_a_typical_year_is_left_open_if_it_is_needed():
    noon = (185 - 1) * 24 + 12
    day = date(2027, 7, 4)
    for cells, n_told in (({6: 84}, 1), ({6: "x"}, 1), ({6: ""}, 0), ({6: 99.9}, 0)):
        content = epw(at={noon: cells})
        assert len(read_weather_file(content, on=day).left_open) == n_told
    assert not read_weather_file(epw(at={5: {6: 84}}), on=day).left_open
    some = read_weather_file(epw(at={noon: {9: 3}}), on=day)
    assert [of.label for of in some.left_open] == ["air pressure"]


def test_a_typical_year_saved_by_a_german_program_is_the_same():
    plain = epw()
    german = plain.replace(b",", b";").replace(b".", b",")
    one, other = (read_weather_file(c, on=date(2027, 7, 4)) for c in (plain, german))
    pd.testing.assert_frame_equal(one.frame, other.frame)


# ------------------------------------------------------------- hours twice and missing


def test_an_hour_that_stands_twice_counts_once_or_is_left_open():
    hours = [(f"2026-10-25T{h:02d}:00", 10.0 + h) for h in range(6)]
    plain = read_weather_file(table_of(hours)).frame
    same = read_weather_file(table_of([*hours, hours[2]]))
    pd.testing.assert_frame_equal(same.frame, plain)
    assert any("counts once" in note for note in same.notes)
    other = read_weather_file(table_of([*hours, (hours[2][0], 3.0)]))
    assert np.flatnonzero(other.frame["air_temperature_c"].isna()).tolist() == [1, 2]
    assert any("left open" in note for note in other.notes)


def test_hours_that_are_missing_are_told_and_stay_missing():
    hours = [(f"2026-07-01T{h:02d}:00", 10.0 + h) for h in range(12)]
    read = read_weather_file(table_of([*hours[:4], *hours[7:]]))
    assert read.frame["air_temperature_c"].isna().sum() == 4
    assert any(note.startswith("3 hours are missing") for note in read.notes)


def test_an_unreadable_time_costs_its_row_alone():
    content = changed(0, 14, "2 o'clock")
    read = read_weather_file(content)
    assert [(of.label, of.cell) for of in read.left_open] == [("time", "2 o'clock")]
    assert read.frame["air_temperature_c"].isna().sum() == 2


def test_a_grid_point_is_read_as_before():
    assert not read_weather_file(NWS, time_zone="America/Chicago").doubts


def test_an_empty_line_between_the_hours_drops_none_of_them():
    text = CSV.replace("2026-07-01T03:00", "\n2026-07-01T03:00")
    pd.testing.assert_frame_equal(read_weather_file(text.encode()).frame, PLAIN)


def test_of_several_models_one_is_needed():
    text = CSV.replace("temperature_2m (", "temperature_2m_icon_eu (")
    with pytest.raises(WeatherError, match="it has temperature_2m_icon_eu"):
        read_weather_file(text.encode())


def test_whether_it_is_day_costs_no_hour_where_it_cannot_be_read():
    for odd in ("day", [1.0], ["x"] * 73, None):
        payload = {**JSON, "hourly": {**JSON["hourly"], "is_day": odd}}
        read = read_weather_file(json.dumps(payload).encode())
        pd.testing.assert_frame_equal(read.frame, PLAIN)


def test_an_hour_that_was_left_open_is_one_end_of_each_hour_that_is_told_as_missing():
    read = read_weather_file(changed(1, 14, "84"))
    label, told = datetime(2026, 7, 1, 14), []
    for begin in (label - timedelta(hours=1), label):
        with pytest.raises(WeatherError) as caught:
            weather_answers(read, begin.replace(tzinfo=read.zone), 60)
        told.append(str(caught.value))
    assert told == [
        "The air temperature from Wed 13:00 to 14:00 is missing.",
        "The air temperature from Wed 14:00 to 15:00 is missing.",
    ]
