"""The app: `riskmodel/views/frame.py` behind the gate."""

from pathlib import Path

import streamlit as st
from starlette.middleware import Middleware

import riskmodel
from riskmodel.serving.announcement import announced
from riskmodel.serving.gate import Gate
from riskmodel.serving.hosts import configured_names

app = st.App(
    Path(riskmodel.__file__).parent / "views" / "frame.py",
    lifespan=announced,
    middleware=[Middleware(Gate, configured_names())],
)
