"""The public face: names, types, and what it costs to load them."""

import importlib.util
import inspect
import subprocess
import sys

import pytest

import riskmodel
from tests import CHECKOUT


def run(program: str) -> str:
    command = [sys.executable, "-c", program]
    return subprocess.run(
        command, cwd=CHECKOUT, capture_output=True, text=True, check=True
    ).stdout


@pytest.mark.parametrize("name", riskmodel.__all__)
def test_a_public_name_is_there_and_is_no_module(name: str) -> None:
    assert name in dir(riskmodel)
    assert getattr(riskmodel, name) is not None
    assert importlib.util.find_spec(f"riskmodel.{name}") is None


@pytest.mark.parametrize("name", riskmodel.__all__)
def test_a_wrong_keyword_names_what_was_called(name: str) -> None:
    called = getattr(riskmodel, name)
    if not inspect.isfunction(called):
        return
    needed = [
        None
        for asked in inspect.signature(called).parameters.values()
        if asked.default is asked.empty and asked.kind is asked.POSITIONAL_OR_KEYWORD
    ]
    with pytest.raises((TypeError, riskmodel.AnswerError)) as told:
        called(*needed, earlyest="05:00")
    if told.type is TypeError:  # else a name of an answer, told as an input
        assert str(told.value).startswith(f"{name}() ")
    assert "'earlyest'" in str(told.value)


def test_a_type_checker_sees_the_names_that_a_program_sees() -> None:
    stub: dict[str, object] = {}
    text = (CHECKOUT / "riskmodel" / "__init__.pyi").read_text(encoding="utf-8")
    exec(text, stub)
    assert sorted(stub["__all__"]) == riskmodel.__all__  # type: ignore[call-overload]
    assert all(stub[name] is getattr(riskmodel, name) for name in riskmodel.__all__)


def test_a_name_that_is_not_there_says_so() -> None:
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = riskmodel.nothing  # type: ignore[attr-defined]


def test_parts_can_be_used_without_importing_each() -> None:
    assert run("import riskmodel; print(len(riskmodel.datasets.load_examples()))").strip()
    assert run("import riskmodel; print(riskmodel.scoring.assessment.assess)").strip()


def test_the_command_line_runs_as_a_module() -> None:
    command = [sys.executable, "-m", "riskmodel", "version"]
    answer = subprocess.run(command, cwd=CHECKOUT, capture_output=True, text=True)
    assert answer.stdout.startswith("cramp-risk ")
