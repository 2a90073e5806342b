"""A Streamlit page with as many widgets as My session, and nothing behind them."""

import streamlit as st

from riskmodel.fields import FIELDS, GROUPS

BUTTONS, TEXTS, POPOVERS = 14, 30, 4

st.set_page_config(page_title="Bare", layout="wide")
st.title("Bare")
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
                st.selectbox(field.label, list(field.levels), index=None, key=field.name)
            else:
                options = list(field.levels) or list(range(1, 11))
                st.pills(field.label, options, key=field.name, help="Help")
minutes = st.number_input("Duration", value=60.0, step=5.0, key="duration_min")
st.html(f'<div class="answer"><i style="left:{minutes}px"></i></div>')
for place in range(TEXTS):
    st.markdown(f"Text {place} of the page, a sentence long, for {minutes:g} minutes.")
for place in range(BUTTONS):
    st.button(f"Button {place}", key=f"button_{place}")
for place in range(POPOVERS):
    with st.popover(f"Popover {place}"):
        st.toggle("Toggle", key=f"toggle_{place}")
st.table({"Quantity": [f"Row {i}" for i in range(12)], "Value": [minutes] * 12})
