# ruff: noqa: E501 (words and rows of exports are as long as they are)
"""Which sport a word means, what is not known of it, and what is no training."""

from collections import defaultdict
from datetime import date

import pandas as pd
import pytest

from riskmodel.inputs.date_words import date_words
from riskmodel.inputs.fields import FIELDS
from riskmodel.inputs.tables import folded
from riskmodel.training.activities import unknown_activities
from riskmodel.training.dates import dates
from riskmodel.training.derive import derive
from riskmodel.training.loads import daily, hardness, session_loads
from riskmodel.training.log_file import read_log
from riskmodel.training.words import (
    NOT_TRAINING,
    activity_key,
    activity_words,
    fit_activity,
    is_no_session,
    is_training,
    sport_of,
    table,
)
from tests.training.test_training import answer, own

ON = date(2026, 6, 29)
DAYS = [f"2026-{day:%m-%d}" for day in pd.date_range("2026-05-18", "2026-06-28", freq="2D")]
SPORTS = [sport for sport in FIELDS["sport"].levels if sport != "other"]


def log_of_words(*words, minutes=60, days=DAYS, **options):
    """A session of each word in turn, on every second day."""
    rows = [f"{day},{minutes},{words[n % len(words)]}" for n, day in enumerate(days)]
    return own("\n".join(["day,min,what", *rows]) + "\n", **options)


def longest(log, sport="running", on=ON, **options):
    return answer(log, "longest_recent_min", on, sport, **options)


# --------------------------------------------------------------------------- the words


@pytest.mark.parametrize(
    ("sport", "words"),
    {
        "running": "Løb, Løping, Löpning, Juoksu, Bieganie, Běh, Corrida, Carrera, Corsa, Course à pied, Laufen, Hardlopen, ランニング, ラン, TrailRun, RUNNING_TREADMILL, HKWorkoutActivityTypeRunning, EXERCISE_TYPE_RUNNING, Indoor Run, Terrengløp, Juoksumatto, LØB",
        "cycling": "Cykling, Sykling, Pyöräily, Kolarstwo, Jazda na rowerze, Cyklistika, Jízda na kole, Ciclismo, Vélo, Radfahren, Fietsen, サイクリング, Spin, EBikeRide, HKWorkoutActivityTypeCycling, EXERCISE_TYPE_BIKING_STATIONARY, BIKING_ROAD, Mtn Bike",
        "swimming": "Svømning, Svømming, Bassengsvømming, Simning, Uinti, Pływanie, Plavání, Natação, Natación, Nuoto, Natation, Schwimmen, Zwemmen, 水泳, スイム, EXERCISE_TYPE_SWIMMING_OPEN_WATER, Openwater swimming",
        "walking": "Gåtur, Promenad, Kävely, Spacer, Chůze, Caminhada, Caminata, Camminata, Marche, Gehen, Wandelen, ウォーキング, Nordic walking, Dog Walking",
        "hiking": "Vandring, Fottur, Vaellus, Turistika, Senderismo, Randonnée, Wandern, ハイキング, 登山, Hiking / Rucking, HKWorkoutActivityTypeHiking",
        "rowing": "Roning, Roing, Rodd, Soutu, Wioślarstwo, Veslování, Remo, Canottaggio, Aviron, Rudern, Roeien, ローイング, Rowing Machine",
        "gym_strength": "Styrketræning, Styrketrening, Styrketräning, Voimaharjoittelu, Trening siłowy, Posilování, Musculação, 筋トレ, HKWorkoutActivityTypeTraditionalStrengthTraining",
        "soccer": "Fodbold, Fotball, Fotboll, Jalkapallo, Piłka nożna, Fotbal, Futebol, サッカー",
        "triathlon": "Triathlon, SwimBikeRun, Duathlon, Free multisport, トライアスロン",
        "other": "Běh na lyžích, Skiløb, Langrenn, Längdskidåkning, Yoga, ヨガ, Nordic Ski",
    }.items(),
    ids=lambda value: value if " " not in value else "",
)  # fmt: skip
def test_the_words_of_many_languages_and_programs_are_known(sport, words):
    for word in words.split(", "):
        assert (sport_of(word), is_training(word)) == (sport, True), word


@pytest.mark.parametrize(
    ("word", "sport"),
    [
        ("Rower", ""),  # a bicycle in Polish, a machine in English
        ("Rower szosowy", "cycling"),
        ("Indoor Rower", "rowing"),
        ("Track", ""),  # of a stadium or a velodrome
        ("HKWorkoutActivityTypePaddleSports", ""),  # standing boards too
        ("Water sports", ""),
        ("Team sports", ""),
        ("Chód sportowy", "walking"),
        ("Obstacle run", "running"),
        ("Futsal", "soccer"),
        ("Beach volleyball", "volleyball"),
        ("Classic XC skiing", "other"),
        ("XC_SKIING_FREESTYLE", "other"),
    ],
)
def test_a_word_that_names_two_sports_is_open_and_a_closer_one_is_not(word, sport):
    assert (sport_of(word), is_training(word)) == (sport, True)


def test_no_word_means_two_things():
    meanings = defaultdict(set)
    lists = {
        **table()["sports"],
        NOT_TRAINING: table()["not_training"]["words"],
        "any": table()["unspecific"]["words"],
        "day off": table()["no_session"]["words"],
    }
    for meaning, words in lists.items():
        assert len(set(words)) == len(words), meaning
        for word in words:
            assert activity_key(word), word
            meanings[activity_key(word)].add(meaning)
    assert {word: both for word, both in meanings.items() if len(both) > 1} == {}
    assert all(
        set(table()["mixed"][m]) < set(FIELDS["sport"].levels) for m in table()["mixed"]
    )


def test_no_month_is_two():
    numbers = defaultdict(set)
    for number, words in date_words()["months"].items():
        for word in words:
            numbers[folded(word)].add(number)
    assert {word: both for word, both in numbers.items() if len(both) > 1} == {}
    cells = pd.Series(["12 września 2026", "12 kesäkuuta 2026", "12 září 2026"])
    assert dates(cells, "When")[0]["moment"].dt.month.tolist() == [9, 6, 9]


@pytest.mark.parametrize(
    ("words", "kept"),
    [
        ("Løb, LØB, løb", True), ("Lob", True), ("Piłka nożna", True), ("ラン", True),
        ("ハイキング, ハイキンク", False), ("Бег, БЕГ", True), ("달리기", True), ("وشو", True),
    ],
)  # fmt: skip
def test_letters_of_every_script_are_compared(words, kept):
    keys = {folded(word) for word in words.split(", ")}
    assert all(keys)
    assert (len(keys) == 1) is kept
    assert folded("Løb") != folded("Lob") != folded("Lb")


def test_what_was_folded_before_is_folded_as_before():
    assert folded("  Größe (cm)! ") == "grosse cm"
    assert folded("T° (℃)") == "t c"
    assert folded("Ärzte & Søn — 50 %") == "arzte søn 50"
    assert folded("---") == folded("") == ""


def test_every_sport_of_the_fit_profile_has_a_meaning():
    profile = pytest.importorskip("fitdecode.profile").FIELD_TYPES
    known = activity_words()
    sports, subs = (list(profile[name].enum.values()) for name in ("sport", "sub_sport"))
    assert [sport for sport in sports if activity_key(sport) not in known] == []
    for sub in subs:
        word = next(w for w, listed in table()["fit_sub_sports"].items() if sub in listed)
        assert activity_key(word) in known, sub
        for vague in ("generic", "training", "fitness_equipment", None):
            assert activity_key(fit_activity(vague, sub)) in {*known, ""}


@pytest.mark.parametrize(
    ("sport", "sub", "meaning", "training"),
    [
        ("running", "treadmill", "running", True),
        ("fitness_equipment", "treadmill", "running", True),
        ("fitness_equipment", "elliptical", "other", True),
        ("training", "strength_training", "gym_strength", True),
        ("training", "cardio_training", "", True),
        ("training", "breathing", "other", False),
        ("generic", "generic", "", True),
        ("cycling", "commuting", "cycling", True),
        ("generic", "commuting", "", True),
        ("multisport", "triathlon", "triathlon", True),
        ("driving", "generic", "other", False),
        ("flying", "fly_vfr", "other", False),
        (231, 99, "", True),
        (None, None, "", True),
    ],
)
def test_a_sub_sport_says_what_a_vague_sport_does_not(sport, sub, meaning, training):
    word = fit_activity(sport, sub)
    assert (sport_of(word), is_training(word)) == (meaning, training)


# ------------------------------------------------------------- unknown is open, never 0


@pytest.mark.parametrize(
    "word",
    ["Quidditch", "Workout", "Other", "Cardio", "その他", "", "Træning", "Race", "?"],
)
@pytest.mark.parametrize("sport", ["running", "cycling", "walking", "triathlon", "soccer"])
def test_a_sport_that_the_log_does_not_say_is_never_none(word, sport):
    found = longest(log_of_words(word), sport)
    assert found.value is None
    details = dict(found.findings[0].details)
    assert found.findings[0].kind == "sport_open"
    assert details["sessions"] == 14
    assert details["named"] == (f"{word or 'none named'} (14)",)


def test_a_log_without_sports_says_nothing_of_one():
    text = "day,min\n" + "".join(f"{day},60\n" for day in DAYS)
    found = longest(own(text))
    assert found.value is None
    assert dict(found.findings[0].details)["sessions"] == 14
    assert answer(own(text), "sessions_per_week", ON).value == 3.5


@pytest.mark.parametrize("sport", ["running", "cycling", "swimming"])
def test_a_triathlon_may_hold_a_part_of_each_of_its_sports(sport):
    other = "Walk" if sport != "walking" else "Run"
    log = log_of_words(other, "Triathlon")
    assert longest(log, sport).value is None
    assert longest(log, "triathlon").value == 60
    for unlike in ("rowing", "soccer", "gym_strength"):
        assert longest(log, unlike).value == 0


def test_every_session_known_and_another_one_is_none_of_the_sport():
    log = log_of_words("Pool Swim", "Yoga", "Weight Training", "Badminton", "Walk")
    found = longest(log)
    assert (found.value, found.findings[0].kind) == (0, "none_similar")
    assert longest(log, "hiking").value == 0


def sessions(*rows):
    return own("day,min,what\n" + "".join(f"{day},{n},{w}\n" for day, n, w in rows))


EARLY = ("2026-05-01", 20, "Elliptical")
LATE = ("2026-06-27", 20, "Elliptical")


def test_the_longest_is_told_only_if_no_unclear_session_was_longer():
    run, unclear = ("2026-06-20", 90, "Run"), ("2026-06-22", 90, "Workout")
    found = longest(sessions(EARLY, LATE, run, unclear))
    assert found.value == 90  # as long at most, so that the longest is known all the same
    longer = longest(sessions(EARLY, LATE, run, ("2026-06-22", 91, "Workout")))
    assert longer.value is None
    assert longer.findings[0].kind == "sport_open_longer"
    assert dict(longer.findings[0].details)["minutes"] == 90
    assert "The longest known is 1 h 30 on 20 Jun." in longer.reason
    past = longest(sessions(EARLY, LATE, ("2026-05-20", 300, "Workout"), run))
    assert past.value == 90  # more than four weeks ago
    race = longest(sessions(EARLY, LATE, run, ("2026-06-14", 310, "Triathlon")))
    assert race.value is None


def test_one_of_more_than_a_day_may_be_the_longest_too():
    log = sessions(
        EARLY, LATE, ("2026-06-20", 90, "Run"), ("2026-06-22", 2000, "Quidditch")
    )
    assert longest(log).value is None


@pytest.mark.parametrize("sport", [s for s in SPORTS if s not in ("work", "standing")])
def test_an_unknown_session_more_never_makes_an_answer_of_an_open_one(sport):
    """A longest that stands beside an unknown longer session is open, whatever the sport."""
    level = FIELDS["sport"].levels[sport]
    known = [("2026-06-10", 50, sport), ("2026-06-12", 70, sport)]
    assert longest(sessions(EARLY, LATE, *known), sport).value == 70, level
    assert (
        longest(sessions(EARLY, LATE, *known, ("2026-06-14", 80, "Xyz")), sport).value
        is None
    )
    assert longest(sessions(EARLY, LATE, ("2026-06-14", 80, "Xyz")), sport).value is None


# ------------------------------------------------------------------- what a reader says


def test_what_a_reader_says_of_a_word_goes_first():
    log = log_of_words("Quidditch", "quidditch", "Workout")
    assert unknown_activities(log) == {"Quidditch": 14, "Workout": 7}
    said = log_of_words(
        "Quidditch", "quidditch", "Workout", activities={"QUIDDITCH": "running"}
    )
    assert unknown_activities(said) == {"Workout": 7}
    assert longest(said).value == 60
    none = log_of_words("Quidditch", activities={"Quidditch": "other"})
    assert longest(none).value == 0
    idle = log_of_words("Run", "Quidditch", activities={"Quidditch": NOT_TRAINING})
    assert answer(idle, "sessions_per_week", ON).value == 1.8
    again = log_of_words("Yoga", activities={"yoga": "running"})
    assert longest(again).value == 60


def test_sessions_without_a_word_can_be_said_too():
    log = log_of_words("")
    assert unknown_activities(log) == {"": 21}
    assert longest(log_of_words("", activities={"": "running"})).value == 60


def test_a_meaning_that_is_none_is_refused():
    with pytest.raises(ValueError, match=r"'jogging'; allowed is one of .*not_training"):
        log_of_words("Quidditch", activities={"Quidditch": "jogging"})


def test_the_distance_of_a_swim_follows_from_what_its_word_is_said_to_mean():
    text = b"Activity Type,Date,Title,Distance,Calories,Time\nSchwumm,2026-06-01 07:00:00,x,1500,1,0:30:00\n"
    log = read_log(text, activities={"Schwumm": "swimming"})
    assert log.sessions["sport"].tolist() == ["swimming"]
    assert log.sessions["distance_m"].tolist() == [1500]


# -------------------------------------------------------------------- what is no training


IDLE = "Breathwork, Meditation, Nap, Sauna, Yard Work, Driving, Mobility, 瞑想, EXERCISE_TYPE_GUIDED_BREATHING, HKWorkoutActivityTypeMindAndBody, Transition, Stretching"


@pytest.mark.parametrize("word", IDLE.split(", "))
def test_what_is_no_training_changes_no_answer(word):
    runs = [(day, 50, "Run") for day in DAYS[::2]] + [("2026-06-28", 50, "Run")]
    rest = pd.date_range("2026-05-18", "2026-06-28")
    naps = [(f"{day:%Y-%m-%d}", 600, word) for day in rest]
    alone, both = sessions(*runs), sessions(*runs, *naps)
    plain, with_naps = (
        {d.name: d.value for d in derive(log, on=ON, sport="running")}
        for log in (alone, both)
    )
    assert plain == with_naps
    assert plain["rest_days_7d"] > 0
    note = next(n for n in both.report.notes if n.kind == "not_training")
    assert dict(note.details) == {"sessions": 42, "named": (f"{word} (42)",)}
    counted = {
        d.name: d.value
        for d in derive(both, on=ON, sport="running", not_training_counts=True)
    }
    assert (counted["rest_days_7d"], counted["longest_recent_min"]) == (0, 50)
    assert daily(alone)["load"].tolist() == daily(both)["load"].tolist()


@pytest.mark.parametrize(
    "word",
    [
        "Nickerchen",
        "Mittagsschlaf",
        "Sieste",
        "siesta",
        "Dutje",
        "Päiväunet",
        "Tupplur",
        "Middagslur",
        "Drzemka",
        "Pisolino",
        "Soneca",
        "Power nap",
    ],
)
def test_a_nap_is_a_nap_in_many_languages(word):
    assert not is_training(word)


def test_yoga_a_walk_with_the_dog_and_the_way_to_work_by_bicycle_are_training():
    for word in ("Yoga", "Dog Walking", "Bike Commuting"):
        assert is_training(word)
        assert sport_of(word)


def test_a_log_of_naps_alone_answers_nothing():
    log = log_of_words("Nap")
    found = derive(log, on=ON, sport="running")
    assert {d.findings[0].kind for d in found} == {"nothing_before"}


def test_a_nap_shows_that_the_log_was_kept():
    runs = [(day, 50, "Run") for day in DAYS[:-1]]
    log = sessions(*runs, ("2026-06-28", 20, "Nap"))
    assert answer(sessions(*runs), "rest_days_7d", ON).value is None
    assert answer(log, "rest_days_7d", ON).value == 5


@pytest.mark.parametrize("word", ["Rest day", "Rustdag", "Ruhetag", "休養", "Lepopäivä"])
def test_a_day_of_rest_is_no_row_in_doubt(word):
    assert is_no_session(word)
    runs = [(day, 50, "Run") for day in DAYS] + [("2026-06-28", 50, "Run")]
    log = sessions(*runs, ("2026-06-25", "", word))
    assert answer(log, "rest_days_7d", ON).value == 3


# ----------------------------------------------------------------------------- the load


def test_the_load_of_an_unknown_sport_is_an_estimate_and_its_hardness_open():
    rows = pd.DataFrame({"sport": ["", "other", "running"], "duration_min": [60.0] * 3})
    loads = session_loads(rows.assign(session_rpe=[None, None, 6]))
    assert loads["load"].tolist() == [240, 240, 360]
    assert loads["estimated"].tolist() == [True, True, False]
    text = "day,min,what,avg,max\n" + "".join(
        f"{day},60,{{}},{100 if n % 2 else 180},{110 if n % 2 else 190}\n"
        for n, day in enumerate(DAYS)
    )
    assert not pd.isna(hardness(own(text.format(*["Run"] * 21)).sessions)).any()
    assert pd.isna(hardness(own(text.format(*["Workout"] * 21)).sessions)).all()


def test_a_list_of_garmin_in_other_languages_is_read():
    lists = {
        "Aktivitetstype,Dato,Favorit,Titel,Distance,Kalorier,Tid,Gennemsnitlig puls,Maks. puls\nLøb,2026-06-06 08:00:00,false,x,10.0,600,00:53:00,160,178\n": 53,
        "アクティビティタイプ,日付,お気に入り,タイトル,距離,カロリー,タイム,平均心拍数,最大心拍数\nラン,2026-06-06 08:00:00,false,x,10.0,600,00:52:00,160,178\n": 52,
        "Typ aktywności,Data,Ulubiony,Tytuł,Dystans,Suma kalorii,Czas,Średnie tętno,Maksymalne tętno\nBieganie,2026-06-06 08:00:00,false,x,10.0,600,00:51:00,160,178\n": 51,
        "Aktivitetstype,Dato,Favoritt,Tittel,Distanse,Totale kalorier,Tid,Gjennomsnittlig puls,Makspuls\nLøping,2026-06-06 08:00:00,false,x,10.0,600,00:50:00,160,178\n": 50,
        "Tipo de atividade,Data,Favorito,Título,Distância,Calorias,Tempo total,FC Média,FC máxima\nCorrida,2026-06-06 08:00:00,false,x,10.0,600,00:49:00,160,178\n": 49,
        "Tipo di attività,Data,Preferita,Titolo,Distanza,Calorie,Tempo,FC Media,FC max\nCorsa,2026-06-06 08:00:00,false,x,10.0,600,00:48:00,160,178\n": 48,
    }  # fmt: skip
    for text, minutes in lists.items():
        (row,) = read_log(text.encode()).sessions.to_dict("records")
        assert (row["sport"], row["duration_min"]) == ("running", minutes), text
        assert (row["average_heart_rate_bpm"], row["distance_m"]) == (160, 10_000)


def test_a_word_without_letters_is_a_word():
    runner, bicycle = "\N{RUNNER}", "\N{BICYCLIST}"
    keys = {activity_key(word) for word in (runner, bicycle, "+++", "\N{SWIMMER} ", "")}
    assert len(keys) == 5
    assert {activity_key(blank) for blank in ("", " ", "--", "\N{EM DASH}", "?")} == {""}
    text = (
        f"day,min,what\n2026-06-01,60,{runner}\n2026-06-02,50,{bicycle}\n2026-06-03,40,\n"
    )
    assert dict(unknown_activities(own(text))) == {runner: 1, bicycle: 1, "": 1}
    log = own(text, activities={runner: "running"})
    assert log.sessions["sport"].tolist() == ["running", "", ""]
    log = own(text, activities={"": "running"})
    assert log.sessions["sport"].tolist() == ["", "", "running"]


def test_the_planned_sport_is_said_as_in_a_session():
    columns = {"When": "start", "Minutes": "duration_min", "Type": "sport"}
    log = read_log(
        b"When,Minutes,Type\n2026-06-01,60,Run\n2026-06-03,60,Run\n", columns=columns
    )
    plain = derive(log, on=date(2026, 6, 8), sport="running")
    assert derive(log, on=date(2026, 6, 8), sport="Trail running") == plain
    for word, sentence in (("football", "Soccer or American football"), ("x", "allowed")):
        with pytest.raises(ValueError, match=sentence):
            derive(log, on=date(2026, 6, 8), sport=word)
