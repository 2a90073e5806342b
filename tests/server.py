"""The app as its own process, for the tests that look at it from outside."""

import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from types import MappingProxyType
from urllib.error import URLError
from urllib.request import ProxyHandler, build_opener

START_TIMEOUT_S = 90
fetch = build_opener(ProxyHandler({})).open  # a proxy cannot reach 127.0.0.1


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def private_environment(home: Path) -> dict[str, str]:
    """Take this environment without the user's own Python and Streamlit settings."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("STREAMLIT_", "CRAMPRISK_DATABASE"))
        and name not in {"PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV"}
    }
    return kept | {"HOME": str(home), "XDG_DATA_HOME": str(home / "data")}


def app_is_healthy(url: str) -> bool:
    with fetch(f"{url}/_stcore/health", timeout=2) as answer:
        return bool(answer.read() == b"ok")


@contextmanager
def serving(
    command: list[str],
    port: int,
    folder: Path,
    home: Path,
    healthy: Callable[[str], bool] = app_is_healthy,
    environment: Mapping[str, str] = MappingProxyType({}),
) -> Iterator[str]:
    """Run a command that serves the app on this port, until the block ends."""
    url = f"http://127.0.0.1:{port}"
    log_path = home / "server.log"
    with (
        log_path.open("wb") as log,
        subprocess.Popen(
            command,
            cwd=folder,
            env=private_environment(home) | dict(environment),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        ) as process,
    ):
        try:
            if not _becomes_healthy(url, process, healthy):
                raise RuntimeError(
                    f"{' '.join(command)} did not serve {url}:\n{log_path.read_text()}"
                )
            yield url
        finally:
            _stop(process)


def _becomes_healthy(
    url: str, process: subprocess.Popen[bytes], healthy: Callable[[str], bool]
) -> bool:
    deadline = time.monotonic() + START_TIMEOUT_S
    while process.poll() is None and time.monotonic() < deadline:
        try:
            return healthy(url)
        except (URLError, ConnectionError, TimeoutError):
            time.sleep(0.05)
    return False


def _stop(process: subprocess.Popen[bytes]) -> None:
    """End the command and the server that it may have started in turn."""
    for order in (signal.SIGTERM, signal.SIGKILL):
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, order)
        with suppress(subprocess.TimeoutExpired):
            process.wait(timeout=10)
