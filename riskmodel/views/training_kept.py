"""What this browser keeps of the words in training logs, and what they mean.

Only words and sports are kept, nothing of a session.  What is said of sessions without
any word counts for one log alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from riskmodel.inputs.fields import FIELDS
from riskmodel.training.words import NOT_TRAINING, activity_key
from riskmodel.views import device
from riskmodel.views.state import state
from riskmodel.views.training_state import TrainingState

LEFT_OPEN = "open"
MEANINGS: Mapping[str, str] = MappingProxyType(
    {**FIELDS["sport"].levels, NOT_TRAINING: "No training", LEFT_OPEN: "Leave it open"}
)
"""What a word can be said to mean."""
_ENTRY = "activities"


def kept() -> dict[str, str]:
    """What is kept, as far as it can still be meant."""
    entry = device.kept().get(_ENTRY)
    if not isinstance(entry, Mapping):
        return {}
    return {str(word): said for word, said in entry.items() if said in MEANINGS}


def said() -> dict[str, str]:
    """What was said of words, and of sessions without any, "left open" too."""
    no_word = state(TrainingState).no_word
    return {**kept(), **({"": no_word} if no_word else {})}


def activities() -> dict[str, str]:
    """What words mean, as `read_log` takes it."""
    return {word: meaning for word, meaning in said().items() if meaning != LEFT_OPEN}


def keep(chosen: Mapping[str, str]) -> None:
    """Keep what words mean, beside what is kept already."""
    named = {word: meaning for word, meaning in chosen.items() if activity_key(word)}
    for word in chosen.keys() - named.keys():
        state(TrainingState).no_word = chosen[word]
    if named:
        device.merge(activities=named)


def drop() -> None:
    """Keep no words any more."""
    state(TrainingState).no_word = ""
    device.drop(_ENTRY, say="Forgotten: your words for sports.")
