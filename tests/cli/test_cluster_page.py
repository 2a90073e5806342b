"""What the page about clusters shows is what happens."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

from riskmodel import assess_frame
from tests import CHECKOUT
from tests.server import free_port

PAGE = (CHECKOUT / "docs" / "cluster.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```(\w+)\n(.*?)```", PAGE, re.DOTALL)


def run_in_shell(block: str, folder: Path) -> None:
    """Run what a reader would type, with a free port; what goes on behind it is ended."""
    port = str(free_port())
    programs = Path(sys.executable).parent
    path = {"PATH": f"{programs}:{os.environ['PATH']}", "PYTHONPATH": str(CHECKOUT)}
    script = f"trap 'kill $(jobs -p) || :' EXIT\n{block.replace('8786', port)}"
    done = subprocess.run(
        ["bash", "-e", "-c", script],
        cwd=folder,
        env=os.environ | path,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        timeout=300,
    )
    assert done.returncode == 0, block


@pytest.mark.slow
def test_every_block_runs_and_prints_what_it_says(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    names: dict[str, object] = {}
    assert {language for language, _ in BLOCKS} == {"python", "sh"}
    for language, block in BLOCKS:
        if language == "sh":
            run_in_shell(block, tmp_path)
            continue
        exec(block, names)
        printed = capsys.readouterr().out.splitlines()
        assert printed == re.findall(r"^#> (.*)", block, re.MULTILINE)
    for out in ("out", "out-of-cluster"):
        assert len([*(tmp_path / out).glob("*.parquet")]) == 12
    # The function that Spark maps, on any iterator of frames.
    few = names["few"]
    scored = pd.concat(names["scored_frames"](iter([few[:40], few[40:]])))
    want = few[["athlete"]].join(assess_frame(few.drop(columns="athlete")))
    pd.testing.assert_frame_equal(scored, want, check_exact=True)
    kinds = dict(part.split() for part in str(names["schema"]).split(", "))
    assert [*kinds] == [*want]
    assert {"athlete": "long", "total_points": "double", "band": "string"}.items() <= (
        kinds.items()
    )
