"""The doctor finds each fault of a proxy, one at a time, and names a line against it."""

import errno
import json
import socket
import threading
from contextlib import contextmanager, suppress

import httpx
import pytest
from typer.testing import CliRunner

from riskmodel.cli import app
from riskmodel.cli.doctor import _SENTENCES, _sentence
from riskmodel.serving.doctor import examine
from riskmodel.serving.findings import MAYBE_ELSEWHERE, PAGES_WORK, Finding, Kind
from riskmodel.serving.reaching import elsewhere
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


# ------------------------------------------------------------- what answers nothing


@contextmanager
def listening(answer=None):
    """Listen on a port of this machine, and answer whatever comes in one way, or never."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve():
            with suppress(OSError):
                while True:
                    connection, _ = server.accept()
                    kept.append(connection)
                    if answer is not None:
                        connection.recv(65536)
                        connection.sendall(answer)
                        connection.close()

        kept = []
        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield server.getsockname()[1]
        finally:
            server.shutdown(socket.SHUT_RDWR)
            thread.join()
            for connection in kept:
                connection.close()


def hurried(url):
    return in_a_thread_of_its_own(examine, url, 1.0)


def told(url, patience_s=1.0):
    """The one finding of an address, and its sentence."""
    (finding,) = in_a_thread_of_its_own(examine, url, patience_s)
    return finding.kind, _sentence(finding, url)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]"])
def test_before_there_is_a_proxy_it_is_the_app_that_does_not_run(host):
    kind, sentence = told(f"http://{host}:{free_port()}")
    assert kind == Kind.APP_DOWN_HERE
    assert "systemctl status cramp-risk" in sentence
    assert "nginx" not in sentence


@pytest.mark.parametrize(("url", "port"), [("http://{}", 80), ("https://{}", 443)])
def test_at_a_port_of_the_proxy_it_is_the_proxy(monkeypatch, url, port):
    refusing(monkeypatch, ConnectionRefusedError(111, "Connection refused"))
    for host in (CLUB, "127.0.0.1"):
        kind, sentence = told(url.format(host))
        assert kind == Kind.PROXY_DOWN_HERE
        assert f"port {port} of this machine" in sentence
        assert "systemctl restart nginx" in sentence


def refusing(monkeypatch, error):
    """Let every connection end so."""

    def connect(*_, **__):
        raise error

    monkeypatch.setattr(socket, "create_connection", connect)


ELSEWHERE = "203.0.113.5"  # for documentation, RFC 5737


@pytest.mark.parametrize(
    ("error", "expected", "cure"),
    [
        (ConnectionRefusedError(111, "refused"), Kind.REFUSED, "start the proxy there"),
        (TimeoutError("timed out"), Kind.NO_CONNECTION, "through the firewall"),
        (OSError(errno.ENETUNREACH, "unreachable"), Kind.NO_ROUTE, "AAAA record"),
        (OSError(errno.EHOSTUNREACH, "no route"), Kind.NO_ROUTE, "AAAA record"),
    ],
)
def test_another_machine_is_told_from_this_one(monkeypatch, error, expected, cure):
    leads_to(monkeypatch, ELSEWHERE)
    refusing(monkeypatch, error)
    kind, sentence = told(f"https://{CLUB}")
    assert kind == expected
    assert cure in sentence
    assert f"{CLUB} leads to {ELSEWHERE}" in sentence
    # Of a number there is no record to mend.
    assert "leads to" not in told(f"https://{ELSEWHERE}")[1]


@pytest.mark.parametrize("at", ["0.0.0.0", "127.0.1.1"])
def test_a_name_that_leads_here_is_this_machine(monkeypatch, at):
    leads_to(monkeypatch, at)
    assert elsewhere(httpx.URL(f"https://{CLUB}")) == ""
    leads_to(monkeypatch, ELSEWHERE)
    assert elsewhere(httpx.URL(f"https://{CLUB}")) == ELSEWHERE


def leads_to(monkeypatch, at):
    found = (socket.AF_INET, socket.SOCK_STREAM, 6, "", (at, 0))
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: [found])


@pytest.mark.parametrize(
    ("code", "expected", "cure"),
    [
        (socket.EAI_NONAME, Kind.NO_SUCH_NAME, "A record"),
        (socket.EAI_AGAIN, Kind.NAMES_UNANSWERED, "/etc/resolv.conf"),
        (socket.EAI_FAIL, Kind.NAMES_UNANSWERED, "/etc/resolv.conf"),
    ],
)
def test_a_name_that_leads_nowhere_is_told(monkeypatch, code, expected, cure):
    def asked(*_, **__):
        raise socket.gaierror(code, "of the tests")

    monkeypatch.setattr(socket, "getaddrinfo", asked)
    kind, sentence = told(f"http://{CLUB}")
    assert kind == expected
    assert cure in sentence
    assert "nginx" not in sentence
    assert "firewall" not in sentence


def test_tls_where_there_is_none_is_told(port):
    kind, sentence = told(f"https://localhost:{port}", 20.0)
    assert kind == Kind.NO_TLS_AT_PORT
    assert f"http://localhost:{port}" in sentence
    # This one waits for the end of a request, which never comes.
    with proxy_before(port) as public:
        assert told(f"https://localhost:{public}", 3.0)[0] == Kind.NO_TLS_AT_PORT


def test_a_port_that_speaks_tls_only_is_told(port, tmp_path, monkeypatch):
    chain, private = certificate(tmp_path, CLUB)
    with proxy_before(port, tls=serving_with(chain, private)) as public:
        kind, sentence = told(f"http://{CLUB}:{public}", 5.0)
    assert kind == Kind.TLS_AT_PORT
    assert f"ask https://{CLUB}:{public}." in sentence


@pytest.mark.parametrize(
    ("answer", "scheme", "expected"),
    [
        (None, "http", Kind.NO_ANSWER),
        (None, "https", Kind.NO_ANSWER),
        (b"", "http", Kind.NO_ANSWER),
        (b"no HTTP\r\n\r\n", "http", Kind.NO_ANSWER),
        # An alert: handshake_failure.
        (b"\x15\x03\x03\x00\x02\x02\x28", "https", Kind.TLS_FAILED),
        (b"HTTP/1.1 400 Bad Request\r\n\r\n", "https", Kind.NO_TLS_AT_PORT),
        (b"HTTP/1.1 400 Bad Request\r\n\r\n", "http", Kind.ANOTHER_PAGE),
    ],
)
def test_what_takes_the_connection_and_sends_no_page(answer, scheme, expected):
    with listening(answer) as public:
        assert kinds(hurried(f"{scheme}://localhost:{public}")) == [expected]


def test_an_address_that_leads_to_another_is_told_by_that_one(port):
    nobody = free_port()
    to = header("Location", f"http://localhost:{nobody}/")
    with proxy_before(
        port, answering=lambda head: ("HTTP/1.1 301 Moved", to(head)[1])
    ) as public:
        (finding,) = examined(f"http://localhost:{public}")
    assert finding.kind == Kind.APP_DOWN_HERE
    assert finding.url == f"http://localhost:{nobody}/"


def test_a_circle_at_the_front_is_no_folder(port):
    def answering(head):
        _, headers = with_header(head, "Location", f"http://localhost:{public}/")
        return "HTTP/1.1 301 Moved", headers

    with proxy_before(port, answering=answering) as public:
        found = examined(f"http://localhost:{public}")
    assert kinds(found) == [Kind.REDIRECTS_IN_A_CIRCLE]


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("", []),
        ("squad", []),
        ("squad/?age_years=38", []),
        ("cramp", [Kind.NO_SUCH_PAGE]),
        ("cramp/", [Kind.NO_SUCH_PAGE]),
        ("cramp/app/", [Kind.WRONG_PREFIX]),
    ],
)
def test_a_folder_is_wrong_where_the_page_says_so(port, path, expected):
    found = examined(f"http://localhost:{port}/{path}")
    assert kinds(found) == expected
    for finding in found:
        folder = path.strip("/")
        assert f'baseUrlPath = "{folder}"' in _sentence(finding, f"http://x/{path}")


def test_the_front_where_the_app_is_in_a_folder_asks_for_the_folder(port_in_folder):
    kind, sentence = told(f"http://localhost:{port_in_folder}/", 20.0)
    assert kind == Kind.WRONG_PREFIX
    assert "ask with its folder" in sentence


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1"])
def test_no_certificate_is_got_for_a_number(port_in_folder, tmp_path, monkeypatch, host):
    chain, private = certificate(tmp_path, CLUB)
    monkeypatch.setenv("SSL_CERT_FILE", str(chain))
    with proxy_before(port_in_folder, tls=serving_with(chain, private)) as public:
        kind, sentence = told(f"https://{host}:{public}/cramp/", 20.0)
    assert kind == Kind.CERTIFICATE_OF_ANOTHER_NAME
    assert "certbot" not in sentence


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
    ("url", "meant"),
    [
        (CLUB, f"https://{CLUB}"),
        (f"{CLUB}:8443/cramp/", f"https://{CLUB}:8443/cramp/"),
        (f"//{CLUB}", f"https://{CLUB}"),
        (f"https:/{CLUB}", f"https://{CLUB}"),
        (f"https//{CLUB}", f"https://{CLUB}"),
        ("localhost:8501", "http://localhost:8501"),
        ("127.0.0.1:8620", "http://127.0.0.1:8620"),
        ("[::1]:8501", "http://[::1]:8501"),
    ],
)
def test_an_address_without_its_beginning_is_told_how_to_write_it(url, meant):
    code, out, err = run(url)
    assert (code, out) == (2, "")
    assert err == f"{url} is no address of a page: write {meant}.\n"


@pytest.mark.parametrize(
    "url",
    [
        "club..example",
        f"http://{'a' * 64}.example",
        f"ftp://{CLUB}",
        "http://",
        "http://[",
        f"http://{CLUB}:99999",
        "",
    ],
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
    assert {*Kind} > PAGES_WORK | MAYBE_ELSEWHERE
