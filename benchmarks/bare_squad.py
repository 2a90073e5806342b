"""A Streamlit page with as many widgets and rows as Squad, and nothing behind them.

Counted on the page that the benchmark opens, with a list of 28 athletes: the session in
one strip, how many to expect, everybody in one picture, the levers, and what opens.
"""

import streamlit as st

PAUSE = "700ms"
ROWS, LEVERS = 28, 4

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
    st.popover("Sport", key="sport", on_change="rerun")
    with st.container(horizontal=True), st.container():
        st.text_input("Minutes", "120", key="duration_min", live=PAUSE)
    st.pills("Durations", list("abcd"), key="durations")
    st.pills("Effort", list(range(1, 11)), key="effort")
    with st.container(horizontal=True):
        for place in range(2):
            with st.container():
                st.text_input(f"Number {place}", key=f"air_{place}", live=PAUSE)
    with st.container(horizontal=True):
        for place in range(2):
            st.popover(f"Box {place}", key=f"box_{place}", on_change="rerun")
        athletes = st.popover("Athletes", key="athletes", on_change="rerun")
        st.button("Another", key="another", type="tertiary")
if athletes.open:
    with athletes:
        st.file_uploader("Upload", type="csv", key="upload")
with st.container():
    with st.container(key="squad_answer"):
        st.html(f'<p><span class="cr-num">{minutes:g}</span> of 28</p>')
    with st.container():
        with st.container(horizontal=True):
            st.segmented_control("Show", ["Picture", "Table"], default="Picture")
            st.text_input("Search", key="search", type="search", live=True)
            st.selectbox("Athlete", list(range(ROWS)), index=None, key="athlete")
        row = (
            "<tr><th>Athlete {}</th><td>{}</td><td><div><b></b><b></b><b></b><b></b>"
            "<i></i><i></i></div></td><td>1 to 20</td><td>High</td><td>Note</td></tr>"
        )
        rows = "".join(row.format(place, minutes + place) for place in range(ROWS))
        st.html(f"<table>{rows}</table>")
    with st.container():
        st.header("Levers", anchor=False)
        st.html("<p>A text of the page.</p>")
        for place in range(LEVERS):
            words = f"Lever {place} **{minutes:g}**"
            st.button(words, key=f"use_{place}", width="stretch")
        st.expander("Change", key="list", on_change="rerun")
        st.popover("Files", key="files", on_change="rerun")
        st.html("<p>A text of the page.</p>")
# What keeps the answers and the list in the tab.
st.html("<i></i>")
st.html("<i></i>")
