"""The doctor finds each fault of a proxy, one at a time, and names a line against it."""

import json

import pytest
from typer.testing import CliRunner

from riskmodel.cli import app
from riskmodel.cli.doctor import _SENTENCES
from riskmodel.serving.doctor import PAGES_WORK, Finding, Kind
from tests.server import free_port
from tests.serving.asking import in_a_thread_of_its_own, running
from tests.serving.certificates import certificate, serving_with
from tests.serving.club import CLUB, examined, kinds, leads_here, port_of
from tests.serving.proxy import proxy_before, unchanged, with_header, without


@pytest.fixture(autouse=True)
def club_is_this_machine(monkeypatch):
    leads_here(monkeypatch)


@pytest.fixture(scope="module")
def port(tmp_path_factory):
    """Port of the app, at which nobody can sign in."""
    names = [f"--server.allowedHosts={name}" for name in (CLUB, "localhost")]
    with running(tmp_path_factory.mktemp("home"), *names) as url:
        yield port_of(url)


# ------------------------------------------------------- what proxies do to a request


def header(name, value):
    return lambda head: with_header(head, name, value)


def lost(*names):
    return lambda head: without(head, *names)


def moved(old, new):
    """Ask for another path in place of those that begin so."""

    def asking(head):
        first, headers = head
        return first.replace(f" {old}", f" {new}", 1), headers

    return asking


def closed_but(folder):
    """Let nothing through but one folder."""

    def asking(head):
        path = head[0].split()[1]
        return head if path.startswith(folder) else moved("/", "/_stcore/no/")(head)

    return asking


def status(line):
    return lambda head: (f"HTTP/1.1 {line}", head[1])


ON_THE_WAY = {
    "nothing": (unchanged, []),
    "no upgrade": (lost("Upgrade", "Connection"), [Kind.UPGRADE_MISSING]),
    "no subprotocol": (lost("Sec-WebSocket-Protocol"), [Kind.UPGRADE_MISSING]),
    "Host of the app": (header("Host", "localhost:1"), [Kind.ORIGIN_REFUSED]),
    "Host of another": (header("Host", "other.example"), [Kind.NAME_REFUSED]),
    "another way for the WebSocket": (
        moved("/_stcore/stream", "/x/stream"),
        [Kind.SOCKET_REFUSED],
    ),
    "another page": (moved("/ ", "/_stcore/health "), [Kind.ANOTHER_PAGE]),
    "no health": (moved("/_stcore/health", "/_stcore/no"), [Kind.HEALTH_CLOSED]),
    "no program": (moved("/static/", "/_stcore/no/"), [Kind.WRONG_PREFIX]),
}


@pytest.mark.parametrize("fault", ON_THE_WAY)
def test_a_fault_on_the_way_to_the_app_is_found(port, fault):
    asking, expected = ON_THE_WAY[fault]
    with proxy_before(port, asking=asking) as public:
        assert kinds(examined(f"http://localhost:{public}")) == expected


ON_THE_WAY_BACK = {
    "no frame options": (lost("X-Frame-Options"), Kind.HEADERS_CHANGED),
    "frames": (header("X-Frame-Options", "SAMEORIGIN"), Kind.HEADERS_CHANGED),
    "no policy": (lost("Content-Security-Policy"), Kind.HEADERS_CHANGED),
    "another key": (header("Sec-WebSocket-Accept", "AAAA"), Kind.SOCKET_SILENT),
    "bad gateway": (status("502 Bad Gateway"), Kind.APP_NOT_RUNNING),
    "forbidden": (status("403 Forbidden"), Kind.ANOTHER_PAGE),
}


@pytest.mark.parametrize("fault", ON_THE_WAY_BACK)
def test_a_fault_on_the_way_back_is_found(port, fault):
    answering, expected = ON_THE_WAY_BACK[fault]
    with proxy_before(port, answering=answering) as public:
        assert kinds(examined(f"http://localhost:{public}")) == [expected]


def test_the_finding_names_the_headers(port):
    taken = ("X-Frame-Options", "Content-Security-Policy")
    with proxy_before(port, answering=lost(*taken)) as public:
        found = examined(f"http://localhost:{public}")
    assert found == [Finding(Kind.HEADERS_CHANGED, ", ".join(taken))]


@pytest.mark.parametrize(
    ("asking", "expected"),
    [
        (unchanged, []),
        (moved("/cramp", ""), [Kind.WRONG_PREFIX]),
        (closed_but("/cramp/"), []),
    ],
)
def test_the_folder_of_the_address_reaches_the_app(port_in_folder, asking, expected):
    with proxy_before(port_in_folder, asking=asking) as public:
        assert kinds(examined(f"http://localhost:{public}/cramp/")) == expected


def test_a_folder_that_the_app_does_not_know_is_found(port):
    with proxy_before(port, asking=closed_but("/cramp")) as public:
        assert kinds(examined(f"http://localhost:{public}/cramp/")) == [Kind.WRONG_PREFIX]


# ------------------------------------------------------------ reached from elsewhere


def test_others_need_tls_and_a_sign_in(port):
    assert kinds(examined(f"http://{CLUB}:{port}")) == [Kind.NO_TLS, Kind.SIGN_IN_OFF]


def test_a_sign_in_is_seen(port_in_folder):
    assert kinds(examined(f"http://{CLUB}:{port_in_folder}/cramp/")) == [Kind.NO_TLS]


@pytest.mark.parametrize(
    ("names", "valid_days", "is_known", "expected"),
    [
        ([CLUB], 1, True, []),
        ([CLUB], 1, False, [Kind.CERTIFICATE_UNTRUSTED]),
        ([CLUB], -1, True, [Kind.CERTIFICATE_EXPIRED]),
        (["other.example"], 1, True, [Kind.CERTIFICATE_OF_ANOTHER_NAME]),
    ],
)
def test_a_certificate_is_looked_at_and_what_lies_behind_it(
    port_in_folder, tmp_path, monkeypatch, names, valid_days, is_known, expected
):
    chain, private = certificate(tmp_path, *names, valid_days=valid_days)
    if is_known:
        monkeypatch.setenv("SSL_CERT_FILE", str(chain))
    with proxy_before(port_in_folder, tls=serving_with(chain, private)) as public:
        assert kinds(examined(f"https://{CLUB}:{public}/cramp/")) == expected


def test_tls_where_there_is_none_is_not_reachable(port):
    assert kinds(examined(f"https://localhost:{port}")) == [Kind.NOT_REACHABLE]


# --------------------------------------------------------------------- the command


def run(*arguments):
    done = in_a_thread_of_its_own(CliRunner().invoke, app, ["doctor", *arguments])
    return done.exit_code, done.stdout, done.stderr


def test_the_command_ends_as_programs_that_watch_servers_understand(port):
    assert run(f"http://localhost:{port}")[0] == 0
    code, out, _ = run(f"http://{CLUB}:{port}")
    assert code == 1
    assert len(out.splitlines()) == 2
    code, out, _ = run(f"http://localhost:{free_port()}")
    assert code == 2
    assert len(out.splitlines()) == 1


@pytest.mark.parametrize(
    "url",
    [CLUB, f"ftp://{CLUB}", "http://", "http://[", f"http://{CLUB}:99999", ""],
)
def test_what_is_no_address_is_one_sentence(url):
    code, out, err = run(url)
    assert (code, out, len(err.splitlines())) == (2, "", 1)


def test_programs_get_the_findings(port):
    code, out, _ = run(f"http://{CLUB}:{port}", "--json")
    told = json.loads(out)
    assert code == 1
    assert told["pages_work"]
    assert [each["kind"] for each in told["findings"]] == ["no_tls", "sign_in_off"]


def test_every_finding_has_a_sentence():
    assert {*_SENTENCES} == {*Kind}
    assert {*Kind} > PAGES_WORK
