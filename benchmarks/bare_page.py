"""A Streamlit page with as many widgets as My session, and nothing behind them.

Counted on the page that the benchmark opens: the questions, the levers' buttons, the
units, the ways to take the plan along, tables, texts and pieces of HTML.
"""

import json
import os

import streamlit as st

# The kinds and names of the widgets come in as data: this page imports nothing of ours.
FIELDS = json.loads(os.environ["BARE_PAGE_FIELDS"])
GROUPS = list(dict.fromkeys(field["group"] for field in FIELDS))
BUTTONS, CONTROLS, TEXTS, PIECES, EXPANDERS, POPOVERS = 16, 5, 20, 5, 5, 3
PAGES = 8

st.set_page_config(page_title="Bare", layout="wide")
st.title("Bare")
left, right = st.columns(2)
with left:
    for group in GROUPS:
        st.header(group)
        with st.expander("More"):
            for field in FIELDS:
                label, key, levels = field["label"], field["name"], field["levels"]
                if field["group"] != group or key == "duration_min":
                    continue
                if field["kind"] == "number" and field["unit"] != "of 10":
                    st.number_input(label, value=None, key=key, help="Help")
                elif field["kind"] == "text":
                    st.text_input(label, key=key)
                elif field["kind"] == "time":
                    st.datetime_input(label, value=None, key=key)
                    st.selectbox("Clock", [None, *range(38)], key="clock")
                elif len(levels) > 6 and field["kind"] == "level":
                    st.selectbox(label, levels, index=None, key=key)
                else:
                    st.pills(label, levels or list(range(1, 11)), key=key, help="Help")
with right:
    minutes = st.number_input("Duration", value=120.0, step=5.0, key="duration_min")
    st.html(f'<div class="answer"><i style="left:{minutes}px"></i></div>')
    for place in range(TEXTS):
        st.markdown(f"Text {place} of the page, a sentence long, for {minutes:g} minutes.")
    for place in range(PIECES):
        st.html(f"<p>Piece {place}, {minutes:g} minutes</p>")
    for place in range(BUTTONS):
        with st.container(horizontal=True):
            st.button(f"Button {place}", key=f"button_{place}", help="Help")
    for place in range(EXPANDERS):
        with st.expander(f"Expander {place}"):
            st.caption(f"Caption {place}")
    for _ in range(2):
        st.table({"Quantity": [f"Row {i}" for i in range(8)], "Value": [minutes] * 8})
with st.popover("Popover"):
    for place in range(CONTROLS):
        st.segmented_control(f"Control {place}", ["a", "b"], key=f"control_{place}")
st.selectbox("Choice", list("abcdef"), index=None, key="choice")
st.download_button("Download", "text", key="download")
for place in range(POPOVERS):
    with st.popover(f"Popover {place}"):
        st.toggle("Toggle", key=f"toggle_{place}")
        st.download_button(f"Download {place}", "text", key=f"down_{place}")
with st.container(horizontal=True):
    for place in range(PAGES):
        st.page_link(f"http://127.0.0.1/{place}", label=f"Page {place}", icon="🏃")
