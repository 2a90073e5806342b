"""What keeps people from a server, and the line that mends it."""

from __future__ import annotations

from dataclasses import asdict
from importlib.util import find_spec
from typing import TYPE_CHECKING, Annotated
from urllib.parse import urlsplit

import typer

from riskmodel.cli.frame import app, say, say_json, sentences_for_errors, stop
from riskmodel.inputs.installing import how_to_install

if TYPE_CHECKING:
    from riskmodel.serving.doctor import Finding

_PAGES_WORK, _NO_PAGES = 1, 2
"""How the command ends, as programs that watch servers understand it."""
_SENTENCES = {
    "not_reachable": "{url} cannot be reached ({seen}): start the proxy (systemctl restart "
    "nginx), and let ports 80 and 443 through the firewall.",
    "certificate_expired": "The certificate of {host} has expired: renew it (certbot "
    "renew), then systemctl reload nginx.",
    "certificate_of_another_name": "The certificate is not one of {host} ({seen}): get one "
    "for this name (certbot certonly --nginx -d {host}).",
    "certificate_untrusted": "A browser does not trust the certificate of {host} ({seen}): "
    "ssl_certificate must name the whole chain, fullchain.pem, of a known authority.",
    "name_refused": "The app does not answer to the name {seen}: write allowedHosts = "
    '["{seen}", "localhost"] below [server] in .streamlit/config.toml; restart the app.',
    "app_not_running": "The proxy answers, the app behind it does not ({seen}): systemctl "
    "restart cramp-risk, and proxy_pass must name its port, http://127.0.0.1:8501.",
    "wrong_prefix": "The app is not at this folder of the address ({seen}): write "
    'baseUrlPath = "{folder}" below [server] in .streamlit/config.toml, and in the proxy '
    "location {slashed} with a proxy_pass that has nothing behind the port.",
    "another_page": "Something else than the app answers at {url} ({seen}): server_name "
    "{host}; must stand in the proxy's file for the app, and no other file may claim it.",
    "health_closed": "The page's program gets no answer to what it asks first ({seen}): "
    "the proxy must hand on everything below {slashed}_stcore/, asking for no password.",
    "upgrade_missing": "The WebSocket does not get through ({seen}): the proxy needs "
    "proxy_http_version 1.1; proxy_set_header Upgrade $http_upgrade; proxy_set_header "
    'Connection "upgrade";',
    "origin_refused": "The app takes its own page for one of another site ({seen}): the "
    "proxy needs proxy_set_header Host $http_host; or the app corsAllowedOrigins = "
    '["{seen}"] below [server] in .streamlit/config.toml.',
    "socket_refused": "The WebSocket is refused ({seen}): the proxy must hand on "
    "{slashed}_stcore/stream as it hands on everything else, to the same port.",
    "socket_silent": "The WebSocket opens and nothing comes ({seen}): the proxy needs "
    "proxy_buffering off; and proxy_read_timeout 1h; else the app's log has the reason.",
    "no_tls": "The page comes without TLS, so that whoever is on the way reads the answers "
    "too: serve https://{host} by the proxy, with ssl_certificate, and send http:// there.",
    "headers_changed": "Headers that protect the page are missing or changed ({seen}): "
    "take proxy_hide_header and add_header for them out of the proxy's file.",
    "sign_in_off": "Others reach the server and nobody can sign in, so nothing is saved "
    "or kept apart: write a section [auth] into .streamlit/secrets.toml.",
}
"""By the kind of a finding; nginx's lines, as Caddy needs none of them."""


def _sentence(finding: Finding, url: str) -> str:
    parts = urlsplit(url)
    folder = parts.path.strip("/")
    return _SENTENCES[finding.kind].format(
        url=url,
        host=parts.hostname,
        folder=folder,
        slashed=f"/{folder}/" if folder else "/",
        seen=finding.seen,
    )


@app.command()
def doctor(
    url: Annotated[
        str, typer.Argument(help="Address of the front page, as people type it.")
    ],
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Open a server's page as a browser would, and say what is wrong and what mends it.

    It ends with 0 where all is well, with 1 where the pages work and something should be
    mended, and with 2 where they do not work.
    """
    if find_spec("streamlit") is None:
        stop(f"This needs more packages: {how_to_install('app')}")
    from riskmodel.serving.doctor import examine

    with sentences_for_errors():
        findings = examine(url)
    works = all(finding.pages_work for finding in findings)
    if as_json:
        rows = [asdict(each) | {"sentence": _sentence(each, url)} for each in findings]
        say_json({"url": url, "pages_work": works, "findings": rows})
    else:
        for finding in findings:
            say(_sentence(finding, url))
        if not findings:
            say(f"{url} works: page, WebSocket and headers arrive as they should.")
    if findings:
        raise typer.Exit(_PAGES_WORK if works else _NO_PAGES)
