"""The server opens no connection but the weather's, and that when it is asked for."""

import re
import shutil
import socket
from ipaddress import ip_address
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

from riskmodel.views.navigation import PAGES
from tests.browser import note_traffic, noted_requests, ready, settled, watched_context
from tests.server import free_port
from tests.serving.asking import UPLOAD, ask, knock, running
from tests.serving.outbound import Recorder
from tests.serving.proxy import proxy_before, with_header
from tests.serving.test_gate import STRANGE_HOSTS, STRANGE_ORIGINS

ADDRESSES = ["", *(name for name in PAGES if name != "my_session")]
# What would tell Streamlit's look-up of the machine's own address, inside and outside.
LOOK_UP = {"8.8.8.8", "checkip.amazonaws.com"}
STRACE = shutil.which("strace")
NO_STRACE = "no strace on this machine"


def provoke(url):
    """Do what makes Streamlit by itself ask for the address of the machine, and more."""
    host = urlsplit(url).netloc
    for origin in STRANGE_ORIGINS:
        assert knock(url, origin=origin) == 403
        ask(url, UPLOAD, "PUT", Origin=origin)
        ask(url, Origin=origin)
    for strange in STRANGE_HOSTS:
        ask(url, Host=strange)
        knock(url, host=strange or "x", origin="http://evil.example")
    # As a proxy sends it: a public name beside a name of its own.
    more = ["X-Forwarded-Host: evil.example", "Forwarded: host=evil.example"]
    knock(url, origin="https://evil.example", more=more)
    assert knock(url, origin=f"http://{host}") == 101
    for path in ("/_stcore/health", "/_stcore/metrics", "/auth/login", "/oauth2callback"):
        ask(url, path)


@pytest.fixture(scope="module", params=["127.0.0.1", "0.0.0.0"])
def listening(request, tmp_path_factory):
    """A server without a network, and the recorder of what it would call."""
    home = tmp_path_factory.mktemp("home")
    recorder = Recorder(tmp_path_factory.mktemp("recorder"))
    option = f"--server.address={request.param}"
    with running(home, option, environment=recorder.environment) as url:
        yield url, recorder, request.param == "0.0.0.0"


def test_the_server_calls_nobody_whatever_a_stranger_sends(listening):
    url, recorder, _ = listening
    provoke(url)
    assert recorder.heard() == []


def test_the_machines_name_is_an_own_one_where_others_reach_it(listening):
    url, recorder, is_reachable = listening
    for name in (socket.gethostname(), f"{socket.gethostname()}.local", "0.0.0.0"):
        assert ask(url, Host=f"{name}:8501").status_code == (200 if is_reachable else 421)
    # Here the request came in at 127.0.0.1, not at this address.
    assert ask(url, Host="192.0.2.7:8501").status_code == 421
    assert recorder.heard() == []


def test_no_page_calls_anybody_in_the_browser_or_in_the_server(listening, browser):
    url, recorder, _ = listening
    # Leaving this block fails where a page called another machine or broke a rule.
    with (
        watched_context(browser, "laptop", "light") as context,
        noted_requests(context) as requests,
    ):
        page = context.new_page()
        for address in ADDRESSES:
            page.goto(f"{url}/{address}")
            settled(page)
            expect(page.get_by_role("heading", level=1)).to_have_count(1)
    asked = [request.url for request in requests]
    hosts = {urlsplit(request).netloc for request in asked if request.startswith("http")}
    assert hosts == {urlsplit(url).netloc}
    assert len(asked) > 50
    assert recorder.heard() == []


@pytest.mark.parametrize("address", ["127.0.0.1", "0.0.0.0"])
def test_without_the_gate_the_recorder_hears_a_look_up(tmp_path, address):
    """The test above has power: Streamlit alone calls out."""
    home, folder = tmp_path / "home", tmp_path / "recorder"
    home.mkdir()
    folder.mkdir()
    recorder = Recorder(folder)
    options = [f"--server.address={address}", "--logger.hideWelcomeMessage=false"]
    with running(home, *options, gate=False, environment=recorder.environment) as url:
        at_start = {host for _, host, _ in recorder.outside()}
        assert at_start == (LOOK_UP if address == "0.0.0.0" else set())
        before = len(recorder.outside())
        assert knock(url, origin="http://evil.example") == 403
        assert LOOK_UP >= {host for _, host, _ in recorder.outside()[before:]} != set()


def test_the_weather_is_asked_for_at_one_host_and_only_when_it_is_wanted(
    tmp_path, sky, browser
):
    home, folder = tmp_path / "home", tmp_path / "recorder"
    home.mkdir()
    folder.mkdir()
    recorder = Recorder(folder)
    weather = {
        "CRAMPRISK_FORECAST_URL": f"{sky.url}/v1/forecast",
        "CRAMPRISK_PLACES_URL": f"{sky.url}/v1/search",
    }
    with (
        running(home, environment=recorder.environment | weather) as url,
        watched_context(browser, "laptop", "light") as context,
    ):
        page = context.new_page()
        page.goto(f"{url}/start")
        ready(page)
        assert recorder.heard() == []
        search = page.locator(".st-key-start_place input")
        search.fill("x@evil.example/../http://evil.example")
        search.press("Enter")
        ready(page)
    called = {(host, int(port)) for _, host, port in recorder.heard()}
    parts = urlsplit(sky.url)
    assert called == {(parts.hostname, parts.port)}
    assert sky.log[-1][1]["name"] == "x@evil.example/../http://evil.example"


def test_behind_a_proxy_the_pages_work_and_nobody_is_called(tmp_path, browser):
    """The browser knows another name than the server, as behind many proxies."""
    home, folder = tmp_path / "home", tmp_path / "recorder"
    home.mkdir()
    folder.mkdir()
    recorder = Recorder(folder)
    port = free_port()

    def renamed(head):
        return with_header(head, "Host", f"127.0.0.1:{port}")

    with proxy_before(port, asking=renamed) as public:
        pages = (f"http://localhost:{public}", "https://club.example")
        options = [f"--server.corsAllowedOrigins={page}" for page in pages]
        environment = recorder.environment
        with (
            running(home, *options, port=port, environment=environment) as url,
            browser.new_context() as context,
        ):
            note_traffic(context)
            page = context.new_page()
            page.goto(f"http://localhost:{public}/?sport=running")
            ready(page)
            page.locator(".st-key-duration_min input").fill("61")
            page.keyboard.press("Enter")
            ready(page)
            assert knock(url, origin="https://club.example") == 101
            assert knock(url, origin=f"http://localhost:{public + 1}") == 403
    assert recorder.heard() == []


# ------------------------------------------------------------- under a tracer of the kernel

# A call that goes to an address; what is only received or asked about goes nowhere.
CALLED = re.compile(
    r"^\d+ +(?:connect|sendto|sendmsg|sendmmsg)\(.*?"
    r"sin6?_port=htons\((\d+)\).*?"
    r"(?:inet_addr\(|inet_pton\(AF_INET6, )\"([^\"]+)\""
)


def calls_in(trace):
    """Addresses and ports outside this machine that a trace of system calls shows."""
    found = filter(None, map(CALLED.match, trace.read_text().splitlines()))
    calls = {(call[2], int(call[1])) for call in found}
    # A resolver of names may stand on this machine and ask outside in its place.
    return {(to, at) for to, at in calls if not ip_address(to).is_loopback or at == 53}


def traced(trace):
    return [STRACE, "-f", "-qq", "-e", "trace=network", "-o", str(trace)]


@pytest.mark.skipif(not STRACE, reason=NO_STRACE)
def test_the_kernel_sees_no_call_either(tmp_path, browser):
    trace = tmp_path / "trace"
    with running(tmp_path, "--server.address=0.0.0.0", under=traced(trace)) as url:
        provoke(url)
        with watched_context(browser, "laptop", "light") as context:
            page = context.new_page()
            for name in ("", "start", "squad"):
                page.goto(f"{url}/{name}")
                ready(page)
    assert "accept4(" in trace.read_text()
    assert calls_in(trace) == set()


@pytest.mark.skipif(not STRACE, reason=NO_STRACE)
def test_without_the_gate_the_kernel_sees_a_call(tmp_path):
    trace = tmp_path / "trace"
    # What asks over HTTP goes to a proxy that is not there, so that nothing leaves.
    nowhere = {"http_proxy": "http://127.0.0.1:9", "https_proxy": "http://127.0.0.1:9"}
    with running(tmp_path, gate=False, environment=nowhere, under=traced(trace)) as url:
        assert knock(url, origin="http://evil.example") == 403
    assert calls_in(trace) == {("8.8.8.8", 1)}
