"""The gate before a running server: who gets a page, what is closed, what answers say."""

import json
import subprocess
import sys
from urllib.parse import urlencode, urlsplit

import httpx
import pytest
from playwright.sync_api import expect

from riskmodel.serving import gate
from riskmodel.serving.hosts import Names
from tests.browser import download, noted_requests, ready, watched_context
from tests.conftest import CHECKOUT
from tests.serving.asking import UPLOAD, ask, in_a_loop_of_its_own, knock, running, send
from tests.views.pages import SIX

STRANGE_HOSTS = [
    "evil.example",
    "localhost.evil.example",
    "127.0.0.1.evil.example:8501",
    "192.0.2.1",
    "0.0.0.0",
    "",
]
STRANGE_ORIGINS = [
    "http://evil.example",
    "https://evil.example:8501",
    "http://localhost:3000",
    "http://127.0.0.1",
    "null",
    "",
    "file://",
]
# Everything that a server of Streamlit answers, as its own table of routes says, and
# what the gate does with it.  A route that is not here is new: decide what it is for.
ROUTES = {
    "/_stcore/health": "open",
    "/_stcore/host-config": "open",
    "/_stcore/stream": "open",
    "/_stcore/upload_file/{session_id}/{file_id}": "open",
    "/_stcore/bidi-components/{path:path}": "open",
    "/_stcore/metrics": "closed",
    "/_stcore/script-health-check": "closed",
    "/_stcore/agent/interact": "closed",
    "/_stcore/agent/mcp": "closed",
    "/_stcore/agent/openapi.json": "closed",
    "/media/{file_id:path}": "open",
    "/component/{path:path}": "open",
    "/app/static/{path:path}": "open",
    "/auth/login": "open",
    "/auth/logout": "open",
    "/oauth2callback": "open",
    "": "open",  # the page itself, and Streamlit's own program
}
CLOSED = [path for path, what in ROUTES.items() if what == "closed"]
# What Streamlit offers where it is switched on.
EVERYTHING = (
    "server.scriptHealthCheckEnabled",
    "server.enableStaticServing",
    "server.enableAgentApi",
)
LIST_ROUTES = """
import json, sys
import app
from streamlit import config
for name in sys.argv[1:]:
    config.set_option(name, True)
print(json.dumps([route.path for route in app.app._build_starlette_app().routes]))
"""


@pytest.fixture(scope="module")
def generous_url(tmp_path_factory):
    """A server on which everything is switched on that Streamlit offers."""
    options = [f"--{name}=true" for name in EVERYTHING]
    with running(tmp_path_factory.mktemp("generous"), *options) as url:
        yield url


READABLE = [
    "/_stcore/health",
    "/_stcore/host-config",
    "/_stcore/bidi-components/none/x.js",
    "/component/none/x.html",
    "/media/none",
    "/app/static/none",
    "/",
]


@pytest.fixture(scope="module")
def open_url(tmp_path_factory):
    """A server whose CORS is off and which names one other page, and one ungated."""
    options = ["--server.enableCORS=false", "--server.enableXsrfProtection=false"]
    named = "--server.corsAllowedOrigins=https://club.example"
    more = [f"--{name}=true" for name in EVERYTHING]
    with (
        running(tmp_path_factory.mktemp("open"), *options, named, *more) as url,
        running(tmp_path_factory.mktemp("bare"), *options, *more, gate=False) as bare,
    ):
        yield url, bare


@pytest.fixture(scope="module")
def ungated_url(tmp_path_factory):
    """The same server with the gate taken off."""
    options = [f"--{name}=true" for name in EVERYTHING]
    with running(tmp_path_factory.mktemp("ungated"), *options, gate=False) as url:
        yield url


# ----------------------------------------------------------------------- hosts and pages


@pytest.mark.parametrize("host", STRANGE_HOSTS)
@pytest.mark.parametrize("path", ["/", "/squad", "/static/js/x.js", "/media/x", UPLOAD])
def test_a_foreign_host_gets_no_page(app_url, host, path):
    answer = ask(app_url, path, Host=host)
    assert (answer.status_code, answer.text.strip()) == gate.FOREIGN_HOST


@pytest.mark.parametrize("host", [host for host in STRANGE_HOSTS if host])
def test_a_foreign_host_gets_no_websocket(app_url, host):
    assert knock(app_url, host=host) == 403
    assert knock(app_url, host=host, origin=f"http://{host}") == 403


def test_a_host_that_is_sent_twice_or_never_is_foreign(app_url):
    own = urlsplit(app_url).netloc
    twice = f"GET / HTTP/1.1\r\nHost: {own}\r\nHost: evil.example\r\n\r\n"
    assert send(app_url, twice) in (400, 421)
    assert send(app_url, "GET / HTTP/1.0\r\n\r\n") == 421
    assert knock(app_url, more=["Host: evil.example"]) in (400, 403)


@pytest.mark.parametrize("name", ["127.0.0.1", "localhost", "LOCALHOST", "[::1]"])
def test_the_own_names_get_pages_and_a_websocket(app_url, name):
    host = f"{name}:{urlsplit(app_url).port}"
    assert ask(app_url, "/squad", Host=host).status_code == 200
    assert knock(app_url, host=host, origin=f"http://{host}") == 101
    assert knock(app_url, host=host) == 101  # no browser: no origin


@pytest.mark.parametrize("origin", STRANGE_ORIGINS)
def test_a_foreign_page_gets_no_websocket_and_writes_nothing(app_url, origin):
    assert knock(app_url, origin=origin) == 403
    for method in ("PUT", "DELETE", "POST", "PATCH", "OPTIONS"):
        answer = ask(app_url, UPLOAD, method, Origin=origin)
        assert (answer.status_code, answer.text.strip()) == gate.FOREIGN_PAGE
    assert "access-control-allow-origin" not in ask(app_url, Origin=origin).headers


@pytest.mark.parametrize("path", READABLE)
def test_no_foreign_page_reads_an_answer_also_where_cors_is_off(open_url, path):
    for origin in ("http://evil.example", "null", urlsplit(open_url[0]).netloc):
        headers = ask(open_url[0], path, Origin=origin).headers
        assert "Access-Control-Allow-Origin" not in headers


def test_without_the_gate_a_foreign_page_would_read(open_url):
    headers = ask(open_url[1], "/_stcore/host-config", Origin="http://evil.example").headers
    assert headers["Access-Control-Allow-Origin"] == "*"


def test_a_page_that_is_named_reads_what_streamlit_lets_it_read(tmp_path):
    with running(tmp_path, "--server.corsAllowedOrigins=https://club.example") as url:
        for origin, read in (("https://club.example", True), ("https://a.example", False)):
            headers = ask(url, "/_stcore/host-config", Origin=origin).headers
            assert (headers.get("Access-Control-Allow-Origin") == origin) is read


def test_an_own_page_reaches_what_takes_uploads(app_url):
    # There it is refused for a token that Streamlit gives its pages.
    answer = ask(app_url, UPLOAD, "PUT", Origin=app_url)
    assert answer.status_code == 403
    assert "XSRF" in answer.text


def test_an_origin_that_is_sent_twice_is_foreign(app_url):
    own = f"Origin: {app_url}"
    assert knock(app_url, more=[own]) == 101
    assert knock(app_url, more=[own, own]) in (400, 403)


def test_a_named_host_is_the_only_one_and_a_named_page_may_speak(tmp_path):
    listed = ("app.example", "*.club.example", "[::1]", "2001:0db8::1")
    named = [f"--server.allowedHosts={name}" for name in listed]
    pages = ["--server.corsAllowedOrigins=https://a.club.example"]
    with running(tmp_path, *named, *pages) as url:
        for host in ("app.example", "b.club.example:443"):
            assert ask(url, Host=host).status_code == 200
            assert knock(url, host=host, origin=f"https://{host}") == 101
        # As through a proxy that gives the server a name of its own.
        assert knock(url, host="app.example", origin="https://a.club.example") == 101
        assert knock(url, host="app.example", origin="https://b.club.example") == 403
        for host in (urlsplit(url).netloc, "localhost", "club.example", "1"):
            assert ask(url, Host=host).status_code == 421
            assert knock(url, host=host) == 403
        # An address in brackets is one, not a choice of letters.
        for host in ("[::1]:8501", "[2001:db8::1]"):
            assert ask(url, Host=host).status_code == 200
            assert knock(url, host=host, origin=f"http://{host}") == 101


# --------------------------------------------------------------------- routes and health


def test_every_route_of_streamlit_is_known():
    answer = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", LIST_ROUTES, *EVERYTHING],
        cwd=CHECKOUT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert set(json.loads(answer.stdout)) == set(ROUTES)


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS"])
@pytest.mark.parametrize("path", CLOSED)
def test_what_the_pages_do_not_need_is_closed(generous_url, path, method):
    answer = ask(generous_url, path, method)
    assert answer.status_code == 404
    assert answer.text.strip() in ("", gate.CLOSED[1])


@pytest.mark.parametrize("path", [path for path in CLOSED if not path.endswith("mcp")])
def test_without_the_gate_it_would_be_open(ungated_url, path):
    method = "POST" if path.endswith("interact") else "GET"
    assert ask(ungated_url, path, method).status_code == 200


def test_without_the_gate_any_host_would_get_a_page(ungated_url):
    assert ask(ungated_url, Host="evil.example").status_code == 200


@pytest.mark.parametrize(
    "path",
    [
        "/_stcore/metrics?families=session_events",
        "/_stcore/metrics/",
        "/_stcore/metrics/_stcore/metrics",
        "/%5fstcore/metrics",
        "/_stcore/%6detrics",
        "/_stcore/stream",  # over HTTP
        "/_stcore/",
        "/_stcore/new-in-a-later-version",
        "/squad/_stcore/metrics",
    ],
)
def test_another_spelling_opens_nothing(generous_url, path):
    assert ask(generous_url, path).status_code == 404


@pytest.mark.parametrize("path", ["/", "/_stcore/metrics", "/_stcore/health", "/squad"])
def test_only_one_address_takes_websockets(app_url, server_home, path):
    before = (server_home / "server.log").read_text()
    assert knock(app_url, path=path) == 403
    assert (server_home / "server.log").read_text() == before


@pytest.mark.parametrize(
    "path",
    [
        "/media/abc.csv/_stcore/health",
        "/component/x/_stcore/health",
        "/squad/_stcore/health",
        "/_stcore/health/_stcore/health",
        "/_stcore/health/",
        "//_stcore/health",
    ],
)
def test_only_health_itself_is_told_to_a_foreign_host(app_url, path):
    refused = gate.CLOSED[0], gate.FOREIGN_HOST[0]
    assert ask(app_url, path, Host="evil.example").status_code in refused


def test_health_below_a_folder_is_asked_there(tmp_path):
    with running(tmp_path, "--server.baseUrlPath=club/pages", folder="club/pages") as url:
        health = ask(url, "/club/pages/_stcore/health", Host="10.0.0.7")
        assert (health.status_code, health.text) == (200, "ok")
        for path in ("/_stcore/health", "/club/_stcore/health"):
            assert ask(url, path, Host="10.0.0.7").status_code == 421
        assert ask(url, "/club/pages/", Host=urlsplit(url).netloc).status_code == 200


LED_BY_ANOTHER = ["cross-site", "same-site", "", "new"]


@pytest.mark.parametrize("path", ["/auth/logout", "/auth/login", "/auth/logout/"])
@pytest.mark.parametrize("site", LED_BY_ANOTHER)
def test_a_foreign_page_signs_nobody_in_or_out(app_url, path, site):
    answer = ask(app_url, path, Sec_Fetch_Site=site, Sec_Fetch_Mode="navigate")
    assert (answer.status_code, answer.text.strip()) == gate.FOREIGN_PAGE


@pytest.mark.parametrize("path", ["/auth/logout", "/auth/login"])
@pytest.mark.parametrize("site", ["same-origin", "none"])
def test_the_button_and_the_address_bar_do(app_url, path, site):
    assert ask(app_url, path, Sec_Fetch_Site=site).status_code == 302
    assert ask(app_url, path).status_code == 302  # no browser, or over plain HTTP


@pytest.mark.parametrize("path", ["/", "/squad", "/oauth2callback?state=x&code=y"])
def test_links_of_others_and_the_way_back_from_the_provider_are_open(app_url, path):
    assert ask(app_url, path, Sec_Fetch_Site="cross-site").status_code in (200, 302)


@pytest.mark.parametrize("path", ["/squad/deeper", "/nothing/at/all", "/squad/a%2Fb"])
def test_below_a_page_nothing_is_shown_as_a_page(app_url, path):
    """The page would stay blank: it looks for its program beside its address."""
    answer = ask(app_url, path)
    assert (answer.status_code, answer.text.strip()) == gate.CLOSED
    assert ask(app_url, "/squad").headers["content-type"].startswith("text/html")


def test_health_says_ok_and_nothing_else_to_whoever_asks(app_url):
    for host in (urlsplit(app_url).netloc, "10.0.0.7:8501"):
        answer = ask(app_url, "/_stcore/health", Host=host)
        assert (answer.status_code, answer.text) == (200, "ok")


# ------------------------------------------------------------------ what every answer says


@pytest.mark.parametrize(
    ("method", "path", "headers"),
    [
        ("GET", "/", {}),
        ("HEAD", "/", {}),
        ("GET", "/squad", {}),
        ("GET", "/squad/", {}),
        ("GET", "//evil.example", {}),
        ("GET", "/../../etc/passwd", {}),
        ("GET", "/favicon.png", {}),
        ("GET", "/_stcore/health", {}),
        ("GET", "/_stcore/host-config", {}),
        ("GET", "/_stcore/metrics", {}),
        ("GET", "/_stcore/bidi-components/none/x.js", {}),
        ("GET", "/component/none/x.html", {}),
        ("GET", "/media/none", {}),
        ("GET", "/auth/login", {}),
        ("GET", "/auth/logout", {}),
        ("GET", "/oauth2callback?state=x&code=y", {}),
        ("PUT", UPLOAD, {}),
        ("OPTIONS", UPLOAD, {}),
        ("POST", "/", {}),
        ("TRACE", "/", {}),
        ("GET", "/", {"Host": "evil.example"}),
        ("PUT", UPLOAD, {"Origin": "http://evil.example"}),
    ],
)
def test_every_answer_says_what_the_browser_is_to_keep_to(app_url, method, path, headers):
    answer = ask(app_url, path, method, **headers)
    for name, value in gate.HEADERS.items():
        assert answer.headers.get_list(name) == [value]
    (policy,) = answer.headers.get_list("Content-Security-Policy")
    is_page = answer.headers.get("Content-Type", "").startswith("text/html")
    assert policy == (gate.page_policy() if is_page else gate.NO_PAGE)
    assert "frame-ancestors 'none'" in policy
    assert answer.headers["Cache-Control"]


@pytest.mark.parametrize("path", ["/media/none", "/auth/login", "/oauth2callback"])
def test_nothing_that_may_hold_answers_is_kept(app_url, path):
    assert ask(app_url, path).headers["Cache-Control"] == "no-store"


def test_a_page_that_has_not_changed_keeps_its_policy(app_url):
    first = ask(app_url)
    again = ask(app_url, If_None_Match=first.headers["ETag"])
    assert again.status_code == 304
    # The headers of this answer would replace those that the browser has kept.
    assert "Content-Security-Policy" not in again.headers
    assert again.headers["X-Content-Type-Options"] == "nosniff"


def test_the_programs_of_streamlit_are_kept_as_before(app_url):
    page = ask(app_url).text
    path = page.partition('src="./')[2].partition('"')[0]
    assert path.endswith(".js")
    assert "immutable" in ask(app_url, f"/{path}").headers["Cache-Control"]


def test_the_policy_lets_nothing_in_from_elsewhere():
    words = gate.page_policy().replace(";", " ").split()
    assert not {"*", "https:", "http:", "'unsafe-eval'"} & {*words}
    assert "://" not in gate.page_policy()
    (scripts,) = [
        part for part in gate.page_policy().split("; ") if part.startswith("script-src")
    ]
    assert "'unsafe-inline'" not in scripts
    assert "'sha256-" in scripts


def test_what_fails_is_told_in_a_sentence_and_protected_too():
    async def broken(scope, receive, send):
        raise RuntimeError("secret")

    async def fetch():
        app = gate.Gate(broken, Names(("a",)))
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://a") as client:
            return await client.get("/")

    answer = in_a_loop_of_its_own(fetch())
    assert (answer.status_code, answer.text.strip()) == gate.BROKEN
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cache-Control"] == "no-store"


# --------------------------------------------------------------------------- real browser


def test_a_download_is_not_kept_and_not_opened_as_a_page(open_page):
    page = open_page("laptop", "light", f"/?{urlencode(SIX)}")
    page.get_by_role("button", name="Print").click()
    ready(page)
    # The answer may be told after the file is there.
    with page.context.expect_event("response", lambda a: "/media/" in a.url) as answer:
        assert download(page, "Download PDF").read_bytes().startswith(b"%PDF")
    media = answer.value
    assert media.headers["cache-control"] == "no-store"
    assert media.headers["content-security-policy"] == gate.NO_PAGE
    assert media.headers["content-disposition"].startswith("attachment")


ATTACK = """<!doctype html><title>attack</title><iframe src="{app}/"></iframe><script>
const told = [];
const tell = what => {{ told.push(what); if (told.length === 3)
    document.title = told.sort().join(", "); }};
const socket = new WebSocket("{socket}/_stcore/stream", ["streamlit"]);
socket.onopen = () => tell("socket open");
socket.onerror = () => tell("socket refused");
fetch("{app}{upload}", {{method: "PUT", credentials: "include", body: "x"}})
    .then(() => tell("upload answered"), () => tell("upload refused"));
fetch("{app}/_stcore/host-config")
    .then(() => tell("read"), () => tell("unread"));
</script>"""


def test_a_foreign_page_in_a_real_browser_gets_nowhere(app_url, browser):
    socket = app_url.replace("http", "ws")
    attack = ATTACK.format(app=app_url, socket=socket, upload=UPLOAD)
    with browser.new_context() as context:
        context.route(
            "http://evil.example/",
            lambda route: route.fulfill(body=attack, content_type="text/html"),
        )
        page = context.new_page()
        page.goto("http://evil.example/")
        expect(page).to_have_title("socket refused, unread, upload refused")
        frame = page.frames[1]
        frame.wait_for_load_state()
        assert frame.url.startswith("chrome-error:")


def test_links_tell_no_other_address_what_they_hold(app_url, browser):
    """No request says which page made it, not even those of the app itself."""
    with (
        watched_context(browser, "laptop", "light") as context,
        noted_requests(context) as asked,
    ):
        page = context.new_page()
        page.goto(f"{app_url}/?sport=running&age_years=40")
        ready(page)
        told = [request.headers for request in asked]
    assert len(told) > 10
    assert not [headers["referer"] for headers in told if headers.get("referer")]
