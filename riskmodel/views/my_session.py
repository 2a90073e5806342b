"""For an athlete before a session: how many points, and where they come from."""

import streamlit as st

import riskmodel
from riskmodel import assess, load_scorecard
from riskmodel.datasets import load_examples
from riskmodel.views import form, result

# On a wide screen the answers stand left and the result right and in view; on a
# phone the result comes first.
_LAYOUT = """
<style>
@media (min-width: 641px) {
  .st-key-page > [data-testid="stLayoutWrapper"] > [data-testid="stHorizontalBlock"]
    { flex-direction: row-reverse; }
  .st-key-result { position: sticky; top: 4rem; max-height: calc(100vh - 5rem);
    overflow-y: auto; }
}
</style>
"""


def _use_example() -> None:
    """Fill the form from the chosen example, and keep what was there."""
    chosen = st.session_state["example"]
    if chosen is not None:
        st.session_state["before_example"] = st.session_state.get("answers", {})
        form.fill(load_examples()[chosen])


def _go_back() -> None:
    form.fill(st.session_state.pop("before_example"))
    st.session_state["example"] = None


@st.cache_data
def _footer() -> str:
    card = load_scorecard()
    return (
        f"cramp-risk {riskmodel.__version__}, scorecard {card.version} "
        f"({card.fingerprint}). Hand-weighted from published studies; not a medical "
        "device, no diagnosis, and no advice to stop a medicine."
    )


st.title("My session")
st.html(_LAYOUT)
page = st.container(key="page")
shown, asked = page.columns([5, 6], gap="large")
with asked:
    st.selectbox(
        "Start from an example",
        list(load_examples()),
        index=None,
        key="example",
        placeholder="Choose an example",
        on_change=_use_example,
    )
    if st.session_state.get("before_example"):
        st.button("Back to my own answers", key="go_back", on_click=_go_back)
    answers = form.ask()
    st.session_state["answers"] = answers
with shown, st.container(key="result"):
    result.show(assess(answers))
st.caption(_footer())
