"""What is known against a pinned version is found, and silence is never called safe."""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest

from scripts import audit
from tests.server import free_port

pytestmark = pytest.mark.packaging  # uv asks the index about each version

VULNERABILITY = {
    "id": "TEST-2026-1",
    "modified": "2026-01-01T00:00:00Z",
    "summary": "planted",
    "affected": [{
        "package": {"name": "altair", "ecosystem": "PyPI"},
        "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "99"}]}],
    }],
}  # fmt: skip


@contextmanager
def database(vulnerable: str, status: int = 200) -> Iterator[tuple[str, list[str]]]:
    """Serve the protocol of OSV, with one package that something is known against."""
    asked: list[str] = []

    class Osv(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            content = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            names = [query["package"]["name"] for query in content["queries"]]
            asked.extend(
                f"{q['package']['name']}=={q['version']}" for q in content["queries"]
            )
            known = {"vulns": [{k: VULNERABILITY[k] for k in ("id", "modified")}]}
            self._answer({"results": [known if n == vulnerable else {} for n in names]})

        def do_GET(self) -> None:
            self._answer(VULNERABILITY)

        def _answer(self, content: object) -> None:
            data = json.dumps(content).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Osv) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/", asked
        server.shutdown()


@pytest.mark.parametrize(("vulnerable", "ends_with"), [("altair", 1), ("no-such", 0)])
def test_every_pinned_version_is_asked_about(capsys, vulnerable, ends_with):
    with database(vulnerable) as (address, asked):
        assert audit.main("--service-url", address) == ends_with
    assert ("TEST-2026-1" in capsys.readouterr().out) == bool(ends_with)
    lock = audit.LOCK.read_text(encoding="utf-8")
    on_every_system = re.findall(r"^([\w.-]+==\S+) \\$", lock, re.MULTILINE)
    assert set(on_every_system) <= set(asked)
    assert len(on_every_system) > 100


def test_without_an_answer_the_list_is_printed_with_its_days(capsys):
    assert audit.main("--service-url", f"http://127.0.0.1:{free_port()}/") == 0
    out = capsys.readouterr().out
    assert "Not audited" in out
    for pin in audit.pins(audit.LOCK.read_text(encoding="utf-8")):
        name, version = pin.partition(" ;")[0].split("==")
        assert re.search(
            rf"^\d{{4}}-\d\d-\d\d  {name} {re.escape(version)}$", out, re.MULTILINE
        )


@pytest.mark.parametrize(
    "status",
    [503, 404],
    ids=["is down: not audited", "is another service: fails"],
)
def test_what_answers_with_an_error_counts_as_silence_only_if_it_is_down(capsys, status):
    with database("altair", status) as (address, _):
        assert audit.main("--service-url", address) == (0 if status == 503 else 2)
    assert ("Not audited" in capsys.readouterr().out) == (status == 503)


def test_what_uv_does_not_understand_is_no_silence(capsys, monkeypatch):
    assert audit.main("--no-such-option") != 0
    assert "Not audited" not in capsys.readouterr().out
    # Nor is a script that it cannot read.
    monkeypatch.setattr(audit, "pins", lambda _: ["no requirement =="])
    assert audit.main() != 0
    assert "Not audited" not in capsys.readouterr().out
