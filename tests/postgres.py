"""The tests' PostgreSQL server: where it comes from, and how it is started.

``python -m tests.postgres`` installs one where there is none.
"""

import os
import re
import secrets
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psycopg

from tests.debian import install
from tests.server import free_port

PLACES = ("/usr/lib/postgresql", "/usr/local/pgsql", "/opt/homebrew/opt/postgresql")
NO_POSTGRES = (
    "no PostgreSQL: install Debian's package postgresql, or delete .venv/postgres-tried"
    " and let `make test` try again"
)
REQUIRED = bool(
    os.environ.get("CRAMPRISK_REQUIRE_POSTGRES") or os.environ.get("CI") == "true"
)


def find_postgres() -> Path | None:
    """Take the newest server that is installed: the folder of its programs."""
    found = [p for place in PLACES for p in Path(place).glob("**/bin/initdb")]
    if on_path := shutil.which("initdb"):
        found.append(Path(on_path).resolve())
    found = [p for p in found if (p.parent / "pg_ctl").exists()]
    return max(found, key=_version).parent if found else None


def _version(initdb: Path) -> int:
    return max(map(int, re.findall(r"\d+", str(initdb))), default=0)


@dataclass(frozen=True)
class Server:
    """A server that listens on this machine alone."""

    programs: Path
    folder: Path
    port: int
    password: str
    as_shipped: bool
    used: list[str] = field(default_factory=list)

    def url(self, database: str, user: str = "postgres", password: str = "") -> str:
        """Address of a database, as the product takes it."""
        sign_in = f"{user}:{password or self.password}"
        return f"postgresql+psycopg://{sign_in}@127.0.0.1:{self.port}/{database}"

    def connect(self, database: str = "postgres") -> psycopg.Connection:
        """Connect as the one who may do everything."""
        plain = self.url(database).replace("+psycopg", "")
        return psycopg.connect(plain, autocommit=True)

    def new_database(self) -> str:
        """Make an empty database; return its name."""
        name = f"test_{secrets.token_hex(6)}"
        with self.connect() as connection:
            connection.execute(f"CREATE DATABASE {name}")
        return name

    def empty_database(self) -> str:
        """Empty a database that a test is done with, which is quicker than a new one."""
        if not self.used:
            return self.new_database()
        name = self.used.pop()
        with self.connect(name) as connection:
            connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
            connection.execute("DROP SCHEMA public CASCADE")
            connection.execute("CREATE SCHEMA public")
        return name

    def start(self) -> None:
        options = (
            f"-c listen_addresses=127.0.0.1 -p {self.port} -c unix_socket_directories="
        )
        log = self.folder / "log"
        self._run("pg_ctl", "start", "-w", "-D", self._data, "-l", log, "-o", options)

    def stop(self, mode: str) -> None:
        """Stop it; ``immediate`` is what a crash is: nothing is written any more."""
        self._run("pg_ctl", "stop", "-w", "-D", self._data, "-m", mode)

    @property
    def _data(self) -> Path:
        return self.folder / "data"

    def make(self) -> None:
        secret = self.folder / "password"
        secret.write_text(self.password)
        if os.geteuid() == 0:  # PostgreSQL refuses to run as root
            for path in (self.folder, secret):
                shutil.chown(path, "postgres", "postgres")
        sign_in = ["-U", "postgres", "-A", "scram-sha-256", f"--pwfile={secret}"]
        sign_in += [] if self.as_shipped else ["--no-sync"]
        self._run("initdb", "-D", self._data, "-E", "UTF8", "--no-locale", *sign_in)

    def _run(self, program: str, *arguments: str | Path) -> None:
        command = [str(self.programs / program), *map(str, arguments)]
        if os.geteuid() == 0:
            command = ["runuser", "-u", "postgres", "--", *command]
        # The server keeps what it inherits open, so there are no pipes to wait for.
        with tempfile.TemporaryFile() as said:
            done = subprocess.run(
                command, cwd=self.folder, stdout=said, stderr=said, check=False
            )
            said.seek(0)
            assert done.returncode == 0, said.read().decode()


@contextmanager
def running(programs: Path, *, as_shipped: bool = False) -> Iterator[Server]:
    """Start a server of one's own in a temporary folder; take it away at the end.

    Unless ``as_shipped`` it does not wait for the disk, so that the many databases of
    the tests are made quickly.
    """
    # Not in pytest's folder, which belongs to its user alone.
    folder = Path(tempfile.mkdtemp(prefix="cramprisk-postgres-"))
    server = Server(programs, folder, free_port(), secrets.token_hex(16), as_shipped)
    try:
        server.make()
        server.start()
        try:
            yield server
        finally:
            if (folder / "data" / "postmaster.pid").exists():
                server.stop("immediate")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    if not find_postgres():
        install("postgresql")
        if not find_postgres():
            sys.exit(NO_POSTGRES if REQUIRED else print(NO_POSTGRES))
