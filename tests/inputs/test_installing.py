"""A hint names what pip can really install."""

import importlib.metadata
import json
import subprocess
import sys
from types import SimpleNamespace

import pytest

from riskmodel.inputs.installing import how_to_install
from tests import CHECKOUT


@pytest.mark.parametrize(
    ("origin", "command"),
    [
        (None, 'pip install "cramp-risk[app]"'),
        (
            {"url": "file:///srv/my%20code", "dir_info": {"editable": True}},
            'pip install -e "/srv/my code[app]"',
        ),
        ({"url": "file:///srv/code", "dir_info": {}}, 'pip install "/srv/code[app]"'),
        (
            {"url": "file:///srv/cramp_risk-1-py3-none-any.whl", "archive_info": {}},
            'pip install "/srv/cramp_risk-1-py3-none-any.whl[app]"',
        ),
        (
            {
                "url": "https://example.org/code.git",
                "vcs_info": {"vcs": "git", "commit_id": "abc", "requested_revision": "v1"},
            },
            'pip install "cramp-risk[app] @ git+https://example.org/code.git@v1"',
        ),
        (
            {"url": "https://example.org/code.tar.gz", "archive_info": {}},
            'pip install "cramp-risk[app] @ https://example.org/code.tar.gz"',
        ),
    ],
)
def test_the_command_installs_from_where_the_package_came(monkeypatch, origin, command):
    record = None if origin is None else json.dumps(origin)
    installed = SimpleNamespace(read_text=lambda name: record)
    monkeypatch.setattr(importlib.metadata, "distribution", lambda name: installed)
    assert how_to_install("app") == command


def test_a_checkout_that_nobody_installed_is_installed_by_its_path():
    program = (
        "import importlib.metadata as m\n"
        "def none(name): raise m.PackageNotFoundError(name)\n"
        "m.distribution = none\n"
        "from riskmodel.inputs.installing import how_to_install\n"
        "print(how_to_install('app'))"
    )
    answer = subprocess.run(
        [sys.executable, "-c", program],
        cwd=CHECKOUT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert answer.stdout.strip() == f'pip install "{CHECKOUT}[app]"'


def test_no_hint_names_the_project_by_itself():
    for path in (CHECKOUT / "riskmodel").rglob("*.py"):
        assert "pip install cramp-risk" not in path.read_text(encoding="utf-8")
        assert 'pip install "cramp-risk' not in path.read_text(encoding="utf-8"), path
