"""How air feels, for people who have a thermometer and no hygrometer."""

from __future__ import annotations

import numpy as np

from riskmodel.physiology.air import FREEZING_K, saturation_pressure_hpa

FEELS_C = {
    "Dry": (5.0, 10.0),
    "Pleasant": (12.0, 5.0),
    "Humid": (17.0, 2.5),
    "Muggy": (21.0, 1.0),
}
"""For each word the dew point that such air has, and how far below the air temperature
it lies at least: a warm day can be muggy in a way that a cool one cannot. [°C]

The US National Weather Service (weather.gov, "Dew point vs humidity") calls dew points
up to 55 °F dry and comfortable, those up to 65 °F sticky, and higher ones oppressive;
which dew point stands for a word, and the steps in cool air, are our judgement.
"""


def humidity_pct(feeling: str, air_temperature_c: float) -> float:
    """Relative humidity of air that feels like that at its temperature.

    Parameters
    ----------
    feeling : str
        A key of `FEELS_C`.
    air_temperature_c : float
        [°C], valid −20 to 55.

    Returns
    -------
    float
        In whole percent. [%]

    Examples
    --------
    >>> humidity_pct("Muggy", 30.0), humidity_pct("Muggy", 14.0), humidity_pct("Dry", 30.0)
    (59.0, 94.0, 21.0)
    """
    most_c, apart_c = FEELS_C[feeling]
    dew_c = min(most_c, air_temperature_c - apart_c)
    kelvin = np.array([dew_c, air_temperature_c]) + FREEZING_K
    at_dew, at_air = saturation_pressure_hpa(kelvin)
    return float(round(100.0 * at_dew / at_air))
