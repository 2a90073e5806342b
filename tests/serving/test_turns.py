"""Pages are drawn one after the other, and one that hangs holds up nobody for long."""

import threading
import time
from collections.abc import Callable

import pytest

from riskmodel.serving.turns import LONGEST_WAIT_S, turn

PAGES = 8


def _at_once(draw: Callable[[], None]) -> float:
    """Draw some pages at once; return how long all of them took. [s]."""
    threads = [threading.Thread(target=draw) for _ in range(PAGES)]
    began = time.monotonic()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return time.monotonic() - began


def test_one_page_is_drawn_after_the_other():
    drawn, most, lock = 0, 0, threading.Lock()

    def draw() -> None:
        nonlocal drawn, most
        with turn():
            with lock:
                drawn += 1
                most = max(most, drawn)
            time.sleep(LONGEST_WAIT_S / (4 * PAGES))
            with lock:
                drawn -= 1

    _at_once(draw)
    assert most == 1


def test_a_page_that_hangs_holds_up_nobody_for_long():
    goes_on = threading.Event()

    def hang() -> None:
        with turn():
            goes_on.wait(60.0)

    def draw() -> None:
        with turn():
            pass

    hanging = threading.Thread(target=hang)
    hanging.start()
    try:
        assert _at_once(draw) < 10 * LONGEST_WAIT_S
    finally:
        goes_on.set()
        hanging.join()


def test_a_page_that_fails_gives_its_turn_back():
    for _ in range(2):
        with pytest.raises(ValueError, match="broken"), turn():
            raise ValueError("broken")
    began = time.monotonic()
    with turn():
        pass
    assert time.monotonic() - began < LONGEST_WAIT_S
