"""Rows of a list that sum up the others, and people who are only called so."""

import pytest

from riskmodel.squad.file import read_squad, read_squad_file

HEAD = "Name;Age;Weight (kg);Sex\n"
PLAYERS = "Ada;31;62,5;f\nBen;24;80;m\nCaitlin;28;71;f\n"
MEAN, SUM = "27.67;71.17", "83;213.5"


def left_out(rows, head=HEAD + PLAYERS):
    raw = read_squad_file((head + rows).encode())
    return [name for some in raw.left_out for name in some.names]


LABELS = """
Average | AVERAGE: | Mean | Total | Median | Avg. | Squad average | Team total | Summe
Durchschnitt | Mittelwert | Moyenne | Écart-type | Média | Promedio | Gemiddelde
Gennemsnit | Medelvärde | Keskiarvo | Średnia | Průměr | 平均 | Ø | Grand total
Average (n=3) | Standard deviation | Desvio padrão | Mean ± SD
"""


@pytest.mark.parametrize(
    "name",
    [name.strip() for line in LABELS.strip().splitlines() for name in line.split("|")],
)
def test_a_row_with_the_name_of_a_sum_and_no_word_is_nobodys(name):
    assert left_out(f"{name};{MEAN};\n") == [name]


@pytest.mark.parametrize(
    ("name", "numbers"),
    [
        ("Team", MEAN),
        ("Team", "28;71"),
        ("Min", "24;62.5"),
        ("Max", "31;80"),
        ("SD", "3.5;8.8"),
        ("SD", "2.9;7.1"),
        ("Sum", SUM),
        ("N", "3;3"),
        ("", MEAN),
        ("", SUM),
    ],
)
def test_a_name_that_people_have_or_none_is_a_sum_by_its_numbers(name, numbers):
    (found,) = left_out(f"{name};{numbers};\n")
    assert found == (name or numbers.split(";")[0])


@pytest.mark.parametrize(
    "row",
    [
        "Team;22;74;m",
        "Min;26;64;",
        "Max;19;90;",
        "Max Team;19;90;m",
        "Total;22;74;m",
        "Mean;22;74;f",
        "SD;22;74;",
        "Max Mustermann;31;80;",
        "Anna Media;27.67;71.17;",
        ";22;74;",
        "St;22;74;",
        "Min;24;;",
    ],
)
def test_a_person_who_is_called_so_stays(row):
    assert left_out(row + "\n") == []
    assert len(read_squad((HEAD + PLAYERS + row).encode())) == 4


def test_a_list_of_initials_keeps_everybody():
    rows = "Name;Age;Weight (kg)\nSD;31;62\nMW;24;80\nCV;28;70\nN;30;66\n"
    assert left_out("", rows) == []


def test_first_and_last_names_are_read_together():
    head = "First name;Last name;Age;Weight (kg)\nMax;Total;31;80\nAda;Sum;24;60\n"
    assert left_out("Average;;27.5;70\n", head) == ["Average"]


def test_a_block_of_sums_at_the_end_is_whole_whatever_its_numbers():
    block = "Average;27;71;\nSD;9;9;\nMin;1;;\nMax;99;99;\n"
    assert left_out(block) == ["Average", "SD", "Min", "Max"]
    # Above the first, and above people, they are as good as anybody.
    assert left_out("Max;22;74;\nAverage;27;71;\n") == ["Average"]
    assert left_out("Average;27;71;\nMin;22;74;\nDora;25;60;f\n") == ["Average"]


def test_sums_within_a_list_and_above_it_are_found():
    head = "Name;Age;Weight (kg)\nMean;27;71\nForwards;;\nAda;31;62\n"
    head += "Average;31;62\nBen;24;80\n"
    assert left_out("Average;24;80\n", head) == ["Mean", "Average", "Average"]


def test_who_wants_them_counts_them_and_they_are_told_otherwise():
    content = (HEAD + PLAYERS + f"Average;{MEAN};\nTotal;{SUM};\n").encode()
    raw = read_squad_file(content)
    assert raw.told == (
        "Rows 5 “Average”, 6 “Total” were left out: they sum up the others.",
    )
    assert len(read_squad_file(content, summaries=True).cells) == 5
    assert read_squad(content).attrs["notes"] == list(raw.told)
    assert len(read_squad(content, summaries=True)) == 5


def test_a_list_without_names_or_of_nothing_but_sums_stays_as_it_is():
    assert left_out("", "Age;Weight (kg)\n31;62\n24;80\n28;70\n27.67;70.67\n") == []
    assert left_out("", "Name;Age;Weight (kg)\nAverage;24;80\n") == []


def test_rows_without_a_name_and_columns_without_a_number_are_no_fault():
    rows = "Name;Age;Weight (kg);Meds\n;31;62;\n;24;80;\n;;;x\nAda;;;\n"
    assert left_out("", rows) == []


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        ("Forwards;;;\n", ["Row 5 “Forwards” holds one cell"]),
        ("Forwards;;;\nDan;22;70;m\nBacks\n", ["Rows 5 “Forwards”, 7 “Backs” hold one"]),
        (
            "Coach: Smith;;;\n;;;\nTeam A;;;\n",
            ["Rows 5 “Coach: Smith”, 7 “Team A” hold"],
        ),
        (";;;f\n", ["Row 5 “f” holds one cell"]),
        ("Dan;?;;\n", []),
        ("Dan;22;;\n", []),
    ],
)
def test_a_row_of_one_cell_counts_and_is_told(rows, told):
    raw = read_squad_file((HEAD + PLAYERS + rows).encode())
    assert len(raw.cells) == 3 + sum(bool(row.strip(";")) for row in rows.splitlines())
    assert len(raw.told) == len(told)
    assert all(part in note for part, note in zip(told, raw.told, strict=True))


def test_a_list_of_nothing_but_names_is_one_of_athletes():
    assert read_squad_file(b"Name;Age\nAda;\nBen;\n").told == ()
