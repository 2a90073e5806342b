"""The frame of the app: page settings, the pages and the way between them."""

from pathlib import Path

import streamlit as st

from riskmodel.serving.turns import turn
from riskmodel.views import (
    account,
    device,
    form,
    look,
    navigation,
    overtaken,
    own_card,
    place,
    squad_plan,
)
from riskmodel.views.state import FormState, state

# Before the navigation: an icon that Streamlit chose itself would be fetched elsewhere.
st.set_page_config(page_icon=str(look.MARK), layout="wide")
with account.asked_once():
    if account.is_leaving():
        device.forget_tab()
        st.stop()
    if account.is_left():
        device.leave()
        st.stop()
    pages = {
        name: st.Page(
            Path(__file__).with_name(f"{name}.py"),
            title=f"{title} · Cramp risk",
            default=name == "my_session",
        )
        for name, (title, _) in navigation.PAGES.items()
    }
    navigation.note_unknown()
    page = st.navigation(list(pages.values()), position="hidden")
    name = next(name for name in pages if pages[name] == page)
    navigation.draw(pages, name)
    navigation.tell_unknown(name)
    with turn(), form.read_once():
        overtaken.keep(state(FormState).texts_put, st.session_state)
        form.take_touched()
        form.show_again(name)
        if page not in (pages["squad"], pages["start"]):
            squad_plan.leave()
        place.drop_changed_weather()
        navigation.follow()
        own_card.tell()
        page.run()
