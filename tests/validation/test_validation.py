"""A club's season, simulated with a truth that the test knows."""

import io
import json
import math
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from pypdf import PdfReader
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from typer.testing import CliRunner

from riskmodel import assess_frame, load_scorecard
from riskmodel.cli import app
from riskmodel.datasets import data_file, load_examples
from riskmodel.diary.outcomes import Outcome, outcomes_csv, outcomes_frame
from riskmodel.reporting.spreadsheet import to_xlsx, write_csv
from riskmodel.reporting.validation import validation_lines
from riskmodel.reporting.validation_pages import validation_html
from riskmodel.validation.intervals import (
    drawn_counts,
    drawn_sums,
    interval,
    wilson_interval,
)
from riskmodel.validation.measures import (
    calibration_in_the_large,
    calibration_slope,
    cramps_needed,
    design_effect,
    log_odds,
    measures,
)
from riskmodel.validation.records import RecordsError, read_records, records_of
from riskmodel.validation.report import validate, validation_of
from scripts import example_season

HISTORIES = ("never", "0", "1-2", "3-5")


def season(seed, *, n_athletes=40, n_each=50, log_odds_off=0.0, slope=1.0, alike=0.0):
    """A club whose true log odds are a straight line of ours, and people differ."""
    random = np.random.default_rng(seed)
    athlete = np.repeat(np.arange(n_athletes), n_each)
    n = len(athlete)
    logit = random.normal(-3.0, 1.2, n)
    own = random.normal(0, alike, n_athletes)[athlete]
    truth = 1 / (1 + np.exp(-(slope * logit + log_odds_off + own)))
    answers = pd.DataFrame(
        {
            "sport": random.choice(["soccer", "running"], n),
            "duration_min": random.integers(20, 300, n).astype(float),
            "cramp_sessions_12mo": random.choice(HISTORIES, n_athletes)[athlete],
        }
    )
    probability = 1 / (1 + np.exp(-logit))
    return records_of(random.random(n) < truth, probability, athlete, answers), truth


@pytest.mark.parametrize(("off", "slope"), [(0.0, 1.0), (0.5, 1.0), (-0.4, 0.7)])
def test_the_intervals_hold_the_truth_about_as_often_as_they_say(off, slope):
    held = {"ratio": 0, "slope": 0}
    n_seasons = 40
    for seed in range(n_seasons):
        records, truth = season(
            seed, n_athletes=80, n_each=25, log_odds_off=off, slope=slope
        )
        found = measures(records, drawn_counts(80, seed, 200))
        held["ratio"] += found.ratio.low <= truth.sum() / found.expected <= found.ratio.high
        held["slope"] += found.slope.low <= slope <= found.slope.high
    # Of 40, 95 % held: fewer than 34 happens once in 300 times by chance.
    assert min(held.values()) >= 34, held


def test_where_people_differ_intervals_by_session_would_miss_the_truth():
    population = np.concatenate(
        [season(s, n_athletes=4000, n_each=5, alike=1.0)[1] for s in (0, 1)]
    )
    expected = np.concatenate(
        [season(s, n_athletes=4000, n_each=5, alike=1.0)[0].probability for s in (0, 1)]
    )
    truth, held = population.sum() / expected.sum(), {"athlete": 0, "session": 0}
    for seed in range(40):
        records, _ = season(100 + seed, n_athletes=40, n_each=50, alike=1.0)
        apart = replace(records, athlete=np.arange(records.n_sessions))
        for by, of in (("athlete", records), ("session", apart)):
            ratio = validation_ratio(of, seed)
            held[by] += ratio.low <= truth <= ratio.high
    assert held["athlete"] >= 33, held
    assert held["session"] < 33, held


def validation_ratio(records, seed):
    y, p = records.cramp.astype(float), records.probability
    counts = drawn_counts(records.n_clusters, seed, 200)
    return interval(
        y.sum() / p.sum(), np.divide(*drawn_sums(counts, records.cluster, [y, p]))
    )


def test_few_cramps_have_an_exact_interval_and_no_verdict_but_by_far():
    answers = pd.DataFrame(index=range(60))
    p, athlete = np.full(60, 0.05), np.arange(60) // 3
    for n_cramps in (0, 1, 3, 59, 60):
        records = records_of(np.arange(60) < n_cramps, p, athlete, answers)
        told = validation_of(records)
        ratio = told.measures.ratio
        assert ratio.low <= ratio.value < ratio.high
        assert "few_cramps" in told.reasons
        assert told.verdict == ("more" if n_cramps > 3 else "cannot_tell")
        said = "the number is right cannot be told" in " ".join(validation_lines(told))
        assert said is (0 < n_cramps < 60 or told.verdict == "cannot_tell")
        assert ("of_few" in told.reasons) is (0 < n_cramps < 60)  # of one athlete
        for b in told.measures.bins:
            assert b.observed.low < b.observed.high
        json.dumps(told.to_dict(), allow_nan=False)
    none = validation_of(records_of(np.zeros(60, bool), p, athlete, answers))
    assert none.measures.ratio.high == pytest.approx(3.689 / 3, abs=1e-3)
    assert none.cramps_needed is None
    assert cramps_needed(1.0) is None


def test_the_share_of_a_small_bin_has_wilsons_interval():
    # 0 of 10, as in Wilson 1927: 0 to z²/(n + z²).
    assert wilson_interval(0, 10)[1:] == pytest.approx((0.0, 0.2775), abs=1e-4)


def test_fewer_than_ten_athletes_tell_no_slope_and_the_ratio_is_no_draw():
    records, _ = season(1, n_athletes=8, n_each=100, alike=1.0)
    found = measures(records)
    assert math.isnan(found.slope.value)
    assert math.isnan(found.auc.value)
    alone = measures(replace(records, athlete=np.arange(records.n_sessions))).ratio
    assert found.ratio.high - found.ratio.low > alone.high - alone.low


def test_the_design_effect_is_known_where_one_athlete_has_all_cramps():
    n, athlete = 600, np.arange(600) // 50
    records = records_of(
        athlete == 0, np.full(n, 0.08), athlete, pd.DataFrame(index=range(n))
    )
    # Linearised by hand: (50 - 50/12)² + 11 (50/12)² over 50 (11/12)² + 550 (1/12)².
    assert design_effect(records) == pytest.approx(50)
    apart = replace(records, athlete=np.arange(n))
    assert design_effect(apart) == pytest.approx(1)


def test_no_interval_where_more_draws_are_missing_than_lie_beyond_an_end():
    drawn = np.linspace(0.5, 1.5, 1000)
    drawn[:25] = np.nan
    assert math.isfinite(interval(1.0, drawn).low)
    drawn[25] = np.nan
    assert math.isnan(interval(1.0, drawn).low)


def test_sessions_of_one_person_that_are_alike_make_the_intervals_wider():
    def width(records):
        ratio = measures(records).ratio
        return math.log(ratio.high / ratio.low)

    alike, apart = (season(3, alike=spread)[0] for spread in (1.2, 0.0))
    assert width(alike) > 1.5 * width(apart)


def test_slope_and_area_are_those_of_scikit_learn():
    records, _ = season(5, slope=0.8, log_odds_off=0.3)
    y, logit = records.cramp.astype(float), log_odds(records.probability)
    weights = np.random.default_rng(0).integers(0, 3, len(y)).astype(float)
    theirs = LogisticRegression(C=np.inf, tol=1e-10, max_iter=1000)
    theirs.fit(logit[:, np.newaxis], y, sample_weight=weights)
    assert calibration_slope(y, logit, weights) == pytest.approx(
        theirs.coef_[0, 0], rel=1e-4
    )
    found = measures(records)
    area = roc_auc_score(records.cramp, records.probability)
    assert found.auc.value == pytest.approx(area, rel=1e-12)
    added = calibration_in_the_large(y, logit, np.ones(len(y)))
    assert (1 / (1 + np.exp(-(logit + added)))).sum() == pytest.approx(y.sum(), rel=1e-9)


def test_the_bins_hold_every_session_once_and_their_sums_are_those_of_all():
    records, _ = season(6)
    bins = measures(records).bins
    assert sum(b.n_sessions for b in bins) == records.n_sessions
    came = sum(b.n_sessions * b.observed.value for b in bins)
    assert came == pytest.approx(records.n_cramps)
    assert [b.expected for b in bins] == sorted(b.expected for b in bins)


def test_who_changes_no_plan_gains_nothing_and_who_changes_all_has_the_textbooks_value():
    records, _ = season(7)
    rate = records.n_cramps / records.n_sessions
    for at in measures(records).net_benefit:
        odds = at.threshold / (1 - at.threshold)
        assert at.of_all == pytest.approx(rate - (1 - rate) * odds)
        assert at.by_probability <= rate


@pytest.mark.parametrize(
    ("rate", "effect", "cramps"), [(0.08, 1.0, 181), (0.02, 1.0, 193), (0.08, 2.0, 362)]
)
def test_how_many_cramps_it_takes(rate, effect, cramps):
    # Riley et al. 2021: the interval of ln(O/E) is 1.96 times the root of (1 - rate)/O.
    assert cramps_needed(rate, effect) == cramps
    half = 1.96 * math.sqrt(effect * (1 - rate) / cramps)
    assert math.exp(half) == pytest.approx(1.15, abs=0.003)


def test_the_reasons_are_data():
    few = validation_of(season(1, n_athletes=10, n_each=4)[0])
    assert {"few_cramps", "few_athletes"} <= set(few.reasons)
    assert math.isnan(few.measures.slope.value)
    large = validation_of(season(1, n_athletes=60, n_each=100)[0])
    assert "fewer_than_needed" not in large.reasons
    json.dumps(large.to_dict(), allow_nan=False)


# --------------------------------------------------------------------------- the file

PLAN = load_examples()["Marathon"]


def test_a_table_of_our_own_gives_what_a_frame_gives():
    table = pd.DataFrame([PLAN | {"duration_min": m} for m in (60, 120, 240)])
    table = table.map(lambda v: ";".join(v) if isinstance(v, list) else v)
    expected = assess_frame(table)["probability"].to_numpy()
    outcomes = table.assign(cramp=["no", "yes", "no"], athlete=["Ada", "Ben", "Ada"])
    content = outcomes.to_csv(index=False, sep=";").encode("cp1252")
    records = read_records(content)
    assert np.array_equal(records.probability, expected)
    assert (records.cramp.tolist(), records.athlete.tolist()) == (
        [False, True, False],
        [0, 1, 0],
    )
    assert not records.written_before


def test_a_clubs_own_headings_are_read_as_a_list_is():
    content = (
        "Saison 2026;;;;;;;\n"
        "Name;Sport;Dauer (min);RPE;Alter;Temperatur (°C);Luftfeuchte (%);Krampf\n"
        "Zoë;soccer;90;7;24;25;50;ja\nBen;soccer;60;5;31;25;50;nein\nCy;soccer;60;5;31;25;50;\n"
    ).encode("cp1252")
    records = read_records(content)
    assert records.cramp.tolist() == [True, False]
    assert records.duration.tolist() == ["1 to 2 h", "up to 1 h"]
    assert dict(records.left_out) == {"no_outcome": 1}


def test_the_export_of_a_diary_counts_with_what_was_written_before():
    from datetime import date

    chances = (0.1, 0.02, 0.3)
    diary = [
        Outcome(date(2026, 7, day), p, p / 2, p * 2, "1", "abc", cramp, "running", 60.0,
                answers={n: a for n, a in PLAN.items() if n != "athlete"})
        for day, p, cramp in zip((1, 2, 3), chances, (True, False, None), strict=True)
    ]  # fmt: skip
    content = outcomes_csv(diary, private=True)
    records = read_records(content)
    assert records.probability.tolist() == [0.1, 0.02]
    assert records.written_before
    assert (records.n_athletes, records.n_clusters) == (1, 2)
    assert records.scorecards == ("abc",)
    assert "one_athlete" in validation_of(records).reasons
    workbook = read_records(to_xlsx(outcomes_frame(diary, private=True), "Diary"))
    assert workbook.probability.tolist() == [0.1, 0.02]
    assert workbook.n_athletes == 1
    assert workbook.duration.tolist() == records.duration.tolist()
    again = read_records(content, score_again=True)
    assert not again.written_before
    assert again.probability[0] == again.probability[1] != 0.1


def test_an_optional_answer_that_cannot_be_read_costs_no_row():
    table = pd.DataFrame([PLAN, PLAN | {"sleep_h": "plenty"}])
    table = table.map(lambda v: ";".join(v) if isinstance(v, list) else v)
    records = read_records(table.assign(cramp=["yes", "no"]).to_csv(index=False).encode())
    assert records.n_sessions == 2


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"athlete,probability\nAda,0.1\n", "call it cramp"),
        (b"cramp,probability\nmaybe,0.1\n", "both an outcome"),
        (b"cramp,probability\nyes,1.1\n", "write 0 to 1"),
        (b"cramp,probability\nyes,8 %\n", "write 0 to 1"),
        (b"cramp,probability,Cramp\nyes,0.1,no\n", "Two columns"),
        (b"Krampf,probability,Outcome,sport\nyes,0.1,no,soccer\n", "krampf.*outcome"),
        (b"ID,cramp,probability,Name\n1,yes,0.1,Ada\n", "id.*name"),
    ],
)
def test_what_cannot_be_used_is_told(content, words):
    with pytest.raises(RecordsError, match=words):
        read_records(content)


@pytest.mark.parametrize("header", ["name", "Player", "ID", "code", "athlete_id"])
def test_athletes_are_known_under_every_heading(header):
    rows = "".join(f"{n % 3},no,0.1\n" for n in range(9))
    records = read_records(f"{header},cramp,probability\n{rows}".encode())
    assert records.names_athletes
    assert records.n_athletes == 3


def test_probabilities_are_read_as_people_write_them_and_blanks_are_left_out():
    content = (
        "Krämpfe;probability;duration_min\nja;0,08;1:30\nnein;0.02;90 min\n"
        "nein;;60\nnein;much;60\nnein;-0,1;60\n"
    ).encode()
    records = read_records(content)
    assert records.probability.tolist() == [0.08, 0.02]
    assert records.duration_min.tolist() == [90.0, 90.0]
    assert dict(records.left_out) == {"no_probability": 1, "probability_not_read": 2}


def test_a_duration_that_was_not_planned_is_that_of_what_was_done():
    content = (
        b"probability,cramp,duration_min,plan_duration_min\n"
        b"0.1,no,50,90\n0.1,yes,130,\n0.2,no,,\n"
    )
    records = read_records(content)
    assert records.duration.tolist() == ["1 to 2 h", "2 to 4 h", "not answered"]


def test_rows_that_the_reader_of_lists_leaves_out_are_counted():
    content = (
        "Name;Sport;Dauer (min);RPE;Alter;Temperatur (°C);Luftfeuchte (%);Krampf\n"
        "Zoë;soccer;90;7;24;25;50;ja\nBen;soccer;60;5;31;25;50;nein\n"
        "Average;;75;6;27;25;50;\n"
    ).encode()
    assert read_records(content).left_out["summaries"] == 1


def test_the_example_is_as_written_and_its_truth_lies_in_the_intervals():
    table, truth = example_season.season()
    write_csv(table, out := io.StringIO(newline=""))
    assert out.getvalue().encode() == data_file("example_season.csv").read_bytes()
    told = validate(out.getvalue().encode())
    expected = told.records.probability.sum()
    assert told.measures.ratio.low <= truth.sum() / expected <= told.measures.ratio.high
    assert told.measures.slope.low <= example_season.SLOPE <= told.measures.slope.high


def test_made_up_data_says_so_in_every_form_of_its_report():
    made_up = validate(data_file("example_season.csv").read_bytes())
    told = replace(made_up, records=replace(made_up.records, n_simulated=0))
    card = load_scorecard()
    for says, of in ((True, made_up), (False, told)):
        assert of.to_dict()["simulated"] is says
        assert ("Simulated example data" in [*validation_lines(of)]) is says
        assert ("Simulated example data" in validation_html(of, card)) is says
    own = b"Name;Simulated;Krampf;probability\nA;ja;ja;0.1\nB;;nein;0.1\n"
    assert read_records(own).n_simulated == 1
    assert read_records(own.replace(b"A;ja", b"A;nein")).n_simulated == 0


@pytest.mark.parametrize("written", ["1/10", "1 of 10", "0:10", "0.1 F", "1,500"])
def test_a_probability_is_a_plain_number_or_is_not_read(written):
    content = f"cramp;probability\nyes;{written}\nno;0,2\n".encode()
    records = read_records(content)
    assert records.probability.tolist() == [0.2]
    assert dict(records.left_out) == {"probability_not_read": 1}


@pytest.mark.parametrize(
    "chances", [[0.05], [0.05, 0.1], [0.01, 0.03, 0.08, 0.2], [0.0, 1.0]]
)
def test_probabilities_that_are_alike_are_measured_too(chances):
    random = np.random.default_rng(1)
    p = random.choice(chances, 600)
    cramp = random.random(600) < np.clip(p, 0.02, 0.98)
    records = records_of(cramp, p, np.arange(600) // 20, pd.DataFrame(index=range(600)))
    found = measures(records)
    assert sum(b.n_sessions for b in found.bins) == 600
    json.dumps(validation_of(records).to_dict(), allow_nan=False)


# ----------------------------------------------------------------------- the commands


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory):
    records, _ = season(9, n_each=20, log_odds_off=0.4)
    table = pd.DataFrame(
        {
            "athlete": records.athlete,
            "cramp": np.where(records.cramp, "yes", "no"),
            "probability": records.probability,
            "duration_min": records.duration_min,
            "sport": records.sport,
            "cramp_sessions_12mo": records.history,
        }
    )
    path = tmp_path_factory.mktemp("club") / "outcomes.csv"
    table.to_csv(path, index=False)
    return path


def invoked(*arguments):
    done = CliRunner().invoke(app, [*map(str, arguments)])
    assert done.exit_code == 0, done.output
    return done.stdout


def test_a_report_says_what_it_cannot_conclude_and_loads_nothing(outcomes, tmp_path):
    printed = invoked("validate", outcomes, "--report", tmp_path / "report.html")
    told = validate(outcomes.read_bytes())
    assert f"{told.records.n_sessions} sessions of 40 athletes" in printed
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert page.count("<svg") == 2
    assert "http" not in page.replace("http://www.w3.org/", "")
    for text in (printed, page):
        assert "No weight is changed" in text
    invoked("validate", outcomes, "--report", tmp_path / "report.pdf")
    text = " ".join(p.extract_text() for p in PdfReader(tmp_path / "report.pdf").pages)
    assert "Calibration slope" in text


def test_the_commands_give_what_the_functions_give(outcomes, tmp_path):
    figures = json.loads(invoked("validate", outcomes, "--json"))
    assert figures["ratio"]["value"] == validate(outcomes.read_bytes()).measures.ratio.value
    pd.read_csv(outcomes)[20:].to_csv(tmp_path / "b.csv", index=False)
    for file, name in ((outcomes, "a"), (tmp_path / "b.csv", "b")):
        invoked("validate", file, "--summary", tmp_path / f"{name}.json")
    printed = invoked("pool", tmp_path / "a.json", tmp_path / "b.json", "--json")
    assert "NaN" not in printed
    pooled = json.loads(printed)
    assert pooled["n_sessions"] == 2 * figures["n_sessions"] - 20
    assert "observed over expected" in invoked(
        "pool", tmp_path / "a.json", tmp_path / "b.json"
    )


def test_names_of_a_table_stand_in_nothing_that_is_written(tmp_path):
    names = ["Zaphod Secret", "=1+1", "<b>Trillian</b>", "Ford P.", "Arthur D.", "Marvin"]
    pd.DataFrame(
        {
            "athlete": names * 100,
            "day": ["2026-07-01"] * 600,
            "cramp": ["yes", *["no"] * 6] * 85 + ["no"] * 5,
            "probability": 0.1,
        }
    ).to_csv(tmp_path / "o.csv", index=False)
    printed = invoked(
        "validate", tmp_path / "o.csv", "--report", tmp_path / "r.html",
        "--summary", tmp_path / "s.json",
    )  # fmt: skip
    invoked("validate", tmp_path / "o.csv", "--report", tmp_path / "r.pdf")
    as_json = invoked("validate", tmp_path / "o.csv", "--json")
    pages = " ".join(p.extract_text() for p in PdfReader(tmp_path / "r.pdf").pages)
    written = [(tmp_path / name).read_text("utf-8") for name in ("r.html", "s.json")]
    assert json.loads(written[1])["groups"]
    for text in (printed, as_json, pages, *written):
        for said in ("Zaphod", "=1+1", "Trillian", "Ford P.", "Marvin", "2026-07"):
            assert said not in text


def test_nothing_is_written_over_the_input_or_another_result(outcomes, tmp_path):
    before = outcomes.read_bytes()
    same = tmp_path / "x.html"
    for arguments in (
        ("--summary", outcomes),
        ("--report", same, "--summary", same),
        ("--summary", "-", "--json"),
        ("--report", tmp_path / "nodir" / "x.pdf"),
    ):
        done = CliRunner().invoke(app, ["validate", str(outcomes), *map(str, arguments)])
        assert isinstance(done.exception, SystemExit)
        assert done.exit_code != 0
        assert not done.stdout
    assert outcomes.read_bytes() == before
    assert not same.exists()
