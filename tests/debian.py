"""Programs that the tests use and Debian has."""

import os
import shutil
import subprocess


def install(package: str) -> None:
    """Install one of Debian's packages, where that can be done."""
    if os.name == "posix" and os.geteuid() == 0 and shutil.which("apt-get"):
        quiet = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
        command = ["apt-get", "install", "-y", "-q", "--no-install-recommends", package]
        subprocess.run(["apt-get", "update", "-q"], env=quiet, check=False)
        subprocess.run(command, env=quiet, check=False)
