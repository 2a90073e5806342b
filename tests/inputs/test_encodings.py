"""Encodings: real names of many countries, in long lists and in short ones."""

import pytest

from riskmodel.inputs.encodings import encoding_of_lines, guess_encoding
from riskmodel.inputs.tables import TableFileError, read_text
from riskmodel.inputs.units import UNITS
from riskmodel.squad.columns import UNITS as WAYS
from riskmodel.squad.file import read_squad_file
from riskmodel.squad.headers import words

POLISH = "Łukasz Żółć|Paweł Wiśniewski|Małgorzata Dąbrowska|Agnieszka Źródło"
CZECH = "Jiří Dvořák|Tomáš Novotný|Kateřina Procházková|Ondřej Černý|Zdeněk Růžička"
HUNGARIAN = "Győző Kovács|Tűzkő Ágnes|Erzsébet Tóth|Fülöp Dezső"
GREEK = "Μαρία Νικολάου|Δημήτρης Ιωάννου|Ελένη Κωνσταντίνου|Γιώργος Παπαδόπουλος"
RUSSIAN = "Иван Петров|Мария Смирнова|Алексей Кузнецов|Пётр Щукин"
JAPANESE = "山田太郎|佐藤花子|鈴木一郎|アンナ・スミス"
CHINESE = "王伟|李娜|张敏|刘洋|欧阳静"
NORWEGIAN = "Bjørn Åsen|Kåre Nygård|Øyvind Sørensen|Ragnhild Bøe"
GERMAN = "Jürgen Müller|Änne Öztürk|Günther Weiß|Björn Schäfer"
FRENCH = "Hélène Côté|François Lefèvre|Noël D’Arcy – 3 €|Gisèle Bœuf"
TURKISH = "Şükrü Çağlar|İbrahim Yıldız|Ayşegül Doğan"
LISTS = {
    "cp1250": [POLISH, CZECH, HUNGARIAN, "Ştefan Ţepeş|Ion Mîndru|Nicuşor Băsescu"],
    "iso8859_2": [POLISH],
    "cp1251": [RUSSIAN, "Олексій Шевченко|Наталія Їжак"],
    "koi8_r": [RUSSIAN],
    "cp866": [RUSSIAN],
    "cp1253": [GREEK],
    "cp1254": [TURKISH],
    "cp1257": ["Rūta Šimkutė|Ąžuolas Čepulis|Jonas Žukauskas"],
    "cp932": [JAPANESE],
    "gb18030": [CHINESE],
    "cp949": ["김철수|이영희|박지민"],
    "big5": ["林志明|陳怡君|黃淑芬"],
    "cp1252": [NORWEGIAN, GERMAN, FRENCH, "José Muñoz|María Ibáñez|João Gonçalves"],
    "mac_roman": [NORWEGIAN, GERMAN, FRENCH],
    "cp850": [NORWEGIAN, GERMAN],
}
CASES = [(encoding, names) for encoding, lists in LISTS.items() for names in lists]


def table(names):
    rows = [f"{name};{25 + i};{170 + i}" for i, name in enumerate(names)]
    return "\r\n".join(["Name;Age;Height", *rows, "Ann;30;171"])


@pytest.mark.parametrize(("encoding", "names"), CASES)
def test_a_list_is_read_in_the_encoding_that_it_has(encoding, names):
    raw = read_squad_file(table(names.split("|")).encode(encoding))
    assert raw.cells[0].tolist()[:-1] == names.split("|")


@pytest.mark.parametrize(("encoding", "names"), CASES)
def test_of_a_short_list_nothing_becomes_garbage_in_silence(encoding, names):
    whole = names.split("|")
    for size in (1, 2, 3):
        for first in range(len(whole) - size + 1):
            text = table(whole[first : first + size])
            told = read_text(text.encode(encoding))
            assert told.text == text or told.doubt, (told.encoding, told.text)


@pytest.mark.parametrize(
    "names", ["Jürgen Müller", "François Lefèvre|José Muñoz|Bjørn Åsen|Zoë O’Neill – 3 €"]
)
def test_a_western_list_stays_western_with_all_signs_of_windows(names):
    text = table(names.split("|"))
    assert read_text(text.encode("cp1252")).text == text


LABELS = {label for units in UNITS.values() for label in units}
LABELS |= {way for ways in WAYS.values() for way in ways} | {"kg/m²", "µg", "µmol/l", "‰"}
HEADERS = {header for headers in words()["columns"].values() for header in headers}
SIGNED = [
    *("½", "±", "±2 °C", "Pulse µ", "3×4", "4×100 m", "José ½", "5 ½ h", "25°C;30°F"),
    *("Dose (µg)", "BMI (kg/m²)", "Größe (cm);BMI (kg/m²)", "VO²max", "Fläche (m²)"),
    *("£5", "20 ¢", "¥ 5", "§ 5", "100 % ¹", "5 ÷ 2", "D´Arcy", "Mª José Muñoz", "1ª;2º"),
    *(
        "36,5 ºC",
        "Temp (ºC)",
        "°Celsius",
        "W/m²K",
        "W/(m²·K)",
        "1×täglich",
        "½l",
        "5´10´´",
        "kg²",
    ),
    *("¿Calambres?", "¿calambres?", "¡Sí!", "¿Calambres?;María José Muñoz"),
    *("¿Ha tenido calambres, y cuántos?;Sí", "¿Cuántas horas durmió?", "¿Edad?;¿Peso?"),
    *(f"{quantity} ({label})" for quantity in ("Temp", "Größe") for label in LABELS),
]


@pytest.mark.parametrize("text", sorted({*SIGNED, *HEADERS}))
def test_the_signs_of_units_and_questions_stay_signs_in_a_western_list(text):
    assert read_text(text.encode("cp1252")).text == text


@pytest.mark.parametrize("label", sorted(LABELS - {"‰"}))
def test_a_unit_alone_makes_no_encoding_doubtful(label):
    assert read_text(f"Name;Size ({label})\nAda;3".encode("cp1252")).notes == ()


@pytest.mark.parametrize(("encoding", "names"), CASES)
def test_signs_of_units_do_not_change_how_names_are_read(encoding, names):
    text = table(names.split("|")).replace("Height", "Temp (°C)")
    assert read_text(text.encode(encoding)).text == text


@pytest.mark.parametrize("text", ["Pawe\u0142", "\u0395\u03bb", "\u015eule"])
def test_what_wins_by_a_letter_or_two_is_doubtful(text):
    for encoding in ("cp1250", "cp1253", "cp1254"):
        try:
            content = text.encode(encoding)
        except UnicodeEncodeError:
            continue
        assert guess_encoding(content).doubt


@pytest.mark.parametrize("names", [FRENCH, GREEK, RUSSIAN, CHINESE, POLISH])
@pytest.mark.parametrize("place", [0, 1, 2])
def test_one_broken_byte_leaves_the_other_names_as_they_are(names, place):
    whole = table(names.split("|")).encode()
    foreign = [i for i, byte in enumerate(whole) if byte > 127]
    cut = foreign[place]
    content = whole[:cut] + b"\xff" + whole[cut + 1 :]
    told = read_text(content)
    assert told.text.splitlines()[2:] == whole.decode().splitlines()[2:]
    assert "\ufffd" in told.text
    (note,) = read_squad_file(content).notes
    assert "UTF-8" in note
    assert "broken" in note
    guess = encoding_of_lines(content.splitlines(keepends=True))
    assert guess.is_damaged


def test_a_file_with_a_byte_order_mark_is_utf8_however_much_is_broken():
    told = read_text(b"\xef\xbb\xbfName\nZo\xeb\n\xe9")
    assert told.text.splitlines()[:2] == ["Name", "Zo\ufffd"]
    assert told.encoding == "UTF-8"
    assert told.notes


def test_two_broken_letters_of_three_are_no_utf8():
    assert guess_encoding("Zoë".encode() + b"\xe9 \xe8").label != "UTF-8"


def test_what_no_usual_language_fits_is_doubtful():
    assert guess_encoding(bytes(range(128, 256))).doubt


def test_a_doubtful_encoding_is_told_beside_the_list():
    (note,) = read_squad_file(table(["Bjørn"]).encode("cp1252")).notes
    assert "read as Western European, Windows (cp1252)" in note
    assert read_squad_file(table(["Bjørn"]).encode()).notes == ()


def test_a_large_file_is_guessed_in_a_moment_and_every_byte_of_it_is_read():
    content = (table(GERMAN.split("|")) + "\r\n").encode("cp1252") * 20_000
    assert read_text(content).text.count("Müller") == 20_000
    late = "Müller\n".encode("cp1252") * 50_000 + b"\x81\n"
    assert read_text(late).doubt


def test_binary_rubbish_is_no_text():
    with pytest.raises(TableFileError, match="no text"):
        read_text(b"\xff\x00\x01")
