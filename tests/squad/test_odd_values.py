"""Values that a program hands over: told or left open, never raised."""

from decimal import Decimal

import pandas as pd
import pytest

from riskmodel import compare, score_squad, squad_levers
from riskmodel.datasets import load_examples
from riskmodel.inputs.fields import needed_fields

PLAN = load_examples()["Marathon"]
ODD = [
    Decimal("sNaN"),
    10**5000,
    -(10**5000),
    1e308,
    [["a"], 1],
    {"a": 1},
    pd.Series([1, 2]),
    pd.DataFrame({"a": [1, 2]}),
    pd.Timedelta("2h"),
    b"\xff",
    "\ud800",
    object(),
]


@pytest.mark.parametrize("value", ODD, ids=lambda value: type(value).__name__)
def test_an_odd_name_costs_nobody_the_score(value):
    squad = pd.DataFrame({"athlete": ["Ada", None], "age_years": 30}, dtype=object)
    squad.at[1, "athlete"] = value
    scored = score_squad(squad, PLAN)
    assert scored["probability"].notna().all()
    assert set(map(type, scored["athlete"])) == {str}


@pytest.mark.parametrize("value", ODD, ids=lambda value: type(value).__name__)
def test_an_odd_answer_that_is_optional_costs_a_squad_no_lever(value):
    squad = pd.DataFrame({"athlete": ["Ada"], "age_years": 30})
    right = squad_levers(squad, PLAN | {"warm_up_min": None})
    odd = squad_levers(squad, PLAN | {"warm_up_min": value})
    assert [option.lever.name for option in odd] == [option.lever.name for option in right]


@pytest.mark.parametrize("value", ODD, ids=lambda value: type(value).__name__)
def test_an_odd_sport_is_told_and_not_raised(value):
    assert needed_fields({"sport": value}) == needed_fields({})
    both = compare([PLAN, PLAN | {"sport": value}])
    assert both.assessments[1].problems
    assert "sport" in [row.name for row in both.answers]
    assert squad_levers(pd.DataFrame({"age_years": [30]}), PLAN | {"sport": value}) == ()
