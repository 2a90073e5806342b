"""Words for units: the form and a coach's list understand the same ones."""

import pytest

from riskmodel.inputs.fields import FIELDS
from riskmodel.inputs.units import UNIT_WORDS, unit_word, unit_written, written_for
from riskmodel.inputs.written import number_written
from riskmodel.squad.columns import UNITS

BOTH = [
    (name, label, word)
    for name, ways in UNITS.items()
    if name in FIELDS
    for label in ways
    if label in UNIT_WORDS and label in written_for(FIELDS[name].unit)
    for word in UNIT_WORDS[label]
    if word not in ('"', "ft", "feet", "ftin")
]


@pytest.mark.parametrize(("name", "label", "word"), BOTH)
def test_a_word_for_a_unit_is_the_same_everywhere(name, label, word):
    field = FIELDS[name]
    assert unit_word(word) == label
    inside = unit_written(field.unit, label).inside(7.0)
    assert number_written(f"7 {word}", field) == pytest.approx(inside)


def test_no_word_means_two_units():
    words = [word for words in UNIT_WORDS.values() for word in words]
    assert len(words) == len({*words})
