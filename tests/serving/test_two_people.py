"""Two people on one server: neither reads, changes nor guesses a row of the other."""

from tests.serving import two_people
from tests.views.test_saving import signing_in


def test_nothing_of_one_is_in_reach_of_the_other(tmp_path, monkeypatch):
    # A quick round; the whole one is `python -m tests.serving.two_people`.
    monkeypatch.setattr(two_people, "NAMES", ("id", "owner"))
    monkeypatch.setattr(two_people, "GUESSES", 20)
    with signing_in(tmp_path) as url:
        rows = two_people.try_all(url, tmp_path / "home")
        assert len(rows) == len(two_people.WAYS)
        assert all(row.tried for row in rows)
        assert [row for row in rows if row.read or row.changed] == []
        log = (tmp_path / "home" / "server.log").read_text()
        assert "ADA-" not in log
