"""A frame in parts, of which each is scored as it would be alone."""

import dask
import dask.dataframe as dd
import numpy as np
import pandas as pd
import pytest

from benchmarks.frames import raw_frame
from riskmodel import assess_frame, load_calibration, load_scorecard
from riskmodel.dask import assess
from riskmodel.scoring.assessment import UnknownColumnWarning

OWN_CARD = load_scorecard().with_points("heat", at=28, points=12)
HOW = {
    "as it comes": {},
    "without detail": {"detail": False},
    "an earlier card": {"scorecard": load_scorecard("2026.1")},
    "a card of one's own": {"scorecard": OWN_CARD},
    "with its calibration": {
        "scorecard": load_scorecard(),
        "calibration": load_calibration(),
    },
}


def rows(categories: bool = True) -> pd.DataFrame:
    frame = raw_frame(400, 20, categories=categories)
    # Some rows cannot be scored and say why.
    return frame.assign(age_years=frame["age_years"].where(frame.index % 7 > 0, 300.0))


@pytest.mark.parametrize("how", HOW.values(), ids=HOW)
@pytest.mark.parametrize("categories", [True, False], ids=["categories", "texts"])
def test_each_part_is_the_plain_run_and_was_known_before(how, categories):
    frame = rows(categories)
    scored = assess(dd.from_pandas(frame, npartitions=3), **how)
    plain = assess_frame(frame, **how)
    pd.testing.assert_series_equal(scored._meta.dtypes, plain.dtypes)
    parts = [part.compute(scheduler="sync") for part in scored.partitions]
    for part in parts:
        pd.testing.assert_frame_equal(part, plain.loc[part.index], check_exact=True)
        pd.testing.assert_series_equal(part.dtypes, plain.dtypes)
    assert sum(map(len, parts)) == len(frame)


def test_nothing_is_computed_before_it_is_asked_for():
    def broken(part: pd.DataFrame) -> pd.DataFrame:
        raise AssertionError

    frame = rows()
    lazy = dd.from_pandas(frame, npartitions=2).map_partitions(broken, meta=frame.head(0))
    assert list(assess(lazy).columns) == list(assess_frame(frame.head(0)).columns)


def test_the_texts_go_on_as_ordinary_ones(tmp_path):
    frame = rows()
    scored = assess(dd.from_pandas(frame, npartitions=3))
    plain = assess_frame(frame)
    lengths = scored["missing"].str.len().sum().compute(scheduler="sync")
    assert lengths == plain["missing"].str.len().sum()
    scored.to_parquet(tmp_path, write_index=False, compute_kwargs={"scheduler": "sync"})
    texts = {name: "str" for name, kind in plain.dtypes.items() if kind.kind != "f"}
    read = pd.read_parquet(tmp_path).astype(texts)
    pd.testing.assert_frame_equal(read, plain.astype(texts), check_exact=True)


def test_a_column_that_is_no_input_is_told_at_once():
    frame = rows().assign(shoes="blue")
    with pytest.warns(UnknownColumnWarning, match="shoes"):
        assess(dd.from_pandas(frame, npartitions=2))


@pytest.mark.parametrize("convert", [True, False])
def test_lists_and_truth_values_are_the_plain_run(convert):
    flags = [["swollen_calf"], ["none"], ["none", "swollen_calf"], {"swollen_calf"}, None]
    flags += ["none", (), ["what"], "[", "['a' 'b']"]
    frame = rows(categories=False).head(len(flags))
    frame["red_flags"] = pd.Series(flags, dtype=object)
    frame["red_flags_seen"] = pd.Series([True, False, "no", "yes", None] * 2, dtype=object)
    with dask.config.set({"dataframe.convert-string": convert}):
        parts = dd.from_pandas(frame, npartitions=2)
        scored = assess(parts).compute(scheduler="sync")
    assert isinstance(parts["red_flags"].dtype, pd.StringDtype) == convert
    pd.testing.assert_frame_equal(scored, assess_frame(frame), check_exact=True)


def test_arrays_are_scored_where_dask_leaves_them():
    flags = [np.array(["swollen_calf"]), np.array(["none"])]
    frame = rows(categories=False).head(2)
    frame["red_flags"] = pd.Series(flags, dtype=object)
    with dask.config.set({"dataframe.convert-string": False}):
        scored = assess(dd.from_pandas(frame, npartitions=1)).compute(scheduler="sync")
    pd.testing.assert_frame_equal(scored, assess_frame(frame), check_exact=True)


def test_a_frame_of_pandas_is_told_how_dask_takes_it():
    with pytest.raises(TypeError, match=r"from_pandas\(frame, npartitions=8\)"):
        assess(rows())
