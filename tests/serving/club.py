"""A club's server for the tests: its name, which leads here, and its sign-in."""

import socket

from riskmodel.serving.doctor import examine
from tests.serving.asking import in_a_thread_of_its_own, running

CLUB = "club.example"
SIGN_IN = f"""[auth]
redirect_uri = "https://{CLUB}/oauth2callback"
cookie_secret = "of the tests"
client_id = "nobody"
client_secret = "nothing"
server_metadata_url = "http://127.0.0.1:1/never-asked"
"""


def leads_here(monkeypatch):
    """Let the name of the club lead to this machine, in this process."""
    really = socket.getaddrinfo

    def asked(host, *rest, **more):
        return really("127.0.0.1" if host == CLUB else host, *rest, **more)

    monkeypatch.setattr(socket, "getaddrinfo", asked)


def signing_in(home, *options, **more):
    """Serve the app with a sign-in, whose address names the club."""
    (home / ".streamlit").mkdir()
    (home / ".streamlit" / "secrets.toml").write_text(SIGN_IN, encoding="utf-8")
    return running(home, *options, **more)


def examined(url):
    """What the doctor finds."""
    return in_a_thread_of_its_own(examine, url)


def kinds(findings):
    """Which kinds of findings they are, in their order."""
    return [finding.kind for finding in findings]


def port_of(url):
    return int(url.rpartition(":")[2])
