"""What people choose to save: squads, athletes, plans, scenarios and the diary.

Only what the caller saves is stored, nothing on its own account, and nothing about the
contents is logged.  Much of it is answers about health: the file is private to its user
on the machine, every row belongs to an owner, and another owner's rows behave exactly as
rows that do not exist.

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
from riskmodel.store.places import DATABASE_URL, configured_url, default_path
from riskmodel.store.records import Counts, Entry, Item, Saved, SavedOutcome
from riskmodel.store.rows import Rows, Unreadable
from riskmodel.store.sign_ins import (
    LONG_AGO,
    NEVER,
    end_sign_in,
    limit_sign_in,
    sign_in_over_from,
)
from riskmodel.store.store import LOCAL, Store, open_store

__all__ = [
    "DATABASE_URL",
    "KINDS",
    "LOCAL",
    "LONGEST_NAME",
    "LONG_AGO",
    "MOST_ATHLETES",
    "NEVER",
    "ConflictError",
    "Counts",
    "Entry",
    "Item",
    "NotFoundError",
    "Rows",
    "Saved",
    "SavedOutcome",
    "Store",
    "StoreError",
    "Unreadable",
    "backup",
    "configured_url",
    "default_path",
    "end_sign_in",
    "limit_sign_in",
    "open_store",
    "restore",
    "sign_in_over_from",
    "store_to_restore_into",
    "unreadable_rows",
]
