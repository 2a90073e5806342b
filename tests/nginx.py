"""The tests' nginx, with the file that clubs get: where it comes from, how it starts.

``python -m tests.nginx`` installs one where there is none.
"""

import re
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from tests.debian import install
from tests.server import free_port

FILE = Path(__file__).parents[1] / "deploy" / "nginx.conf"
NO_NGINX = (
    "no nginx: install Debian's package nginx, or delete .venv/nginx-tried"
    " and let `make test` try again"
)
# Of nginx itself, as a system's own nginx.conf has it, with all it writes in one folder.
AROUND = """
worker_processes 1;
master_process off;
daemon off;
pid {folder}/nginx.pid;
error_log {folder}/error.log alert;
events {{}}
http {{
    access_log off;
    client_body_temp_path {folder};
    proxy_temp_path {folder};
    fastcgi_temp_path {folder};
    uwsgi_temp_path {folder};
    scgi_temp_path {folder};
{file}
}}
"""


def find_nginx() -> str | None:
    """Take the one on PATH, or where Debian has it."""
    return shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")


def on_this_machine(text: str, folder: Path, app: int, port: int) -> str:
    """Put this machine's ports and a folder in, and leave all else of a file as it is."""
    text = re.sub(r"listen \[::\].*\n", "", text)
    text = text.replace("listen 80;", f"listen 127.0.0.1:{free_port()};")
    text = text.replace("listen 443 ssl;", f"listen 127.0.0.1:{port} ssl;")
    text = text.replace("127.0.0.1:8501", f"127.0.0.1:{app}")
    text = text.replace("/etc/letsencrypt/live/club.example/", f"{folder}/")
    return text.replace("/var/log/nginx/", f"{folder}/")


@contextmanager
def nginx_before(app: int, folder: Path, text: str) -> Iterator[int]:
    """Serve an app by nginx on a port of 127.0.0.1, with TLS, as a file for it says.

    The folder has the certificate, and gets the logs.
    """
    port, settings = free_port(), folder / "nginx.conf"
    file = on_this_machine(text, folder, app, port)
    settings.write_text(AROUND.format(folder=folder, file=file), encoding="utf-8")
    command = [find_nginx(), "-p", folder, "-e", folder / "error.log", "-c", settings]
    subprocess.run([*command, "-t"], check=True, capture_output=True)
    with subprocess.Popen(command) as nginx:
        try:
            wait_for(port)
            yield port
        finally:
            nginx.terminate()


def wait_for(port: int) -> None:
    """Wait until something listens on a port of 127.0.0.1."""
    for _ in range(200):
        with suppress(OSError), socket.create_connection(("127.0.0.1", port)):
            return
        time.sleep(0.05)
    raise RuntimeError(f"nothing listens on {port}")


if __name__ == "__main__":
    if not find_nginx():
        install("nginx")
        if not find_nginx():
            print(NO_NGINX)
