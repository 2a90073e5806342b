"""The app: `riskmodel/views/frame.py` behind its gate."""

from pathlib import Path

import streamlit as st
from starlette.middleware import Middleware

import riskmodel
from riskmodel.serving.signed_out import SignOuts

app = st.App(
    Path(riskmodel.__file__).parent / "views" / "frame.py",
    middleware=[Middleware(SignOuts)],
)
