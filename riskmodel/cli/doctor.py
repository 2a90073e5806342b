"""What keeps people from a server, and the line that mends it."""

from __future__ import annotations

from dataclasses import asdict
from importlib.util import find_spec
from ipaddress import ip_address
from typing import Annotated
from urllib.parse import urlsplit

import typer

from riskmodel.cli.frame import app, say, say_json, sentences_for_errors, stop
from riskmodel.inputs.installing import how_to_install
from riskmodel.serving.findings import MAYBE_ELSEWHERE, Finding, Kind

_PAGES_WORK, _NO_PAGES = 1, 2
"""How the command ends, as programs that watch servers understand it."""
_SENTENCES = {
    "no_such_name": "There is no such name as {host} ({seen}): is it spelt right? Else let "
    "an A record lead it to your server, where the name was bought; that takes up to an "
    "hour.",
    "names_unanswered": "This machine could not look up {host} ({seen}): that is its own "
    "way to the internet or its /etc/resolv.conf, no server's; ask again or elsewhere.",
    "app_down_here": "Nothing listens at port {port} of this machine ({seen}): systemctl "
    "status cramp-risk, or docker compose logs app, says why the app does not run; as set "
    "up by docs/server.md it is at http://127.0.0.1:8501.",
    "proxy_down_here": "Nothing listens at port {port} of this machine ({seen}): start the "
    "proxy (systemctl restart nginx; nginx -t says what keeps it from that); the app "
    "itself is at http://127.0.0.1:8501.",
    "refused": "Nothing listens at port {port} of {host} ({seen}): start the proxy there "
    "(systemctl restart nginx), and let ports 80 and 443 through the firewall; the app's "
    "own port is open to its own machine alone.",
    "no_connection": "No connection to {host} at port {port} ({seen}): let ports 80 and "
    "443 through the firewall, the server's own and that of whoever you rent it from, and "
    "see that the server runs.",
    "no_route": "No way leads from this machine to {host} ({seen}): ask from one that is "
    "on the internet; if {host} has an AAAA record and the server no IPv6, delete that.",
    "no_answer": "{host} takes the connection at port {port} and sends no page ({seen}): "
    "on the server systemctl restart cramp-risk; journalctl -u cramp-risk has the reason.",
    "no_tls_at_port": "Port {port} of {host} speaks without TLS ({seen}): ask "
    "http://{netloc}{path} if that is the app itself, else the proxy needs listen {port} "
    "ssl; and ssl_certificate.",
    "tls_at_port": "Port {port} of {host} speaks TLS only ({seen}): ask "
    "https://{netloc}{path}.",
    "tls_failed": "TLS with {host} fails ({seen}): the proxy needs a server with listen "
    "443 ssl; server_name {host}; ssl_certificate and ssl_protocols TLSv1.2 TLSv1.3; nginx "
    "-t looks at it.",
    "certificate_expired": "The certificate of {host} has expired: renew it (certbot "
    "renew), then systemctl reload nginx.",
    "certificate_of_another_name": "The certificate is not one of {host} ({seen}): get one "
    "for this name (certbot certonly --nginx -d {host}).",
    "certificate_untrusted": "A browser does not trust the certificate of {host} ({seen}): "
    "ssl_certificate must name the whole chain, fullchain.pem, of a known authority.",
    "name_refused": 'The app does not answer to the name {seen}: add "{seen}" to '
    'allowedHosts, as in ["{seen}", "localhost", "127.0.0.1"], below [server] in '
    ".streamlit/config.toml; restart the app.",
    "app_not_running": "The proxy answers, the app behind it does not ({seen}): systemctl "
    "restart cramp-risk, and proxy_pass must name its port, http://127.0.0.1:8501.",
    "wrong_prefix": "The app is not at this folder of the address ({seen}): write "
    'baseUrlPath = "{folder}" below [server] in .streamlit/config.toml, and in the proxy '
    "location {slashed} with a proxy_pass that has nothing behind the port.",
    "redirects_in_a_circle": "{host} sends a browser in a circle ({seen}): of two servers "
    "before the app only the outer one may send http:// to https://.",
    "no_such_page": "The app answers and has no page {seen}: leave that out of the address "
    'or, if it is the folder of the app, write baseUrlPath = "{folder}" below [server] in '
    ".streamlit/config.toml and restart the app.",
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
    "or kept apart: write a section [auth] into .streamlit/secrets.toml; if there is one, "
    "the app's log names the setting that is wrong (journalctl -u cramp-risk).",
}
"""By the kind of a finding; nginx's lines, as Caddy needs none of them."""


_AT_THE_FRONT = (
    "The app is not at the front of this address ({seen}): ask with its folder behind the "
    "name, or take baseUrlPath out of .streamlit/config.toml, and in the proxy location / "
    "with a proxy_pass that has nothing behind the port."
)
_BY_NUMBER = (
    "No certificate is one of {host} ({seen}): ask by the name that people type, which it "
    "was made for."
)
_ELSEWHERE = (
    " {host} leads to {at}: if that is not your server, mend its A and AAAA records first."
)


def _sentence(finding: Finding, url: str) -> str:
    parts = urlsplit(finding.url or url)
    folder, host = parts.path.strip("/"), parts.hostname or ""
    port = parts.port or (443 if parts.scheme == "https" else 80)
    is_name = _is_name(host)
    sentence = _SENTENCES[finding.kind]
    if finding.kind == Kind.WRONG_PREFIX and not folder:
        sentence = _AT_THE_FRONT
    if finding.kind == Kind.CERTIFICATE_OF_ANOTHER_NAME and not is_name:
        sentence = _BY_NUMBER
    if finding.at and is_name and finding.kind in MAYBE_ELSEWHERE:
        sentence += _ELSEWHERE
    return sentence.format(
        url=url,
        host=host,
        port=port,
        netloc=parts.netloc if parts.port else f"{parts.netloc}:{port}",
        path=parts.path,
        folder=folder,
        slashed=f"/{folder}/" if folder else "/",
        seen=finding.seen,
        at=finding.at,
    )


def _is_name(host: str) -> bool:
    """Whether a host is a name that is looked up, and not a number or this machine."""
    try:
        ip_address(host)
    except ValueError:
        return host != "localhost"
    return False


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
