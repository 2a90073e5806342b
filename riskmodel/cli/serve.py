"""The app in the browser."""

from __future__ import annotations

import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated

import typer

import riskmodel
from riskmodel.cli.frame import app, stop
from riskmodel.inputs.installing import how_to_install


@app.command("app")
def app_command(
    port: Annotated[int, typer.Option(help="Port to serve on.")] = 8501,
    address: Annotated[
        str,
        typer.Option(help="Address to listen on; the default is this machine only."),
    ] = "127.0.0.1",
) -> None:
    """Start the app in the browser."""
    if find_spec("streamlit") is None or find_spec("altair") is None:
        stop(f"The app needs more packages: {how_to_install('app')}")
    package = Path(riskmodel.__file__).parent
    # In a wheel app.py lies inside the package, in a checkout beside it.
    page = next(p for p in (package / "app.py", package.parent / "app.py") if p.is_file())
    command = [sys.executable, "-m", "streamlit", "run", str(page)]
    command += [f"--server.port={port}", f"--server.address={address}"]
    if os.name == "posix":
        # In place of this process, so that what ends it ends the server.
        os.execv(sys.executable, command)
    raise typer.Exit(subprocess.call(command))
