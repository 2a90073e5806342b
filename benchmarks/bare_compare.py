"""A Streamlit page with as many widgets, rows and charts as Compare, and nothing behind.

Counted on the page that the benchmark opens: two scenarios, a map of 40 x 40 cells with
its lines and names, a curve, and the ways to take them along.
"""

import streamlit as st

CELLS, STEPS, ROWS, PAGES = 1600, 40, 24, 8

st.set_page_config(page_title="Bare", layout="wide")
st.title("Bare")
st.markdown("A text of the page.")
with st.container(horizontal=True):
    st.button("Add", key="add")
    st.selectbox("Example", list("abcdef"), index=None, key="example")
    with st.popover("Popover"):
        for place in range(5):
            st.segmented_control(f"Control {place}", ["a", "b"], key=f"control_{place}")
st.header("Change")
st.selectbox("Which one", ["a", "b"], key="which")
st.selectbox("What", [f"Field {i}" for i in range(40)], key="what")
minutes = st.number_input("Duration", value=120.0, step=5.0, key="plan_duration_min")
with st.container(horizontal=True):
    st.text_input("Name", key="name")
    for place in range(3):
        st.button(f"Button {place}", key=f"button_{place}")
st.header("Table")
cells = "".join(
    f"<tr><th>Row {i}</th><td>a</td><td>{minutes}</td></tr>" for i in range(ROWS)
)
st.html(f'<table class="cr-table">{cells}</table>')
st.caption("Caption")
st.header("Pictures")
with st.container(horizontal=True):
    for place in range(3):
        st.selectbox(f"Choice {place}", [f"Field {i}" for i in range(40)], key=f"c_{place}")
grid = {
    "x": [i % STEPS for i in range(CELLS)],
    "y": [i // STEPS for i in range(CELLS)],
    "number": [i / CELLS for i in range(CELLS)],
}
places = {
    "x": {"field": "x", "type": "quantitative"},
    "y": {"field": "y", "type": "quantitative"},
}
colour = {"color": {"field": "number", "type": "quantitative"}}
point = {"data": {"values": [{"x": minutes / 9, "y": 5}]}, "encoding": places}
layers = [
    {"mark": "rect", "encoding": {**places, **colour}},
    {"mark": "point", **point},
    {"mark": {"type": "text"}, **point},
]
st.vega_lite_chart(grid, {"layer": layers, "height": 380}, width="stretch")
st.caption("Caption")
curve = {"x": list(range(STEPS)), "y": [minutes + i for i in range(STEPS)]}
area = {**places, "y2": {"datum": 0}}
lines = [{"mark": "area", "encoding": area}, {"mark": "line", "encoding": places}]
st.vega_lite_chart(curve, {"layer": lines, "height": 300}, width="stretch")
st.caption("Caption")
st.header("Take it along")
st.toggle("Toggle", key="toggle")
st.caption("Caption")
with st.container(horizontal=True):
    with st.popover("Popover 2"):
        st.code("text" * 100, language=None, wrap_lines=True)
    for place in range(3):
        st.download_button(f"Download {place}", "text", key=f"down_{place}")
    st.button("Save", key="save")
st.file_uploader("Upload", type="json", key="upload")
with st.container(horizontal=True):
    for place in range(PAGES):
        st.page_link(f"http://127.0.0.1/{place}", label=f"Page {place}", icon="🏃")
