"""Teams: who may what, what is noted of it, and that nobody else reaches anything."""

import json
import subprocess
import threading
from contextlib import closing, suppress
from datetime import UTC, datetime, timedelta
from tempfile import TemporaryDirectory

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
)

from riskmodel.store import (
    DEEDS,
    LOCAL,
    ROLES,
    AccountStore,
    ConflictError,
    Counts,
    NotFoundError,
    Store,
    StoreError,
    backup,
    expire,
    forget_what_is_over,
    models,
    open_store,
    restore,
    teams,
)
from riskmodel.store.backup_file import ALL_TABLES
from riskmodel.store.models import members, metadata, record
from tests.store.test_store import CALLS, CONTENTS, NOBODY, OUTCOME, WITH_ID

SQUAD, SESSION = CONTENTS["squad"], CONTENTS["squad_session"]
ADA, BEN, CEM = "https://who 1", "https://who 2", "https://who 3"
ADDRESSES = {ADA: "ada@club.example", BEN: "ben@club.example", CEM: "cem@club.example"}


@pytest.fixture(params=["sqlite", "postgres"])
def database(request, new_database):
    with closing(open_store(new_database(request.param))) as store:
        yield store.database


def of(database, account):
    return AccountStore(database, account, ADDRESSES[account])


def join(coach, team, account, role="assistant"):
    coach.invite(team, ADDRESSES[account], role)
    joining = of(coach.database, account)
    (invitation,) = joining.invitations()
    joining.answer(invitation.id, joins=True)
    return joining


@pytest.fixture
def shared(database):
    """A team of Ada, its coach, with Ben as assistant; Cem is nobody there."""
    ada = of(database, ADA)
    team = ada.new_team("U19").owner
    return team, ada, join(ada, team, BEN), of(database, CEM)


def as_rows(database):
    """Everything that is saved, but who looked at it and when."""
    with database.reading() as connection:
        return {
            name: sorted(map(str, connection.execute(sa.select(table))))
            for name, table in metadata.tables.items()
            if name not in ("record", "accounts")
        }


def test_a_list_is_shared_from_the_invitation_to_the_diary(shared):
    team, ada, ben, cem = shared
    saved = ada.save(team, "squad", "Match", SQUAD)
    assert [t.name for t in ben.teams()] == ["U19"]
    assert [(m.address, m.role, m.is_you) for m in ben.members(team)] == [
        ("ada@club.example", "coach", False),
        ("ben@club.example", "assistant", True),
    ]
    assert (
        ben.load(team, "squad", saved.id).content
        == ada.load(team, "squad", saved.id).content
    )
    with pytest.raises(StoreError, match="Only a coach of U19 can do this"):
        ben.save(team, "squad", "Match", SQUAD, id=saved.id, version=1)
    session = ben.save(team, "squad_session", "Saturday", SESSION)
    again = ada.save(team, "squad_session", "Saturday", SESSION, id=session.id, version=1)
    assert again.version == 2
    with pytest.raises(StoreError, match="Only a coach"):
        ben.delete(team, "squad_session", session.id)
    ada.delete(team, "squad_session", session.id)
    assert ben.items(team, "squad_session") == []
    assert ada.items(ADA, "squad") == []  # nothing of it is Ada's own
    assert cem.teams() == []


def test_nothing_is_shared_by_itself(shared):
    team, ada, ben, _ = shared
    ada.save(ADA, "squad", "My own", SQUAD)
    assert ben.items(team, "squad") == []
    with pytest.raises(NotFoundError):
        ben.items(ADA, "squad")


# What each may do; True is allowed, the class is the error.
MAY = {
    "items": (True, True),
    "load": (True, True),
    "export_owner": (True, True),
    "save a session": (True, True),
    "members": (True, True),
    "record": (True, True),
    "last_changes": (True, True),
    "save": (True, StoreError),
    "save a change": (True, StoreError),
    "rename": (True, StoreError),
    "delete": (True, StoreError),
    "rename_team": (True, StoreError),
    "invite": (True, StoreError),
    "set_role": (True, StoreError),
    "remove": (True, StoreError),
    "delete_owner": (True, StoreError),
    # The diary of one person is no team's, whoever asks.
    "outcomes": (NotFoundError, NotFoundError),
    "save_outcome": (NotFoundError, NotFoundError),
    "delete_outcome": (NotFoundError, NotFoundError),
    "move": (StoreError, StoreError),
}


def deed(name, team, id, member):
    return {
        "items": lambda s: s.items(team, "squad"),
        "load": lambda s: s.load(team, "squad", id),
        "export_owner": lambda s: s.export_owner(team),
        "save a session": lambda s: s.save(
            team, "squad_session", f"By {s.called}", SESSION
        ),
        "members": lambda s: s.members(team),
        "record": lambda s: s.record(team),
        "last_changes": lambda s: s.last_changes(team),
        "save": lambda s: s.save(team, "squad", "New", SQUAD),
        "save a change": lambda s: s.save(
            team, "squad", "New", SQUAD, id=id, version=1, keep_both=True
        ),
        "rename": lambda s: s.rename(team, "squad", id, "New", version=1),
        "delete": lambda s: s.delete(team, "squad", id),
        "rename_team": lambda s: s.rename_team(team, "New"),
        "invite": lambda s: s.invite(team, "dora@club.example", "coach"),
        "set_role": lambda s: s.set_role(team, member, "coach"),
        "remove": lambda s: s.remove(team, member),
        "delete_owner": lambda s: s.delete_owner(team),
        "outcomes": lambda s: s.outcomes(team),
        "save_outcome": lambda s: s.save_outcome(team, OUTCOME),
        "delete_outcome": lambda s: s.delete_outcome(team, id),
        "move": lambda s: s.move(team, ADA),
    }[name]


@pytest.mark.parametrize("name", MAY)
def test_each_may_do_what_the_role_says_and_a_stranger_nothing(shared, name):
    team, ada, ben, _ = shared
    id = ada.save(team, "squad", "Match", SQUAD).id
    join(ada, team, CEM)
    member = next(m.id for m in ada.members(team) if m.address == ADDRESSES[CEM])
    do = deed(name, team, id, member)
    of_coach, of_assistant = MAY[name]
    before = as_rows(ada.database)
    strangers = {
        "nobody": AccountStore(ada.database, "https://who 4"),
        "the same address": AccountStore(ada.database, "https://evil 1", ADDRESSES[ADA]),
        "on this machine": AccountStore(ada.database, LOCAL),
    }
    for stranger in strangers.values():
        with pytest.raises(StoreError) as told:
            do(stranger)
        assert isinstance(told.value, NotFoundError) or name == "move"
        assert "U19" not in str(told.value)
        assert as_rows(ada.database) == before
    for who, allowed in ((ben, of_assistant), (ada, of_coach)):
        if allowed is True:
            do(who)
        else:
            with pytest.raises(allowed):
                do(who)
            assert as_rows(ada.database) == before
    # Who was removed is a stranger.
    if name != "delete_owner":
        ada.remove(
            team, next(m.id for m in ada.members(team) if m.address == ADDRESSES[BEN])
        )
        before = as_rows(ada.database)
        with pytest.raises(StoreError):
            do(ben)
        assert as_rows(ada.database) == before


@pytest.mark.parametrize("name", CALLS)
def test_what_is_another_team_s_behaves_as_what_is_not_there(shared, name):
    team, ada, _, cem = shared
    ids = {
        "squad": ada.save(team, "squad", "Match", SQUAD).id,
        "squad_session": ada.save(team, "squad_session", "Saturday", SESSION).id,
    }

    def answer(owner, id, kind):
        try:
            return CALLS[name](cem, owner, id, kind)
        except StoreError as error:
            return type(error), str(error)

    for kind, id in ids.items():
        there, missing = (
            answer(team, id, kind),
            answer(teams.new_team_owner(), NOBODY, kind),
        )
        assert there == missing
        # Nor through an owner that is neither an account's nor a team's of theirs.
        assert answer(ADA, id, kind) == answer("https://nobody 9", NOBODY, kind)
        if name in WITH_ID:
            assert answer(CEM, id, kind)[0] is NotFoundError  # with one's own name
    assert as_rows(ada.database)["items"]


def test_an_invitation_is_for_an_address_that_is_verified(shared):
    team, ada, _, cem = shared
    ada.invite(team, " CEM@Club.Example ", "coach")
    assert AccountStore(ada.database, CEM).invitations() == []  # none that is verified
    assert of(ada.database, BEN).invitations() == []
    (invitation,) = cem.invitations()
    assert (invitation.team, invitation.role) == ("U19", "coach")
    assert invitation.invited_by == "ada@club.example"
    with pytest.raises(NotFoundError):
        of(ada.database, BEN).answer(invitation.id, joins=True)
    assert cem.answer(invitation.id, joins=True).name == "U19"
    with pytest.raises(NotFoundError):  # it counts once
        cem.answer(invitation.id, joins=True)
    with pytest.raises(ConflictError, match="belongs to this team already"):
        ada.invite(team, ADDRESSES[CEM], "coach")


def test_who_declines_or_whose_invitation_is_taken_back_is_not_in_it(shared):
    team, ada, _, cem = shared
    for take_away in ("declined", "taken back"):
        ada.invite(team, ADDRESSES[CEM], "assistant")
        (invitation,) = cem.invitations()
        if take_away == "declined":
            assert cem.answer(invitation.id, joins=False) is None
        else:
            ada.remove(team, invitation.id)
        assert cem.invitations() == []
        assert len(ada.members(team)) == 2
        with pytest.raises(NotFoundError):
            cem.items(team, "squad")


@pytest.mark.parametrize(("hours", "counts"), [(-1, True), (1, False)])
def test_an_invitation_counts_for_thirty_days(shared, hours, counts):
    team, ada, _, cem = shared
    ada.invite(team, ADDRESSES[CEM], "assistant")
    then = datetime.now(UTC) - timedelta(days=teams.INVITED_DAYS, hours=hours)
    with ada.database.writing() as connection:
        connection.execute(
            sa.update(members).where(members.c.account.is_(None)).values(created=then)
        )
    assert bool(cem.invitations()) is counts
    (member,) = [m for m in ada.members(team) if m.is_invited]
    if not counts:
        with pytest.raises(NotFoundError):
            cem.answer(member.id, joins=True)
        ada.invite(team, ADDRESSES[CEM], "coach")  # asked anew, in place of the old one
    assert [i.role for i in cem.invitations()] == ["assistant" if counts else "coach"]


NO_ADDRESSES = ["", " ", "ben", "@club.example", "ben@", "a b@club.example", "a@b,c@d"]


@pytest.mark.parametrize("address", [*NO_ADDRESSES, "<a@b>", None, "x" * 251 + "@a.b"])
def test_what_is_no_address_is_told(shared, address):
    team, ada, _, _ = shared
    with pytest.raises(StoreError, match="Address"):
        ada.invite(team, address, "coach")
    ada.invite(team, "x" * 250 + "@a.b", "coach")
    with pytest.raises(StoreError, match="Role is chief; allowed is coach or assistant"):
        ada.invite(team, "dora@club.example", "chief")


def test_a_team_keeps_a_coach(shared):
    team, ada, ben, _ = shared
    by = {m.address: m.id for m in ada.members(team)}
    for leave in (
        lambda: ada.remove(team, by[ADDRESSES[ADA]]),
        lambda: ada.set_role(team, by[ADDRESSES[ADA]], "assistant"),
        lambda: ada.delete_owner(ADA),
    ):
        with pytest.raises(StoreError, match=r"[Cc]oach"):
            leave()
    ada.set_role(team, by[ADDRESSES[BEN]], "coach")
    ada.remove(team, by[ADDRESSES[ADA]])
    assert [(m.address, m.role) for m in ben.members(team)] == [(ADDRESSES[BEN], "coach")]
    ben.save(team, "squad", "Match", SQUAD)
    ben.delete_owner(BEN)  # alone in it: it goes too
    assert not any(as_rows(ada.database).values())


def test_two_coaches_who_step_back_at_once_leave_one(database):
    for _ in range(5):
        ada = of(database, ADA)
        team = ada.new_team(f"Team {datetime.now(UTC)}").owner
        ben = join(ada, team, BEN, "coach")
        by = {m.address: m.id for m in ada.members(team)}
        at_once(
            *(
                lambda s=store, team=team, id=by[ADDRESSES[store.account]]: s.set_role(
                    team, id, "assistant"
                )
                for store in (ada, ben)
            )
        )
        roles = sorted(m.role for m in ada.members(team))
        assert "coach" in roles


def at_once(*actions):
    """Do several things at the same moment, each as far as it is allowed."""
    start = threading.Barrier(len(actions))

    def do(action):
        start.wait()
        with suppress(StoreError):
            action()

    threads = [threading.Thread(target=do, args=(action,)) for action in actions]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


@pytest.mark.parametrize("second", ["deletes everything", "leaves"])
def test_two_coaches_who_go_at_once_leave_no_team_without_one(database, second):
    for number in range(8):
        ada = of(database, ADA)
        team = ada.new_team(f"Team {number}").owner
        ben = join(ada, team, BEN, "coach")
        join(ada, team, CEM)
        by = {m.address: m.id for m in ada.members(team)}
        leave = {
            "deletes everything": lambda ben=ben: ben.delete_owner(BEN),
            "leaves": lambda ben=ben, team=team, by=by: ben.remove(
                team, by[ADDRESSES[BEN]]
            ),
        }[second]
        at_once(lambda ada=ada: ada.delete_owner(ADA), leave)
        with database.reading() as connection:
            query = sa.select(members.c.role).where(members.c.owner == team)
            roles = [*connection.scalars(query)]
        assert roles.count("coach") == 1, roles


def test_what_is_saved_while_an_empty_team_goes_by_its_age_stays(database):
    for number in range(8):
        ada = of(database, ADA)
        team = ada.new_team(f"Team {number}").owner
        old = datetime.now(UTC) - timedelta(days=400)
        with database.writing() as connection:
            connection.execute(sa.update(models.teams).values(created=old))
            connection.execute(sa.update(record).values(created=old))
        saved = []
        at_once(
            lambda ada=ada, team=team, saved=saved: saved.append(
                ada.save(team, "squad", "Match", SQUAD)
            ),
            lambda: expire(database, datetime.now(UTC) - timedelta(days=365)),
        )
        assert len(saved) == len([t for t in ada.teams() if t.owner == team])
        if saved:
            assert ada.load(team, "squad", saved[0].id)


def test_an_invitation_that_is_taken_and_taken_back_at_once_is_one_of_both(database):
    for number in range(8):
        ada = of(database, ADA)
        team = ada.new_team(f"Team {number}").owner
        ada.invite(team, ADDRESSES[BEN], "assistant")
        (invitation,) = (m for m in ada.members(team) if m.is_invited)
        ben = of(database, BEN)
        done = []
        at_once(
            lambda done=done, ben=ben, id=invitation.id: done.append(
                ben.answer(id, joins=True)
            ),
            lambda ada=ada, team=team, id=invitation.id: ada.remove(team, id),
        )
        is_in = team in [t.owner for t in ben.teams()]
        assert is_in is bool(done)


def test_nothing_is_saved_into_a_team_that_is_being_deleted(database):
    for _ in range(5):
        ada = of(database, ADA)
        team = ada.new_team(f"Team {datetime.now(UTC)}").owner
        ben = join(ada, team, BEN, "coach")
        start = threading.Barrier(2)

        def save(ben=ben, team=team, start=start):
            start.wait()
            for number in range(20):
                try:
                    ben.save(team, "squad", f"List {number}", SQUAD)
                except NotFoundError:
                    return

        thread = threading.Thread(target=save)
        thread.start()
        start.wait()
        ada.delete_owner(team)
        thread.join()
        assert not any(as_rows(database).values())


# ---------------------------------------------------------------------------- the record


def deeds(store, team):
    return [(d.who.partition("@")[0], d.did, d.name) for d in store.record(team)][::-1]


def test_the_record_says_who_did_what(shared):
    team, ada, ben, cem = shared
    id = ada.save(team, "squad", "Match", SQUAD).id
    session = ada.save(team, "squad_session", "Saturday", SESSION).id
    ben.load(team, "squad", id)
    ben.load(team, "squad_session", session)
    ada.rename(team, "squad", id, "Cup", version=1)
    ben.export_owner(team)
    ada.delete(team, "squad", id)
    ada.rename_team(team, "U21")
    ada.invite(team, ADDRESSES[CEM], "assistant")
    cem.answer(cem.invitations()[0].id, joins=False)
    by = {m.address: m.id for m in ada.members(team)}
    ada.set_role(team, by[ADDRESSES[BEN]], "coach")
    ada.remove(team, by[ADDRESSES[BEN]])
    assert deeds(ada, team) == [
        ("ada", "founded", "U19"),
        ("ada", "invited", "ben@club.example"),
        ("ben", "joined", ""),
        ("ada", "saved", "Match"),
        ("ada", "saved", "Saturday"),
        ("ben", "opened", "Match"),
        ("ben", "read_diary", ""),
        ("ada", "renamed", "Cup"),
        ("ben", "exported", ""),
        ("ada", "deleted", "Cup"),
        ("ada", "renamed", "U21"),
        ("ada", "invited", "cem@club.example"),
        ("cem", "declined", ""),
        ("ada", "made_coach", "ben@club.example"),
        ("ada", "removed", "ben@club.example"),
    ]
    assert {did for _, did, _ in deeds(ada, team)} < {*DEEDS}


def age(database, **by):
    with database.writing() as connection:
        rows = connection.execute(sa.select(record.c.id, record.c.created)).all()
        for row in rows:
            moved = row.created - timedelta(**by)
            one = sa.update(record).where(record.c.id == row.id)
            connection.execute(one.values(created=moved))


@pytest.mark.parametrize(("minutes", "rows"), [(59, 1), (61, 2)])
def test_the_same_within_an_hour_is_one_row(shared, minutes, rows):
    team, ada, ben, _ = shared
    id = ada.save(team, "squad", "Match", SQUAD).id
    ben.load(team, "squad", id)
    age(ada.database, minutes=minutes)
    ben.load(team, "squad", id)
    ben.load(team, "squad", id)
    assert [did for _, did, _ in deeds(ada, team)].count("opened") == rows


@pytest.mark.parametrize(("days", "is_there"), [(364, True), (366, False)])
def test_the_record_keeps_a_year(shared, days, is_there):
    team, ada, _, _ = shared
    age(ada.database, days=days)
    ada.save(team, "squad", "Match", SQUAD)
    assert ("founded" in [did for _, did, _ in deeds(ada, team)]) is is_there


def test_what_another_changed_since_one_opened_it_is_new(shared):
    team, ada, ben, _ = shared
    id = ada.save(team, "squad", "Match", SQUAD).id
    assert ben.last_changes(team)[id].is_new
    assert ben.last_changes(team)[id].who == "ada@club.example"
    assert not ada.last_changes(team)[id].is_new
    cem = join(ada, team, CEM)
    cem.load(team, "squad", id)  # who only opens it has not changed it
    age(ada.database, minutes=1)
    ben.load(team, "squad", id)
    assert ben.last_changes(team)[id].who == "ada@club.example"
    assert not ben.last_changes(team)[id].is_new
    age(ada.database, minutes=1)
    ada.save(team, "squad", "Match", SQUAD, id=id, version=1)
    assert ben.last_changes(team)[id].is_new


def test_who_only_opened_a_list_has_not_changed_it(shared):
    team, ada, ben, _ = shared
    id = ada.save(team, "squad", "Match", SQUAD).id
    with ada.database.writing() as connection:
        connection.execute(sa.delete(record))
    for one in (ada, ben):
        one.load(team, "squad", id)
        assert one.last_changes(team) == {}


def test_a_list_that_cannot_be_noted_is_not_shown(shared, monkeypatch):
    team, ada, ben, _ = shared
    id = ada.save(team, "squad", "Match", SQUAD).id

    def full(*_, **__):
        raise StoreError("The disk is full.")

    monkeypatch.setattr("riskmodel.store.shared.note", full)
    with pytest.raises(StoreError, match="full"):
        ben.load(team, "squad", id)


def test_what_one_opens_again_is_no_longer_new(shared):
    team, ada, ben, _ = shared
    id = ada.save(team, "squad", "Match", SQUAD).id
    ben.load(team, "squad", id)
    age(ada.database, minutes=1)
    ada.save(team, "squad", "Match", SQUAD, id=id, version=1)
    assert ben.last_changes(team)[id].is_new
    age(ada.database, minutes=1)
    ben.load(team, "squad", id)  # within the hour of the first time
    assert not ben.last_changes(team)[id].is_new


def test_what_was_done_in_between_keeps_the_order_of_a_record(shared):
    team, ada, ben, _ = shared
    id = ada.save(team, "squad", "Match", SQUAD).id
    age(ada.database, minutes=1)
    ben.load(team, "squad", id)
    age(ada.database, minutes=1)
    ada.save(team, "squad", "Match", SQUAD, id=id, version=1)
    age(ada.database, minutes=1)
    ada.save(team, "squad", "Match", SQUAD, id=id, version=2)
    assert [did for _, did, _ in deeds(ada, team)[-3:]] == ["saved", "opened", "saved"]


def test_files_of_a_team_are_noted_and_name_nobody_to_the_provider(shared):
    team, ada, ben, cem = shared
    joined = AccountStore(ada.database, "https://secret subject")
    with ada.database.writing() as connection:
        row = {"id": NOBODY, "owner": team, "created": datetime.now(UTC)}
        new = {**row, "account": joined.account, "role": "assistant"}
        connection.execute(sa.insert(members).values(new))
    whole = ben.export_owner(team)
    assert "https://secret" not in whole
    assert ADA not in whole
    assert BEN in whole  # one's own
    age(ada.database, hours=2)
    ben.note_export(team)
    assert [did for _, did, _ in deeds(ada, team)].count("exported") == 2
    with pytest.raises(NotFoundError):
        cem.note_export(team)
    cem.note_export(CEM)  # of one's own nothing is noted
    assert cem.record(CEM) == []


def test_whoever_leaves_is_in_the_record(shared):
    team, ada, ben, _ = shared
    ben.delete_owner(BEN)
    assert deeds(ada, team)[-1] == ("ben", "left", "")


def test_what_another_version_knows_is_read_as_far_as_it_goes(shared):
    team, ada, ben, cem = shared
    id = ada.save(team, "squad", "Match", SQUAD).id
    note_as = {"who": "b", "did": "painted"}
    with ada.database.writing() as connection:
        is_ben = members.c.account == BEN
        connection.execute(sa.update(members).where(is_ben).values(role="physio"))
        teams.note(connection, team, **note_as)
    assert ben.load(team, "squad", id).name == "Match"
    for action in (
        lambda: ben.save(team, "squad_session", "New", SESSION),
        lambda: ben.invite(team, ADDRESSES[CEM], "coach"),
        lambda: ben.rename_team(team, "New"),
    ):
        with pytest.raises(StoreError, match="Only a coach"):
            action()
    assert ("b", "painted", "") in deeds(ada, team)
    assert [m.role for m in ada.members(team)] == ["coach", "physio"]
    assert cem.teams() == []


# ------------------------------------------------------------------ invitations that end


@pytest.mark.parametrize("end", ["removed", "made an assistant", "deleted everything"])
def test_who_may_no_longer_invite_has_invited_nobody(shared, end):
    team, ada, ben, cem = shared
    (me,) = (m.id for m in ada.members(team) if m.address == ADDRESSES[BEN])
    ada.set_role(team, me, "coach")
    ben.invite(team, "ben-2@club.example", "coach")
    ada.invite(team, ADDRESSES[CEM], "assistant")
    again = AccountStore(ada.database, "https://who 5", "ben-2@club.example")
    assert again.invitations()
    if end == "removed":
        ada.remove(team, me)
    elif end == "made an assistant":
        ada.set_role(team, me, "assistant")
    else:
        ben.delete_owner(BEN)
    assert again.invitations() == []
    assert cem.invitations()  # of who may still invite


def test_invitations_that_ended_are_forgotten(shared):
    team, ada, _, _ = shared
    ada.invite(team, ADDRESSES[CEM], "assistant")
    then = datetime.now(UTC) - timedelta(days=teams.INVITED_DAYS, hours=1)
    with ada.database.writing() as connection:
        is_open = members.c.account.is_(None)
        connection.execute(sa.update(members).where(is_open).values(created=then))
    forget_what_is_over(ada.database)
    assert ADDRESSES[CEM] not in [m.address for m in ada.members(team)]


def test_who_is_in_it_by_another_address_has_the_better_role(shared):
    team, ada, _, _ = shared
    ada.invite(team, "ben-2@club.example", "coach")
    second = AccountStore(ada.database, BEN, "ben-2@club.example")
    joined = second.answer(second.invitations()[0].id, joins=True)
    assert joined.role == "coach"
    assert [t.role for t in second.teams()] == ["coach"]
    assert len(ada.members(team)) == 2


@pytest.mark.parametrize("address", ["a;b@club.example", '"<x>"@club.example', "x" * 300])
def test_an_unusual_address_keeps_nobody_from_their_own_rows(database, address):
    store = AccountStore(database, ADA, address)
    store.save(ADA, "plan", "Sunday", CONTENTS["plan"])
    assert store.items(ADA, "plan")
    assert store.invitations() == []
    assert store.called.startswith("account ")


# -------------------------------------------------------------------------- any sequence


class Club(RuleBasedStateMachine):
    """Whatever is done in whatever order, the store agrees with a model of three sets."""

    accounts = st.sampled_from([ADA, BEN, CEM])

    @initialize()
    def start(self):
        self.folder = TemporaryDirectory()
        self.store = open_store(f"sqlite:///{self.folder.name}/club.db")
        self.by = {account: of(self.store.database, account) for account in ADDRESSES}
        self.team = self.by[ADA].new_team("U19").owner
        self.roles, self.invited = {ADA: "coach"}, {}

    def teardown(self):
        if hasattr(self, "store"):
            self.store.close()
            self.folder.cleanup()

    def id_of(self, account):
        query = sa.select(members.c.id).where(
            members.c.owner == self.team, members.c.address == ADDRESSES[account]
        )
        with self.store.database.reading() as connection:
            return connection.scalar(query) or NOBODY

    def tried(self, action):
        try:
            action()
        except StoreError:
            return False
        return True

    def is_only_coach(self, account):
        coaches = [a for a, role in self.roles.items() if role == "coach"]
        return coaches == [account]

    @rule(who=accounts, whom=accounts, role=st.sampled_from([*ROLES]))
    def invite(self, who, whom, role):
        done = self.tried(lambda: self.by[who].invite(self.team, ADDRESSES[whom], role))
        assert done == (self.roles.get(who) == "coach" and whom not in self.roles)
        if done:
            self.invited[whom] = role

    @rule(who=accounts, joins=st.booleans())
    def answer(self, who, joins):
        done = self.tried(lambda: self.by[who].answer(self.id_of(who), joins=joins))
        assert done == (who in self.invited)
        if done and joins:
            self.roles[who] = self.invited[who]
        self.invited.pop(who, None)

    @rule(who=accounts, whom=accounts, role=st.sampled_from([*ROLES]))
    def set_role(self, who, whom, role):
        done = self.tried(lambda: self.by[who].set_role(self.team, self.id_of(whom), role))
        there = whom in self.roles or whom in self.invited
        loses = role != "coach" and self.is_only_coach(whom)
        assert done == (self.roles.get(who) == "coach" and there and not loses)
        if done:
            (self.roles if whom in self.roles else self.invited)[whom] = role

    @rule(who=accounts, whom=accounts)
    def remove(self, who, whom):
        done = self.tried(lambda: self.by[who].remove(self.team, self.id_of(whom)))
        there = whom in self.roles or whom in self.invited
        may = self.roles.get(who) == "coach" or (who == whom and who in self.roles)
        assert done == (may and there and not (who == whom and self.is_only_coach(who)))
        if done:
            self.roles.pop(whom, None)
            self.invited.pop(whom, None)

    @rule(who=accounts, kind=st.sampled_from(["squad", "squad_session"]))
    def save(self, who, kind):
        store = self.by[who]
        done = self.tried(
            lambda: store.save(self.team, kind, "A", CONTENTS[kind], keep_both=True)
        )
        role = self.roles.get(who)
        assert done == (role is not None and kind in ROLES[role].kinds)

    @precondition(lambda self: hasattr(self, "store"))
    @invariant()
    def the_store_agrees(self):
        assert "coach" in self.roles.values()
        for account, store in self.by.items():
            roles = [t.role for t in store.teams()]
            assert roles == [self.roles[a] for a in self.roles if a == account]
            invited = [i.role for i in store.invitations()]
            assert invited == [self.invited[a] for a in self.invited if a == account]
            reads = self.tried(lambda store=store: store.items(self.team, "squad"))
            assert reads == (account in self.roles)


TestClub = Club.TestCase
TestClub.settings = settings(
    max_examples=30,
    stateful_step_count=25,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)


# ------------------------------------------------- what whoever runs the server can do


def test_all_of_an_account_becomes_another_s_with_its_teams(shared):
    team, ada, _, _ = shared
    ada.save(ADA, "squad", "My own", SQUAD)
    ada.note_seen()
    moved = open_as(ada).move(ADA, "https://new 1")
    assert moved == Counts(items=1, outcomes=0, teams=1)
    new = AccountStore(ada.database, "https://new 1", ADDRESSES[ADA])
    assert [t.role for t in new.teams()] == ["coach"]
    assert ada.teams() == []
    assert [m.address for m in new.members(team)] == [
        "ada@club.example",
        "ben@club.example",
    ]
    assert [d.did for d in new.record("https://new 1")] == ["moved"]
    with pytest.raises(NotFoundError):
        ada.items(team, "squad")
    # Of two that belong to the same team the better role counts.
    open_as(ada).move(BEN, "https://new 1")
    assert [(m.role, m.is_you) for m in new.members(team)] == [("coach", True)]


def open_as(store):
    return Store(store.database)


@pytest.mark.parametrize(("owner", "to"), [(ADA, ADA), (ADA, "team"), ("team", ADA)])
def test_only_an_account_can_be_moved_and_only_to_another(shared, owner, to):
    team, ada, _, _ = shared
    owner, to = (team if one == "team" else one for one in (owner, to))
    with pytest.raises(StoreError, match="allowed is another account"):
        open_as(ada).move(owner, to)


def test_an_export_holds_everything_of_a_team_and_of_the_account_in_it(shared):
    team, ada, ben, _ = shared
    ada.save(team, "squad", "Match", SQUAD)
    whole = json.loads(ben.export_owner(team))
    assert [row["name"] for row in whole["items"]] == ["Match"]
    assert len(whole["members"]) == 2
    own = json.loads(ben.export_owner(BEN))
    assert own["items"] == []
    assert [row["address"] for row in own["members"]] == [ADDRESSES[BEN]]


def test_what_is_left_of_a_team_is_nothing(shared):
    team, ada, _, _ = shared
    ada.save(team, "squad", "Match", SQUAD)
    assert ada.delete_owner(team) == 1
    with ada.database.reading() as connection:
        for name, table in metadata.tables.items():
            assert connection.execute(sa.select(table)).first() is None, name


@pytest.mark.parametrize(("from_", "to"), [("sqlite", "postgres"), ("postgres", "sqlite")])
def test_teams_are_in_a_backup(new_database, tmp_path, from_, to):
    with closing(open_store(new_database(from_))) as store:
        ada = of(store.database, ADA)
        team = ada.new_team("U19").owner
        ada.note_seen()
        join(ada, team, BEN)
        ada.save(team, "squad", "Match", SQUAD)
        assert backup(store, tmp_path / "b") == Counts(1, 0, 1)
        before = open_as(ada).export_owner(team)
    with closing(open_store(new_database(to))) as store:
        # Somebody looked in before it was restored: no row of theirs is in the way.
        now = datetime.now(UTC)
        with store.database.writing() as connection:
            for number, owner in enumerate((ADA, CEM)):
                row = {"id": f"{number:032}", "owner": owner, "created": now, "seen": now}
                connection.execute(sa.insert(models.accounts).values(row))
        assert restore(store, tmp_path / "b") == Counts(1, 0, 1)
        assert store.export_owner(team) == before
        with pytest.raises(StoreError, match="not empty"):
            restore(store, tmp_path / "b")
        assert of(store.database, BEN).items(team, "squad")[0].name == "Match"


def test_a_dump_of_before_there_were_teams_is_restored(postgres, new_database, tmp_path):
    url = new_database("postgres")
    with closing(open_store(url)) as store:
        store.save(LOCAL, "plan", "Sunday", CONTENTS["plan"])
        with store.database.writing() as connection:
            for name, table in metadata.tables.items():
                if table.info:
                    connection.exec_driver_sql(f"DROP TABLE {name}")
            connection.exec_driver_sql("ALTER TABLE sign_ins_over DROP COLUMN over_from")
            stamp = ALL_TABLES[0]
            connection.exec_driver_sql(f"UPDATE {stamp} SET version_num = '0005'")
    old = [name for name in ALL_TABLES if name == stamp or not metadata.tables[name].info]
    address = url.replace("postgresql+psycopg", "postgresql")
    command = ["pg_dump", "--format=custom", *(f"--table={name}" for name in old)]
    subprocess.run([*command, f"--file={tmp_path / 'old'}", address], check=True)
    with closing(open_store(new_database("sqlite"))) as store:
        assert restore(store, tmp_path / "old") == Counts(1, 0)
    with closing(open_store(url)) as store:  # and the database itself is brought up
        assert of(store.database, ADA).new_team("U19").role == "coach"
        assert store.items(LOCAL, "plan")[0].name == "Sunday"


@pytest.mark.parametrize(("days", "is_there"), [(364, True), (366, False)])
def test_what_nobody_changed_for_long_goes(database, days, is_there):
    ada = of(database, ADA)
    then = datetime.now(UTC) - timedelta(days=days)
    ada.save(ADA, "plan", "Sunday", CONTENTS["plan"])
    ada.save_outcome(ADA, OUTCOME)
    team = ada.new_team("U19").owner
    ada.save(team, "squad", "Match", SQUAD)
    ada.save(team, "squad_session", "Match", CONTENTS["squad_session"])
    ada.note_seen()
    with database.writing() as connection:
        for table in (models.items, models.outcomes):
            connection.execute(sa.update(table).values(changed=then))
        for table in (models.teams, record):
            connection.execute(sa.update(table).values(created=then))
    before = datetime.now(UTC) - timedelta(days=365)
    would = expire(database, before, dry_run=True)
    assert len(ada.items(ADA, "plan")) == 1  # nothing was done yet
    assert expire(database, before) == would
    assert would == (Counts(0, 0, 0) if is_there else Counts(2, 1, 1, squad_sessions=1))
    assert bool(ada.items(ADA, "plan")) is bool(ada.outcomes(ADA)) is is_there
    assert bool(ada.teams()) is is_there


@pytest.mark.parametrize(("days", "is_there"), [(364, True), (366, False)])
def test_an_empty_team_goes_when_nothing_was_done_in_it_for_long(database, days, is_there):
    ada = of(database, ADA)
    ada.new_team("U19")
    then = datetime.now(UTC) - timedelta(days=days)
    with database.writing() as connection:
        connection.execute(sa.update(models.teams).values(created=then))
    before = datetime.now(UTC) - timedelta(days=365)
    expire(database, before)
    assert ada.teams()  # it was founded a moment ago, as its record says
    age(database, days=days)
    expire(database, before)
    assert bool(ada.teams()) is is_there


@pytest.mark.parametrize(("days", "is_in"), [(364, True), (366, False)])
def test_who_was_not_seen_for_long_leaves_its_teams(shared, days, is_in):
    team, ada, ben, _ = shared
    ada.save(team, "squad", "Match", SQUAD)
    for one in (ada, ben):
        one.note_seen()
    then = datetime.now(UTC) - timedelta(days=days)
    with ada.database.writing() as connection:
        connection.execute(sa.update(models.accounts).values(seen=then))
    expire(ada.database, datetime.now(UTC) - timedelta(days=365))
    assert bool(ben.teams()) is is_in
    assert ada.teams()  # its only coach stays
    if is_in:
        ben.note_seen()
        with ada.database.reading() as connection:
            seen = sa.select(models.accounts.c.seen).where(models.accounts.c.owner == BEN)
            assert connection.scalar(seen) > datetime.now(UTC) - timedelta(minutes=1)


def test_an_account_is_noted_once_a_day_and_with_its_new_address(database):
    ada, new = of(database, ADA), AccountStore(database, ADA, "new@club.example")
    assert not ada.note_seen()  # of whom nothing is saved nothing is noted
    assert not any(as_rows(database).values())
    team = ada.new_team("U19").owner
    assert all(store.note_seen() for store in (ada, ada, new))
    with database.reading() as connection:
        rows = connection.execute(sa.select(models.accounts)).all()
    assert [(row.owner, row.address) for row in rows] == [(ADA, "new@club.example")]
    assert [m.address for m in new.members(team)] == ["new@club.example"]


def test_as_many_teams_and_people_as_are_allowed_and_no_more(database, monkeypatch):
    monkeypatch.setattr("riskmodel.store.shared.MOST_TEAMS", 2)
    monkeypatch.setattr("riskmodel.store.shared.MOST_MEMBERS", 2)
    ada = of(database, ADA)
    team = ada.new_team("One").owner
    with pytest.raises(ConflictError, match="already a team named One"):
        ada.new_team("One")
    ada.new_team("Two")
    with pytest.raises(StoreError, match="up to 2 teams"):
        ada.new_team("Three")
    ada.invite(team, ADDRESSES[BEN], "coach")
    with pytest.raises(StoreError, match="up to 2 people"):
        ada.invite(team, ADDRESSES[CEM], "coach")
    ada.invite(team, ADDRESSES[BEN], "assistant")  # asked anew, also in a full team
    ben = of(database, BEN)
    for name in ("Three", "Four"):
        ben.new_team(name)
    with pytest.raises(StoreError, match="up to 2 teams"):
        ben.answer(ben.invitations()[0].id, joins=True)
    with pytest.raises(StoreError, match="where people sign in"):
        AccountStore(database, LOCAL).new_team("One")
    with pytest.raises(StoreError, match="called as a team"):
        AccountStore(database, team)
