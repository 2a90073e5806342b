"""For an athlete before a session: how many points, and where they come from."""

import streamlit as st

import riskmodel
from riskmodel import assess, load_scorecard
from riskmodel.datasets import load_examples
from riskmodel.views import form, result

# On a wide screen the questions stand left and the reasons right; on a phone the
# reasons come first, as they do for the keyboard.
_LAYOUT = """
<style>
@media (min-width: 641px) {
  .st-key-page > [data-testid="stLayoutWrapper"] > [data-testid="stHorizontalBlock"]
    { flex-direction: row-reverse; }
}
</style>
"""


def _use_example() -> None:
    """Fill the form from the chosen example, and keep what was there before."""
    chosen = st.session_state["example"]
    if chosen is not None:
        st.session_state.setdefault("before_example", st.session_state.get("answers"))
        form.fill(load_examples()[chosen])


def _clear() -> None:
    """Take every answer back; the button beside it brings them again."""
    st.session_state["before_example"] = st.session_state.get("answers")
    form.fill({})
    st.session_state["example"] = None


def _go_back() -> None:
    form.fill(st.session_state.pop("before_example") or {})
    st.session_state["example"] = None


@st.cache_data
def _footer() -> str:
    card = load_scorecard()
    return (
        f"cramp-risk {riskmodel.__version__}, scorecard {card.version} "
        f"({card.fingerprint}). Weights set by hand, see Method; not a medical "
        "device, no diagnosis, and no advice to stop a medicine."
    )


st.title("My session")
st.html(_LAYOUT)
with st.container(horizontal=True, vertical_alignment="bottom"):
    st.selectbox(
        "Start from an example",
        list(load_examples()),
        index=None,
        key="example",
        placeholder="Choose an example",
        on_change=_use_example,
        width=420,
    )
    if st.session_state.get("before_example"):
        st.button("Back to the answers before", key="go_back", on_click=_go_back)
    if form.begun():
        st.button("Clear all answers", key="clear", on_click=_clear)
warnings = st.container()
# Its style in result.py keeps it at the top while the page scrolls.
total = st.container(key="total")
page = st.container(key="page")
reasons, questions = page.columns(2, gap="large")
with questions:
    answers = form.ask()
st.session_state["answers"] = answers
answer = assess(answers)
with warnings:
    result.show_warnings(answer)
with total:
    result.show_total(answer)
    result.show_reminder(answer)
with reasons:
    result.show_reasons(answer)
st.caption(_footer())
