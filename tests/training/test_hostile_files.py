"""Files that would take all the time or memory there is are refused with a sentence."""

import gzip
import io
import json
import sqlite3
import struct
import time
import tracemalloc
import zipfile
import zlib

import pytest

from riskmodel.training import apple_health, archive, limits, one_file
from riskmodel.training.log import TrainingLogError
from riskmodel.training.log_file import read_log
from scripts import example_logs as made
from tests.training.test_doors import (
    APPLE,
    GARMIN_RUN,
    MIDNIGHT,
    STRAVA,
    gpx,
    health_connect,
    run_in_laps,
    workout,
)

SECONDS, MEMORY_BYTES = 20, 120e6
"""What a refusal may take at most here, whatever the file says."""


class Endless(io.RawIOBase):
    """A file of many gigabytes that no disk holds: a beginning, then a block again."""

    def __init__(self, begin, block, size):
        self._begin, self._block, self._size, self._place = begin, block, size, 0

    def seekable(self):
        return True

    def readable(self):
        return True

    def seek(self, place, whence=io.SEEK_SET):
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._place, io.SEEK_END: self._size}[whence]
        self._place = base + place
        return self._place

    def read(self, wanted=-1):
        left = max(self._size - self._place, 0)
        wanted = left if wanted < 0 else min(wanted, left)
        assert wanted < 2e8, "a whole file is read at once"
        data = self._begin[self._place : self._place + wanted]
        rest = wanted - len(data)
        self._place += wanted
        return data + (self._block * (rest // len(self._block) + 1))[:rest]


def refused(content, words):
    """Sentence for a file that is refused soon and with little memory."""
    start = time.perf_counter()
    tracemalloc.start()
    try:
        with pytest.raises(TrainingLogError, match=words) as caught:
            read_log(content)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert time.perf_counter() - start < SECONDS
    assert peak < MEMORY_BYTES
    assert str(caught.value).endswith(".")
    assert "\n" not in str(caught.value)


def packed(members, **options):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, **options) as into:
        for name, content in members:
            into.writestr(name, content)
    return bytearray(out.getvalue())


def zeros(size, name, begin=b""):
    """Make an archive with a member that is a thousandth of itself."""
    out = io.BytesIO()
    with (
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as into,
        into.open(name, "w", force_zip64=True) as member,
    ):
        member.write(begin)
        for _ in range(size // 1_000_000):
            member.write(bytes(1_000_000))
    return out.getvalue()


def saying(content, size_bytes):
    """Archive whose list of files says that the first has another size."""
    whole = bytearray(content)
    for mark, place in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        struct.pack_into("<L", whole, whole.index(mark) + place, size_bytes)
    return bytes(whole)


# --------------------------------------------------------------------- compressed


def test_a_compressed_file_that_never_ends():
    million, whole = gzip.compress(bytes(1_000_000)), gzip.compress(STRAVA[:500])
    refused(whole + million * 200, r"unpacks to more than the 100 MB that can be read")


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("activities.csv", r"What this archive holds has 250 MB; allowed are up to 200 MB"),
        ("x/1.fit", "What this archive holds has 250 MB"),
        ("b.csv.gz", "What this archive holds has 250 MB"),
    ],
)
def test_a_bomb_in_an_archive(name, words):
    refused(zeros(250_000_000, name), words)


def test_a_bomb_that_says_it_is_small():
    honest = zeros(150_000_000, "1.tcx")
    refused(saying(honest, 1000), r"1\.tcx.* is damaged or was cut off")


def test_a_compressed_bomb_in_an_archive():
    bomb = gzip.compress(bytes(150_000_000), 1)
    words = r"1\.fit\.gz in this archive unpacks to more than the 100 MB that can be read"
    refused(bytes(packed([("1.fit.gz", bomb)])), words)


def test_an_archive_with_a_member_of_ninety_gigabytes():
    # Written as archives of that size are: the true length in an extra field.
    large = struct.pack("<HHQQ", 1, 16, 90_000_000_000, 90_000_000_000)
    name = b"apple_health_export/export.xml"
    head = b"<?xml version='1.0'?><HealthData>"
    local = struct.pack(
        "<4sHHHHHLLLHH",
        b"PK\x03\x04",
        45,
        0,
        0,
        0,
        0,
        0,
        2**32 - 1,
        2**32 - 1,
        len(name),
        20,
    )
    file = local + name + large + head + bytes(70_000)
    listed = struct.pack(
        "<4sHHHHHHLLLHHHHHLL", b"PK\x01\x02", 45, 45, 0, 0, 0, 0, 0, 2**32 - 1, 2**32 - 1,
        len(name), 20, 0, 0, 0, 0, 0,
    )  # fmt: skip
    names = listed + name + large
    end = struct.pack("<4sHHHHLLH", b"PK\x05\x06", 0, 0, 1, 1, len(names), len(file), 0)
    refused(
        file + names + end, r"export\.xml in this archive has 90 GB; allowed are up to 4 GB"
    )


def test_an_archive_of_a_million_names():
    one = struct.pack("<4sHHHHHHLLLHHHHHLL", b"PK\x01\x02", *[0] * 9, 1, *[0] * 6) + b"a"
    names = one * 1_000_000
    counts = (1_000_000, 1_000_000, len(names), 0)
    large = struct.pack("<4sQHHLLQQQQ", b"PK\x06\x06", 44, 45, 45, 0, 0, *counts)
    locator = struct.pack("<4sLQL", b"PK\x06\x07", 0, len(names), 1)
    end = struct.pack(
        "<4sHHHHLLH", b"PK\x05\x06", 0, 0, *[2**16 - 1] * 2, *[2**32 - 1] * 2, 0
    )
    words = r"The list of the files in this archive has 47 MB; allowed are up to 12 MB"
    refused(io.BytesIO(b"PK\x03\x04" + names + large + locator + end), words)


def test_too_many_files_in_an_archive(monkeypatch):
    monkeypatch.setattr(archive, "MOST_MEMBERS", 50)
    files = [(f"{place}.jpg", b"") for place in range(51)]
    refused(
        bytes(packed(files)), "There are 51 files in this archive; allowed are up to 50"
    )
    files = [(f"{place}.fit", b"") for place in range(limits.MOST_SESSION_FILES + 1)]
    monkeypatch.undo()
    refused(bytes(packed(files)), "201 FIT, TCX and GPX files in this archive.*last months")
    files = [(f"{place}.csv", b"a") for place in range(limits.MOST_TABLES + 1)]
    refused(bytes(packed(files)), "61 tables in this archive; allowed are up to 60")


def test_an_archive_in_itself_is_not_opened():
    inner = bytes(packed([("activities.csv", STRAVA)]))
    for _ in range(5):
        inner = bytes(packed([("next.zip", inner)]))
    refused(inner, "another one, next")


def test_an_archive_with_a_password_or_an_unknown_packing():
    whole = packed([("activities.csv", STRAVA)])
    for place in (6, whole.index(b"PK\x01\x02") + 8):
        whole[place] |= 1  # encrypted
    refused(bytes(whole), "password")
    whole = packed([("activities.csv", STRAVA)])
    for place in (8, whole.index(b"PK\x01\x02") + 10):
        whole[place] = 98  # PPMd
    refused(bytes(whole), "packed in a way that is not known here")


def test_a_name_in_an_archive_writes_nothing_into_a_sentence():
    name = "<script>\x1b[2J\u202e" + "x" * 5000 + ".csv"
    with pytest.raises(TrainingLogError) as caught:
        read_log(bytes(packed([(name, b"Name,Age\nAda,31\n")])))
    assert len(str(caught.value)) < 500
    assert str(caught.value).isprintable()


def test_an_archive_that_points_at_its_own_bytes_again_and_again():
    # One compressed file that every name of the list stands for.
    whole = packed([("0.csv", bytes(20_000_000))], compresslevel=9)
    place = whole.index(b"PK\x01\x02")
    entry = bytes(whole[place : whole.index(b"PK\x05\x06")])
    names = b"".join(entry.replace(b"0.csv", b"%d.csv" % i) for i in range(10))
    end = struct.pack("<4sHHHHLLH", b"PK\x05\x06", 0, 0, 10, 10, len(names), place, 0)
    refused(bytes(whole[:place]) + names + end, "has 200 MB|can be read|holds no text")


# --------------------------------------------------------------------- XML and JSON

LAUGHS = "".join(f'<!ENTITY l{i} "{f"&l{i - 1};" * 10 if i else "ha"}">' for i in range(10))


@pytest.mark.parametrize("root", ["gpx", "TrainingCenterDatabase"])
@pytest.mark.parametrize(
    "declared",
    [
        LAUGHS,
        f'<!ENTITY l9 "{"x" * 100_000}">',
        '<!ENTITY l9 SYSTEM "file:///etc/passwd">',
        '<!ENTITY % l9 SYSTEM "http://127.0.0.1/x">%l9;',
    ],
)
def test_entities_of_a_files_own(root, declared):
    inside = "&l9;" * 1000
    text = f"<?xml version='1.0'?><!DOCTYPE {root} [{declared}]><{root}>{inside}</{root}>"
    refused(text.encode(), "declares entities of its own")
    refused(gzip.compress(text.encode("utf-16")), "declares entities of its own")


def test_entities_in_the_export_of_a_phone_are_not_declared():
    text = APPLE.replace("<!ELEMENT Workout", f"{LAUGHS}<!ELEMENT Workout")
    bomb = workout(inside='<MetadataEntry key="HKTimeZone" value="&l9;"/>')
    refused(text.replace("{workouts}", bomb).encode(), "no finished session")


def test_xml_that_is_nested_without_end():
    deep = b"<a>" * 2_000_000
    refused(b"<TrainingCenterDatabase>" + deep, "damaged or was cut off")
    refused(b"<gpx>" + deep, "damaged or was cut off")


def test_a_file_of_one_session_has_a_size():
    words = r"This file has 25 MB; allowed are up to 25 MB|has 25\.\d MB"
    for content in (made.fit(), run_in_laps(), gpx("2026-07-01T22:30:00Z")):
        refused(content + b" " * 25_100_000, words)


def test_an_export_of_a_phone_that_does_not_end():
    begin = APPLE.partition("{workouts}")[0].encode()
    refused(
        Endless(begin, b"<Record/>\n", 5_000_000_000),
        "This file has 5 GB; allowed are up to 4 GB",
    )
    words = "workout in this export of Apple Health does not end"
    refused(Endless(begin, b"<Workout ", 200_000_000), words)
    refused(Endless(begin + b'<Workout a="', b"x", 200_000_000), words)
    refused(Endless(begin + b"<Workout >", b"<b/>", 200_000_000), words)


def test_more_workouts_than_anybody_does(monkeypatch):
    monkeypatch.setattr(apple_health, "MOST_ROWS", 20)
    begin = APPLE.partition("{workouts}")[0].encode()
    block = (workout() + "\n").encode()
    refused(Endless(begin, block, 90_000_000), "more than the 20 workouts")


def test_a_list_of_garmin_that_is_nested_or_long(monkeypatch):
    mark = b'[{"summarizedActivitiesExport":['
    for block in (b"[", b'{"a":', b'{"duration":'):
        refused(mark + block * 200_000, "damaged or was cut off|no activities|no finished")
    refused(mark + b'{"activityType":"' + b"x" * 10_000_000, "damaged or was cut off")
    monkeypatch.setattr("riskmodel.training.garmin_archive.MOST_ROWS", 20)
    many = json.dumps(GARMIN_RUN).encode() + b","
    refused(mark + many * 21 + b"{}]}]", "more than the 20 activities")


# --------------------------------------------------------------------- databases


def test_a_database_that_computes_without_end():
    refused(health_connect(kind="VIEW"), "no export of Health Connect")
    base = sqlite3.connect(":memory:")
    base.execute(
        "CREATE TABLE exercise_session_record_table (start_time, end_time, n, "
        "exercise_type AS (zeroblob(900000000)))"
    )
    base.execute("INSERT INTO exercise_session_record_table VALUES (1, 2, 3)")
    base.commit()
    with pytest.raises(TrainingLogError):
        read_log(base.serialize())


def test_more_sessions_in_a_database_than_anybody_does(monkeypatch):
    monkeypatch.setattr("riskmodel.training.health_connect.MOST_ROWS", 20)
    rows = [
        (MIDNIGHT + i * 3_600_000, 0, MIDNIGHT + i * 3_600_000 + 9, 33) for i in range(21)
    ]
    refused(health_connect(*rows), "more than the 20 sessions")


# --------------------------------------------------------------------- workbooks


def test_a_workbook_that_is_a_bomb():
    sheet = zeros(150_000_000, "xl/worksheets/sheet1.xml")
    out = io.BytesIO(sheet)
    with zipfile.ZipFile(out, "a") as into:
        into.writestr("[Content_Types].xml", "<Types/>")
    refused(out.getvalue(), "This workbook is too large")


# --------------------------------------------------------------------- large and honest


def test_a_large_export_of_a_phone_takes_little_memory():
    begin = APPLE.partition("{workouts}")[0].encode() + workout().encode()
    record = b'<Record type="HKQuantityTypeIdentifierHeartRate" value="61"/>\n'
    tracemalloc.start()
    try:
        log = read_log(Endless(begin, record, 300_000_000))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert len(log.sessions) == 1
    assert peak < 20e6


def test_of_a_large_archive_only_the_list_is_unpacked(tmp_path):
    path = tmp_path / "export.zip"
    with zipfile.ZipFile(path, "w") as into:
        for place in range(30):
            into.writestr(f"media/{place}.jpg", zlib.compress(bytes(1000)) * 100_000)
        into.writestr("activities.csv", STRAVA)
    assert path.stat().st_size > 40e6
    tracemalloc.start()
    try:
        log = read_log(path)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert len(log.sessions) == 60
    assert peak < 20e6


def test_every_limit_is_one_of_the_module():
    assert {one_file.most_bytes(kind) for kind in (*one_file.FORMATS, "table")} <= {
        limits.MOST_BYTES,
        limits.MOST_FIT_BYTES,
        limits.MOST_JSON_BYTES,
        limits.MOST_STREAM_BYTES,
    }


# --------------------------------------------------------------------- many small costs


def names_of_a_million(mark):
    """End of an archive whose list of names is long, and says so where few look."""
    size = 47_000_000
    large = struct.pack("<4sQHHLLQQQQ", b"PK\x06\x06", 44, 45, 45, 0, 0, 1, 1, size, 0)
    offset = int.from_bytes(mark + bytes(4), "little")
    locator = struct.pack("<4sLQL", b"PK\x06\x07", 0, offset, 1)
    end = struct.pack("<4sHHHHLLH", b"PK\x05\x06", 0, 0, 1, 1, 100, 0, 0)
    return b"PK\x03\x04" + large + locator + end


@pytest.mark.parametrize("mark", [b"PK\x06\x06", b"PK\x05\x06", b"\0\0\0\0"])
def test_numbers_that_look_like_an_end_hide_no_list_of_names(mark):
    words = r"The list of the files in this archive has \d+ MB"
    refused(names_of_a_million(mark), words)
    small = struct.pack("<4sHHHHL4sH", b"PK\x05\x06", 0, 0, 1, 1, 47_000_000, mark, 0)
    refused(b"PK\x03\x04" + small, words)


def test_bombs_that_are_refused_count_for_all_files_together():
    bomb = gzip.compress(bytes(150_000_000), 1)
    parts = archive.Budget(limits.MOST_UNPACKED_BYTES)
    for _ in range(5):
        with pytest.raises(TrainingLogError, match=r"100 MB|all files together"):
            archive.unzipped(io.BytesIO(bomb), "It", limits.MOST_BYTES, parts)
    assert -10 < parts.left < 0


def test_a_fit_file_of_more_messages_than_a_session_has(monkeypatch):
    monkeypatch.setattr("riskmodel.training.fit_file.MOST_FIT_MESSAGES", 3)
    refused(made.fit(), "has more than the 3 messages that can be read")


def test_an_archive_that_takes_too_long_is_read_in_part(monkeypatch):
    clock = iter([0.0, 1.0, 200.0, 200.0])
    monkeypatch.setattr(archive.time, "monotonic", lambda: next(clock))
    log = read_log(bytes(packed([("1.fit", made.fit()), ("2.fit", b"x"), ("3.fit", b"y")])))
    assert [file.name for file in log.report.failed] == ["2.fit", "3.fit"]
    assert "takes too long" in log.report.failed[0].why


def test_bytes_in_a_database_are_not_fetched():
    row = (bytes(20_000_000), 0, MIDNIGHT, 33)
    refused(health_connect(*[row] * 10), "no finished session")


def test_a_list_where_a_session_has_one_value_says_nothing(monkeypatch):
    import fitdecode

    one = fitdecode.FitDataMessage.get_value

    def several(message, name, **options):
        value = one(message, name, **options)
        return value if name == "start_time" else (value, value)

    monkeypatch.setattr(fitdecode.FitDataMessage, "get_value", several)
    with pytest.raises(TrainingLogError):
        read_log(made.fit())  # no duration is left

    def of_sport(message, name, **options):
        value = one(message, name, **options)
        return (value, value) if name in ("sport", "sub_sport") else value

    monkeypatch.setattr(fitdecode.FitDataMessage, "get_value", of_sport)
    assert read_log(made.fit()).sessions["sport"].tolist() == [""]


def test_bytes_in_a_list_of_garmin_that_are_no_text():
    for place in ("key", "value"):
        key, value = (b"\xed\xa0", b"x") if place == "key" else (b"name", b"\xed\xa0")
        content = b'[{"summarizedActivitiesExport":[{"' + key + b'":"' + value + b'"}]}]'
        with pytest.raises(TrainingLogError):
            read_log(content)


def test_a_member_of_an_archive_without_a_name_is_passed_over():
    whole = bytes(packed([("activities.csv", STRAVA), ("zz", b"x")]))
    nameless = whole.replace(b"zz", b"\0z")  # Python reads a name up to the NUL
    assert read_log(nameless).sessions.equals(read_log(whole).sessions)
