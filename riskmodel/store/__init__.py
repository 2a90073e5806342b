"""What people choose to save: squads, athletes, plans, scenarios and the diary.

Only what the caller saves is stored, nothing on its own account, and nothing about the
contents is logged.  Much of it is answers about health: the file is private to its user
on the machine, every row belongs to an owner, and another owner's rows behave exactly as
rows that do not exist.  Squads can be shared in teams, see `AccountStore`.

Examples
--------
>>> import tempfile
>>> with tempfile.TemporaryDirectory() as folder:
...     store = open_store(f"sqlite:///{folder}/mine.db")
...     saved = store.save(LOCAL, "plan", "Sunday", {"sport": "running"})
...     print(store.load(LOCAL, "plan", saved.id).content)
...     store.close()
{'sport': 'running'}
"""

from riskmodel.store.backup import (
    backup,
    restore,
    store_to_restore_into,
    unreadable_rows,
)
from riskmodel.store.errors import ConflictError, NotFoundError, StoreError
from riskmodel.store.kinds import KINDS, LONGEST_NAME, MOST_ATHLETES
from riskmodel.store.owners import (
    OwnerSummary,
    note_operator,
    owner_called,
    owners_in,
)
from riskmodel.store.places import DATABASE_URL, configured_url, default_path
from riskmodel.store.records import Counts, Entry, Item, Saved, SavedOutcome
from riskmodel.store.retention import expire, forget_what_is_over, months_before
from riskmodel.store.rows import Rows, Unreadable
from riskmodel.store.shared import AccountStore, LastChange
from riskmodel.store.sign_ins import (
    LONG_AGO,
    NEVER,
    end_sign_in,
    limit_sign_in,
    sign_in_over_from,
)
from riskmodel.store.store import LOCAL, Store, open_store
from riskmodel.store.teams import (
    DEEDS,
    OPERATOR,
    ROLES,
    SHARED_KINDS,
    Done,
    Invitation,
    Member,
    Team,
    is_team,
)

__all__ = [
    "DATABASE_URL",
    "DEEDS",
    "KINDS",
    "LOCAL",
    "LONGEST_NAME",
    "LONG_AGO",
    "MOST_ATHLETES",
    "NEVER",
    "OPERATOR",
    "ROLES",
    "SHARED_KINDS",
    "AccountStore",
    "ConflictError",
    "Counts",
    "Done",
    "Entry",
    "Invitation",
    "Item",
    "LastChange",
    "Member",
    "NotFoundError",
    "OwnerSummary",
    "Rows",
    "Saved",
    "SavedOutcome",
    "Store",
    "StoreError",
    "Team",
    "Unreadable",
    "backup",
    "configured_url",
    "default_path",
    "end_sign_in",
    "expire",
    "forget_what_is_over",
    "is_team",
    "limit_sign_in",
    "months_before",
    "note_operator",
    "open_store",
    "owner_called",
    "owners_in",
    "restore",
    "sign_in_over_from",
    "store_to_restore_into",
    "unreadable_rows",
]
