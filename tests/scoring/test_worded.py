"""Texts that are made when somebody looks, beside the same texts in an ordinary column."""

import pickle

import numpy as np
import pandas as pd
import pytest

from riskmodel import assess_frame
from riskmodel.datasets import load_examples
from riskmodel.scoring.bits import as_bits, bytes_of
from riskmodel.scoring.guards import GUARDS, guard_texts
from riskmodel.scoring.open_questions import unanswered_names, unanswered_texts
from riskmodel.scoring.worded import Worded

BITS = np.array([1, 3, 0, 1], dtype=np.int64)


def later():
    return pd.Series(Worded(BITS, unanswered_texts), name="missing")


def at_once():
    return pd.Series(unanswered_texts(BITS), name="missing")


def changed(series):
    series = series.copy()
    series.iloc[0] = "nothing"
    series[3] = None
    return series


USES = {
    "contains": lambda s: s.str.contains("novelty"),
    "split": lambda s: s.str.split(";").explode(),
    "upper": lambda s: s.str.upper(),
    "equal": lambda s: s == "relative_effort",
    "equal to itself": lambda s: s == s,
    "other than nothing": lambda s: s[s != ""],
    "text": lambda s: s.astype(str),
    "object": lambda s: s.to_numpy(),
    "list": lambda s: [*s, s.iloc[1], *s.unique()],
    "joined": lambda s: "open: " + s + "?",
    "map": lambda s: s.map(len),
    "counts": lambda s: s.value_counts(),
    "groups": lambda s: s.to_frame().assign(n=1).groupby("missing")["n"].sum(),
    "sorted": lambda s: s.sort_values(ascending=False, kind="stable"),
    "largest": lambda s: s.max(),
    "more rows": lambda s: s.reindex([0, 9]),
    "twice": lambda s: pd.concat([s, s]),
    "with others": lambda s: pd.concat([s, pd.Series(["other"], dtype="str")]),
    "where": lambda s: s.where(s != "", "none"),
    "changed": changed,
    "known": lambda s: s.isna().any(),
    "categories": lambda s: s.astype("category"),
    "csv": lambda s: s.to_frame().to_csv(),
    "json": lambda s: s.to_frame().to_json(orient="records"),
    "row": lambda s: s.to_frame().assign(n=1).iloc[1],
    "pickled": lambda s: pickle.loads(pickle.dumps(s)),
}


@pytest.mark.parametrize("use", USES)
def test_a_column_of_texts_made_later_reads_as_one_made_at_once(use):
    assert repr(USES[use](later())) == repr(USES[use](at_once()))


def test_a_file_holds_ordinary_texts(tmp_path):
    path = tmp_path / "one.parquet"
    later().to_frame().to_parquet(path)
    pd.testing.assert_series_equal(pd.read_parquet(path)["missing"], at_once())


def test_rows_are_taken_without_making_a_text():
    def no_words(bits):
        raise AssertionError("a text was made")

    series = pd.Series(Worded(BITS, no_words))
    kept = pd.concat([series[series.index > 0], series.take([0]), series.copy()[:2]])
    assert kept.array.nbytes == 8 * 6


def test_only_what_is_looked_at_is_made():
    made = []

    def words(bits):
        made.append(len(bits))
        return unanswered_texts(bits)

    array = Worded(np.repeat(BITS, 1000), words)
    assert array[-1] == array[3] == "relative_effort"
    assert made == [1, 1]


def test_a_frame_says_what_is_missing_and_what_to_consider_in_words():
    rows = [*load_examples().values(), {**load_examples()["Marathon"], "age_years": 15}]
    result = assess_frame(pd.DataFrame(rows))
    assert result.dtypes[["missing", "safety"]].astype(str).tolist() == ["str", "str"]
    assert "Under 18" in result["safety"].iloc[-1]
    assert not result["safety"].iloc[:-1].str.contains("Under 18").any()
    assert result["missing"].str.contains("fluid_intake_l_h").any()


@pytest.mark.parametrize("n", [1, 3, 300])
def test_bits_are_those_of_the_findings(n):
    random = np.random.default_rng(n)
    for count in (1, 8, 35, 63):
        findings = list(random.random((count, n)) < 0.3)
        bits = as_bits(findings)
        expected = [
            sum(int(f[row]) << i for i, f in enumerate(findings)) for row in range(n)
        ]
        assert bits.tolist() == expected
        assert (bytes_of(bits)[:, 0] == bits & 255).all()


def test_texts_of_bits_name_every_finding():
    assert list(guard_texts(np.array([0, 1 << len(GUARDS) - 1]))) == ["", str(GUARDS[-1])]
    bits = np.arange(200, dtype=np.int64)
    assert list(unanswered_texts(bits)) == [
        ";".join(unanswered_names(int(one))) for one in bits
    ]
