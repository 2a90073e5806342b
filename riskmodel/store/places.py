"""Where the database is: what names it, and the file that SQLite keeps it in."""

from __future__ import annotations

import errno
import os
import stat
import tomllib
from contextlib import suppress
from pathlib import Path
from typing import Any

from platformdirs import user_data_path
from sqlalchemy import make_url
from sqlalchemy.engine import URL
from sqlalchemy.exc import ArgumentError

from riskmodel.inputs.files import MOST_WRITTEN_BYTES, read_file
from riskmodel.reporting.replacing import sync_folder
from riskmodel.store.errors import StoreError, one_sentence

DATABASE_URL = "CRAMPRISK_DATABASE_URL"
"""Environment variable that names the database."""

_SECRETS = Path(".streamlit") / "secrets.toml"
_ALLOWED = "allowed is sqlite:///FILE or postgresql+psycopg://USER:PASSWORD@HOST/DATABASE"
# What SQLite keeps beside a file, https://www.sqlite.org/tempfiles.html
_TAKEN_FOR_NEW_BYTES = 1  # or none: SQLite begins a new database in such a file
_BESIDE = ("-wal", "-shm", "-journal")


def default_path() -> Path:
    """File that holds what a single user saves, in the usual folder of the system.

    Earlier builds took that of Linux on every system; a file that lies there is used on.
    """
    usual = user_data_path("cramp-risk", appauthor=False) / "cramp-risk.db"
    home = os.environ.get("XDG_DATA_HOME", "")
    base = Path(home) if os.path.isabs(home) else Path.home() / ".local" / "share"
    earlier = base / "cramp-risk" / "cramp-risk.db"
    return earlier if os.path.isfile(earlier) and not os.path.exists(usual) else usual


def configured_url() -> str | None:
    """Address of the database that was set up, for every program that opens it.

    The environment variable `DATABASE_URL` goes first, then ``url`` in the section
    ``[database]`` of ``.streamlit/secrets.toml``: beside ``app.py``, in the working
    directory, in the home folder, in the order of Streamlit.

    Returns
    -------
    str or None
        None where nothing was set up: `default_path` is meant.

    Raises
    ------
    StoreError
        If one of the files cannot be read, or its section names no address.
    """
    if url := os.environ.get(DATABASE_URL):
        return url
    with one_sentence("The working directory"):
        folders = [_folder_of_the_app(), Path.cwd()]
    with suppress(RuntimeError):  # a user without a home
        folders.append(Path.home())
    for place in folders:
        if url := _url_in(place / _SECRETS):
            return url
    return None


def _folder_of_the_app() -> Path:
    # In a wheel app.py lies inside the package, in a checkout beside it.
    package = Path(__file__).parents[1]
    return package if (package / "app.py").is_file() else package.parent


def _url_in(path: Path) -> str | None:
    """Address that a secrets file names; None without such a file or section."""
    # The sentences repeat nothing of the file, which holds passwords.
    try:
        with one_sentence(f"The file {path}"):
            try:
                text = read_file(path, MOST_WRITTEN_BYTES)
            except (FileNotFoundError, NotADirectoryError):
                return None
        content: dict[str, Any] = tomllib.loads(text.decode("utf-8"))
    except (ValueError, RecursionError):
        raise StoreError(
            f"The file {path} cannot be read, and it may name the database: write it in "
            "TOML and UTF-8."
        ) from None
    if "database" not in content:
        return None
    section = content["database"]
    url = section.get("url") if isinstance(section, dict) else None
    if not isinstance(url, str) or not url:
        raise StoreError(
            f"The file {path} names no database: allowed is a section [database] with "
            'url = "ADDRESS".'
        )
    return url


def read_url(text: str | None, *, create: bool = True) -> URL:
    """Check where the database is; an error never repeats a password.

    None stands for `default_path`, whose folder is made if ``create``.
    """
    if text is None:
        try:
            path = default_path()
        except RuntimeError:  # a user without a home
            raise StoreError("There is no folder for data: set XDG_DATA_HOME.") from None
        if create:
            with one_sentence(f"The folder {path.parent}"):
                new = [folder for folder in path.parents if not folder.exists()]
                path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
                for folder in new:
                    sync_folder(folder.parent)
        return URL.create("sqlite", database=str(path))
    try:
        url = make_url(text)
    except (ArgumentError, ValueError):
        raise StoreError(
            f"The address of the database cannot be read; {_ALLOWED}."
        ) from None
    if url.drivername in ("postgresql", "postgres"):  # as many hosts write it
        url = url.set(drivername="postgresql+psycopg")
    if url.drivername == "postgresql+psycopg":
        if not url.database:
            raise StoreError(f"The address names no database; {_ALLOWED}.")
        return url
    if url.drivername != "sqlite":
        raise StoreError(f"A database of {url.drivername} cannot be used; {_ALLOWED}.")
    if not url.database or url.database == ":memory:" or url.query:
        raise StoreError(f"The address must name a file and nothing else; {_ALLOWED}.")
    return url


def place_of(url: URL) -> str:
    """Name a database as the beginning of a sentence, without user and password."""
    if url.get_backend_name() == "sqlite":
        return f"The database {url.database}"
    return f"The database {url.database} on {url.host or 'this machine'}"


def no_tables(place: str) -> StoreError:
    """Error for a SQLite file in which nothing is, as no crash of ours leaves it."""
    return StoreError(
        f"{place} is empty: it was cut, or nothing was ever saved there. Restore a backup "
        "into a new place, or delete the file to begin anew."
    )


def put_new(whole: Path, path: Path) -> None:
    """Put a new database where none is; `FileExistsError` if one came there meanwhile."""
    try:
        os.link(whole, path)
    except FileExistsError:
        raise
    except OSError:  # a disk without hard links
        if path.exists():
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST)) from None
        os.rename(whole, path)
    sync_folder(path.parent)  # its name too outlives a power cut


class OpenFile:
    """The file of an open SQLite database, which ``place`` names in a sentence.

    A `StoreError` if there is none, or if nothing is in it.
    """

    def __init__(self, path: Path, place: str) -> None:
        self._path = path.resolve()
        self._place = place
        # It is not opened here: with the closing of a second handle the locks of the
        # first would be gone, see https://www.sqlite.org/howtocorrupt.html
        if not self._path.exists():
            raise StoreError(f"{place} does not exist: nothing was ever saved there.")
        self.check_not_cut()
        self._opened = self._identity()

    def check_not_cut(self) -> None:
        """Make sure that something is in the file, else SQLite may call it damaged."""
        with suppress(FileNotFoundError, NotADirectoryError):
            status = self._path.stat()
            if stat.S_ISREG(status.st_mode) and status.st_size <= _TAKEN_FOR_NEW_BYTES:
                raise no_tables(self._place)

    def _identity(self) -> tuple[int, int, bool] | None:
        """What tells a file from another one, as long as a connection has it open."""
        try:
            status = self._path.stat()
        except (FileNotFoundError, NotADirectoryError):
            return None
        return status.st_dev, status.st_ino, stat.S_ISREG(status.st_mode)

    def check_same(self) -> None:
        """Make sure that the path still leads to the file that was opened.

        If it was deleted or replaced, what is written now would be lost.
        """
        if self._identity() != self._opened:
            raise StoreError(
                f"{self._place} was deleted or replaced while it was in use, so nothing "
                "was saved: put the file back, or start the program again."
            )

    def is_own(self, path: str | os.PathLike[str]) -> bool:
        """Whether a path is this file, or one that SQLite keeps beside it."""
        other = Path(path).resolve()
        own = [Path(f"{self._path}{end}") for end in ("", *_BESIDE)]
        return other in own or any(_same(other, each) for each in own)

    def make_private(self) -> None:
        """Take every right from other people, where the file is the user's own."""
        if os.name != "posix":
            return
        for end in ("", *_BESIDE):
            path = f"{self._path}{end}"
            try:
                status = os.stat(path)
            except FileNotFoundError:
                continue
            mode = stat.S_IMODE(status.st_mode)
            if status.st_uid == os.geteuid() and mode & 0o077:
                os.chmod(path, mode & 0o700)


def _same(one: Path, other: Path) -> bool:
    try:
        return os.path.samefile(one, other)
    except OSError:  # one of them is not there
        return False
