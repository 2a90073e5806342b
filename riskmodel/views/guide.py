"""For somebody who has a cramp, or wonders whether it is one."""

import pandas as pd
import streamlit as st

from riskmodel.inputs.fields import FIELDS
from riskmodel.reporting.guide import Kind, Step, load_guide
from riskmodel.scoring.guards import RED_FLAGS
from riskmodel.views import tables

_ROWS = {
    "feels": "What it feels like",
    "part": "How much of the muscle",
    "lasts": "How long it lasts",
    "comes": "When it comes",
    "after": "Afterwards",
    "do": "What to do",
}


def _compared(kinds: tuple[Kind, ...]) -> pd.DataFrame:
    rows = [
        {"": heading, **{kind.label: getattr(kind, name) for kind in kinds}}
        for name, heading in _ROWS.items()
    ]
    return pd.DataFrame(rows)


def _show_evidence(step: Step) -> None:
    sources = " ".join(f"{source}." for source in step.sources)
    st.caption(f"{step.evidence} {sources}")


def _start_again() -> None:
    for name in load_guide().questions:
        st.session_state[f"path_{name}"] = None


guide = load_guide()
st.title("Cramp guide")
st.markdown("What helps when it happens, and how to tell a cramp from other things.")
with st.expander("Get help first, if one of these is true", expanded=True):
    for name, label in FIELDS["red_flags"].levels.items():
        st.markdown(f"- **{label}.** {RED_FLAGS[name]}")
st.header("When it happens")
for place, step in enumerate(guide.steps, 1):
    st.markdown(f"{place}. **{step.heading}.** {step.text}")
    _show_evidence(step)
st.header(guide.late.heading)
st.markdown(guide.late.text)
_show_evidence(guide.late)
st.header("Search by symptom")
wanted = st.text_input("A word or two, such as calf, twitch or bruise", key="guide_search")
if wanted.strip():
    found = guide.search(wanted)
    for entry in found:
        st.markdown(f"**{entry.heading}.** {entry.text}")
    if not found:
        st.markdown(
            "Nothing in the guide says that. Try a single word, such as the name of the "
            "muscle or how it feels. If it worries you, ask a doctor; chest pain or "
            "trouble breathing is an emergency."
        )
st.header("Cramp, spasm or strain?")
tables.show_by_column(_compared(guide.kinds), "Cramp, spasm and strain compared")
st.header("Which one is it?")
answers = {
    name: st.session_state[f"path_{name}"] == "Yes"
    for name in guide.questions
    if st.session_state.get(f"path_{name}")
}
asked, end = guide.walk(answers)
for question in asked:
    st.pills(question.text, ["Yes", "No"], key=f"path_{question.name}")
if end is not None:
    st.info(end)
    st.button("Start again", key="path_again", on_click=_start_again)
st.header(guide.disagreement.heading)
st.markdown(guide.disagreement.text)
st.caption(
    "Not a diagnosis, and no medical advice. What you enter here is forgotten when you "
    "close the page."
)
