"""A Streamlit page with as many widgets and rows as Squad, and nothing behind them.

Counted on the page that the benchmark opens, with a list of a hundred athletes.
"""

import json
import os

import streamlit as st

FIELDS = json.loads(os.environ["BARE_PAGE_FIELDS"])
ROWS, LEVERS, PAGES = 100, 5, 8

st.set_page_config(page_title="Bare", layout="wide")
st.title("Bare")
st.html("<p>Piece</p>")
st.markdown("A text of the page.")
st.header("Athletes")
given = st.file_uploader("Upload", type="csv", key="upload")
with st.container(horizontal=True):
    for place in range(4):
        st.button(f"Button {place}", key=f"button_{place}")
    for place in range(2):
        st.download_button(f"Template {place}", "text", key=f"template_{place}")
st.caption("Caption")
if given is not None:
    st.markdown("A count.")
    # Closed, as on the page, where the grid is built once it is opened.
    st.expander("Change", key="list", on_change="rerun")
    st.header("Session")
    with st.container(horizontal=True):
        st.selectbox("Example", list("abcdef"), index=None, key="example")
        with st.popover("Popover"):
            for place in range(5):
                st.segmented_control(f"Control {place}", ["a", "b"], key=f"control_{place}")
    minutes = st.number_input("Duration", value=120.0, step=5.0, key="duration_min")
    st.pills("Air", list("abcd"), key="air")
    for group in ("plan", "weather"):
        with st.expander(group):
            for field in FIELDS:
                label, key, levels = field["label"], field["name"], field["levels"]
                if field["group"] != group or key == "duration_min":
                    continue
                if field["kind"] == "number" and field["unit"] != "of 10":
                    st.number_input(label, value=None, key=key, help="Help")
                elif field["kind"] == "time":
                    st.datetime_input(label, value=None, key=key)
                    st.selectbox("Clock", [None, *range(38)], key="clock")
                elif len(levels) > 6:
                    st.selectbox(label, levels, index=None, key=key)
                else:
                    st.pills(label, levels or list(range(1, 11)), key=key, help="Help")
    st.header("Answer")
    with st.container(key="squad_expected"):
        st.markdown(f"**To expect: {minutes}.**")
    with st.container(horizontal=True):
        st.text_input("Search", key="search")
        st.pills("Only", list("abcde"), selection_mode="multi", key="only")
    table = {name: [f"{name} {minutes}"] * ROWS for name in "ABCDEFG"}
    st.dataframe(table, hide_index=True, width="stretch", key="table")
    st.caption("Caption")
    with st.container(horizontal=True):
        st.selectbox("Athlete", list(range(ROWS)), key="athlete")
        st.button("Open", key="open")
    st.header("Levers")
    for place in range(LEVERS):
        with st.container(horizontal=True):
            st.markdown(f"Lever {place} at {minutes:g}", width="stretch")
            st.button("Use", key=f"use_{place}", help="Help")
    st.expander("Another start", key="other", on_change="rerun")
    st.header("Take it along")
    st.toggle("Toggle", key="toggle")
    st.caption("Caption")
    with st.container(horizontal=True):
        for place in range(3):
            st.download_button(f"Download {place}", "text", key=f"down_{place}")
with st.container(horizontal=True):
    for place in range(PAGES):
        st.page_link(f"http://127.0.0.1/{place}", label=f"Page {place}", icon="🏃")
