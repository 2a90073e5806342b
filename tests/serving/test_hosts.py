"""By which names the server may be called, and which pages may speak with it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from streamlit import config, net_util
from streamlit.web.server.starlette import starlette_websocket

from riskmodel.serving import hosts
from riskmodel.serving.gate import as_in_the_address_bar, refusal
from riskmodel.serving.hosts import Names, configured_names, is_this_machine, split_host

HERE = Names(("localhost", "127.0.0.1"))
CLUB = Names(("localhost", "0.0.0.0", "box", "box.local", "club.example"), reachable=True)
NAMED = Names(("app.example", "*.club.example"), only=True)
# What a library of patterns would read as more than it says.
ODD = Names(("club*", "[a-z]", "x?.example", "**", "*.*", "c*.example"), only=True)
FRIENDS = Names(origins=frozenset({"https://club.example", "http://other.example:81"}))
CAME_IN_AT = "192.168.1.5"


@pytest.mark.parametrize(
    ("header", "name"),
    [
        ("localhost", ("localhost", None)),
        ("LocalHost.:8501", ("localhost", 8501)),
        ("127.0.0.1:8501", ("127.0.0.1", 8501)),
        ("[::1]:8501", ("::1", 8501)),
        ("[0:0:0:0:0:0:0:1]", ("::1", None)),
        ("[::ffff:192.168.1.5]", ("192.168.1.5", None)),
        ("club.example", ("club.example", None)),
        ("", None),
        (".", None),
        (None, None),
        ("club.example:", None),
        ("club.example:port", None),
        ("user@localhost", None),
        ("localhost/path", None),
        ("localhost?query", None),
        ("localhost#part", None),
        ("local host", None),
        ("local\thost", None),
        ("localhost\n", None),
        ("localhost,evil.example", None),
        ("::1", None),
        ("[::1", None),
        ("bücher.example", None),
    ],
)
def test_a_host_header_is_read_strictly_and_in_one_spelling(header, name):
    assert split_host(header) == name


@pytest.mark.parametrize(
    ("names", "host", "allowed"),
    [
        (HERE, "localhost", True),
        (HERE, "127.0.0.1:8501", True),
        (HERE, "127.8.9.1", True),
        (HERE, "[::1]:8501", True),
        (HERE, "evil.example", False),
        (HERE, "localhost.evil.example", False),
        (HERE, "127.0.0.1.evil.example", False),
        (HERE, "evil.example:127.0.0.1", False),
        (HERE, "127.0.0.1@evil.example", False),
        (HERE, CAME_IN_AT, False),
        (HERE, "0.0.0.0", False),
        (HERE, "2130706433", False),
        (HERE, None, False),
        (HERE, "", False),
        (CLUB, "box:8501", True),
        (CLUB, "BOX.local", True),
        (CLUB, CAME_IN_AT, True),
        (CLUB, "[::ffff:192.168.1.5]:80", True),
        (CLUB, "0.0.0.0:8501", True),
        (CLUB, "localhost", True),
        (CLUB, "192.168.1.6", False),
        (CLUB, "box.evil.example", False),
        (NAMED, "app.example:443", True),
        (NAMED, "first.club.example", True),
        (NAMED, "club.example", False),
        (NAMED, "evilclub.example", False),
        (NAMED, "localhost", False),
        (NAMED, CAME_IN_AT, False),
        (NAMED, "app.example.evil.example", False),
        (NAMED, "a.club.example.evil.example", False),
        (ODD, "club.evil.com", False),
        (ODD, "a", False),
        (ODD, "xy.example", False),
        (ODD, "club.example", False),
        (ODD, "x.", False),
        (Names(("*",), only=True), "whatever.example", True),
    ],
)
def test_a_server_answers_to_its_own_names_only(names, host, allowed):
    assert names.allow_host(host, CAME_IN_AT) is allowed


@pytest.mark.parametrize(
    ("origin", "host", "allowed"),
    [
        (None, "localhost:8501", True),
        ("http://localhost:8501", "localhost:8501", True),
        ("https://club.example", "club.example:443", True),
        ("http://[::1]:8501", "[::1]:8501", True),
        ("https://club.example", "127.0.0.1:8501", True),
        ("http://other.example:81", "127.0.0.1:8501", True),
        ("http://localhost:3000", "localhost:8501", False),
        ("http://127.0.0.1:8501", "localhost:8501", False),
        ("http://club.example", "127.0.0.1:8501", False),
        ("https://club.example:8443", "127.0.0.1:8501", False),
        ("https://club.example.evil.example", "127.0.0.1:8501", False),
        ("https://evil.example", "localhost:8501", False),
        ("null", "localhost:8501", False),
        ("", "localhost:8501", False),
        ("file://localhost:8501", "localhost:8501", False),
        ("http://user@localhost:8501", "localhost:8501", False),
        ("http://localhost:8501/", "localhost:8501", False),
        ("http://localhost:8501", None, False),
    ],
)
def test_only_the_own_page_and_named_ones_may_speak_with_it(origin, host, allowed):
    assert FRIENDS.allow_origin(origin, host) is allowed


@given(
    name=st.sampled_from(
        [
            "localhost",
            "127.0.0.1",
            "[::1]",
            "[::ffff:127.0.0.1]",
            "LOCALHOST.",
            "evil.example",
        ]
    ),
    port=st.sampled_from(["", ":80", ":443", ":8501"]),
    page=st.sampled_from(
        [
            "http://localhost",
            "https://localhost",
            "http://[::1]",
            "https://club.example",
            "x",
        ]
    ),
    page_port=st.sampled_from(["", ":80", ":443", ":8501", ":81"]),
)
def test_what_the_gate_lets_through_streamlit_takes_for_its_own_page(
    name, port, page, page_port
):
    def look_up():
        raise AssertionError("it would call out")

    headers = [
        (b"host", f"{name}{port}".encode()),
        (b"origin", f"{page}{page_port}".encode()),
    ]
    scope = {"type": "websocket", "path": "/_stcore/stream", "headers": headers}
    scope["server"] = "127.0.0.1", 8501
    if refusal(scope, FRIENDS) is not None:
        return
    given_on = dict(as_in_the_address_bar(scope)["headers"])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(net_util, "get_internal_ip", look_up)
        patch.setattr(net_util, "get_external_ip", look_up)
        assert starlette_websocket._is_origin_allowed(
            given_on[b"origin"].decode(), given_on[b"host"].decode()
        )


SETTINGS = {
    "server.address": "127.0.0.1",
    "server.allowedHosts": [],
    "server.baseUrlPath": "",
    "server.corsAllowedOrigins": [],
    "browser.serverAddress": "localhost",
}


@pytest.fixture
def settings(monkeypatch):
    """What is configured; other settings are none of this."""
    told = {**SETTINGS, "redirect_uri": ""}
    monkeypatch.setattr(hosts.st, "get_option", told.__getitem__)
    monkeypatch.setattr(hosts, "_redirect_uri", lambda: told["redirect_uri"])
    monkeypatch.setattr(hosts.socket, "gethostname", lambda: "box")
    return told


def test_streamlit_has_the_settings_that_are_read():
    assert set(SETTINGS) <= set(config._config_options_template)


def test_by_itself_a_server_knows_nobody_but_this_machine(settings):
    names = configured_names()
    assert not names.reachable
    assert all(is_this_machine(name) for name in names.hosts)
    assert names.origins == frozenset()


@pytest.mark.parametrize("address", ["0.0.0.0", "::", None, "192.168.1.5"])
def test_a_server_that_others_reach_has_the_names_of_its_machine(settings, address):
    settings["server.address"] = address
    names = configured_names()
    for host in ("box:8501", "box.local", CAME_IN_AT, "localhost"):
        assert names.allow_host(host, CAME_IN_AT)
    assert not names.allow_host("evil.example", CAME_IN_AT)


@pytest.mark.parametrize("address", ["127.0.0.1", "0.0.0.0"])
def test_the_address_of_the_sign_in_is_an_own_name_and_an_own_page(settings, address):
    settings["server.address"] = address
    settings["redirect_uri"] = "https://Club.example:443/oauth2callback"
    names = configured_names()
    assert names.allow_host("club.example", "127.0.0.1")
    assert names.origins == {"https://club.example"}


@pytest.mark.parametrize(
    "spoilt", ["", "no address", "https://", "https://a b/", "ftp://a"]
)
def test_an_address_of_the_sign_in_that_is_none_opens_nothing(settings, spoilt):
    settings["redirect_uri"] = spoilt
    names = configured_names()
    assert names.origins == frozenset()
    assert all(is_this_machine(name) for name in names.hosts)


def test_named_hosts_are_the_only_ones_and_origins_stand_beside_them(settings):
    settings["server.allowedHosts"] = [" App.example. ", "*.club.example"]
    settings["server.corsAllowedOrigins"] = ["https://club.example:443", "http://a:81", "*"]
    names = configured_names()
    assert names == Names(
        ("app.example", "*.club.example"),
        only=True,
        origins=frozenset({"https://club.example", "http://a:81"}),
    )


ADDRESSES = ["[::1]", "::1", "0:0:0:0:0:0:0:1", " [2001:0DB8::1] ", "192.168.1.5"]


@pytest.mark.parametrize(
    ("header", "allowed"),
    [
        ("[::1]:8501", {"[::1]", "::1", "0:0:0:0:0:0:0:1"}),
        ("[2001:db8::1]", {" [2001:0DB8::1] "}),
        ("192.168.1.5:80", {"192.168.1.5"}),
        ("1", set()),
        (":", set()),
        ("[::2]", set()),
    ],
)
@pytest.mark.parametrize("address", ADDRESSES)
def test_an_address_may_be_named_in_any_of_its_spellings(
    settings, address, header, allowed
):
    settings["server.allowedHosts"] = [address]
    names = configured_names()
    assert names.allow_host(header, CAME_IN_AT) is (address in allowed)


HOSTS = ["App.example.", "*.club.example", "club*", "[a-z]", "?.example", *ADDRESSES]
HEADERS = [
    "app.example", "APP.example.", "x.club.example:8", "club.example", "club.evil.com", "a",
    "x.example", "[::1]:8501", "[2001:db8::1]", "1", "192.168.1.5", "192.168.1.6", "",
]  # fmt: skip


@pytest.mark.parametrize("header", HEADERS)
@pytest.mark.parametrize("hosts_named", [HOSTS, ["*"], *([host] for host in HOSTS)])
def test_streamlit_reads_named_hosts_in_the_same_way(
    settings, monkeypatch, header, hosts_named
):
    settings["server.allowedHosts"] = hosts_named
    names = configured_names()
    monkeypatch.setattr(hosts.config, "set_option", settings.__setitem__)
    hosts.hand_on(names)
    monkeypatch.setattr(starlette_websocket.config, "get_option", settings.__getitem__)
    ours = names.allow_host(header, CAME_IN_AT)
    assert starlette_websocket.is_host_allowed(header) is ours


@pytest.mark.parametrize(
    ("configured", "folder"), [("", ""), ("club", "/club"), ("/a/b/", "/a/b")]
)
def test_the_folder_of_the_pages_is_known(settings, configured, folder):
    settings["server.baseUrlPath"] = configured
    assert configured_names().folder == folder
