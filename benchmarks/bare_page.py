"""A Streamlit page with as many widgets as My session, and nothing behind them.

Counted on the page that the benchmark opens: six answers, the next best question, the
switches, what opens, and pieces of HTML as long as ours.
"""

import streamlit as st

PAUSE = "700ms"
SWITCHES, REASONS, NOTES = 4, 8, 6

st.set_page_config(page_title="Bare", layout="wide")
st.html("<style>p { margin: 0 }</style>")
with st.container(horizontal=True):
    st.html("<b>Bare</b>", width="content")
    for place in range(4):
        st.page_link(f"http://127.0.0.1/{place}", label=f"Page {place}", icon="🏃")
    with st.popover("More"):
        for place in range(4, 9):
            st.page_link(f"http://127.0.0.1/{place}", label=f"Page {place}", icon="🏃")
st.title("Bare", anchor=False)
st.html("<p>A text of the page.</p>")
minutes = float(st.session_state.get("duration_min", "120"))
with st.container():
    with st.container():
        st.html(f"<b>{minutes}</b>")
    with st.container():
        dots = "<i></i>" * 100
        at = f'<i class="cr-bead" style="left:{minutes / 10:.1f}%"></i>'
        st.html(f'<div>{dots}</div><div class="cr-scale">{at}</div>')
    with st.container():
        with st.container(horizontal=True):
            st.popover("Sport", key="sport", on_change="rerun")
            with st.container():
                st.text_input("Age", key="age", live=PAUSE)
        with st.container(horizontal=True):
            with st.container():
                st.text_input("Minutes", "120", key="duration_min", live=PAUSE)
            st.pills("Durations", list("abcd"), key="durations")
        st.pills("Effort", list(range(1, 11)), key="effort", help="Help")
        with st.container(horizontal=True):
            for place in range(2):
                with st.container():
                    st.text_input(f"Number {place}", key=f"air_{place}", live=PAUSE)
        with st.container(horizontal=True):
            for place in range(2):
                st.popover(f"Box {place}", key=f"box_{place}", on_change="rerun")
        st.html("<div></div>")
        with st.container(border=True):
            st.html("<p>Any of these now?</p>" * 3)
            with st.container(horizontal=True):
                st.button("None", key="none", type="primary")
                st.button("Some", key="some")
        with st.container(border=True):
            st.html("<p>Next</p>")
            st.pills("Next", list("abcde"), key="next", help="Help")
            st.button("Skip", key="skip")
            st.html("<p>Note</p>")
        st.expander("All questions", key="all", on_change="rerun")
    with st.container():
        with st.container():
            st.header("Why", anchor=False)
            row = "<li><details><summary>Reason<br><small>{}</small></summary>{}</details></li>"
            text = "A sentence about the reason, and what studies say. " * 4
            steps = "".join(row.format(minutes + i, text) for i in range(REASONS))
            st.html(f"<ul>{steps}</ul>")
            st.expander("Behind", key="behind", on_change="rerun")
        with st.container():
            st.header("Change", anchor=False)
            st.html("<p>Note</p>")
            for place in range(SWITCHES):
                label = f"Switch {place}: {minutes:g} to {minutes - place:g}"
                st.toggle(label, key=f"switch_{place}", width="stretch")
            st.expander("Weeks", key="weeks", on_change="rerun")
            st.html("<p>Note</p>")
            st.header("Drinking", anchor=False)
            st.html("<p>Note</p>")
with st.container(horizontal=True):
    for place in range(3):
        st.popover(f"Way {place}", key=f"way_{place}", on_change="rerun")
st.html("<p>Note</p>")
