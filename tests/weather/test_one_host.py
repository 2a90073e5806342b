"""The weather's service is asked at its own host: no name of a place leads elsewhere."""

import socket
from contextlib import contextmanager
from urllib.parse import quote

import pytest

from riskmodel.weather import open_meteo
from riskmodel.weather.hours import WeatherError
from riskmodel.weather.open_meteo import find_places, forecast
from tests.weather_service import weather_service

VIENNA = {"latitude_deg": 48.21, "longitude_deg": 16.37}
HERE = ("127.0.0.1", "::1", "localhost")
VARIABLES = (open_meteo.FORECAST_URL_VARIABLE, open_meteo.PLACES_URL_VARIABLE)


@contextmanager
def no_other_host(*ports):
    """Note every connection and look-up, and refuse all but to this machine's ports."""
    plain_connect, plain_look_up = socket.socket.connect, socket.getaddrinfo
    called = []

    def connect(self, address):
        called.append(address[:2])
        if address[0] not in HERE or address[1] not in ports:
            raise ConnectionRefusedError
        return plain_connect(self, address)

    def look_up(host, *rest, **more):
        if host not in HERE:
            called.append((host, None))
            raise socket.gaierror
        return plain_look_up(host, *rest, **more)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", connect)
        patch.setattr(socket, "getaddrinfo", look_up)
        yield called


def only_at(called, port):
    """Whether something was called, and all of it at one port of this machine."""
    return {at for _, at in called} == {port} and {host for host, _ in called} <= {*HERE}


@pytest.fixture
def alone(monkeypatch):
    """No proxy of this machine, and nothing that was answered before."""
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
    open_meteo.forget()


@pytest.fixture
def service(alone, monkeypatch):
    with weather_service() as running:
        for variable, path in zip(VARIABLES, ("forecast", "search"), strict=True):
            monkeypatch.setenv(variable, f"{running.url}/v1/{path}")
        running.port = int(running.url.rpartition(":")[2])
        yield running


@pytest.fixture
def elsewhere():
    with weather_service() as other:
        yield other


def test_the_watch_hears_a_call_to_another_host(alone):
    with no_other_host() as called, pytest.raises(WeatherError, match="cannot be reached"):
        find_places("Wien", url="http://elsewhere.invalid/")
    assert ("elsewhere.invalid", None) in called


@pytest.mark.parametrize(
    "name",
    [
        "x@evil.example",
        "user:password@evil.example",
        "../../etc/passwd",
        "..%2f..%2f",
        "//evil.example/",
        "http://evil.example/?x=1#y",
        "file:///etc/passwd",
        "Wien&url=http://evil.example",
        "Wien?name=other#part",
        "Wien\nHost: evil.example",
        "Wien\r\n\r\nGET http://evil.example/ HTTP/1.1",
        "Wien%0d%0aHost:%20evil.example",
        "[::1]:80",
        "evil.example:80",
        "127.0.0.1",
        "Zürich",
        "東京",
        "\N{LATIN SMALL LETTER E}\N{COMBINING ACUTE ACCENT}vian",
        "\N{FULLWIDTH LATIN SMALL LETTER E}vil\N{FULLWIDTH FULL STOP}example",
        "{name}",
        "$(curl evil.example)",
        "+48",
    ],
)
def test_the_name_of_a_place_is_a_word_and_never_an_address(service, name):
    with no_other_host(service.port) as called:
        find_places(name)
    assert only_at(called, service.port)
    ((path, asked, headers),) = service.log
    assert path == "/v1/search"
    assert asked["name"] == " ".join(name.split())
    assert set(asked) == {"name", "count", "language", "format"}
    assert headers["Host"] == f"127.0.0.1:{service.port}"


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("ask", [lambda: find_places("Wien"), lambda: forecast(**VIENNA)])
def test_a_service_that_sends_elsewhere_is_not_followed(service, elsewhere, ask, status):
    service.faults = [(status, {"Location": f"{elsewhere.url}/v1/search"}, b"")] * 3
    with (
        no_other_host(service.port) as called,
        pytest.raises(WeatherError, match="sends elsewhere"),
    ):
        ask()
    assert only_at(called, service.port)
    assert elsewhere.log == []


@pytest.mark.parametrize("target", ["//evil.example/", "http://169.254.1.1/", "/other", ""])
def test_no_kind_of_other_address_is_followed(service, target):
    service.faults = [(302, {"Location": target}, b"")]
    with (
        no_other_host(service.port) as called,
        pytest.raises(WeatherError, match="sends elsewhere"),
    ):
        find_places("Wien")
    assert only_at(called, service.port)
    assert len(service.log) == 1


def test_a_refresh_a_link_or_a_new_service_in_an_answer_is_not_followed(service, elsewhere):
    headers = {
        "Refresh": f"0; url={elsewhere.url}",
        "Link": f"<{elsewhere.url}>; rel=preload",
        "Alt-Svc": f'h2="{elsewhere.url.partition("//")[2]}"',
        "Content-Location": elsewhere.url,
    }
    service.faults = [(200, headers, b'{"results": []}')]
    with no_other_host(service.port) as called:
        assert find_places("Wien") == ()
    assert only_at(called, service.port)
    assert elsewhere.log == []


@pytest.mark.parametrize(
    "base",
    [
        "http://127.0.0.1:{port}/v1/search",
        "http://127.0.0.1:{port}/v1/search/",
        "http://127.0.0.1:{port}",
        "http://127.0.0.1:{port}/v1/search?apikey=secret",
        "http://127.0.0.1:{port}/v1/search#part",
        "http://user:secret@127.0.0.1:{port}/v1/search",
        "http://api.example:80@127.0.0.1:{port}/v1/search",
        "HTTP://LOCALHOST:{port}/v1/search",
    ],
)
def test_the_address_of_the_service_is_taken_as_it_is(service, monkeypatch, base):
    monkeypatch.setenv(VARIABLES[1], base.format(port=service.port))
    service.faults = [(200, {}, b'{"results": []}')]
    with no_other_host(service.port) as called:
        assert find_places("Wien") == ()
    assert only_at(called, service.port)
    ((_, asked, _),) = service.log
    assert asked["name"] == "Wien"


def test_the_service_may_have_an_address_of_the_longer_kind(alone, monkeypatch):
    try:
        with socket.socket(socket.AF_INET6) as probe:
            probe.bind(("::1", 0))
    except OSError:
        pytest.skip("no IPv6 on this machine")
    with weather_service("::1") as running:
        port = int(running.url.rpartition(":")[2])
        monkeypatch.setenv(VARIABLES[1], f"{running.url}/v1/search")
        with no_other_host(port) as called:
            assert find_places("Wien")
    assert called == [("::1", port)]
    assert running.log[0][2]["Host"] == f"[::1]:{port}"


WRONG = [
    "127.0.0.1:80/v1/search",
    "//evil.example/",
    "evil.example",
    "ftp://evil.example/",
    "file:///etc/passwd",
    "javascript:alert(1)",
    "http://",
    "http:///v1",
    "https://:443/",
    "http://evil.example:0/",
    "http://evil.example:99999/",
    "http://evil.example:port/",
    "http://[::1/",
    "http://[evil]/",
    "http://evil .example/",
    "http://evil\n.example/",
    "http://evil.example/\r\nHost: x",
    " ",
    "http://\N{SNOWMAN}.example/",
    f"http://{'a' * 64}.example/",
    f"http://{quote('evil.example/', safe='')}/",
    "http://ev il@127.0.0.1/",
    "https://user@/",
]


@pytest.mark.parametrize("wrong", WRONG)
@pytest.mark.parametrize("at", [0, 1])
def test_a_wrong_address_of_the_service_is_one_sentence_and_no_call(
    alone, monkeypatch, wrong, at
):
    monkeypatch.setenv(VARIABLES[at], wrong)
    ask = [lambda: forecast(**VIENNA), lambda: find_places("Wien")][at]
    with no_other_host() as called, pytest.raises(WeatherError) as told:
        ask()
    assert called == []
    sentence = str(told.value)
    assert sentence.count(".") == 1
    assert VARIABLES[at] in sentence
    assert "evil" not in sentence
