"""Ask the Open Source Vulnerabilities database about every version that the lock pins.

Where it cannot be reached, the pinned versions are printed with the days of their
releases, the oldest first, and nothing is said to be safe.  Ends with 1 if something is
known against one of them, and with 2 if uv did not understand what it was asked.
"""

import re
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

CHECKOUT = Path(__file__).parents[1]
LOCK = CHECKOUT / "requirements-dev.lock"  # holds what the app needs, too
FAILED = 2
"""What uv ends with where it could not ask, and also where it did not understand."""
_UNREACHABLE = re.compile(
    r"error sending request|Request failed after|dns error|HTTP status server error"
)
"""What it then says where nothing answered."""
UNKNOWN = "day unknown"
_PIN = re.compile(r"^([\w.-]+==[^\s\\]+(?: ; [^\\]*[^\\\s])?)", re.MULTILINE)


def uv(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run uv, which is pinned by the same lock."""
    command = [sys.executable, "-m", "uv", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def pins(lock: str) -> list[str]:
    """Every pinned requirement of a lock, without its hashes."""
    return _PIN.findall(lock)


def ask(pinned: list[str], *service: str) -> subprocess.CompletedProcess[str]:
    """Let uv ask about exactly these versions, as those of a script without code."""
    lines = ["# /// script", '# requires-python = ">=3.11"', "# dependencies = ["]
    lines += [f"#   {pin!r}," for pin in pinned] + ["# ]", "# ///"]
    with tempfile.TemporaryDirectory() as folder:
        script = Path(folder) / "pins.py"
        script.write_text("\n".join(lines), encoding="utf-8")
        return uv("audit", "--preview-features", "audit-command", "--script", str(script),
                  *service)  # fmt: skip


def released(pinned: list[str]) -> list[tuple[str, str, str]]:
    """Day of the release, name and version of what is pinned, the oldest first."""
    with tempfile.TemporaryDirectory() as folder:
        listed = Path(folder) / "pylock.toml"
        options = "--no-deps --universal --python-version 3.11 --quiet --output-file"
        answer = uv("pip", "compile", str(LOCK), *options.split(), str(listed))
        if answer.returncode:  # the index cannot be reached either
            names = [pin.partition(" ;")[0].split("==") for pin in pinned]
            return [(UNKNOWN, name, version) for name, version in names]
        packages = tomllib.loads(listed.read_text(encoding="utf-8"))["packages"]
    return sorted(
        (_day(package), package["name"], package["version"]) for package in packages
    )


def _day(package: dict) -> str:
    files = [*package.get("wheels", ()), *filter(None, [package.get("sdist")])]
    days = [
        file["upload-time"].date().isoformat() for file in files if "upload-time" in file
    ]
    return min(days, default=UNKNOWN)


def main(*service: str) -> int:
    """Print what is known, or the list with its days."""
    pinned = pins(LOCK.read_text(encoding="utf-8"))
    answer = ask(pinned, *service)
    print(answer.stdout + answer.stderr, end="")
    if answer.returncode != FAILED or not _UNREACHABLE.search(answer.stderr):
        return answer.returncode
    packages = released(pinned)
    print("\nNot audited: the database of vulnerabilities gave no answer.  What is pinned:")
    for day, name, version in packages:
        print(f"{day}  {name} {version}")
    print(f"{len(packages)} packages, released from {packages[0][0]} to {packages[-1][0]}.")
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
