"""The app: `riskmodel/views/frame.py` behind its gate."""

from pathlib import Path

import streamlit as st

import riskmodel

app = st.App(Path(riskmodel.__file__).parent / "views" / "frame.py")
