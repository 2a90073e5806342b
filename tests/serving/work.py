"""What a process that reads files is given in tests, in place of reading one."""

import os
import signal
import sys
import time
import warnings
from pathlib import Path

from riskmodel.squad.limits import SquadFileError


def number():
    return os.getpid()


def size(content):
    return len(content)


def pid_after(seconds):
    time.sleep(seconds)
    return os.getpid()


def endless(told):
    """Tell that it runs, by an open pipe, and go on for ever without a pause."""
    os.write(os.open(told, os.O_WRONLY), f"{os.getpid()}".encode())
    while True:
        pass


def all_memory():
    return len([bytes(1_000_000) for _ in range(10_000)])


def die():
    os.kill(os.getpid(), signal.SIGSEGV)


def leave():
    os._exit(0)


def fail(content):
    raise RuntimeError(f"nobody thought of {content}")


def refuse():
    raise SquadFileError("No list.")


def chat():
    print("something")
    sys.stdout.flush()
    os.write(1, b"more")
    warnings.warn("a warning", stacklevel=1)
    return "read"


def write(folder):
    Path(folder, "copy").write_bytes(b"health")


def told(word):
    return [name for name, value in os.environ.items() if word in value]


def main_module():
    return sys.modules["__main__"].__spec__.name, sorted(
        name for name in sys.modules if name.startswith("streamlit")
    )
