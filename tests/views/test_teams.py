"""Teams on the pages: from an invitation to the diary, and what one may not do."""

import csv
import os
from datetime import UTC, datetime, timedelta
from io import StringIO

import httpx
import pandas as pd
import pytest
import sqlalchemy as sa
from playwright.sync_api import expect

from riskmodel.diary.squad_session import of_content
from riskmodel.serving.club import Club as Settings
from riskmodel.store import DEEDS, LOCAL, AccountStore, Done, StoreError, open_store
from riskmodel.store.models import items, members
from riskmodel.store.teams import INVITED_DAYS, note
from riskmodel.views import athletes, keeping, team_record
from riskmodel.views.state import TeamList
from tests.browser import axe, fits, ready
from tests.serving.two_people import issuer_of
from tests.squad.test_squad import PLAN
from tests.squad.test_squad_browser import upload
from tests.squad.test_squad_page import go, html_of, squad_of, with_list
from tests.views.pages import all_html, group
from tests.views.pages import opened as app_opened
from tests.views.pages import press as push
from tests.views.test_saving import (
    button_labels,
    click,
    opened,
    sign_in,
    signing_in,
    stranger,
    to_page,
    told,
)

QUERY = "&".join(f"{name}={value}" for name, value in PLAN.items())
LIST = "Name,Age,Medication\nAnna,17,none\nBo,18,statin\n"

# ------------------------------------------------------------------ three people at once


def tell_address(home, subject):
    """Let the provider tell a confirmed address of somebody."""
    claims = {"email": f"{subject}@club.example", "email_verified": True}
    address = f"{issuer_of(home)}/users/{subject}"
    httpx.put(address, json=claims, trust_env=False).raise_for_status()


def member(browser, url, home, subject):
    tell_address(home, subject)
    page = stranger(browser, url)
    sign_in(page, url, subject)
    return page


def press(page, name, *, exact=True):
    page.get_by_role("button", name=name, exact=exact).first.click()
    ready(page)


def unfold(page, key):
    page.locator(f".st-key-{key} summary").click()
    ready(page)


def show_team(page, name="U19"):
    page.locator("[class*=st-key-saved_whose] button").filter(has_text=name).click()
    ready(page)


def name_list(page, name):
    page.get_by_label("Name: the squad").fill(name)
    press(page, "Save")


def to_squad(page, url):
    """Open Squad with a session of one's own, in the same tab."""
    page.goto(f"{url}/?{QUERY}")
    ready(page)
    page.get_by_role("link", name="Squad").click()
    ready(page)


def looks_well(page, shot):
    """Fit on a phone, and leave axe nothing to say in either scheme."""
    page.set_viewport_size({"width": 390, "height": 844})
    ready(page)
    fits(page)
    assert axe(page) == []
    if folder := os.environ.get("SHOTS"):
        for width, scheme in ((390, "light"), (1280, "dark")):
            page.emulate_media(color_scheme=scheme)
            page.set_viewport_size({"width": width, "height": 1500})
            ready(page)
            page.screenshot(path=f"{folder}/{shot}-{width}-{scheme}.png")
    page.set_viewport_size({"width": 1280, "height": 900})
    page.emulate_media(color_scheme="light")


def test_two_coaches_and_an_assistant_share_a_list(browser, tmp_path):
    home = tmp_path / "home"
    (tmp_path / "list.csv").write_text(LIST)
    with signing_in(tmp_path) as url:
        ada, ben, cy = (member(browser, url, home, who) for who in ("ada", "ben", "cy"))
        # Ada makes the team, shares a list, and invites both.
        to_squad(ada, url)
        upload(ada, tmp_path / "list.csv")
        expect(ada.get_by_text("of 2 athletes to expect")).to_be_visible()
        ready(ada)
        to_page(ada, "Saved")
        looks_well(ada, "mine")
        ada.get_by_label("Name of the team").fill("U19")
        press(ada, "Make a team")
        expect(ada.get_by_text("Made: U19.")).to_be_visible()
        expect(ada.get_by_text("Everybody in U19 reads all of the list")).to_be_visible()
        looks_well(ada, "empty")
        name_list(ada, "Match squad")
        unfold(ada, "team_people")
        for address, role in (("Ben@club.example", "Coach"), ("cy@club.example", None)):
            ada.get_by_label("Invite: e-mail address").fill(address)
            if role:
                ada.locator(".st-key-invite_role button").filter(has_text=role).click()
                ready(ada)
            press(ada, "Invite")
            if role:
                ada.locator(".st-key-invite_role button").filter(has_text="Ass").click()
                ready(ada)
        expect(ada.get_by_text("sign in as cy@club.example within 30")).to_be_visible()
        looks_well(ada, "people")
        # Both see it first thing.
        for who in (ben, cy):
            who.reload()
            ready(who)
            expect(who.get_by_text("ada@club.example invites you to U19")).to_be_visible()
        looks_well(ben, "invited")
        press(ben, "Join")
        expect(ben.get_by_text("New for you.")).to_be_visible()
        looks_well(ben, "joined")
        press(ben, "Open")
        expect(ben.get_by_text("Match squad, a list of U19.")).to_be_visible()
        press(cy, "Join")
        looks_well(cy, "assistant")
        expect(cy.get_by_role("button", name="Change", exact=True)).to_have_count(0)
        expect(cy.get_by_role("button", name="Save", exact=True)).to_have_count(0)
        press(cy, "Open")
        # Ada changes the list while Ben has it open.
        name_list(ada, "Match squad")
        press(ada, "Replace it")
        expect(ada.get_by_text("Saved: Match squad.")).to_be_visible()
        to_page(ben, "Saved")
        expect(ben.get_by_text("New for you.")).to_be_visible()
        press(ben, "Save")
        told = ben.get_by_text("Match squad is not as you opened it: Changed 20")
        expect(told).to_contain_text("UTC by ada@club.example.")
        looks_well(ben, "conflict")
        press(ben, "Save as a second")
        expect(ben.get_by_text("Saved: Match squad (2).")).to_be_visible()
        # Cy writes down what is expected and what came, in the team's diary.
        to_squad(cy, url)
        expect(cy.get_by_text("Match squad, a list of U19.")).to_be_visible()
        unfold(cy, "squad_diary")
        press(cy, "Write down what is expected")
        rows = cy.locator(".st-key-after_rows")
        rows.get_by_role("radio", name="Yes").first.click()
        ready(cy)
        looks_well(cy, "diary")
        expect(cy.get_by_role("button", name="Delete this session")).to_have_count(0)
        to_squad(ben, url)
        unfold(ben, "squad_diary")
        expect(ben.get_by_text("Cramps 1, not said yet")).to_be_visible()
        expect(ben.get_by_role("button", name="Delete this session")).to_be_visible()
        # All of it is in the record, and Cy is removed while a page of hers is open.
        to_page(cy, "Saved")
        show_team(cy)
        unfold(ada, "team_record")
        for what in ("opened the list Match squad", "saved Match squad (2)", "joined"):
            expect(ada.get_by_text(what).first).to_be_visible()
        looks_well(ada, "record")
        row = ada.locator("[class*=st-key-member_]").filter(has_text="cy@club.example")
        row.get_by_role("button", name="Change").click()
        ready(ada)
        press(ada, "Remove")
        expect(row).to_have_count(0)
        expect(ada.get_by_text("sign in as cy@club.example")).to_have_count(0)
        unfold(cy, "team_people")
        expect(cy.get_by_text("This team is not there any more")).to_be_visible()
        expect(cy.get_by_text("Match squad")).to_have_count(0)
        expect(cy.get_by_text("ada@club.example")).to_have_count(0)
        looks_well(cy, "removed")
        log = (home / "server.log").read_text()
        assert "Match squad" not in log
        assert "club.example" not in log


# ------------------------------------------------------------- one page, and who may what


class Club:
    """A database in which people sign in; ``who`` opens the next page, or clicks."""

    def __init__(self, database):
        self.database, self.who = database, "ada"

    def store(self, who=""):
        """What somebody of the club can reach."""
        who = who or self.who
        return AccountStore(self.database, f"https://id {who}", f"{who}@club.example")

    def owner(self):
        """Owner of the rows of whoever is there now."""
        return self.store().account

    def invite(self, team, who, role):
        """Let somebody join a team of Ada's."""
        self.store("ada").invite(team.owner, f"{who}@club.example", role)
        (invitation,) = self.store(who).invitations()
        return self.store(who).answer(invitation.id, joins=True)

    def remove(self, team, who):
        """Let Ada remove somebody."""
        ada, address = self.store("ada"), f"{who}@club.example"
        (one,) = (m for m in ada.members(team.owner) if m.address == address)
        ada.remove(team.owner, one.id)

    def did(self, team):
        """What the record of a team says, the newest first."""
        return [done.did for done in self.store("ada").record(team.owner)]


@pytest.fixture
def club(tmp_path, monkeypatch):
    store = open_store(f"sqlite:///{tmp_path}/club.db")
    club = Club(store.database)
    monkeypatch.setattr(keeping, "store", lambda: club.store())
    monkeypatch.setattr(keeping, "owner", club.owner)
    monkeypatch.setattr(keeping, "ask_who", club.owner)
    monkeypatch.setattr(keeping, "people_sign_in", lambda: True)
    yield club
    store.close()


@pytest.fixture
def u19(club):
    """A team of Ada and Ben, who are coaches, and Cy, an assistant, with one list."""
    team = club.store().new_team("U19")
    club.invite(team, "ben", "coach")
    club.invite(team, "cy", "assistant")
    club.store().save(team.owner, "squad", "Match squad", [{"athlete": "Anna"}])
    return team


def entry_of(club, team, name="Match squad"):
    return next(e for e in club.store("ada").items(team.owner, "squad") if e.name == name)


def saved_page(club, who, team=None, **more):
    club.who = who
    chosen = {} if team is None else {"saved_whose_0": team.owner}
    return opened("saved", {**chosen, **more})


def whose(page):
    """Find the pills that say whose things the page shows."""
    (found,) = (w for w in page.get("button_group") if "saved_whose" in w.key)
    return found


def keys(page):
    return {str(b.key) for b in page.button}


def test_each_deed_of_a_record_has_a_sentence():
    now = datetime(2026, 11, 30, 14, 2, tzinfo=UTC)
    said = {
        did: team_record.what(Done("ada", did, "x", "Match squad", now)) for did in DEEDS
    }
    assert len(set(said.values())) == len(DEEDS)
    assert said["opened"] == "opened the list Match squad"
    assert said["renamed"] == "gave a list the name Match squad"
    of_team = Done("ada", "renamed", "", "U17", now)
    assert team_record.what(of_team) == "gave the team the name U17"


def test_no_text_of_a_record_acts_as_a_formula():
    now = datetime(2026, 11, 30, 14, 2, tzinfo=UTC)
    done = [Done("=cmd@club.example", "founded", "", "=1+1", now)]
    text = team_record.as_csv(done).decode("utf-8-sig")
    (row,) = csv.DictReader(StringIO(text))
    assert row["who"] == "'=cmd@club.example"
    assert row["when"] == "2026-11-30T14:02:00Z"
    assert row["what"] == "made the team =1+1"


def test_nothing_of_teams_is_shown_where_nobody_signs_in(club, u19, monkeypatch):
    local = AccountStore(club.database, LOCAL)
    monkeypatch.setattr(keeping, "store", lambda: local)
    monkeypatch.setattr(keeping, "ask_who", lambda: LOCAL)
    page = opened("saved")
    assert "eam" not in " ".join([told(page), *button_labels(page)])
    assert [header.value for header in page.header][-1] == "Everything that is saved"
    assert not page.get("button_group")


def test_a_team_is_made_and_what_its_name_lacks_is_told(club):
    page = saved_page(club, "ada")
    assert not page.get("button_group")
    click(page, "team_make")
    assert "Name" in told(page)
    page.text_input(key="team_name").set_value("U19").run()
    click(page, "team_make")
    (team,) = club.store().teams()
    assert whose(page).value == team.owner
    assert "Everybody in U19 reads all of the list, health answers too;" in told(page)


def test_an_address_that_is_none_is_told_and_stays_typed(club, u19):
    page = saved_page(club, "ada", u19, team_people=True)
    page.text_input(key="invite_address").set_value("dora").run()
    click(page, "invite")
    assert told(page).count("Address is dora; allowed is one e-mail address") == 1
    assert page.text_input(key="invite_address").value == "dora"
    page.text_input(key="invite_address").set_value(" Dora@Club.example ").run()
    click(page, "invite")
    assert "sign in as dora@club.example within 30 days" in page.code[0].value
    (invitation,) = club.store("dora").invitations()
    assert invitation.role == "assistant"
    assert page.text_input(key="invite_address").value == ""


@pytest.mark.parametrize("age_days", [INVITED_DAYS - 0.01, INVITED_DAYS + 0.01])
def test_an_invitation_counts_for_its_days(club, age_days):
    team = club.store().new_team("U19")
    club.store().invite(team.owner, "ben@club.example", "coach")
    sent = datetime.now(UTC) - timedelta(days=age_days)
    invited = members.c.account.is_(None)
    with club.database.writing() as connection:
        connection.execute(sa.update(members).where(invited).values(created=sent))
    counts = age_days < INVITED_DAYS
    page = saved_page(club, "ben")
    assert ("ada@club.example invites you to U19 as a coach." in told(page)) == counts
    assert any(key.startswith("join_") for key in keys(page)) == counts
    page = saved_page(club, "ada", team, team_people=True)
    assert ("Coach; the invitation ended on" in told(page)) != counts


def test_an_invitation_is_declined(club):
    team = club.store().new_team("U19")
    club.store().invite(team.owner, "ben@club.example", "coach")
    page = saved_page(club, "ben")
    (id,) = (i.id for i in club.store("ben").invitations())
    click(page, f"decline_{id}")
    assert "Declined: U19." in told(page)
    assert club.store("ben").teams() == club.store("ben").invitations() == []


def test_an_invitation_that_was_taken_back_is_told_in_one_sentence(club):
    team = club.store().new_team("U19")
    club.store().invite(team.owner, "ben@club.example", "coach")
    page = saved_page(club, "ben")
    (id,) = (i.id for i in club.store("ben").invitations())
    club.remove(team, "ben")
    club.who = "ben"
    click(page, f"join_{id}")
    assert "This invitation is no longer there: ask for a new one." in told(page)


def test_what_one_may_not_do_is_not_offered(club, u19):
    id = entry_of(club, u19).id
    more = {"team_people": True, "squad_open": True}
    for who, leads in (("ben", True), ("cy", False)):
        page = saved_page(club, who, u19, **more)
        assert f"open_{id}" in keys(page)
        assert ("invite" in keys(page)) == leads
        popovers = {block.proto.popover.label for block in page.get("popover")}
        assert ("Change" in popovers) == leads
        assert ("Change the team" in popovers) == leads
        assert "Leave" in popovers
        assert ("Only a coach of U19 saves lists here." in told(page)) != leads


def test_people_get_another_role_and_go(club, u19):
    cy = next(m for m in club.store().members(u19.owner) if m.address[:2] == "cy")
    page = saved_page(club, "ada", u19, team_people=True, **{f"member_box_{cy.id}": True})
    click(page, f"member_role_{cy.id}")
    assert club.store("cy").teams()[0].role == "coach"
    click(page, f"member_remove_{cy.id}")
    assert club.store("cy").teams() == []
    assert told(page).count("cy@club.example") == 1  # in what the click came to
    assert "Removed: cy@club.example." in told(page)


def test_the_only_coach_stays_and_others_leave(club, u19):
    page = saved_page(club, "cy", u19)
    click(page, "team_do_leave")
    assert "You left U19." in told(page)
    assert club.store("cy").teams() == []
    club.remove(u19, "ben")
    page = saved_page(club, "ada", u19)
    click(page, "team_do_leave")
    assert "You are the only coach of this team" in told(page)


def test_a_team_is_renamed_and_deleted_by_a_coach(club, u19):
    page, of = saved_page(club, "ben", u19), u19.owner.split()[-1]
    page.text_input(key=f"new_name_{of}").set_value("U20").run()
    click(page, "team_rename")
    assert club.store().teams()[0].name == "U20"
    assert page.button(key="team_delete").disabled
    page.toggle(key=f"really_delete_{of}").set_value(True).run()
    click(page, "team_delete")
    assert "Deleted: U20." in told(page)
    assert club.store().teams() == []


def test_who_is_removed_sees_nothing_of_the_team_at_the_next_click(club, u19):
    shown = {"team_people": True, "team_record": True}
    for act in ("click", "rerun"):
        page = saved_page(club, "cy", u19, **shown)
        assert "Match squad" in told(page)
        club.remove(u19, "cy")
        club.who = "cy"
        if act == "click":
            click(page, f"open_{entry_of(club, u19).id}")
        else:
            page.run()
        assert told(page).count("This team is not there any more") == 1
        assert "may have been deleted" not in told(page)
        assert "Match squad" not in told(page)
        assert "club.example" not in told(page)
        page.run()
        club.invite(u19, "cy", "assistant")


def test_deleting_everything_tells_which_teams_go_and_leaves_none_without_a_coach(club):
    alone = club.store().new_team("Alone")
    page = saved_page(club, "ada", box_delete_everything=True, really_delete=True)
    assert "With it go the teams in which you are alone: Alone." in told(page)
    led = club.store().new_team("U19")
    club.invite(led, "cy", "assistant")
    delete = "Delete everything that is saved"
    next(b for b in page.button if b.label == delete).click().run()
    assert "The team U19 would be left without a coach" in told(page)
    assert len(club.store().teams()) == 2
    club.store().set_role(
        led.owner,
        next(m.id for m in club.store().members(led.owner) if not m.is_you),
        "coach",
    )
    next(b for b in page.button if b.label == delete).click().run()
    assert [team.name for team in club.store("cy").teams()] == ["U19"]
    assert club.store().teams() == []
    with pytest.raises(StoreError):
        club.store().items(alone.owner, "squad")


def test_what_the_operator_did_is_one_line(club):
    page = saved_page(club, "ada")
    assert "Whoever runs this server exported" not in told(page)
    with club.database.writing() as connection:
        note(connection, club.owner(), "operator", "exported")
    page.run()
    assert told(page).count("Whoever runs this server exported everything on 20") == 1


# ------------------------------------------------------------------- lists, and whose diary


def with_team_list(club, who, team):
    """Open the app as somebody who opens the list of a team in Squad."""
    club.who = who
    page = app_opened(**PLAN)
    page.session_state["saved_whose_0"] = team.owner
    go(page, "saved")
    push(page, f"open_{entry_of(club, team).id}")
    go(page, "squad")
    assert "Match squad, a list of U19." in html_of(page)
    return page


def test_a_list_that_somebody_else_changed_is_not_replaced_unseen(club, u19):
    page = with_team_list(club, "ben", u19)
    one = entry_of(club, u19)
    there = club.store("ada")
    there.save(u19.owner, "squad", one.name, [{"athlete": "Bo"}], id=one.id, version=1)
    go(page, "saved")
    assert "New for you." in html_of(page)
    # Giving it another name does not make what was opened the newest.
    page.session_state[f"change_{one.id}"] = True
    page.run()
    page.text_input(key=f"rename_{one.id}").set_value("Cup squad").run()
    push(page, f"do_rename_{one.id}")
    push(page, "save_squad")
    assert "Cup squad is not as you opened it: Changed 20" in html_of(page)
    # Changed once more, it is kept beside that.
    there.save(u19.owner, "squad", "Cup squad", [{"athlete": "Di"}], id=one.id, version=3)
    push(page, "replace")
    assert "UTC by ada@club.example; saved as new: Cup squad (2)." in html_of(page)
    kept = {
        entry.name: there.load(u19.owner, "squad", entry.id).content
        for entry in there.items(u19.owner, "squad")
    }
    assert [row["athlete"] for row in kept["Cup squad"]] == ["Di"]
    assert [row["athlete"] for row in kept["Cup squad (2)"]] == ["Anna"]


def test_a_list_that_nobody_else_changed_is_changed_in_the_team(club, u19):
    page = with_team_list(club, "ben", u19)
    go(page, "saved")
    push(page, "save_squad")
    assert "not as you opened it" not in html_of(page)
    push(page, "replace")
    assert entry_of(club, u19).version == 2
    assert squad_of(page).of_team.version == 2


def test_an_assistant_saves_a_copy_of_her_own(club, u19):
    page = with_team_list(club, "cy", u19)
    go(page, "saved")
    assert "save_squad" not in keys(page)
    whose(page).set_value("").run()
    page.session_state["save_what"] = "squad"
    page.run()
    push(page, "save_squad")
    (own,) = club.store("cy").items(club.owner(), "squad")
    assert own.name == "Match squad"
    assert squad_of(page).of_team is None
    assert entry_of(club, u19).version == 1


def test_a_reload_keeps_whose_list_it_is(club, u19):
    page = with_team_list(club, "ben", u19)
    tab = dict(page.session_state["DeviceState"].tab)
    text = squad_of(page).tab_text
    again = app_opened(**PLAN)
    device = again.session_state["DeviceState"]
    device.tab, device.tab_list, device.restored = tab, text, True
    go(again, "squad")
    assert squad_of(again).of_team == squad_of(page).of_team
    assert "Match squad, a list of U19." in html_of(again)


@pytest.mark.parametrize("held", ["", "{", "[]", '{"team": 1}', '{"version": "x"}', "null"])
def test_a_tab_that_holds_no_list_of_a_team_holds_none(held, monkeypatch):
    monkeypatch.setattr(athletes.device, "of_tab", lambda part: held)
    assert athletes._team_list_of_tab() is None


def test_squad_says_when_the_team_has_another_list_than_the_open_one(club, u19):
    page = with_team_list(club, "cy", u19)
    words = "The team sees changes once a coach saves them there"
    assert words in html_of(go(page, "squad"))
    entry = entry_of(club, u19)
    ada = club.store("ada")
    rows = [{"athlete": "Bo"}]
    ada.save(u19.owner, "squad", entry.name, rows, id=entry.id, version=entry.version)
    club.who = "cy"
    now = html_of(page.run())
    assert words not in now
    assert "by ada@club.example. This is the one before" in now
    ada.delete(u19.owner, "squad", entry.id)
    assert "It was deleted there since you opened it" in html_of(page.run())
    club.remove(u19, "cy")
    club.who = "cy"
    assert html_of(page.run()).count("This team is not there any more") == 1


def test_another_list_is_no_longer_the_teams_and_the_one_before_is(club, u19):
    page = with_list()
    club.who = "ben"
    page.session_state["saved_whose_0"] = u19.owner
    go(page, "saved")
    push(page, f"open_{entry_of(club, u19).id}")
    go(page, "squad")
    assert isinstance(squad_of(page).of_team, TeamList)
    push(page, "list_before")
    assert squad_of(page).of_team is None
    push(page, "list_before")
    assert squad_of(page).of_team.name == "Match squad"


def with_diary(club, who, team):
    page = with_team_list(club, who, team)
    page.session_state["squad_diary"] = True
    page.run()
    assert not page.exception
    return page


def test_an_assistant_writes_the_teams_diary_and_deletes_nothing(club, u19):
    page = with_diary(club, "cy", u19)
    push(page, "squad_write")
    (entry,) = club.store().items(u19.owner, "squad_session")
    assert club.store("cy").items(club.owner(), "squad_session") == []
    group(page, f"after_{entry.id}_0_cramp").set_value("Yes").run()
    item = club.store().load(u19.owner, "squad_session", entry.id)
    assert of_content(item.content).athletes[0].cramp is True
    page.session_state[f"really_session_{entry.id}"] = True
    page.run()
    assert f"delete_session_{entry.id}" not in keys(page)
    group(page, "squad_part").set_value("before").run()
    assert {"squad_write", "squad_replace"} & set(keys(page)) == {"squad_write"}
    assert "Everybody in U19, and whoever runs this server." in html_of(page)
    page = with_diary(club, "ben", u19)
    group(page, "squad_part").set_value("after").run()  # all is said of it
    page.session_state[f"really_session_{entry.id}"] = True
    page.run()
    push(page, f"delete_session_{entry.id}")
    assert not club.store().items(u19.owner, "squad_session")


def test_a_diary_of_ones_own_is_one_tap_away(club, u19):
    page = with_diary(club, "cy", u19)
    (whose,) = (w for w in page.get("button_group") if "diary_whose" in w.key)
    assert whose.value == u19.owner
    whose.set_value("").run()
    push(page, "squad_write")
    assert len(club.store("cy").items(club.owner(), "squad_session")) == 1
    assert not club.store().items(u19.owner, "squad_session")


def test_who_has_no_team_is_not_asked_whose_diary_it_is(club):
    page = with_list()
    page.session_state["squad_diary"] = True
    page.run()
    assert not [w for w in page.get("button_group") if "diary_whose" in str(w.key)]


def test_who_is_removed_writes_nothing_more_into_the_diary(club, u19):
    page = with_diary(club, "cy", u19)
    push(page, "squad_write")
    group(page, "squad_part").set_value("before").run()
    club.remove(u19, "cy")
    club.who = "cy"
    push(page, "squad_write")
    assert html_of(page).count("This team is not there any more") == 1
    assert "may have been deleted" not in html_of(page)
    assert len(club.store("ada").items(u19.owner, "squad_session")) == 1
    assert not [b for b in page.button if str(b.key).startswith("after_")]


@pytest.mark.parametrize(("days", "is_told"), [(59, True), (61, False)])
def test_what_goes_soon_by_its_age_is_told(club, u19, monkeypatch, days, is_told):
    monkeypatch.setattr(keeping.account, "club_settings", lambda: Settings(keep_months=12))
    now = pd.Timestamp.now("UTC")
    changed = now + pd.Timedelta(days=days) - pd.DateOffset(months=12)
    with club.database.writing() as connection:
        connection.execute(sa.update(items).values(changed=changed.to_pydatetime()))
    page = saved_page(club, "ben", u19)
    goes = f"Goes after {now + pd.Timedelta(days=days):%Y-%m-%d} unless it is saved again."
    assert (goes in all_html(page)) is is_told
    own = all_html(saved_page(club, "zoe"))
    assert "or 12 months after it was last changed" in own


def test_without_a_setting_nothing_is_said_to_go(club, u19):
    with club.database.writing() as connection:
        old = datetime(2001, 1, 1, tzinfo=UTC)
        connection.execute(sa.update(items).values(changed=old))
    assert "Goes after" not in all_html(saved_page(club, "ben", u19))
    assert "Until you delete it here.<" in all_html(saved_page(club, "zoe"))
