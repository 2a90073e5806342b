"""The frame of the app: page settings and navigation, nothing else."""

from pathlib import Path

import streamlit as st

import riskmodel
from riskmodel.views import form, navigation

st.set_page_config(page_title="Cramp risk", page_icon="🏃", layout="wide")
views = Path(riskmodel.__file__).parent / "views"
pages = [
    st.Page(views / "my_session.py", title="My session", default=True),
    st.Page(views / "start.py", title="Best start"),
    st.Page(views / "compare.py", title="Compare"),
    st.Page(views / "squad.py", title="Squad"),
    st.Page(views / "training.py", title="Training log"),
    st.Page(views / "diary.py", title="Diary"),
    st.Page(views / "saved.py", title="Saved"),
    st.Page(views / "guide.py", title="Cramp guide"),
    st.Page(views / "method.py", title="Method"),
]
page = st.navigation(pages, position="top")
form.show_again(page.title)
form.drop_changed_weather()
navigation.follow()
page.run()
# On a phone the navigation hides behind a button and covers the page.
with st.container(horizontal=True):
    for other in pages:
        if other != page:
            st.page_link(
                other, label=f"Go to: {other.title}", icon=":material/arrow_forward:"
            )
