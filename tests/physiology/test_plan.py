"""The plan of a session: what is settled before any quantity."""

import numpy as np
import pytest

from riskmodel.inputs.fields import FIELDS
from riskmodel.inputs.reading import UNKNOWN
from riskmodel.physiology.plan import is_indoors, load_sports

SKY, SPORT = FIELDS["sky"].codes, FIELDS["sport"].codes
USUALLY = load_sports().indoors_if_not_said


@pytest.mark.parametrize("sky", [UNKNOWN, *SKY.values()])
def test_what_is_said_of_the_sky_comes_before_what_the_sport_usually_is(sky):
    sports = np.array([UNKNOWN, *SPORT.values()])
    inside = is_indoors(np.full(sports.size, sky), sports)
    assert inside.dtype == bool
    for sport, one in zip(sports, inside, strict=True):
        usual = sport != UNKNOWN and USUALLY[sport] > 0
        assert one == (usual if sky == UNKNOWN else sky == SKY["indoor"])
        # One session is answered as many are.
        assert is_indoors(sky, sport) == one
