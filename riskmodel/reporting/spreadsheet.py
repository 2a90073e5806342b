"""Every table that leaves the program, in which no text can act as a formula.

`tests/reporting/test_writers.py` looks for writers beside these.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Container, Iterable, Iterator, Sequence
from contextlib import contextmanager
from io import BytesIO, StringIO
from typing import IO, TYPE_CHECKING, Any

from riskmodel.inputs.formulas import harmless, harmless_table

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa


def write_csv(
    table: pd.DataFrame, out: IO[str], *, header: bool = True, raw: bool = False
) -> None:
    r"""Write a table for programs, which quotes only what needs it.

    Parameters
    ----------
    table : pandas.DataFrame
    out : text file
    header : bool
        Whether to begin with the names of the columns; not where a table goes on.
    raw : bool
        Whether texts stay that a spreadsheet may run.

    Examples
    --------
    >>> from io import StringIO
    >>> import pandas as pd
    >>> write_csv(pd.DataFrame({"athlete": ["=A1"], "sleep_h": [7.5]}), out := StringIO())
    >>> out.getvalue()
    "athlete,sleep_h\n'=A1,7.5\n"
    """
    shown = table if raw else harmless_table(table)
    shown.to_csv(out, index=False, header=header, lineterminator="\n")


def write_rows(rows: Iterable[Sequence[object]], out: IO[str]) -> None:
    r"""Write rows as `write_csv` does those of a table, where no table is at hand.

    Examples
    --------
    >>> from io import StringIO
    >>> write_rows([("athlete", "sleep_h"), ("=A1", 7.5)], out := StringIO())
    >>> out.getvalue()
    "athlete,sleep_h\n'=A1,7.5\n"
    """
    csv.writer(out, lineterminator="\n").writerows(map(harmless, row) for row in rows)


def csv_header(names: Sequence[str], *, raw: bool = False) -> bytes:
    r"""First line of a table as `write_csv` writes it, in UTF-8.

    Examples
    --------
    >>> csv_header(["athlete", "=A1"])
    b"athlete,'=A1\n"
    """
    out = StringIO(newline="")
    csv.writer(out, lineterminator="\n").writerow(names if raw else map(harmless, names))
    return out.getvalue().encode()


def csv_lines(
    table: pa.Table, *, raw: bool = False, numbers: Container[str] = ()
) -> pa.Buffer:
    r"""Rows of a table of Arrow as `write_csv` writes them, in a tenth of the time.

    Parameters
    ----------
    table : pyarrow.Table
        Of two or more columns: an empty line would be no row.
    raw : bool
        Whether texts stay that a spreadsheet may run.
    numbers : container of str
        Columns of texts of which it is known that all are numbers or times.

    Returns
    -------
    pyarrow.Buffer
        Text in UTF-8, without a header.

    Examples
    --------
    >>> import pyarrow
    >>> table = pyarrow.table({"athlete": ["=A1", "B, C"], "sleep_h": [7.0, None]})
    >>> print(str(csv_lines(table), "utf-8"), end="")
    '=A1,7.0
    "B, C",
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    from riskmodel.inputs.arrow_columns import texts_of

    if not table.num_rows:
        return pa.py_buffer(b"")
    columns = [
        texts_of(column.combine_chunks())
        if name in numbers
        else _csv_cells(column.combine_chunks(), raw)
        for name, column in zip(table.column_names, table.columns, strict=True)
    ]
    as_nothing = {"null_handling": "replace", "null_replacement": ""}
    columns[-1] = pc.binary_join_element_wise(columns[-1], "", "\n", **as_nothing)
    return pc.binary_join_element_wise(*columns, ",", **as_nothing).buffers()[2]


def _csv_cells(cells: pa.Array, raw: bool) -> pa.Array:
    """Cells as texts, quoted where they need it."""
    import pyarrow as pa
    import pyarrow.compute as pc

    from riskmodel.inputs.arrow_columns import harmless_texts, is_text, texts_of

    if pa.types.is_dictionary(cells.type):
        return _csv_cells(cells.dictionary, raw).take(cells.indices)
    texts = texts_of(cells)
    # Numbers and times hold nothing that is run or quoted.
    if not (is_text(cells.type) or pa.types.is_nested(cells.type)):
        return texts
    if not raw:
        texts = harmless_texts(texts)
    quoted = pc.match_substring_regex(texts, '[",\r\n]')
    if not pc.any(quoted).as_py():
        return texts
    doubled = pc.replace_substring(texts, '"', '""')
    return pc.if_else(quoted, pc.binary_join_element_wise('"', doubled, '"', ""), texts)


@contextmanager
def parquet_writer(out: IO[bytes]) -> Iterator[Callable[[pa.Table], None]]:
    """Write tables of Arrow one below the other, with the types of the first.

    Examples
    --------
    >>> from io import BytesIO, StringIO
    >>> import pandas as pd, pyarrow
    >>> with parquet_writer(out := BytesIO()) as write:
    ...     write(pyarrow.table({"athlete": ["Ada"]}))
    ...     write(pyarrow.table({"athlete": ["Ben"]}))
    >>> pd.read_parquet(BytesIO(out.getvalue()))["athlete"].tolist()
    ['Ada', 'Ben']
    """
    import pyarrow as pa
    from pyarrow import parquet

    from riskmodel.inputs.arrow_columns import is_alike, with_types

    writer: Any = None
    file = pa.PythonFile(out, mode="w")

    def write(table: pa.Table) -> None:
        nonlocal writer
        if writer is None:
            # A dictionary of numbers that all differ would cost time and space.
            named = zip(table.column_names, table.columns, strict=True)
            coded = [name for name, column in named if is_alike(column)]
            writer = parquet.ParquetWriter(file, table.schema, use_dictionary=coded)
        writer.write_table(with_types(table, writer.schema))

    try:
        yield write
    except BaseException:
        # Else Arrow would still write what makes it look whole.
        out.close()
        if writer is not None:
            writer.is_open = False
        raise
    if writer is not None:
        writer.close()


def to_csv(table: pd.DataFrame) -> bytes:
    r"""Write a table as CSV that Excel opens as UTF-8.

    Examples
    --------
    >>> import pandas as pd
    >>> to_csv(pd.DataFrame({"athlete": ["=A1"], "sleep_h": [7.5]})).decode("utf-8-sig")
    '"athlete","sleep_h"\r\n"\'=A1",7.5\r\n'
    """
    text = harmless_table(table).to_csv(
        index=False, lineterminator="\r\n", quoting=csv.QUOTE_NONNUMERIC
    )
    return text.encode("utf-8-sig")


def to_xlsx(table: pd.DataFrame, sheet: str) -> bytes:
    """Write a table as an Excel workbook with one sheet, in which each text is a text."""
    import pandas as pd  # here: rows as text need none

    out = BytesIO()
    with pd.ExcelWriter(out, engine="openpyxl") as book:
        harmless_table(table).to_excel(book, index=False, sheet_name=sheet)
        for row in book.sheets[sheet].iter_rows():
            for cell in row:
                if isinstance(cell.value, str):  # else #REF! would be an error
                    cell.data_type = "s"
    return out.getvalue()
