import io
import json

import pandas as pd
import pytest
from typer.main import get_command
from typer.testing import CliRunner

import riskmodel
from riskmodel import assess, assess_frame, explain_outcome, load_scorecard
from riskmodel.cli import app
from riskmodel.datasets import data_file, kept_scorecards, load_examples
from riskmodel.inputs.session import FIELDS
from riskmodel.reporting.differences import difference_sentences
from riskmodel.reporting.outcome import explanation_lines
from riskmodel.reporting.scorecard_changes import NOTHING
from riskmodel.reporting.words import HEAT_IN_WATER, total_text
from tests import CHECKOUT

CARD_2026 = load_scorecard("2026.1")

MARATHON = load_examples()["Marathon"]


def run(*arguments, text=None):
    return CliRunner().invoke(app, [str(a) for a in arguments], input=text)


@pytest.fixture
def marathon(tmp_path):
    path = tmp_path / "marathon.json"
    path.write_text(json.dumps(MARATHON), encoding="utf-8")
    return path


def squad(path, rows, **options):
    frame = pd.DataFrame(rows)
    for column in ("medications", "conditions"):
        if column in frame:
            frame[column] = frame[column].map(
                lambda v: ";".join(v) if isinstance(v, list) else v
            )
    frame.to_csv(path, index=False, **options)
    return path


def test_assess_prints_the_total_and_the_reasons(marathon):
    done = run("assess", marathon)
    assert done.exit_code == 0
    answer = assess(MARATHON)
    assert total_text(answer.total_points) in " ".join(done.stdout.split())
    for c in answer.contributions:
        assert c.label.lower() in done.stdout.lower().replace("\n    ", " ")


def test_assess_says_of_a_swim_that_its_heat_is_open(tmp_path):
    swim = {"sport": "Swimming", "duration_min": 60, "session_rpe": 6, "age_years": 30}
    (tmp_path / "swim.json").write_text(json.dumps(swim), encoding="utf-8")
    done = run("assess", tmp_path / "swim.json")
    assert done.exit_code == 0
    assert HEAT_IN_WATER in " ".join(done.stdout.split())
    assert "WBGT, wet-bulb" not in done.stdout
    read = json.loads(run("assess", tmp_path / "swim.json", "--json").stdout)
    assert read["physiology"]["wbgt_c"] is None


def test_assess_json_equals_the_python_answer_and_reads_standard_input(marathon):
    from_file = run("assess", marathon, "--json")
    from_stdin = run("assess", "-", "--json", text=marathon.read_text())
    expected = json.loads(json.dumps(assess(MARATHON).to_dict()))
    assert json.loads(from_file.stdout) == expected
    assert json.loads(from_stdin.stdout) == expected


@pytest.mark.parametrize(
    ("text", "code", "words"),
    [
        ('{"sport": "running"}', 1, "duration_min"),
        ("not json", 2, "not JSON"),
        ("[1]", 2, "one JSON object"),
        ('{"shoe_size": 43}', 2, "shoe_size"),
    ],
)
def test_assess_says_what_is_wrong_and_ends_with_a_code(text, code, words):
    done = run("assess", "-", text=text)
    assert done.exit_code == code
    assert words in done.stderr
    assert "Traceback" not in done.output


def test_assess_json_of_a_bad_session_is_still_json():
    done = run("assess", "-", "--json", text='{"sport": "running"}')
    assert done.exit_code == 1
    parsed = json.loads(done.stdout)
    assert parsed["total_points"] is None
    assert len(parsed["problems"]) == 5


def test_files_that_are_not_there_or_not_text_get_a_sentence(tmp_path):
    missing = run("assess", tmp_path / "none.json")
    assert (missing.exit_code, "none.json" in missing.stderr) == (2, True)
    odd = tmp_path / "odd.csv"
    odd.write_bytes("sport\nhockey på is\n".encode("latin-1"))
    mixed = tmp_path / "mixed.csv"
    mixed.write_bytes(odd.read_bytes() * 3000 + b"\x81\n")
    done = run("batch", mixed, tmp_path / "out.csv")
    assert (done.exit_code, "UTF-8" in done.stderr) == (2, True)
    assert not (tmp_path / "out.csv").exists()
    (tmp_path / "empty.csv").touch()
    assert run("batch", tmp_path / "empty.csv", tmp_path / "out.csv").exit_code == 2
    assert sorted(p.name for p in tmp_path.iterdir()) == [
        "empty.csv",
        "mixed.csv",
        "odd.csv",
    ]


def test_batch_keeps_every_row_and_equals_the_frame(tmp_path):
    rows = [*load_examples().values(), {**MARATHON, "age_years": 999}]
    source = squad(tmp_path / "in.csv", rows)
    done = run("batch", source, tmp_path / "out.csv")
    assert done.exit_code == 0
    assert "7 sessions read, 6 scored, 1 without a score" in done.stderr
    out = pd.read_csv(tmp_path / "out.csv")
    expected = assess_frame(pd.DataFrame(rows))
    assert out["total_points"].tolist()[:6] == expected["total_points"].tolist()[:6]
    assert pd.isna(out["total_points"][6])
    assert "age_years" in out["problems"][6]
    assert out["athlete"].tolist() == [row["athlete"] for row in rows]


def test_batch_in_pieces_equals_batch_at_once(tmp_path, monkeypatch):
    rows = [*load_examples().values()] * 3
    source = squad(tmp_path / "in.csv", rows)
    run("batch", source, tmp_path / "whole.csv")
    monkeypatch.setattr("riskmodel.cli.batch_pieces.ROWS_AT_ONCE", 4)
    run("batch", source, tmp_path / "pieces.csv")
    whole = pd.read_csv(tmp_path / "whole.csv")
    pieces = pd.read_csv(tmp_path / "pieces.csv")
    pd.testing.assert_frame_equal(whole, pieces)


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_batch_reads_what_spreadsheets_write(tmp_path, separator):
    row = {**MARATHON, "medications": "none"}
    source = squad(tmp_path / "in.csv", [row], sep=separator, encoding="utf-8-sig")
    done = run("batch", source, "-")
    assert done.exit_code == 0
    total = pd.read_csv(io.StringIO(done.stdout))["total_points"][0]
    assert total == assess(MARATHON).total_points


@pytest.mark.parametrize("temperature", ["21,5", "21.5"])
def test_batch_reads_decimal_commas_between_semicolons(tmp_path, temperature):
    (tmp_path / "in.csv").write_text(
        "sport;duration_min;session_rpe;age_years;air_temperature_c;relative_humidity_pct\n"
        f"running;60;5;40;{temperature};50\n",
        encoding="utf-8",
    )
    out = pd.read_csv(io.StringIO(run("batch", tmp_path / "in.csv", "-").stdout))
    expected = assess(
        {
            "sport": "running",
            "duration_min": 60,
            "session_rpe": 5,
            "age_years": 40,
            "air_temperature_c": 21.5,
            "relative_humidity_pct": 50,
        }
    )
    assert out["total_points"][0] == expected.total_points
    assert out["wbgt_c_used"][0] == expected.physiology["wbgt_c"]


def test_batch_names_a_folder_that_is_not_there(tmp_path):
    source = squad(tmp_path / "in.csv", [MARATHON])
    done = run("batch", source, tmp_path / "nowhere" / "out.csv")
    assert done.exit_code == 2
    assert "nowhere does not exist" in done.stderr


def test_batch_names_columns_it_did_not_use(tmp_path):
    source = squad(tmp_path / "in.csv", [{**MARATHON, "shoe_size": 43, "temp": 3}])
    done = run("batch", source, tmp_path / "out.csv")
    assert "shoe_size" in done.stderr
    assert "temp" in done.stderr
    assert pd.read_csv(tmp_path / "out.csv")["shoe_size"][0] == 43


def test_a_measured_wbgt_stays_in_its_column_and_the_used_one_has_its_own(tmp_path):
    source = squad(tmp_path / "in.csv", [{**MARATHON, "wbgt_c": 31.5}, MARATHON])
    run("batch", source, tmp_path / "out.csv")
    out = pd.read_csv(tmp_path / "out.csv")
    assert out["wbgt_c"][0] == out["wbgt_c_used"][0] == 31.5
    assert pd.isna(out["wbgt_c"][1])
    assert out["wbgt_c_used"][1] == pytest.approx(assess(MARATHON).physiology["wbgt_c"])


def test_batch_refuses_to_write_over_its_input(tmp_path):
    source = squad(tmp_path / "in.csv", [MARATHON])
    before = source.read_bytes()
    done = run("batch", source, source)
    assert done.exit_code == 2
    assert source.read_bytes() == before


def test_the_template_scores_as_it_is(tmp_path):
    done = run("template")
    (tmp_path / "in.csv").write_text(done.stdout, encoding="utf-8")
    assert done.stdout.splitlines()[0].split(",") == list(FIELDS)
    result = run("batch", tmp_path / "in.csv", "-")
    first = assess(next(iter(load_examples().values())))
    total = pd.read_csv(io.StringIO(result.stdout))["total_points"][0]
    assert total == first.total_points
    assert run("template", "--empty").stdout.count("\n") == 1


def test_schema_scorecard_and_version_print(tmp_path):
    assert json.loads(run("schema").stdout)["required"]
    assert "== history" in run("scorecard").stdout
    card = load_scorecard()
    assert (
        f"cramp-risk {riskmodel.__version__}, scorecard {card.version} "
        in run("version").stdout
    )


def test_another_scorecard_is_used_and_a_broken_one_refused(tmp_path, marathon):
    text = data_file("scorecard.toml").read_text(encoding="utf-8")
    mine = tmp_path / "mine.toml"
    mine.write_text(
        text.replace(
            'level = "male", published = 1.94, ratio = 1.64, points = 7',
            'level = "male", ratio = 2.46, points = 13',
        ),
        encoding="utf-8",
    )
    base = assess(MARATHON).total_points
    done = run("assess", marathon, "--json", "--scorecard", mine)
    assert json.loads(done.stdout)["total_points"] == base + 6
    assert "13 points  (used 2.46)" in run("scorecard", "--scorecard", mine).stdout
    mine.write_text("nonsense", encoding="utf-8")
    for command in (["assess", marathon], ["scorecard"], ["batch", marathon, "-"]):
        broken = run(*command, "--scorecard", mine)
        assert (broken.exit_code, "mine.toml" in broken.stderr) == (2, True)


@pytest.mark.parametrize("version", kept_scorecards())
def test_a_version_stands_for_its_files_at_every_door(marathon, version):
    card = load_scorecard(version)
    for own in (
        ["--scorecard", version],
        ["--scorecard", version, "--calibration", version],
    ):
        done = run("assess", marathon, "--json", *own)
        assert json.loads(done.stdout)["probability"] == assess(MARATHON, card).probability
    assert (
        f"version {version} ({card.fingerprint})"
        in run("scorecard", "--scorecard", version).stdout.splitlines()[0]
    )
    for option in ("--scorecard", "--calibration"):
        wrong = run("assess", marathon, option, "1999.1")
        assert wrong.exit_code == 2
        assert all(word in wrong.stderr for word in ("1999.1", version))


@pytest.mark.parametrize("own", [[], ["--scorecard", "2026.1"]])
def test_a_session_that_was_saved_with_another_scorecard_says_so(tmp_path, own):
    card = CARD_2026 if own else load_scorecard()
    for version, n_notes in (("1999.1", 1), (card.version, 0), ("<b>", 0), (None, 0)):
        saved = tmp_path / "saved.json"
        saved.write_text(json.dumps({**MARATHON, "scorecard_version": version}))
        done = run("assess", saved, "--json", *own)
        points = assess(MARATHON, card).total_points
        assert json.loads(done.stdout)["total_points"] == points
        notes = difference_sentences("1999.1", card.version)
        assert done.stderr.splitlines() == notes[:n_notes]


def test_what_changed_since_another_scorecard_is_printed(tmp_path):
    old = kept_scorecards()["2026.1"]
    text = old.read_text(encoding="utf-8")
    new = tmp_path / "new.toml"
    level = '{ level = "yes", ratio = 1.52, points = 6 }'
    assert level in text
    text = text.replace(level, '{ level = "yes", ratio = 2.00, points = 10 }')
    new.write_text(text.replace('version = "2026.1"', 'version = "new"'), encoding="utf-8")
    for diff in ("2026.1", old):
        lines = run("scorecard", "--diff", diff, "--scorecard", new).stdout.splitlines()
        assert [line for line in lines if line.startswith("==")] == [
            "== competition: Race or match"
        ]
        assert ["Yes", "6", "10"] in [line.split() for line in lines]
        assert any(CARD_2026["competition"].reason[:40] in line for line in lines)
    assert NOTHING in run("scorecard", "--diff", new, "--scorecard", new).stdout
    assert run("scorecard", "--diff", "1999.1").exit_code == 2


def test_every_command_has_help_and_stands_in_the_readme():
    readme = (CHECKOUT / "README.md").read_text(encoding="utf-8")
    for name in get_command(app).commands:
        assert f"cramprisk {name}" in readme
        assert run(name, "--help").exit_code == 0


def test_why_says_what_stood_out_beside_other_sessions(tmp_path, marathon):
    easy = {**MARATHON, "session_rpe": 4, "duration_min": 60, "competition": "no"}
    (tmp_path / "easy.json").write_text(json.dumps(easy), encoding="utf-8")
    done = run("why", marathon, "--beside", tmp_path / "easy.json")
    assert done.exit_code == 0
    explanation = explain_outcome(MARATHON, [easy])
    assert done.stdout.split("\n") == [*explanation_lines(explanation), ""]
    alone = run("why", marathon)
    assert alone.stdout.split("\n") == [*explanation_lines(explain_outcome(MARATHON)), ""]


def test_why_says_what_is_wrong_with_any_of_its_sessions(tmp_path, marathon):
    (tmp_path / "empty.json").write_text("{}", encoding="utf-8")
    for arguments in (
        [tmp_path / "empty.json"],
        [marathon, "--beside", tmp_path / "empty.json"],
    ):
        done = run("why", *arguments)
        assert done.exit_code == 2
        assert "(duration_min) is missing" in done.stderr
