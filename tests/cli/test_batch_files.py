"""Large tables, CSV and Parquet: read in pieces, by several processes, and never half."""

import csv
import io
import os
import resource
import signal
import subprocess
import sys
import time
import tracemalloc
from contextlib import suppress
from decimal import Decimal

import numpy as np
import pandas as pd
import psutil
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

from benchmarks.frames import raw_frame
from riskmodel import assess_frame
from riskmodel.cli import app
from riskmodel.cli.batch_pieces import ArrowRows, open_parquet, parquet_pieces
from riskmodel.cli.batch_processes import put_aside
from riskmodel.inputs.arrow_columns import texts_of
from tests import CHECKOUT

PIECES = "riskmodel.cli.batch_pieces"
PROGRAM = [sys.executable, "-m", "riskmodel", "batch"]


def run(*arguments, **options):
    done = CliRunner().invoke(app, ["batch", *map(str, arguments)], **options)
    assert "Traceback" not in done.output
    assert done.exception is None or isinstance(done.exception, SystemExit)
    return done


@pytest.fixture(scope="module")
def sessions():
    """Sixty sessions of every kind, some of which cannot be scored."""
    table = raw_frame(60, 5, categories=False)
    table.insert(0, "athlete", [f"Žofie {n}" for n in range(60)])
    table.loc[3, "age_years"] = 240.5
    return table


@pytest.fixture(scope="module")
def expected(sessions):
    results = assess_frame(sessions.drop(columns="athlete"))
    return results.astype({"missing": str, "safety": str})


def same_answers(out, expected):
    """Compare to the last digit, whatever a file makes of the types."""
    used = {c: f"{c}_used" for c in expected if f"{c}_used" in out}
    for name, column in expected.rename(columns=used).items():
        if column.dtype.kind == "f":
            np.testing.assert_array_equal(out[name].astype(float), column, err_msg=name)
        else:
            texts = out[name].astype(object).fillna("").astype(str).tolist()
            assert texts == column.astype(str).tolist(), name


def as_csv(table, **options):
    return table.to_csv(index=False, **options).encode()


FORMS = {
    "plain": as_csv,
    "quoted": lambda table: as_csv(table, quoting=csv.QUOTE_ALL),
    "semicolons": lambda table: as_csv(table, sep=";", decimal=","),
    "Central European": lambda table: table.to_csv(index=False).encode("cp1250"),
    "UTF-16": lambda table: table.to_csv(index=False).encode("utf-16"),
    "one text in quotes": lambda table: as_csv(
        table.assign(athlete=[*table["athlete"][:40], "Žofie, B.", *table["athlete"][41:]])
    ),
    "ends of Windows": lambda table: as_csv(table, lineterminator="\r\n"),
    "old ends": lambda table: as_csv(table, lineterminator="\r"),
    "no end": lambda table: as_csv(table).rstrip(b"\n"),
    "capitals": lambda table: as_csv(table.rename(columns={"sport": " Sport "})),
}


@pytest.mark.parametrize("size", [1, 3000, 1 << 22])
@pytest.mark.parametrize("form", FORMS)
def test_every_form_of_a_table_has_the_same_answers_wherever_it_is_cut(
    form, size, sessions, expected, tmp_path, monkeypatch
):
    monkeypatch.setattr(f"{PIECES}.BLOCK_BYTES", size)
    monkeypatch.setattr(f"{PIECES}.ROWS_AT_ONCE", max(1, min(size // 300, 20_000)))
    (tmp_path / "in.csv").write_bytes(FORMS[form](sessions))
    done = run(tmp_path / "in.csv", tmp_path / "out.csv")
    assert "60 sessions read, 59 scored, 1 without a score" in done.stderr
    out = pd.read_csv(tmp_path / "out.csv", keep_default_na=False, na_values=[""])
    if form == "semicolons":  # what is wrong is told as it was written
        told = expected["problems"].str.replace("240.5", "240,5", regex=False)
        expected = expected.assign(problems=told)
    same_answers(out, expected)
    durations = out["duration_min"].astype(str).str.replace(",", ".").astype(float)
    assert durations.tolist() == sessions["duration_min"].tolist()


@pytest.mark.parametrize("rows", [1, 7, 59, 60, 61])
@pytest.mark.parametrize("target", ["out.csv", "out.parquet"])
def test_parquet_has_the_same_answers_wherever_it_is_cut(
    rows, target, sessions, expected, tmp_path, monkeypatch
):
    monkeypatch.setattr(f"{PIECES}.ROWS_OF_PARQUET", rows)
    sessions.to_parquet(tmp_path / "in.parquet", row_group_size=13)
    assert run(tmp_path / "in.parquet", tmp_path / target).exit_code == 0
    if target == "out.csv":
        out = pd.read_csv(tmp_path / target, keep_default_na=False, na_values=[""])
    else:
        out = pd.read_parquet(tmp_path / target)
        kept = out[list(sessions.columns)]
        coded = kept.select_dtypes("category").columns
        pd.testing.assert_frame_equal(kept.astype(dict.fromkeys(coded, "str")), sessions)
    same_answers(out, expected)


def test_a_csv_table_becomes_parquet_with_numbers_where_every_cell_is_one(
    sessions, expected, tmp_path, monkeypatch
):
    monkeypatch.setattr(f"{PIECES}.BLOCK_BYTES", 2000)
    texts = sessions.astype({"sleep_h": object})
    texts.loc[50, "sleep_h"] = "eight"
    (tmp_path / "in.csv").write_bytes(as_csv(texts))
    for source, content in ((tmp_path / "in.csv", None), ("-", as_csv(texts))):
        run(source, tmp_path / "out.parquet", input=content)
        schema = pq.read_schema(tmp_path / "out.parquet")
        out = pd.read_parquet(tmp_path / "out.parquet")
        assert schema.field("age_years").type == pa.float64()
        assert schema.field("athlete").type == pa.string()
        assert out["sleep_h"][50] == "eight"
        assert "eight" in out["problems"][50]
        rest = [n for n in range(60) if n != 50]
        same_answers(out.iloc[rest], expected.iloc[rest])


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_cells_of_our_own_table_stay_as_they_were_written(separator, sessions, tmp_path):
    cells = {
        "athlete": ["007", "1e3", "7,50"],
        "age_years": ["+030", "31.50", "31,5"],
        "wbgt_c": [None, ".5", "20.0"],
        "drink_sodium_mg_l": ["0500", "1,500", "500,0"],
    }
    written = sessions.head(3).astype(object).assign(**cells)
    (tmp_path / "in.csv").write_bytes(as_csv(written, sep=separator))
    run(tmp_path / "in.csv", tmp_path / "out.csv")
    out = pd.read_csv(tmp_path / "out.csv", dtype=str, keep_default_na=False)
    for name, column in cells.items():
        assert out[name].tolist() == [cell or "" for cell in column], name
    problems = assess_frame(written.drop(columns="athlete"))["problems"]
    left_open = [f"{problem} It is left open." if problem else "" for problem in problems]
    assert out["problems"].tolist() == left_open
    # What can be a thousand and a half, or one and a half, is told.
    assert ["1,500" in text for text in out["problems"]] == [False, True, False]


def test_a_table_may_be_scored_again_and_again(tmp_path):
    for kind in ("csv", "parquet"):
        source = tmp_path / f"0.{kind}"
        write = pd.DataFrame.to_csv if kind == "csv" else pd.DataFrame.to_parquet
        write(pd.DataFrame(SIX), source, index=False)
        for n in (1, 2, 3):
            target = tmp_path / f"{n}.{kind}"
            assert run(source, target, "--columns", "band").exit_code == 0
            source = target
        read = pd.read_csv if kind == "csv" else pd.read_parquet
        assert list(read(source)) == [*SIX, "band", "band_used", "band_used_used"]


@pytest.mark.parametrize("n_blank", [1, 2])
@pytest.mark.parametrize("separator", [",", ";"])
def test_a_blank_header_stays_blank_and_is_not_told(separator, n_blank, tmp_path):
    table = pd.DataFrame(SIX)
    lines = as_csv(table, sep=separator).decode().splitlines()
    (tmp_path / "in.csv").write_text(
        "\n".join(line + separator * n_blank for line in lines)
    )
    done = run(tmp_path / "in.csv", tmp_path / "out.csv", "--columns", "band")
    assert done.stderr.strip() == "2 sessions read, 2 scored, 0 without a score."
    header = (tmp_path / "out.csv").read_text(encoding="utf-8").split("\n")[0]
    assert header.split(",") == [*SIX, *[""] * n_blank, "band"]


SIX = {
    "sport": ["running", "cycling"],
    "duration_min": [60, 90],
    "session_rpe": [5, 6],
    "age_years": [30, 40],
    "air_temperature_c": [21.5, 30.0],
    "relative_humidity_pct": [50, 60],
}


def test_what_arrow_holds_is_read_as_frames_hold_it(tmp_path):
    start = pd.Timestamp("2026-07-01 08:00", tz="Europe/Vienna")
    columns = {
        **{name: pa.array(cells) for name, cells in SIX.items()},
        "age_years": pa.array([30, None], pa.int16()),
        "sleep_h": pa.array([Decimal("7.50"), None]),
        "medications": pa.array([["statin", "loop_diuretic"], []]),
        "start_time": pa.array([start, None], pa.timestamp("ms", "Europe/Vienna")),
        "sex": pa.array(["female", None], pa.large_string()).dictionary_encode(),
        "illness_24h": pa.array([False, None]),
        "height_cm": pa.nulls(2),
        "shirt": pa.array([7, None]),
    }
    table = pa.table(columns)
    pq.write_table(table, tmp_path / "in.parquet")
    done = run(tmp_path / "in.parquet", tmp_path / "out.parquet")
    assert "shirt" in done.stderr
    out = pq.read_table(tmp_path / "out.parquet")
    for name in {*columns} - {"sport"}:
        kind = "string" if name == "sex" else str(table[name].type)  # coded, as before
        assert kind in str(out[name].type).replace("element", "item"), name
        assert out[name].to_pylist() == table[name].to_pylist(), name
    frame = pd.DataFrame(
        {name: cells.to_pylist() for name, cells in columns.items() if name != "shirt"}
    )
    frame["sleep_h"] = [7.5, np.nan]
    expected = assess_frame(frame).astype({"missing": str, "safety": str})
    same_answers(out.to_pandas(), expected)
    # The same through CSV and back.
    run(tmp_path / "in.parquet", tmp_path / "out.csv")
    again = run(tmp_path / "out.csv", "-", "--columns", "probability")
    read = pd.read_csv(io.StringIO(again.stdout))
    np.testing.assert_array_equal(read["probability_used"], expected["probability"])


@pytest.mark.parametrize(
    "cells",
    [
        pa.array([{"a": 1}, None]),
        pa.array([[[1]], None]),
        pa.array([b"\xff", None]),
        pa.array([[1.5], None]),
    ],
    ids=lambda cells: str(cells.type),
)
def test_an_input_that_holds_no_answers_is_one_sentence_other_columns_stay(cells, tmp_path):
    source, target = tmp_path / "in.parquet", tmp_path / "out.parquet"
    for name in ("sleep_h", " Sleep_H"):
        pq.write_table(pa.table({**SIX, name: cells}), source)
        done = run(source, target)
        assert (done.exit_code, done.stderr.count("\n")) == (2, 1)
        assert "sleep_h" in done.stderr.lower()
        assert os.listdir(tmp_path) == ["in.parquet"]
    table = pa.table({**SIX, "raw\n\x1b": cells})
    pq.write_table(table, source)
    assert run(source, target, "--columns", "band").exit_code == 0
    assert pq.read_table(target).column("raw\n\x1b").equals(table["raw\n\x1b"])
    done = run(source, tmp_path / "out.csv", "--columns", "band")
    assert (done.exit_code, done.stderr.count("\n"), "raw" in done.stderr) == (0, 2, True)
    assert list(pd.read_csv(tmp_path / "out.csv")) == [*SIX, "band"]


def test_a_coach_has_columns_in_parquet_that_no_text_can_show(tmp_path):
    table = {"Name": ["Zoë", "Ben"], "Alter": [31, 44], "raw": [b"\xff", None]}
    pq.write_table(pa.table(table), tmp_path / "in.parquet")
    done = run(tmp_path / "in.parquet", tmp_path / "out.csv")
    assert "Not written: “raw”" in done.stderr
    assert "raw" not in pd.read_csv(tmp_path / "out.csv")


TEXTS = [pa.string(), pa.large_string(), pa.string_view()]
TEXTS += [pa.dictionary(pa.int32(), pa.string())]
LISTS = [pa.list_(kind) for kind in TEXTS] + [pa.large_list(pa.large_string())]


@pytest.mark.parametrize("kind", LISTS, ids=str)
def test_no_red_flag_of_a_list_vanishes(kind, tmp_path):
    """An item that is null is a problem, as in a list of Python."""
    lists = [["swollen_calf", None], ["swollen_calf"], [None], [], None]
    for rows in ([0], [1], [0, 1], [1, 3], [0, 1, 2, 3, 4]):
        flags = [lists[row] for row in rows]
        same = {name: [cells[0]] * len(rows) for name, cells in SIX.items()}
        same |= {"red_flags_seen": ["yes"] * len(rows)}
        cells = ArrowRows(pa.table({**same, "red_flags": pa.array(flags, kind)}))
        expected = assess_frame(pd.DataFrame(same | {"red_flags": flags}))
        assert assess_frame(cells.read()[1])["problems"].equals(expected["problems"])
        assert [(text != "") for text in expected["problems"]] == [
            None in (lists[row] or []) for row in rows
        ]
    cells = pa.array(lists, kind)
    written = ["swollen_calf;", "swollen_calf", "", "", None]
    assert texts_of(cells).to_pylist() == written
    assert texts_of(cells[1:]).to_pylist() == written[1:]


@pytest.mark.parametrize("unit", ["s", "ms", "us", "ns"])
def test_a_span_of_time_is_scored_and_written(unit, tmp_path):
    spans = pd.Series(pd.to_timedelta(["7h", None]))
    expected = assess_frame(pd.DataFrame(SIX).assign(sleep_h=spans, duration_min=spans))
    kept = pa.array(spans).cast(pa.duration(unit))
    table = pa.table({**SIX, "duration_min": kept, "sleep_h": kept})
    pq.write_table(table, tmp_path / "in.parquet")
    run(tmp_path / "in.parquet", tmp_path / "out.parquet", "--columns", "problems")
    out = pq.read_table(tmp_path / "out.parquet")
    assert out["problems"].to_pylist() == expected["problems"].tolist()
    # And through CSV.
    run(tmp_path / "in.parquet", tmp_path / "a.csv", "--columns", "probability")
    run(tmp_path / "a.csv", tmp_path / "b.csv", "--columns", "probability")
    read = pd.read_csv(tmp_path / "b.csv")
    np.testing.assert_array_equal(read["probability_used"], expected["probability"])


@pytest.mark.parametrize("kind", [pa.float16(), pa.float32(), pa.float64()], ids=str)
def test_a_number_that_is_none_is_written_as_nothing(kind, tmp_path):
    cells = pa.array(np.array([np.nan, 7.5], kind.to_pandas_dtype()))
    pq.write_table(pa.table({**SIX, "shirt": cells}), tmp_path / "in.parquet")
    run(tmp_path / "in.parquet", tmp_path / "out.csv", "--columns", "band")
    out = pd.read_csv(tmp_path / "out.csv", dtype=str, keep_default_na=False)
    assert out["shirt"].tolist() == ["", "7.5"]


@pytest.mark.parametrize("content", [b"", b"PAR1", b"sport\nrunning\n", None])
def test_what_is_no_whole_parquet_table_is_one_sentence(content, tmp_path):
    whole = tmp_path / "whole.parquet"
    pq.write_table(pa.table(SIX), whole)
    cut = whole.read_bytes()[:-9] if content is None else content
    (tmp_path / "in.parquet").write_bytes(cut)
    done = run(tmp_path / "in.parquet", tmp_path / "out.csv")
    assert (done.exit_code, done.stderr.count("\n")) == (2, 1)
    assert not (tmp_path / "out.csv").exists()


def test_of_parquet_equal_columns_are_refused(tmp_path):
    table = pa.table([*SIX.values(), [1, 2]], [*SIX, "Sport"])
    pq.write_table(table, tmp_path / "in.parquet")
    done = run(tmp_path / "in.parquet", tmp_path / "out.csv")
    assert (done.exit_code, "twice: sport" in done.stderr) == (2, True)


def test_a_coach_has_a_list_in_parquet_too(tmp_path):
    plan = tmp_path / "plan.json"
    plan.write_text(pd.DataFrame(SIX).drop(columns="age_years").loc[0].to_json())
    table = pd.DataFrame({"Name": ["Zoë", "=A1"], "Alter": [31, 44]})
    table.to_parquet(tmp_path / "list.parquet")
    table.to_csv(tmp_path / "list.csv", index=False)
    totals = {}
    for kind in ("csv", "parquet"):
        out = tmp_path / f"out.{kind}"
        done = run(tmp_path / f"list.{kind}", out, "--session", plan)
        assert done.exit_code == 0, done.stderr
        read = pd.read_csv(out) if kind == "csv" else pd.read_parquet(out)
        totals[kind] = read["total_points"].tolist()
        assert read["Name"].tolist() == ["Zoë", "'=A1" if kind == "csv" else "=A1"]
    assert totals["csv"] == totals["parquet"]


def test_fewer_results_are_written_where_few_are_asked_for(sessions, expected, tmp_path):
    (tmp_path / "in.csv").write_bytes(as_csv(sessions))
    for wanted in ("band,probability", "missing", " problems , points_heat"):
        names = [name.strip() for name in wanted.split(",")]
        done = run(tmp_path / "in.csv", tmp_path / "out.csv", "--columns", wanted)
        assert "59 scored, 1 without a score" in done.stderr
        out = pd.read_csv(tmp_path / "out.csv", keep_default_na=False, na_values=[""])
        assert list(out) == [*sessions, *names]
        same_answers(out, expected[names])
    done = run(tmp_path / "in.csv", tmp_path / "none.csv", "--columns", "band,luck")
    assert (done.exit_code, done.stderr.count("\n")) == (2, 1)
    assert "luck" in done.stderr
    assert "points_heat" in done.stderr


def test_lines_of_other_lengths_are_filled_or_refused_by_their_number(tmp_path):
    header = ",".join([*SIX, "note"])
    row = "running,60,5,30,21.5,50"
    rows = [f"{row},x"] * 20
    for extra, words in (("", "21 sessions read, 21 scored"), (",x,y,z", "line 22")):
        (tmp_path / "in.csv").write_text("\n".join([header, *rows, row + extra]))
        assert words in run(tmp_path / "in.csv", "-").stderr


def test_a_table_without_rows_is_written_without_rows(tmp_path):
    pd.DataFrame(SIX).head(0).to_csv(tmp_path / "in.csv", index=False)
    pq.write_table(pa.table(SIX)[:0], tmp_path / "in.parquet")
    for source in ("in.csv", "in.parquet"):
        for target in ("out.csv", "out.parquet"):
            done = run(tmp_path / source, tmp_path / target)
            assert done.exit_code == 0, done.output
            read = pd.read_csv if target == "out.csv" else pd.read_parquet
            out = read(tmp_path / target)
            assert (len(out), "probability" in out) == (0, True)


WITHOUT = "import sys; sys.modules['pyarrow'] = None; from riskmodel.cli import app; app()"


def test_without_arrow_csv_is_the_same_and_parquet_says_what_to_install(
    sessions, expected, tmp_path
):
    (tmp_path / "in.csv").write_bytes(as_csv(sessions))
    command = [sys.executable, "-c", WITHOUT, "batch", str(tmp_path / "in.csv")]

    def done(target):
        arguments = [*command, str(tmp_path / target)]
        return subprocess.run(
            arguments, cwd=CHECKOUT, capture_output=True, text=True, check=False
        )

    assert done("out.csv").returncode == 0
    out = pd.read_csv(tmp_path / "out.csv", keep_default_na=False, na_values=[""])
    same_answers(out, expected)
    refused = done("out.parquet")
    assert (refused.returncode, refused.stderr.count("\n")) == (2, 1)
    assert "[parquet]" in refused.stderr


@pytest.mark.parametrize("target", ["csv", "parquet"])
@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_processes_give_the_same_file_as_one(kind, target, sessions, tmp_path, monkeypatch):
    monkeypatch.setattr(f"{PIECES}.BLOCK_BYTES", 4000)
    monkeypatch.setattr(f"{PIECES}.ROWS_OF_PARQUET", 9)
    source = tmp_path / f"in.{kind}"
    if kind == "csv":
        source.write_bytes(FORMS["one text in quotes"](sessions))
    else:
        sessions.to_parquet(source)
    notes = [run(source, tmp_path / f"{n}.{target}", "--jobs", n).stderr for n in (1, 2)]
    assert notes[0] == notes[1]
    alone, together = (tmp_path / f"{n}.{target}" for n in (1, 2))
    assert alone.read_bytes() == together.read_bytes()


def test_what_is_put_aside_comes_back_and_leaves_no_file(tmp_path):
    table = pa.table({"athlete": ["Ada", None], "sleep_h": [7.5, 8.0]})
    things = {"table": table[1:], "frame": table.to_pandas(), "bytes": b"", "nothing": None}
    aside = put_aside(things, tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == [aside.path.name]
    back = aside.taken_back()
    assert not list(tmp_path.iterdir())
    assert back["table"].equals(things["table"])
    back["frame"]["sleep_h"].array[0] = 6.0  # may be written to, as what was never aside
    assert things["frame"]["sleep_h"].tolist() == [7.5, 8.0]
    assert (back["bytes"], back["nothing"]) == (b"", None)


def test_what_a_full_disk_takes_in_part_is_not_put_aside(tmp_path):
    # A limit on the length of a file, as where the disk has so much left.
    code = (
        "import resource, signal, sys\n"
        "from pathlib import Path\n"
        "from riskmodel.cli.batch_processes import put_aside\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, 300_000))\n"
        "try:\n"
        "    put_aside(b'x' * 900_000, Path(sys.argv[1]))\n"
        "except OSError:\n"
        "    print('told')\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, tmp_path], cwd=CHECKOUT, capture_output=True, text=True
    )
    assert done.stdout == "told\n", done.stderr


def test_of_a_parquet_table_only_what_is_read_is_held(tmp_path):
    numbers = np.random.default_rng(1).random(1_000_000)
    path = tmp_path / "in.parquet"
    pd.DataFrame({"sleep_h": numbers}).to_parquet(path, row_group_size=50_000)
    with path.open("rb") as file:
        tracemalloc.start()
        for _ in parquet_pieces(open_parquet(file)):
            pass
        peak_bytes = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    assert peak_bytes < path.stat().st_size / 2


def test_short_groups_of_rows_are_scored_together(sessions, tmp_path, monkeypatch):
    monkeypatch.setattr(f"{PIECES}.ROWS_OF_PARQUET", 20)
    coded = sessions.astype({"sport": "category"})
    coded.to_parquet(tmp_path / "in.parquet", row_group_size=7)
    with (tmp_path / "in.parquet").open("rb") as file:
        pieces = list(parquet_pieces(open_parquet(file)))
    assert [piece.table.num_rows for piece in pieces] == [20, 20, 20]
    sports = [sport for piece in pieces for sport in piece.table["sport"].to_pylist()]
    assert sports == sessions["sport"].tolist()


def test_a_table_that_no_process_can_read_is_one_sentence(tmp_path):
    header, row = ",".join(SIX), "running,60,5,30,21.5,50"
    (tmp_path / "in.csv").write_text(f"{header}\n{row}\n{row},1\n")
    done = run(tmp_path / "in.csv", tmp_path / "out.csv", "--jobs", 2)
    assert (done.exit_code, done.stderr.count("\n")) == (2, 1)
    assert os.listdir(tmp_path) == ["in.csv"]


@pytest.fixture(scope="module")
def long_table(tmp_path_factory):
    """A table whose scores take some seconds."""
    path = tmp_path_factory.mktemp("long") / "in.csv"
    part = raw_frame(4_000, 2, categories=True).to_csv(index=False)
    header, rows = part.split("\n", 1)
    path.write_text(f"{header}\n{rows * 60}")
    return path


def _hears_a_terminal():
    # Whoever started the tests in the background let signals of a terminal pass by.
    for number in (signal.SIGINT, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)


def begin(source, target, *options):
    """Start a run and wait until it writes."""
    command = [*PROGRAM, str(source), str(target), *options]
    process = subprocess.Popen(
        command, cwd=CHECKOUT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        preexec_fn=_hears_a_terminal,
    )  # fmt: skip
    while process.poll() is None:
        for path in target.parent.glob(".cramprisk-*"):
            with suppress(FileNotFoundError):
                if path.stat().st_size > 1000:
                    return process
        time.sleep(0.02)
    raise AssertionError(process.communicate()[1])


@pytest.mark.slow
@pytest.mark.parametrize("jobs", [1, 2])
@pytest.mark.parametrize(
    "end", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGKILL]
)
@pytest.mark.parametrize("target", ["out.csv", "out.parquet"])
def test_a_run_that_is_ended_leaves_nothing_that_looks_whole(
    target, end, jobs, long_table, tmp_path, tmp_path_factory, monkeypatch
):
    out = tmp_path / target
    out.write_text("old", encoding="utf-8")
    aside = tmp_path_factory.mktemp("aside")
    monkeypatch.setenv("TMPDIR", str(aside))
    process = begin(long_table, out, "--jobs", str(jobs))
    children = psutil.Process(process.pid).children(recursive=True)
    process.send_signal(end)
    told = process.communicate(timeout=60)[1]
    assert process.returncode
    assert "Traceback" not in told
    assert out.read_text(encoding="utf-8") == "old"
    rest = {path.suffix for path in tmp_path.iterdir()} - {out.suffix}
    assert rest == ({".part"} if end == signal.SIGKILL else set())
    assert not psutil.wait_procs(children, timeout=30)[1]
    assert not list(aside.iterdir())


@pytest.mark.slow
def test_a_process_that_dies_is_one_sentence(long_table, tmp_path):
    process = begin(long_table, tmp_path / "out.csv", "--jobs", "2")
    workers = [
        child
        for child in psutil.Process(process.pid).children()
        if "spawn_main" in " ".join(child.cmdline())
    ]
    workers[0].kill()
    told = process.communicate(timeout=60)[1]
    assert process.returncode == 2
    assert "ended by itself" in told
    assert told.count("\n") == 1
    assert not list(tmp_path.iterdir())


@pytest.mark.slow
@pytest.mark.parametrize("target", ["out.csv", "out.parquet"])
def test_a_disk_that_fills_leaves_the_old_file(target, long_table, tmp_path):
    out = tmp_path / target
    out.write_text("old", encoding="utf-8")

    def little_room():
        resource.setrlimit(resource.RLIMIT_FSIZE, (1_000_000, 1_000_000))

    done = subprocess.run(
        [*PROGRAM, str(long_table), str(out)], preexec_fn=little_room, cwd=CHECKOUT,
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 2
    assert (done.stderr.count("\n"), "Traceback" in done.stderr) == (1, False)
    assert target in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == [target]
    assert out.read_text(encoding="utf-8") == "old"


def test_a_full_device_gets_no_table_that_looks_whole(sessions, tmp_path):
    (tmp_path / "in.csv").write_bytes(as_csv(sessions))
    (tmp_path / "out.parquet").symlink_to("/dev/full")
    done = run(tmp_path / "in.csv", tmp_path / "out.parquet")
    assert done.exit_code == 2
    assert "No space left on device" in done.stderr


RUN_AND_WEIGH = """
import pathlib, sys
from riskmodel.cli import app
try:
    app()
finally:
    status = pathlib.Path("/proc/self/status").read_text()
    print(status.split("VmHWM:")[1].split()[0], file=sys.stderr)
"""


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="tells no peak of one program")
def test_memory_does_not_grow_with_the_table(long_table, tmp_path):
    lines = long_table.read_bytes().splitlines(keepends=True)
    (tmp_path / "short.csv").write_bytes(b"".join(lines[: len(lines) // 5]))
    peaks = []
    for source in (tmp_path / "short.csv", long_table):
        command = [sys.executable, "-c", RUN_AND_WEIGH, "batch", str(source), "/dev/null"]
        done = subprocess.run(
            command, cwd=CHECKOUT, capture_output=True, text=True, check=True
        )
        peaks.append(int(done.stderr.split()[-1]))
    assert peaks[1] < 1.2 * peaks[0]
