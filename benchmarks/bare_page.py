"""A Streamlit page with as many widgets as My session, and nothing behind them.

Counted on the page that the benchmark opens: the questions, the levers' buttons, the
units, the ways to take the plan along, tables, texts and pieces of HTML.
"""

import streamlit as st

from riskmodel.fields import FIELDS, GROUPS

BUTTONS, CONTROLS, TEXTS, EXPANDERS, DOWNLOADS = 16, 5, 28, 5, 2

st.set_page_config(page_title="Bare", layout="wide")
st.title("Bare")
left, right = st.columns(2)
with left:
    for group in GROUPS:
        st.header(group)
        with st.expander("More"):
            for field in FIELDS.values():
                if field.group != group or field.name == "duration_min":
                    continue
                if field.kind == "number" and field.unit != "of 10":
                    st.number_input(field.label, value=None, key=field.name, help="Help")
                elif field.kind == "text":
                    st.text_input(field.label, key=field.name)
                elif field.kind == "time":
                    st.datetime_input(field.label, value=None, key=field.name)
                elif len(field.levels) > 6 and field.kind == "level":
                    st.selectbox(
                        field.label, list(field.levels), index=None, key=field.name
                    )
                else:
                    options = list(field.levels) or list(range(1, 11))
                    st.pills(field.label, options, key=field.name, help="Help")
with right:
    minutes = st.number_input("Duration", value=120.0, step=5.0, key="duration_min")
    st.html(f'<div class="answer"><i style="left:{minutes}px"></i></div>')
    for place in range(TEXTS):
        st.markdown(f"Text {place} of the page, a sentence long, for {minutes:g} minutes.")
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
for place in range(DOWNLOADS):
    with st.popover(f"Popover {place}"):
        st.toggle("Toggle", key=f"toggle_{place}")
        st.download_button(f"Download {place}", "text", key=f"down_{place}")
