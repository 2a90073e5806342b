"""Servers of a club that several modules look at from outside."""

import pytest

from tests.serving.club import port_of, signing_in


@pytest.fixture(scope="module")
def port_in_folder(tmp_path_factory):
    """Port of the app in the folder /cramp/, with a sign-in."""
    home = tmp_path_factory.mktemp("home")
    with signing_in(home, "--server.baseUrlPath=cramp", folder="cramp") as url:
        yield port_of(url)
