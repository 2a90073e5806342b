"""Random sessions drawn from the table of inputs, whole or with gaps."""

from datetime import datetime, timedelta, timezone

from hypothesis import strategies as st

from riskmodel.inputs.session import FIELDS, Field

_ZONES = st.integers(-48, 56).map(lambda q: timezone(timedelta(minutes=15 * q)))


def values(field: Field) -> st.SearchStrategy:
    """Any allowed answer to one question."""
    if field.kind == "number":
        return st.floats(field.low, field.high, allow_subnormal=False)
    if field.kind == "level":
        return st.sampled_from(list(field.levels))
    if field.kind == "levels":
        some = st.lists(st.sampled_from(list(field.levels)), unique=True, min_size=1)
        return st.one_of(st.just(["none"]), some)
    if field.kind == "time":
        known = st.datetimes(datetime(1900, 1, 2), datetime(2199, 12, 30), timezones=_ZONES)
        return known.map(lambda t: t.isoformat())
    return st.text(max_size=20)


# A red flag keeps a session from being scored and has tests of its own.
_SESSIONS = st.fixed_dictionaries(
    {f.name: values(f) for f in FIELDS.values() if f.required},
    optional={
        f.name: values(f)
        for f in FIELDS.values()
        if not f.required and f.name != "red_flags"
    },
)


def sessions(**fixed: object) -> st.SearchStrategy[dict]:
    """Sessions that can be scored; any optional answer may be missing."""
    return _SESSIONS.map(lambda answers: {**answers, **fixed}) if fixed else _SESSIONS
