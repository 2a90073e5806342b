"""Where the pages are, as the terminal tells it."""

import pytest

from riskmodel.serving import announcement
from tests.serving.asking import in_a_loop_of_its_own

SETTINGS = {
    "server.address": "127.0.0.1",
    "server.port": 8501,
    "server.baseUrlPath": "",
    "server.sslCertFile": None,
    "secrets.files": [],
}


def told_at_start(monkeypatch, capsys, settings):
    monkeypatch.setattr(announcement.st, "get_option", settings.__getitem__)
    monkeypatch.setattr(announcement.socket, "gethostname", lambda: "box")

    async def start():
        async with announcement.announced(None):
            pass

    in_a_loop_of_its_own(start())
    return capsys.readouterr().out.splitlines()


@pytest.mark.parametrize(
    ("settings", "urls"),
    [
        ({}, ["http://127.0.0.1:8501/"]),
        ({"server.address": "::1"}, ["http://[::1]:8501/"]),
        ({"server.address": "192.168.1.5"}, ["http://192.168.1.5:8501/"]),
        ({"server.address": "0.0.0.0"}, ["http://localhost:8501/", "http://box:8501/"]),
        ({"server.address": "::"}, ["http://localhost:8501/", "http://box:8501/"]),
        ({"server.address": None}, ["http://localhost:8501/", "http://box:8501/"]),
        (
            {"server.port": 443, "server.baseUrlPath": "/risk/", "server.sslCertFile": "x"},
            ["https://127.0.0.1:443/risk"],
        ),
    ],
)
def test_the_addresses_that_lead_to_the_pages_are_told(monkeypatch, capsys, settings, urls):
    (sentence,) = told_at_start(monkeypatch, capsys, SETTINGS | settings)
    assert [word for word in sentence.split() if "://" in word] == urls


def test_a_wrong_setting_of_the_club_is_told_at_the_start(monkeypatch, capsys, tmp_path):
    file = tmp_path / "secrets.toml"
    file.write_text("[club]\nhours = 999\n")
    settings = SETTINGS | {"secrets.files": [str(file)]}
    _, sentence = told_at_start(monkeypatch, capsys, settings)
    assert "hours below [club] is 999: it must be a number from 0.25 to 336" in sentence
