"""Great circle distance."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

EARTH_RADIUS_KM: Final = 6371.0088
"""Mean radius of the earth, (2a + b) / 3 of the WGS 84 ellipsoid (Moritz 2000, Geodetic Reference System 1980)."""


def great_circle_km(
    from_latitude: ArrayLike, from_longitude: ArrayLike, to_latitude: ArrayLike, to_longitude: ArrayLike
) -> NDArray[np.float64]:
    """Great circle distance by the haversine formula, on a sphere of the mean radius 6371.0088 km.

        d = 2 R asin sqrt( sin2((lat2 - lat1) / 2) + cos lat1 cos lat2 sin2((lon2 - lon1) / 2) )

    Parameters
    ----------
    latitudes, longitudes : degrees, of any one shape; NaN, or a latitude past 90 or longitude past 180, gives NaN.

    Returns
    -------
    float64 of that shape, km. The ellipsoid differs by up to 0.5 %.
    """
    lat1, lon1, lat2, lon2 = (
        np.asarray(a, np.float64) for a in (from_latitude, from_longitude, to_latitude, to_longitude)
    )
    sound = (np.abs(lat1) <= 90) & (np.abs(lat2) <= 90) & (np.abs(lon1) <= 180) & (np.abs(lon2) <= 180)
    a, b = np.radians(lat1), np.radians(lat2)
    across = np.radians(lon2) - np.radians(lon1)
    half: Any = np.sin((b - a) / 2) ** 2 + np.cos(a) * np.cos(b) * np.sin(across / 2) ** 2
    km: NDArray[np.float64] = np.where(sound, 2 * EARTH_RADIUS_KM * np.arcsin(np.sqrt(np.clip(half, 0.0, 1.0))), np.nan)
    return km
