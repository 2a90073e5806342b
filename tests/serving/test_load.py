"""Several people use one server at once, and everybody is shown their own numbers."""

from dataclasses import replace

import pytest

from proofs.load.checks import Seen, judge, of_session, shown_in
from proofs.load.measure import Plan, measured
from proofs.load.server import started
from proofs.load.table import table
from riskmodel import assess
from riskmodel.views.example import EXAMPLE
from riskmodel.views.result import number_html
from tests.server import free_port
from tests.serving.asking import in_a_loop_of_its_own

HOT = {**EXAMPLE, "air_temperature_c": 36.0}
FEW = Plan(
    users=3,
    seconds=4.0,
    seed=1,
    alone=0,
    alone_thinks_s=(0.0, 0.0),
    thinks_s=(0.05, 0.2),
    rest_s=0.0,
)


@pytest.mark.slow
def test_people_at_once_see_no_error_and_their_own_numbers():
    with started(free_port()) as server:
        found = in_a_loop_of_its_own(measured(server, FEW))
    assert not found.errors
    assert not found.verdict.wrong
    assert not found.verdict.of_another
    assert found.verdict.n_checked > 20
    assert {"My session", "Compare", "Squad", "Best start"} <= found.verdict.pages
    assert "| answers of another person | 0 | 0 |" in table(found, FEW, "a machine")


@pytest.fixture
def seen() -> list[Seen]:
    """What two people saw, each their own number."""
    return [
        Seen(person, "My session", of_session(answers), lambda a=answers: of_session(a))
        for person, answers in enumerate((EXAMPLE, HOT))
    ]


def test_an_answer_of_another_is_noticed(seen):
    first, second = seen
    assert judge(seen).n_checked == 2
    verdict = judge([replace(first, shown=second.shown), second])
    assert len(verdict.of_another) == 1
    assert not verdict.wrong


def test_an_answer_of_nobody_is_noticed(seen):
    first, second = seen
    number, *rest = first.shown
    for shown in ((f"{int(number) + 1}", *rest), tuple(rest), ()):
        verdict = judge([replace(first, shown=shown), second])
        assert len(verdict.wrong) == 1
        assert not verdict.of_another


@pytest.mark.parametrize("answers", [EXAMPLE, HOT, {**EXAMPLE, "air_temperature_c": 5.0}])
def test_what_a_page_draws_is_read_whole(answers):
    answer = assess(answers)
    assert shown_in(number_html(answer)) == of_session(answers)
    assert shown_in(number_html(answer, assess(EXAMPLE))) == of_session(answers)
