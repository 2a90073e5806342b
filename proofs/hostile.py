"""Files made to take all the time or memory of whoever reads them, each by a function."""

from __future__ import annotations

import gzip
import io
import json
import zipfile
from collections.abc import Callable, Mapping

import openpyxl

_NAMES = b'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
_SHEET = "xl/worksheets/sheet1.xml"
_STRINGS = "xl/sharedStrings.xml"
_TYPES = "[Content_Types].xml"
_STRINGS_TYPE = (
    b'<Override PartName="/xl/sharedStrings.xml" ContentType="application/vnd.'
    b'openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"/>'
)
_STYLES = "xl/styles.xml"
_CELL = b"<c><v>1</v></c>"


def workbook(part: str, content: bytes) -> bytes:
    """An Excel file in which one part is another than Excel would write."""
    book = openpyxl.Workbook()
    book.active.append(["Name", "Age"])
    plain, spoilt = io.BytesIO(), io.BytesIO()
    book.save(plain)
    with zipfile.ZipFile(plain) as source:
        parts = {name: source.read(name) for name in source.namelist()}
    parts[part] = content
    types = parts["[Content_Types].xml"]
    if _STRINGS_TYPE not in types:
        parts["[Content_Types].xml"] = types.replace(
            b"</Types>", _STRINGS_TYPE + b"</Types>"
        )
    with zipfile.ZipFile(spoilt, "w", zipfile.ZIP_DEFLATED) as into:
        for name, of_part in {_STRINGS: b"<sst " + _NAMES + b"/>", **parts}.items():
            into.writestr(name, of_part)
    return spoilt.getvalue()


def sheet(rows: bytes) -> bytes:
    """An Excel file whose sheet has these rows."""
    return workbook(
        _SHEET,
        b"<worksheet " + _NAMES + b"><sheetData>" + rows + b"</sheetData></worksheet>",
    )


def strings(text: bytes) -> bytes:
    """An Excel file whose texts are these."""
    return workbook(_STRINGS, b"<sst " + _NAMES + b">" + text + b"</sst>")


def far_row() -> bytes:
    """A cell in row 10^12."""
    return sheet(b'<row r="1000000000000">' + _CELL + b"</row>")


def last_row() -> bytes:
    """A list, and a stray cell in Excel's last row."""
    return sheet(
        b"<row><c t='str'><v>Name</v></c><c t='str'><v>Age</v></c></row><row>"
        + 2 * _CELL
        + b'</row><row r="1048576">'
        + _CELL
        + b"</row>"
    )


def empty_rows(size_bytes: int) -> bytes:
    """Rows without a cell."""
    return sheet(b"<row/>" * (size_bytes // 6))


def styles(count: int) -> bytes:
    """Ways to show a cell that no cell uses."""
    text = b"<cellXfs>" + b"<xf/>" * count + b"</cellXfs>"
    return workbook(_STYLES, b"<styleSheet " + _NAMES + b">" + text + b"</styleSheet>")


def archive(name: str, block: bytes, count: int) -> bytes:
    """A zip with one file that is a block again and again."""
    out = io.BytesIO()
    with (
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as into,
        into.open(name, "w", force_zip64=True) as member,
    ):
        for _ in range(count):
            member.write(block)
    return out.getvalue()


def many_members(count: int) -> bytes:
    """A zip of many empty files."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as into:
        for number in range(count):
            into.writestr(f"{number}.fit", b"")
    return out.getvalue()


def wide_table(columns: int) -> bytes:
    """A table of many columns."""
    row = ",".join(f"c{n}" for n in range(columns))
    return f"{row}\n{row}\n".encode()


def laughs(root: str) -> bytes:
    """A billion laughs: entities of entities."""
    lines = [f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10)]
    inner = f"<!DOCTYPE {root} [<!ENTITY a0 'ha'>{''.join(lines)}]>"
    return f"<?xml version='1.0'?>{inner}<{root}>&a9;</{root}>".encode()


WORKBOOKS: Mapping[str, Callable[[], bytes]] = {
    "a cell in row 10^12": far_row,
    "a stray cell in Excel's last row": last_row,
    "95 MB of empty rows": lambda: empty_rows(95_000_000),
    "19 MB of empty rows": lambda: empty_rows(19_000_000),
    "11 MB of empty rows": lambda: empty_rows(11_000_000),
    "a cell of 90 MB": lambda: sheet(
        b'<row><c t="str"><v>' + b"a" * 90_000_000 + b"</v></c></row>"
    ),
    "a cell of 19 MB": lambda: sheet(
        b'<row><c t="str"><v>' + b"a" * 19_000_000 + b"</v></c></row>"
    ),
    "5,000,000 shared strings": lambda: strings(b"<si/>" * 5_000_000),
    "900,000 shared strings": lambda: strings(b"<si><t/></si>" * 900_000),
    "1,900,000 empty strings": lambda: strings(b"<si/>" * 1_900_000),
    "a shared string of 19 MB": lambda: strings(
        b"<si><t>" + b"a" * 19_000_000 + b"</t></si>"
    ),
    "1,000,000 cells in 5000 rows": lambda: sheet(
        (b"<row>" + b"<c><v>1</v></c>" * 95 + b"</row>") * 5000
    ),
    "10,000 columns": lambda: sheet(b"<row>" + _CELL * 10_000 + b"</row>"),
    "1,900,000 cells in a row": lambda: sheet(b"<row>" + b"<c/>" * 1_900_000 + b"</row>"),
    "1,000,000 styles": lambda: styles(1_000_000),
    "300,000 styles": lambda: styles(300_000),
}
TABLES: Mapping[str, Callable[[], bytes]] = {
    "10,000 columns": lambda: wide_table(10_000),
    "201 columns": lambda: wide_table(201),
    "100 MB of line ends": lambda: b"Name,Age\n" + b"\n" * 100_000_000,
    "5 MB of line ends": lambda: b"Name,Age\n" + b"\n" * 5_000_000,
    "100 MB of commas": lambda: b"Name,Age\n" + b"," * 100_000_000,
    "4.9 million commas": lambda: b"Name,Age\n" + b"," * 4_900_000,
    "4.9 million cells": lambda: b"Name,Age\n" + b"a,b,c,d,e,f,g,h,i,j\n" * 245_000,
    "a cell of 90 MB": lambda: b'Name,Age\n"' + b"a" * 90_000_000 + b'",1\n',
    "1.2 million quotation marks": lambda: b"Name,Age\n" + b'"' * 1_200_000,
    "quotation marks that close late": lambda: b"Name,Age\n" + b'"a\n' * 200_000,
    "60 MB of letters that are no UTF-8": lambda: (
        b"Name,Age\n" + b"\xe9,\xf8\n" * 15_000_000
    ),
}
LOGS: Mapping[str, Callable[[], bytes]] = {
    "a zip of 1 GB in 1 MB": lambda: archive("activities.csv", bytes(1_000_000), 1000),
    "a zip of 2 GB of XML": lambda: archive(
        "export.xml", b"<HealthData>" + b"<Record/>" * 100_000, 2000
    ),
    "200,000 files in a zip": lambda: many_members(200_000),
    "a .gz of 500 MB": lambda: gzip.compress(bytes(500_000_000), 1),
    "a billion laughs (TCX)": lambda: laughs("TrainingCenterDatabase"),
    "24 MB of TCX": lambda: (
        b"<TrainingCenterDatabase>"
        + b"<Activity><Lap/></Activity>" * 880_000
        + b"</TrainingCenterDatabase>"
    ),
    "24 MB of GPX": lambda: (
        b"<gpx><trk>"
        + b"<trkseg><trkpt><time>2026-07-01T10:00:00Z</time></trkpt></trkseg>" * 350_000
        + b"</trk></gpx>"
    ),
}
TEXTS: Mapping[str, Callable[[], bytes]] = {
    "5 MB of brackets": lambda: b"[" * 5_000_000,
    "4.9 MB of numbers": lambda: b"[" + b"1," * 2_450_000 + b"1]",
    "0.9 MB of numbers": lambda: b"[" + b"1," * 450_000 + b"1]",
    "0.9 MB of brackets": lambda: b"[" * 900_000,
    "a number of 4 million digits": lambda: b'{"a":' + b"9" * 4_000_000 + b"}",
    "70,000 keys": lambda: json.dumps(
        {
            "cramp-risk": 1,
            "base": {f"k{n}": 1 for n in range(70_000)},
            "scenarios": [["a", {}]],
        }
    ).encode(),
    "50,000 plans": lambda: json.dumps(
        {"cramp-risk": 1, "base": {}, "scenarios": [["a", {}]] * 50_000}
    ).encode(),
}
CARDS: Mapping[str, Callable[[], bytes]] = {
    "a TOML key of many parts": lambda: b".".join([b"a"] * 60_000) + b" = 1",
    "190 kB of tables": lambda: b"[[factor]]\n" * 17_000,
    "190 kB of brackets": lambda: b"a = " + b"[" * 190_000,
}
