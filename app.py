"""The app: `riskmodel/views/frame.py` behind the gate."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import streamlit as st
from starlette.middleware import Middleware

import riskmodel
from riskmodel.serving.announcement import announced
from riskmodel.serving.database import closed_at_end
from riskmodel.serving.downloads import tell_refusals
from riskmodel.serving.gate import Gate
from riskmodel.serving.hosts import configured_names, hand_on
from riskmodel.serving.signed_out import SignOuts
from riskmodel.serving.upkeep import kept_up
from riskmodel.serving.uploads import UploadGate
from riskmodel.serving.way_back import WayBack


@asynccontextmanager
async def _life(server: object) -> AsyncIterator[None]:
    async with announced(server), closed_at_end(), kept_up():
        yield


names = configured_names()
hand_on(names)
tell_refusals()
app = st.App(
    Path(riskmodel.__file__).parent / "views" / "frame.py",
    lifespan=_life,
    middleware=[
        Middleware(Gate, names),
        Middleware(UploadGate),
        Middleware(SignOuts),
        Middleware(WayBack),
    ],
)
