"""How to install what is missing, from where this package itself was installed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from urllib.request import url2pathname

NAME = "cramp-risk"
_CHECKOUT = Path(__file__).parents[2]


def how_to_install(extra: str) -> str:
    """Command that adds an extra to this installation.

    Parameters
    ----------
    extra : str
        One of the extras in ``pyproject.toml``, such as ``"app"``.

    Returns
    -------
    str
        By path or address where the package was installed from one, by name only where
        an index knew that name.

    Examples
    --------
    >>> how_to_install("app").startswith("pip install ")
    True
    """
    # Of no use until something is missing, and slow to load.
    from importlib.metadata import PackageNotFoundError, distribution

    try:
        origin = distribution(NAME).read_text("direct_url.json")
    except PackageNotFoundError:  # a checkout that nobody has installed
        origin = None
        if (_CHECKOUT / "pyproject.toml").is_file():
            return f'pip install "{_CHECKOUT}[{extra}]"'
    return f"pip install {_what(json.loads(origin or '{}'), extra)}"


def _what(origin: dict[str, Any], extra: str) -> str:
    """What to give pip, by the record that an installer leaves (PEP 610)."""
    address = origin.get("url", "")
    if not address:
        return f'"{NAME}[{extra}]"'
    if address.startswith("file:"):
        editable = "-e " if origin.get("dir_info", {}).get("editable") else ""
        return f'{editable}"{url2pathname(urlsplit(address).path)}[{extra}]"'
    if (source := origin.get("vcs_info")) is not None:
        revision = source.get("requested_revision") or source["commit_id"]
        address = f"{source['vcs']}+{address}@{revision}"
    return f'"{NAME}[{extra}] @ {address}"'


def arrow_is_there() -> bool:
    """Whether the library is installed that reads and writes fast."""
    try:
        import pyarrow  # noqa: F401
    except ImportError:
        return False
    return True
