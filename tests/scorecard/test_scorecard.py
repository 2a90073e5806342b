import json
import math
import re
import tomllib

import pytest

from riskmodel import assess
from riskmodel.datasets import data_file, kept_scorecards, load_examples, read_table
from riskmodel.inputs.session import FIELDS
from riskmodel.scorecard.file import (
    is_other_version,
    known_scorecards,
    load_scorecard,
    version_of,
)
from riskmodel.scorecard.parts import ScorecardError
from riskmodel.scorecard.points import PointsCounter
from riskmodel.scorecard.rows import scorecard_of

TEXT = data_file("scorecard.toml").read_text(encoding="utf-8")
CARD = load_scorecard()
ROWS = (*CARD.factors, *CARD.named)
TRIGGERS = {f"R{n}" for n in range(1, 28)}
FORMAL = re.compile(r"10\.\d{4,9}/\S+|PMID \d+|PMC ?\d+|hdl \S+")
# Congress abstracts and some papers for which none could be verified.
JOURNAL = re.compile(r"[A-Z][\w ]+(\d{4};)?\d+(\(\d+\))?:\w+")


def changed(tmp_path, old, new, count=1):
    assert TEXT.count(old) >= 1, f"the scorecard no longer contains {old!r}"
    path = tmp_path / "mine.toml"
    path.write_text(TEXT.replace(old, new, count), encoding="utf-8")
    return path


def test_every_trigger_of_the_source_articles_is_covered():
    covered = {row for factor in ROWS for row in factor.covers}
    assert covered == TRIGGERS


def test_every_row_of_evidence_is_used_and_has_an_identifier():
    evidence = read_table("evidence.csv")
    cards = known_scorecards().values()
    rows = [row for card in cards for row in (*card.factors, *card.named)]
    used = {study for row in rows for study in row.all_evidence}
    population = data_file("reference_population.csv").read_text(encoding="utf-8")
    used |= set(re.findall(r"[a-z-]+-\d{4}-[a-z-]+", population))
    used |= {row["evidence"] for row in read_table("anchors.csv")}
    simulators = data_file("simulators.toml").read_text(encoding="utf-8")
    used |= {row["id"] for row in evidence if row["id"] in simulators}
    idle = {row["id"] for row in evidence if row["note"].endswith("Not used for a number.")}
    assert {row["id"] for row in evidence} == used | idle
    assert not used & idle
    for row in evidence:
        assert row["citation"], row["id"]
        source = row["doi_or_pmid"]
        formal = FORMAL.search(source) or JOURNAL.fullmatch(source)
        assert formal or source.startswith("no identifier: "), row["id"]
    lacking = [r["id"] for r in evidence if not FORMAL.search(r["doi_or_pmid"])]
    assert len(lacking) <= 26, lacking


def test_points_are_ten_times_the_binary_logarithm_of_the_ratio():
    for factor in ROWS:
        for entry in (*factor.knots, *factor.levels):
            assert entry.points == round(10 * math.log2(entry.ratio)), factor.name


def test_published_ratios_stand_in_the_evidence_they_cite():
    evidence = {row["id"]: row for row in read_table("evidence.csv")}
    for factor in ROWS:
        for level in factor.levels:
            if level.published is None:
                continue
            cited = [evidence[e] for e in (*level.evidence, *factor.evidence)]
            printed = {row["estimate"] for row in cited}
            printed |= {f"{1 / float(x):.2f}" for x in printed if _positive(x)}
            text = " ".join(row["note"] for row in cited)
            assert (
                any(_positive(x) and float(x) == level.published for x in printed)
                or f"{level.published:g}" in text
            ), (factor.name, level.level)


def _positive(text):
    try:
        return float(text) > 0
    except ValueError:
        return False


def test_every_curve_only_rises_or_only_falls_as_it_says():
    for factor in CARD.factors:
        if factor.kind == "list":
            continue
        field = FIELDS.get(factor.quantity)
        broad = {*field.broader.values()} if field and factor.levels else set()
        entries = [lv for lv in factor.levels if lv.level not in broad]
        points = [entry.points for entry in factor.knots or entries]
        assert points == sorted(points, reverse=factor.direction == "down"), factor.name


def test_no_answer_says_the_label_of_its_factor_again():
    for factor in CARD.factors:
        words = factor.label.lower().split()
        phrases = {" ".join(words[i : i + 3]) for i in range(len(words) - 2)}
        for level in factor.levels:
            answer = FIELDS[factor.quantity].levels[level.level].lower()
            assert not [phrase for phrase in phrases if phrase in answer], factor.label


def test_every_scored_input_reaches_a_factor_or_the_physiology():
    read = {factor.quantity for factor in CARD.factors}
    read |= {f.shift.quantity for f in CARD.factors if f.shift}
    physiology = {
        "sport", "body_mass_kg", "height_cm", "longest_recent_min", "fluid_intake_l_h",
        "drink_sodium_mg_l", "measured_sweat_rate_l_h", "clothing", "air_temperature_c",
        "relative_humidity_pct", "wind_speed_m_s", "sky", "solar_radiation_w_m2",
        "latitude_deg", "longitude_deg", "start_time", "salty_sweat",
    }  # fmt: skip
    scored = {name for name, field in FIELDS.items() if field.scored}
    assert scored <= read | physiology


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('label = "Duration"', 'label = "Duration"\ncolour = "red"', "colour"),
        ("{ at = 15, ratio = 1.07, points = 1 }", "{ at = 9, ratio = 1.07, points = 1 }",
         "rising"),
        ('{ level = "pale", ratio = 1.00, points = 0 }',
         '{ level = "pale", ratio = 0.5, points = -10 }', "below 0"),
        ('judgement = true\nevidence = []\ncovers = ["R8"]',
         'evidence = []\ncovers = ["R8"]', "no source"),
        ("points = 13 }", "points = 14 }", "log2"),
        ("published = 2.11, ratio = 1.45, points = 5",
         "published = 2.11, ratio = 2.11, points = 11", "shrunk"),
        ('"summers-2014-history"', '"my-own-idea"', "my-own-idea"),
        ('grade = "strong"', 'grade = "certain"', "certain"),
        ('quantity = "duration_min"', 'quantity = "shoe_size"', "shoe_size"),
        ('level = "usual", ratio = 1.00', 'level = "often", ratio = 1.00', "new_distance"),
        ('name = "effort"', 'name = "duration"', "twice"),
        ('kind = "levels"', 'kind = "guess"', "guess"),
        ('direction = "up"', 'direction = "sideways"', "sideways"),
        (f'version = "{CARD.version}"\n', "", "version"),
        ("limit = 10 }", "limit = 10, more = 1 }", "more"),
        ("per_unit = 0.22, ", "", "no 'per_unit'"),
        ("strong = 1.0 ", "strong = 2.0 ", "shrinks"),
        ("strong = 0.25", "strong = -0.25", "doubt"),
        ("[shrink]", "shrink = 3\n[other]", "other"),
        ('direction = "down"\nof_the_day = true', 'direction = "down"\nof_the_day = "yes"',
         "true or false"),
        ("{ at = 15, ratio = 1.07, points = 1 }", '{ at = "a", ratio = 1.07, points = 1 }',
         "number|laid out"),
        ('quantity = "soreness_0_10"', 'quantity = "latitude_deg"', "no average"),
        ("title =", "title ==", "not TOML"),
    ],
)  # fmt: skip
def test_a_broken_scorecard_is_refused_with_a_sentence(tmp_path, old, new, words):
    with pytest.raises(ScorecardError, match=words) as error:
        load_scorecard(changed(tmp_path, old, new))
    assert str(error.value).endswith(".")


WRONG = [3.5, -1, "x", "", [1], [], {}, {"1": 2}, {1: 2}, True, None, 10**400, math.nan]


def places(raw, path=()):
    """Every place of a file, in one factor of each kind."""
    if path:
        yield path
    if isinstance(raw, dict):
        for key, value in raw.items():
            yield from places(value, (*path, key))
    elif isinstance(raw, list) and raw and isinstance(raw[0], dict):
        for kind in dict.fromkeys(row.get("kind") for row in raw):
            index = next(i for i, row in enumerate(raw) if row.get("kind") == kind)
            yield from places(raw[index], (*path, index))


def replaced(raw, path, value):
    """The same file with another value in one place."""
    if not path:
        return value
    copy = list(raw) if isinstance(raw, list) else dict(raw)
    copy[path[0]] = replaced(raw[path[0]], path[1:], value)
    return copy


def refusal(raw):
    """Why a scorecard cannot be used, or None where it counts points."""
    try:
        card = scorecard_of(raw)
    except ScorecardError as error:
        return str(error)
    counted = assess(load_examples()["Marathon"], card).total_points
    return None if math.isfinite(counted) else "no points"


def test_whatever_stands_in_a_place_is_used_or_refused_with_a_sentence():
    raw = tomllib.loads(TEXT)
    refused = 0
    for path in places(raw):
        for wrong in WRONG:
            why = refusal(replaced(raw, path, wrong))
            assert why is None or why.endswith("."), (path, wrong)
            refused += why is not None
    assert refused > 500


@pytest.mark.parametrize("key", [1, None, ("a",), 2.5])
def test_a_key_that_is_no_text_is_refused_with_a_sentence(key):
    raw = tomllib.loads(TEXT)
    for path in [(), ("factor", 0), ("factor", 0, "knots", 0), ("shrink",)]:
        inner = raw
        for step in path:
            inner = inner[step]
        with pytest.raises(ScorecardError, match=r"unknown key|table of numbers"):
            scorecard_of(replaced(raw, path, {**inner, key: 1, "other": 2}))


def test_a_factor_that_is_not_there_is_named():
    with pytest.raises(KeyError, match="no factor 'shoes'"):
        CARD["shoes"]
    raw = tomllib.loads(TEXT)
    named = [row for row in raw["factor"] if row["kind"] == "named"]
    for rows in ([], named):
        with pytest.raises(ScorecardError, match="no factor that counts"):
            scorecard_of({**raw, "factor": rows})


HISTORY = [("never", 0), ("earlier", 10), ("0", 2), ("1-2", 15), ("3-5", 22), ("6+", 28)]


def with_history(rows):
    """The scorecard with other levels of the cramp history."""
    raw = tomllib.loads(TEXT)
    (factor,) = (row for row in raw["factor"] if row["name"] == "history")
    factor["levels"] = [
        {"level": level, "ratio": 2 ** (points / 10), "points": points}
        for level, points in rows
    ]
    return raw


def history_points(card):
    marathon = load_examples()["Marathon"]
    answers = [{**marathon, "cramp_sessions_12mo": level} for level, _ in HISTORY]
    found = [assess(answer, card).contributions for answer in answers]
    return [next(c.points for c in cs if c.factor == "history") for cs in found]


def test_a_narrower_answer_has_its_own_points_or_those_of_the_broader_one():
    card = scorecard_of(with_history(HISTORY))
    assert history_points(card) == [points for _, points in HISTORY]
    only_broad = [("0", 0), *HISTORY[3:]]
    assert history_points(scorecard_of(with_history(only_broad))) == [0, 0, 0, 15, 22, 28]
    without_earlier = [HISTORY[0], *HISTORY[2:]]
    assert history_points(scorecard_of(with_history(without_earlier))) == [
        0,
        2,
        2,
        15,
        22,
        28,
    ]
    own = {level.level: level.points for level in CARD["history"].levels}
    assert history_points(CARD) == [own[level] for level, _ in HISTORY]
    # By hand: 0.6914 * 0 + 0.1186 * 10 + 0.11 * 15 + 0.05 * 22 + 0.03 * 28 = 4.776.
    assert PointsCounter(card).unknown_points["history"] == 5


@pytest.mark.parametrize("left_out", [["0"], ["1-2"], ["0", "earlier"], ["earlier", "6+"]])
def test_a_card_without_a_broader_answer_is_refused_with_a_sentence(left_out):
    rows = [row for row in HISTORY if row[0] not in left_out]
    with pytest.raises(ScorecardError, match="never and earlier may be left out") as error:
        scorecard_of(with_history(rows))
    assert str(error.value).count(".") == 1


def test_any_factor_can_be_left_out():
    raw = tomllib.loads(TEXT)
    marathon = load_examples()["Marathon"]
    whole = {c.factor: c.points for c in assess(marathon).contributions}
    for i, row in enumerate(raw["factor"]):
        card = scorecard_of({**raw, "factor": raw["factor"][:i] + raw["factor"][i + 1 :]})
        answer = assess(marathon, card)
        assert answer.total_points == sum(whole.values()) - whole.get(row["name"], 0.0)
        assert math.isnan(answer.probability)


@pytest.mark.parametrize("name", ["nowhere.toml", "2025.9", ""])
def test_what_is_neither_file_nor_version_is_refused_with_a_sentence(tmp_path, name):
    with pytest.raises(ScorecardError) as told:
        load_scorecard(f"{tmp_path}/nothing/{name}")
    assert name in str(told.value)
    assert all(version in str(told.value) for version in known_scorecards())


def test_a_scorecard_that_is_kept_is_the_file_of_its_version(tmp_path, monkeypatch):
    for version, path in kept_scorecards().items():
        card = load_scorecard(version)
        assert (card.version, card) == (version, load_scorecard(path))
    # A file of that name is meant only where it is written as a path.
    monkeypatch.chdir(tmp_path)
    changed(tmp_path, 'version = "', 'version = "of-mine-').rename("2026.1")
    assert load_scorecard("2026.1").version == "2026.1"
    assert load_scorecard("./2026.1").version.startswith("of-mine")


def test_a_fingerprint_leads_to_its_version():
    for card in known_scorecards().values():
        assert load_scorecard(version_of(card.fingerprint)).fingerprint == card.fingerprint
    assert version_of("nobody's") == ""


def test_what_notes_no_version_is_as_old_as_the_oldest_scorecard():
    oldest, *later = known_scorecards()
    assert not is_other_version("", oldest)
    assert all(is_other_version("", version) for version in (*later, "2999.1"))
    assert not is_other_version("2999.1", "2999.1")
    assert is_other_version("2999.1", oldest)


def test_a_version_names_one_scorecard():
    kept = {version: load_scorecard(path) for version, path in kept_scorecards().items()}
    assert kept.get(CARD.version, CARD).fingerprint == CARD.fingerprint
    assert list(known_scorecards())[-1] == CARD.version
    assert kept["2026.1"].fingerprint == "e68e978dfb2f"


def test_the_fingerprint_changes_with_a_weight_and_not_with_words(tmp_path):
    same = load_scorecard(changed(tmp_path, "# The scorecard:", "# My scorecard:"))
    assert same.fingerprint == CARD.fingerprint
    reworded = load_scorecard(changed(tmp_path, "Time is exposure", "Time counts"))
    assert reworded.fingerprint == CARD.fingerprint
    other = changed(
        tmp_path,
        '{ level = "no", ratio = 1.07, points = 1 }',
        '{ level = "no", ratio = 1.15, points = 2 }',
    )
    assert load_scorecard(other).fingerprint != CARD.fingerprint


def test_the_weights_are_those_that_were_frozen():
    readme = data_file("README.md").read_text(encoding="utf-8")
    assert f"fingerprint `{CARD.fingerprint}`" in readme


def test_a_card_that_only_adds_changes_no_number_of_the_one_before():
    cards = known_scorecards()
    adding = [card for card in cards.values() if card.adds_to]
    assert CARD in adding
    for card in adding:
        before = cards[card.adds_to]
        for old in before.factors:
            new, weights = card[old.name], ("quantity", "cap", "shift", "only_if", "knots")
            assert all(getattr(new, n) == getattr(old, n) for n in weights), old.name
            since = FIELDS[old.quantity].since if old.quantity in FIELDS else {}
            points = [
                {row.level: row.points for row in factor.levels if row.level not in since}
                for factor in (old, new)
            ]
            assert points[0] == points[1], old.name
            assert {row.level for row in old.levels} == {row.level for row in new.levels}
        added = [f for f in card.factors if f not in before.factors and f.largest]
        names = {factor.name for factor in before.factors}
        assert {factor.name for factor in added} <= names
        raw = [calibration_text(version) for version in (card.adds_to, card.version)]
        new_rows = {f.name for f in card.factors} - names
        assert {raw[1]["typical_points"].pop(name) for name in new_rows} == {0.0}
        for calibration in raw:
            del calibration["made"]
        assert raw[0] == raw[1]


def calibration_text(version):
    kept = kept_scorecards()
    path = (
        kept[version].with_suffix(".calibration.json")
        if version in kept
        else data_file("calibration.json")
    )
    return json.loads(path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("field", [f for f in FIELDS.values() if f.since])
def test_an_item_newer_than_a_card_counts_nothing_with_it(field):
    old, marathon = load_scorecard("2027.1"), load_examples()["Marathon"]
    (factor,) = (f for f in old.factors if f.quantity == field.name)
    for item, version in field.since.items():
        assert version in known_scorecards()
        answer = assess({**marathon, field.name: [item]}, old)
        points = {c.factor: c.points for c in answer.contributions}
        assert points[factor.name] == 0.0
        with pytest.raises(ScorecardError, match="may be left out"):
            scorecard_of(without_item(tomllib.loads(TEXT), factor.name, -1))


def without_item(raw, name, place):
    """The card without an item that was always there."""
    row = next(row for row in raw["factor"] if row["name"] == name)
    del row["levels"][place]
    return raw


def with_step(name, step):
    """The scorecard with the first two knots of a curve that differ so far apart."""
    raw = tomllib.loads(TEXT)
    (factor,) = (row for row in raw["factor"] if row["name"] == name)
    knots = factor["knots"]
    place = next(i for i in range(len(knots)) if knots[i]["points"] != knots[0]["points"])
    after = knots[place]["at"]
    knots[place - 1]["at"] = after - step if step else math.nextafter(after, -math.inf)
    return raw


@pytest.mark.parametrize("name", [f.name for f in CARD.factors if f.knots and f.largest])
def test_knots_whose_points_no_float_can_count_are_refused(name):
    for step in (0.0, 1e-12, 1e13, 1e300):
        raw = with_step(name, step)
        why = refusal(raw)
        assert "not exact" in why or "a number of up to 1e+12" in why
    card = scorecard_of(with_step(name, 0.1))
    for session in load_examples().values():
        for part in assess(session, card).contributions:
            assert 0 <= part.points <= card[part.factor].largest


def test_a_knot_at_the_smallest_number_is_refused():
    raw = tomllib.loads(TEXT)
    (factor,) = (row for row in raw["factor"] if row["name"] == "duration")
    rise = {"ratio": 2.0, "points": 10}
    factor["knots"] = [{"at": 0.0, "ratio": 1.0, "points": 0}, {"at": 1e-320, **rise}]
    factor["departure"] = "Tried."
    assert "so close together" in refusal(raw)
