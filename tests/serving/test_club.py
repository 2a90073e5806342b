"""The settings of a club: what each may be, who is let in, and when they are read anew."""

import builtins
import pathlib
import re
from dataclasses import fields

import pytest

from riskmodel.inputs.addresses import one_spelling
from riskmodel.serving import club
from riskmodel.serving.club import LIMITS, Club, ClubError, read
from tests import CHECKOUT

LIST = {"allowed": ["Coach@Club.Example", " @verein.example ", "@b\xfccher.example"]}


@pytest.mark.parametrize(
    "address",
    [
        "coach@club.example",
        "COACH@CLUB.EXAMPLE",
        " coach@club.example\n",
        "coach@club.example.",
        "anybody@verein.example",
        "any+body@VEREIN.example",
        "a@b\xfccher.example",
        "a@B\xdcCHER.example",
        "a@xn--bcher-kva.example",
        "a@bu\u0308cher\u3002example",  # decomposed, with an ideographic full stop
    ],
)
def test_who_is_on_the_list_is_let_in_however_it_is_spelt(address):
    assert read(LIST).lets_in(one_spelling(address))


@pytest.mark.parametrize(
    "address",
    [
        "",
        None,
        7,
        ["coach@club.example"],
        "other@club.example",
        "coach+1@club.example",  # another mailbox, as far as we can know
        "a@sub.verein.example",
        "a@evilverein.example",
        "a@verein.example.evil.example",
        "a@verein",
        "a@@verein.example",
        "a@evil.example@verein.example",
        '"a@b"@verein.example',
        "@verein.example",
        "a b@verein.example",
        "a\u200b@verein.example",
        "a@verein.example\0",
        "a@verein .example",
        "a@bucher.example",
        "a@xn--verein.example",
        "verein.example",
        # Its small letter is the k or the i of ASCII, and it is another mailbox.
        "coac\u212a@club.example",
    ],
)
def test_who_is_not_on_the_list_is_not_let_in(address):
    assert not read(LIST).lets_in(one_spelling(address))


def test_a_sign_that_only_becomes_a_letter_of_ascii_is_another_mailbox():
    only = read({"allowed": ["kim@club.example"]})
    assert only.lets_in(one_spelling("KIM@club.example"))
    assert not only.lets_in(one_spelling("\u212aim@club.example"))


def test_without_a_list_everybody_is_let_in_and_with_an_empty_one_nobody():
    assert Club().lets_in("")
    assert read({}) == Club()
    assert not read({"allowed": []}).lets_in("coach@club.example")
    assert not read({"allowed": []}).lets_in("")


@pytest.mark.parametrize("name", sorted(LIMITS))
def test_both_sides_of_every_limit(name):
    least, most = LIMITS[name]
    for number in (least, most):
        assert getattr(read({name: number}), name) == number
    for number in (least - 0.01, most + 0.01, least - 1, most + 1, float("nan"), True, "9"):
        with pytest.raises(ClubError, match=f"{name} below .club. is .*from {least:g} to"):
            read({name: number})


@pytest.mark.parametrize(
    ("section", "said"),
    [
        ("on", "“on”"),
        ({"alowed": []}, "“alowed”"),  # else everybody would be let in
        ({"allowed": "@club.example"}, "a list"),
        ({"allowed": ["ada@club.example", "club.example"]}, "entry 2"),
        ({"allowed": ["@"]}, "entry 1"),
        ({"allowed": ["@*.example"]}, "“@*.example”"),
        ({"allowed": ["*"]}, "entry 1"),
        ({"allowed": [3]}, "is 3"),
        ({"addresses_are_verified": "yes"}, "true or false"),
        ({"addresses_are_verified": 1}, "true or false"),
        ({"keep_months": 1.5}, "whole number"),
    ],
)
def test_a_wrong_setting_is_told_in_one_sentence_and_none_of_it_counts(section, said):
    with pytest.raises(ClubError) as told:
        read(section)
    assert said in str(told.value)
    assert str(told.value).endswith("Nothing is saved or shown until that is mended.")


def test_whoever_opens_a_page_is_told_no_address_of_the_list():
    for allowed in (["ada.lovelace@club,example"], "ada.lovelace@club.example"):
        with pytest.raises(ClubError, match="lovelace") as told:
            read({"allowed": allowed})
        assert "lovelace" not in told.value.public
        assert "allowed" in told.value.public


def test_every_setting_has_a_reader():
    assert set(club._READERS) == {field.name for field in fields(Club)}


# --------------------------------------------------------------------------- the file


@pytest.fixture
def secrets(tmp_path, monkeypatch):
    """The file of the settings, in the place where Streamlit looks for it."""
    file = tmp_path / "secrets.toml"
    monkeypatch.setattr(
        club.st, "get_option", lambda _: [str(tmp_path / "missing.toml"), str(file)]
    )
    return file


def test_a_file_that_has_not_changed_is_read_once(secrets, monkeypatch):
    times = []
    really = pathlib.Path.read_text

    def counted(path, *rest, **more):
        times.append(path)
        return really(path, *rest, **more)

    monkeypatch.setattr(pathlib.Path, "read_text", counted)
    monkeypatch.setattr(builtins, "open", None)  # nor by any other way
    secrets.write_bytes(b"[club]\nhours = 1\n")
    assert {club.settings().hours for _ in range(20)} == {1.0}
    assert times.count(secrets) == 1
    secrets.write_bytes(b"[club]\nhours = 2\n")
    assert club.settings().hours == 2.0


def test_after_a_file_was_spoilt_and_mended_changes_still_count(secrets):
    secrets.write_text('[club]\nallowed = ["@club.example"]\n')
    assert club.settings().lets_in("ada@club.example")
    for spoilt in ("[club", "[club]\nhours = 99999\n", "club = 3\n"):
        secrets.write_text(spoilt)
        for _ in range(2):
            with pytest.raises(ClubError):
                club.settings()
    secrets.write_bytes(b"\xff\xfe")
    with pytest.raises(ClubError, match="cannot be read"):
        club.settings()
    secrets.write_text('[club]\nallowed = ["@club.example"]\n')
    assert club.settings().lets_in("ada@club.example")
    other = secrets.with_name("new.toml")
    other.write_text('[club]\nallowed = ["@other.example"]\n')
    other.replace(secrets)
    assert not club.settings().lets_in("ada@club.example")
    secrets.unlink()
    assert club.settings() == Club()


def test_a_folder_of_settings_is_refused_as_long_as_it_has_one_of_a_club(
    tmp_path, monkeypatch
):
    monkeypatch.setattr(club.st, "get_option", lambda _: [str(tmp_path)])
    assert club.settings() == Club()
    (tmp_path / "club").mkdir()
    with pytest.raises(ClubError, match="in a file"):
        club._read_files((str(tmp_path),))


def test_the_page_for_who_runs_a_server_tells_every_setting():
    text = (CHECKOUT / "docs" / "server.md").read_text(encoding="utf-8")
    rows = dict(re.findall(r"^\| `(\w+)` \|.*\| (.+) \|$", text, re.MULTILINE))
    for field in fields(Club):
        for limit in LIMITS.get(field.name, ()):
            assert f"{limit:g}" in re.findall(r"\d[\d.]*", rows[field.name])
        if isinstance(field.default, bool):
            assert rows[field.name].startswith("`true` or `false`")
    assert "allowed" in rows
