"""The frame of the app: page settings and navigation, nothing else."""

from pathlib import Path

import streamlit as st

import riskmodel

st.set_page_config(page_title="Cramp risk", page_icon="🏃", layout="wide")
views = Path(riskmodel.__file__).parent / "views"
pages = [
    st.Page(views / "my_session.py", title="My session", default=True),
    st.Page(views / "method.py", title="Method"),
]
st.navigation(pages, position="top").run()
