"""Columns as Arrow holds them: which kinds are read, as answers, and as texts again.

Arrow is a library of its own (pyarrow); only who has it comes here.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from riskmodel.inputs.blanks import is_blank
from riskmodel.inputs.fields import FIELDS, Field
from riskmodel.inputs.formulas import MARK, MAY_CHANGE, as_it_was, harmless
from riskmodel.inputs.parsers import END_OF_TIME, FIRST_TIME
from riskmodel.inputs.told import in_quotes, quoted

TEXT = pa.string()
CODED_TEXT = pa.dictionary(pa.int32(), TEXT)
_ALIKE = 64  # different cells in a sample of these, as points are; judgement
_SAMPLE = 512
_SMALL = 1e-4  # below this Python writes a power of ten


def is_text(kind: pa.DataType) -> bool:
    """Whether cells of this type are texts, coded or not."""
    if pa.types.is_dictionary(kind):
        return is_text(kind.value_type)
    types = pa.types
    return bool(
        types.is_string(kind) or types.is_large_string(kind) or types.is_string_view(kind)
    )


def _is_list(kind: pa.DataType) -> bool:
    return bool(pa.types.is_list(kind) or pa.types.is_large_list(kind))


def has_texts(kind: pa.DataType) -> bool:
    """Whether cells of this type can be written as texts."""
    if _is_list(kind):
        return is_text(kind.value_type)
    return is_text(kind) or any(is_of(kind) for is_of in _PLAIN)


def check_types(schema: pa.Schema) -> None:
    """Raise a ValueError that names the first input of a type that no answer has."""
    for column in schema:
        if _is_asked(column.name.strip().lower()) and not has_texts(column.type):
            raise ValueError(
                f"Column {in_quotes(column.name)} holds {quoted(column.type)}, which is no "
                "answer; a column holds texts, numbers, times or lists of texts."
            )


def _is_asked(name: str) -> bool:
    return name in FIELDS and FIELDS[name].kind != "text"


_PLAIN: tuple[Callable[[pa.DataType], bool], ...] = (
    *(pa.types.is_integer, pa.types.is_floating, pa.types.is_decimal, pa.types.is_boolean),
    *(pa.types.is_timestamp, pa.types.is_date, pa.types.is_duration, pa.types.is_null),
)


def with_types(table: pa.Table, schema: pa.Schema) -> pa.Table:
    """A table with the types of another, such as the first piece of the same."""
    if table.schema.types == schema.types:
        return table
    columns = zip(table.columns, schema.types, strict=True)
    return pa.table([_cast(column, kind) for column, kind in columns], schema=schema)


def _cast(column: pa.ChunkedArray, kind: pa.DataType) -> pa.ChunkedArray:
    if not pa.types.is_dictionary(kind):
        return column.cast(kind)
    return column.cast(kind.value_type).dictionary_encode().cast(kind)


def as_arrow(column: pd.Series[Any]) -> pa.Array:
    """A column of pandas; few different texts once each, and NaN as no value."""
    if isinstance(column.dtype, pd.CategoricalDtype):
        codes = column.cat.codes.to_numpy(np.int32)
        words = pa.array([str(word) for word in column.cat.categories], TEXT)
        return pa.DictionaryArray.from_arrays(pa.array(codes, mask=codes < 0), words)
    if column.dtype == object:
        column = column.map(str, na_action="ignore").astype("str")
    array = pa.array(column, from_pandas=True)
    array = array.combine_chunks() if isinstance(array, pa.ChunkedArray) else array
    return array.cast(TEXT) if is_text(array.type) else array


def answers_in(table: pa.Table) -> pd.DataFrame:
    """Cells as answers: texts that are all numbers as such, of others only the name."""
    columns = {
        name: _answers(FIELDS[name], column.combine_chunks()) if _is_asked(name) else np.nan
        for name, column in zip(table.column_names, table.columns, strict=True)
        if name.strip()
    }
    return pd.DataFrame(columns, index=range(table.num_rows), copy=False)


def _answers(field: Field, cells: pa.Array) -> Any:
    if _is_list(cells.type):
        items = cells.flatten()
        if items.null_count:  # each is told, as in a list of Python
            return pd.Series(cells.to_pylist(), dtype=object)
        cells = _joined(cells)
    if not is_text(cells.type):
        return cells.to_pandas()
    if field.kind in ("number", "time"):
        cells = cells.cast(TEXT)
        return (_numbers if field.kind == "number" else _times)(cells)
    if not pa.types.is_dictionary(cells.type):
        cells = cells.cast(TEXT).dictionary_encode()
    return cells.to_pandas()


def _joined(lists: pa.Array) -> pa.Array:
    """Lists of texts as texts with semicolons, in which an item that is null is empty."""
    items = pc.fill_null(lists.flatten().cast(TEXT), "")
    lengths = pc.fill_null(pc.list_value_length(lists), 0).to_numpy(zero_copy_only=False)
    ends = pa.array(np.concatenate([[0], np.cumsum(lengths)]), pa.int64())
    joined = pc.binary_join(pa.LargeListArray.from_arrays(ends, items), ";")
    return pc.if_else(lists.is_valid(), joined, None)


def _as_type(texts: pa.Array, kind: pa.DataType) -> pa.Array | None:
    """Texts that are all of a type as such, else None."""
    try:
        return pc.cast(texts, kind)
    except pa.ArrowInvalid:
        return None


def _numbers(texts: pa.Array) -> Any:
    numbers = _as_type(texts, pa.float64())
    if numbers is None:
        return texts.to_pandas()
    if pc.any(not_numbers := pc.is_nan(numbers)).as_py():
        words = pc.unique(texts.filter(pc.fill_null(not_numbers, False))).to_pylist()
        if not all(map(is_blank, words)):  # such as -nan, which is told
            return texts.to_pandas()
    return numbers.to_numpy(zero_copy_only=False)


def _times(texts: pa.Array) -> Any:
    times = _as_type(texts, pa.timestamp("us", "UTC"))
    if times is not None:
        moments = times.to_pandas()
        naive = moments.dt.tz_localize(None).dropna()
        # A time that is not allowed is told as it was written.
        if ((naive >= FIRST_TIME) & (naive <= END_OF_TIME)).all():
            return moments
    return texts.dictionary_encode().to_pandas()


def texts_of(cells: pa.Array) -> pa.Array:
    """Every cell as the text that a file holds, numbers as Python writes them."""
    kind = cells.type
    if pa.types.is_dictionary(kind):
        return texts_of(cells.dictionary).take(cells.indices)
    if _is_list(kind):
        return _joined(cells)
    if pa.types.is_boolean(kind):
        return pc.if_else(cells, "True", "False")
    if pa.types.is_duration(kind):
        return pa.array([_span_text(span) for span in cells.to_pylist()], TEXT)
    if pa.types.is_floating(kind):
        cells = cells.cast(pa.float32()) if pa.types.is_float16(kind) else cells
        cells = pc.if_else(pc.is_nan(cells), None, cells)
    return _number_texts(cells) if pa.types.is_float64(kind) else cells.cast(TEXT)


def _span_text(span: timedelta | None) -> str | None:
    """A span of time as a field in minutes or in hours reads it."""
    return None if span is None else f"{span / timedelta(minutes=1):.12g} min"


def is_alike(cells: pa.Array) -> bool:
    """Whether few cells differ, by the first of them."""
    kind = cells.type
    if pa.types.is_dictionary(kind) or pa.types.is_nested(kind):
        return True
    if pa.types.is_null(kind) or not has_texts(kind):  # which cannot be counted
        return False
    return bool(pc.count_distinct(cells[:_SAMPLE]).as_py() < _ALIKE)


def _number_texts(numbers: pa.Array) -> pa.Array:
    if is_alike(numbers):
        coded = numbers.dictionary_encode()
        return _spelt_out(coded.dictionary).take(coded.indices)
    values = numbers.to_numpy(zero_copy_only=False)
    # Arrow writes each number in as few digits as Python, but 5 for 5.0 and other powers.
    other = (values == np.floor(values)) | (np.abs(values) < _SMALL)
    texts = numbers.cast(TEXT)
    if not other.any():
        return texts
    return pc.replace_with_mask(
        texts, pa.array(other), _spelt_out(numbers.filter(pa.array(other)))
    )


def _spelt_out(numbers: pa.Array) -> pa.Array:
    return pa.array([None if n is None else repr(n) for n in numbers.to_pylist()], TEXT)


def _changed(cells: pa.Array, change: Callable[[object], object], where: str) -> pa.Array:
    """Texts of which those that match a pattern are changed, each different one once."""
    if pa.types.is_dictionary(cells.type):
        words = _changed(cells.dictionary, change, where)
        return cells if words is cells.dictionary else words.take(cells.indices)
    matching = pc.fill_null(pc.match_substring_regex(cells, where), False)
    if not pc.any(matching).as_py():
        return cells
    coded = cells.filter(matching).dictionary_encode()
    words = pa.array([change(word) for word in coded.dictionary.to_pylist()], cells.type)
    return pc.replace_with_mask(cells, matching, words.take(coded.indices))


harmless_texts = partial(_changed, change=harmless, where=MAY_CHANGE)
"""Texts as for `riskmodel.inputs.formulas.harmless`."""
texts_as_they_were = partial(_changed, change=as_it_was, where=MARK)
"""Texts as for `riskmodel.inputs.formulas.as_it_was`."""
