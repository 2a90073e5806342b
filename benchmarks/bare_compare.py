"""A Streamlit page with as many widgets, rows and charts as Compare, and nothing behind.

Counted on the page that the benchmark opens: three plans as cards with five answers each,
their rows on one axis, the reasons, a map with its names, and the ways to take them along.
"""

import streamlit as st

PAUSE = "700ms"
PLANS, NUMBERS, POINTS, AREAS, REASONS = 3, 4, 60, 4, 5

st.set_page_config(page_title="Bare", layout="wide")
st.html("<style>p { margin: 0 }</style>")
with st.container(horizontal=True):
    st.html("<b>Bare</b>", width="content")
    for place in range(4):
        st.page_link(f"http://127.0.0.1/{place}", label=f"Page {place}", icon="🏃")
    with st.popover("More"):
        for place in range(4, 9):
            st.page_link(f"http://127.0.0.1/{place}", label=f"Page {place}", icon="🏃")
typed = st.session_state.get("plan_1_duration_min", "90")
minutes = float(typed)
with st.container(horizontal=True):
    with st.container():
        st.title("Bare", anchor=False)
        st.html("<p>A text of the page.</p>")
        st.html("<p>Note</p>")
    with st.container(horizontal=True):
        st.popover("Rows", on_change="rerun", key="rows")
        st.menu_button("Example", list("abcdef"), key="example")
rows = "".join(
    f'<tr><th>Plan {i}</th><td>{minutes}</td><td><i class="cr-bead" '
    f'style="left:{minutes / 10:.1f}%"></i></td><td>range</td><td>risk</td></tr>'
    for i in range(PLANS)
)
st.html(f'<table class="cr-rank">{rows}</table>')
with st.container(horizontal=True):
    for plan in range(1, PLANS + 1):
        with st.container(border=True):
            with st.container(horizontal=True):
                st.text_input("Name", key=f"name_{plan}", label_visibility="collapsed")
                st.menu_button("⋯", ["a", "b", "c"], key=f"act_{plan}")
            st.html(f"<b>{minutes}</b>")
            with st.container():
                st.text_input("Minutes", "90", key=f"plan_{plan}_duration_min", live=PAUSE)
                for place in range(1, NUMBERS):
                    st.text_input(
                        f"Number {place}", key=f"number_{plan}_{place}", live=PAUSE
                    )
                st.selectbox("Level", list("abcdef"), key=f"level_{plan}")
left, right = st.columns(2)
with left:
    st.header("Why", anchor=False)
    st.pills("Against", list("ab"), default="b", key="against")
    items = "".join(
        f'<li>Reason {i}<i style="width:{minutes / 10 + i}%"></i>{minutes}</li>'
        for i in range(REASONS)
    )
    st.html(f"<ul>{items}</ul>")
    st.html("<p>Note</p>")
with right:
    with st.container(horizontal=True):
        st.segmented_control("Picture", ["Map", "Curve"], default="Map", key="picture")
        st.popover("Axes", on_change="rerun", key="axes")
    count = POINTS * AREAS
    areas = {
        "x": [(i % POINTS) * minutes / 99 for i in range(count)],
        "y": [(i % POINTS) * (i // POINTS + 1) for i in range(count)],
        "piece": [i // POINTS for i in range(count)],
        "at": [i % POINTS for i in range(count)],
    }
    axis = {"type": "quantitative", "scale": {"zero": False, "nice": False}}
    places = {"x": {"field": "x", **axis}, "y": {"field": "y", **axis}}
    shape = {"detail": {"field": "piece"}, "order": {"field": "at"}}
    shape["fill"] = {"field": "piece", "type": "nominal", "legend": None}
    point = {"data": {"values": [{"x": minutes / 9, "y": 5, "text": "A"}]}}
    text = {"encoding": {**places, "text": {"field": "text"}}, "mark": "text"}
    mark = {"type": "line", "interpolate": "linear-closed", "stroke": "#000"}
    layers = [
        {"mark": mark, "encoding": {**places, **shape}},
        *[{**point, **text}] * 4,
        {**point, "mark": "point", "encoding": places},
    ]
    st.vega_lite_chart(areas, {"layer": layers, "height": 300}, width="stretch")
    st.html("<p>Note</p>")
with st.container(horizontal=True):
    for words in ("Share", "Files", "Open"):
        st.popover(words, on_change="rerun", key=words)
    st.button("Keep", key="keep")
st.html("<p>Note</p>")
