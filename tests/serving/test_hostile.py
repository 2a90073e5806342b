"""Files made to take all the time or memory of a server: one sentence, soon."""

import io
import time
import zipfile
from contextlib import suppress
from functools import partial

import openpyxl
import pytest

from proofs import uploads as proof
from proofs.hostile import CARDS, LOGS, TABLES, TEXTS, WORKBOOKS, wide_table
from riskmodel.inputs.rows import MOST_COLUMNS
from riskmodel.inputs.tables import (
    MOST_CELLS_SEEN,
    MOST_ROWS_SEEN,
    TableFileError,
    csv_rows,
)
from riskmodel.inputs.workbook import MOST_UNZIPPED_BYTES, read_workbook
from riskmodel.serving import apart
from riskmodel.serving.readers import read_training_file
from riskmodel.squad.file import read_squad_file
from riskmodel.training.log import TrainingLogError
from riskmodel.training.log_file import read_log
from riskmodel.training.log_table import log_columns
from tests.training.test_doors import MIDNIGHT, health_connect
from tests.training.test_hostile_files import packed

LIMIT_S, LIMIT_MB = 5.0, 300
"""Seconds of one core, which do not depend on what else a machine does."""
REFUSED_BY_THE_READER = {
    "Squad": ("a cell in row 10^12", "95 MB of empty rows", "5,000,000 shared strings"),
    "Training log": ("a cell of 90 MB", "10,000 columns", "a zip of 1 GB in 1 MB"),
    "Best start": ("5,000,000 shared strings", "5 MB of brackets"),
    "How it works": ("a TOML key of many parts",),
}
FILES = {**CARDS, **LOGS, **TEXTS, **TABLES, **WORKBOOKS}


@pytest.fixture(autouse=True)
def ready():
    apart.get_ready()
    proof.cost("Squad", "ready", b"Name,Age\nAnn,20\n")


@pytest.mark.parametrize(
    ("page", "name"),
    [(page, name) for page, names in REFUSED_BY_THE_READER.items() for name in names],
)
def test_what_a_reader_refuses_at_once_costs_little(page, name):
    content = FILES[name]()
    read, began = proof.READERS[page](content), time.process_time()
    with suppress(ValueError):
        assert read().problem
    assert time.process_time() - began < LIMIT_S
    cost = proof.cost(page, name, content, most_seconds=60)
    assert cost.more_mb < LIMIT_MB
    assert not cost.came_to.startswith("ended")


@pytest.mark.parametrize(
    ("page", "name", "content"),
    [
        ("Squad", "1,000,000 styles", WORKBOOKS),
        ("Training log", "100 MB of commas", TABLES),
        ("Training log", "a cell of 90 MB", TABLES),
        ("Best start", "1,900,000 empty strings", WORKBOOKS),
    ],
)
def test_what_no_reader_refuses_at_once_ends_at_a_limit(page, name, content):
    cost = proof.cost(page, name, content[name]())
    assert cost.more_mb < LIMIT_MB
    assert cost.came_to in ("ended: time", "ended: memory")


def test_rows_that_hold_nothing_are_seen():
    with pytest.raises(TableFileError, match="more than the 250,000 rows"):
        csv_rows("a,b\n" + "\n" * MOST_ROWS_SEEN, ",")
    with pytest.raises(TableFileError, match="more than the 5,000,000 cells"):
        csv_rows("a,b\n" + "," * MOST_CELLS_SEEN, ",")
    assert len(csv_rows("a,b\n" + "\n" * 1000, ",")) == 1001


def test_a_cell_far_below_costs_nothing_and_counts():
    (sheet,) = read_workbook(
        io.BytesIO(WORKBOOKS["a stray cell in Excel's last row"]()), most_rows=10
    ).sheets
    assert [number for number, _ in sheet.rows] == [1, 2, 1_048_576]


@pytest.mark.parametrize("read", [read_log, log_columns])
def test_no_log_has_more_columns_than_can_be_asked_about(read):
    with pytest.raises(TrainingLogError, match=f"{MOST_COLUMNS + 1} columns"):
        read(wide_table(MOST_COLUMNS + 1))
    assert len(log_columns(wide_table(MOST_COLUMNS))) == MOST_COLUMNS


def list_of(athletes, columns):
    """A workbook in which every answer of every athlete is given."""
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet()
    sheet.append(["Name", "Age", *(f"Column {n}" for n in range(columns - 2))])
    for number in range(athletes):
        sheet.append([f"Äthlete {number}", *(n + number / 7 for n in range(columns - 1))])
    book.save(content := io.BytesIO())
    return content.getvalue()


def test_a_list_of_as_many_athletes_as_may_be_fits():
    assert len(read_squad_file(list_of(5000, 12)).cells) == 5000
    packed = zipfile.ZipFile(io.BytesIO(list_of(500, 60)))
    assert sum(part.file_size for part in packed.infolist()) * 10 < MOST_UNZIPPED_BYTES


def test_a_database_is_read_without_a_disk():
    base = bytearray(health_connect((MIDNIGHT, 7200, MIDNIGHT + 3_600_000, 33)))
    base[18:20] = b"\2\2"  # says that a journal lies beside it
    for content in (bytes(base), packed([("export.db", bytes(base))])):
        read = apart.read_apart(partial(read_training_file, content, proof.SAID))
        assert len(read.log.sessions) == 1


def test_the_proof_runs(capsys):
    proof.main(["--only", "10^12", "--seconds", "0"])
    assert "3 files; over 5.0 s: " in capsys.readouterr().out
    alone, beside = proof.reruns_ms([proof.READERS["Squad"](b"Name,Age\nAnn,20\n")], 0.2)
    assert alone
    assert beside
