"""The one earth model, for ranking and for what is shown: Andoyer-Lambert on the WGS-84 ellipsoid, in numpy.

Written with unit vectors of the reduced latitudes, so that the correction stays finite at antipodes and poles,
identical points are exactly 0 apart, and nothing but one arctangent is left to compute per pair.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from geo.models import Coordinates

FloatArray = npt.NDArray[np.float64]

_EQUATOR_RADIUS_KM = 6378.137
_FLATTENING = 1 / 298.257223563


class EarthPoints:
    """Points prepared once, measured from any origin many times (tens of microseconds for thousands)."""

    __slots__ = ("_x", "_y", "_z")

    def __init__(self, lats: npt.ArrayLike, lons: npt.ArrayLike) -> None:
        phi = np.radians(np.asarray(lats, dtype=np.float64))
        lam = np.radians(np.asarray(lons, dtype=np.float64))
        if phi.shape != lam.shape:
            raise ValueError("lats and lons must have the same shape")
        sin_phi, cos_phi = (1 - _FLATTENING) * np.sin(phi), np.cos(phi)
        norm = np.hypot(sin_phi, cos_phi)
        self._z: FloatArray = sin_phi / norm
        self._x: FloatArray = cos_phi / norm * np.cos(lam)
        self._y: FloatArray = cos_phi / norm * np.sin(lam)

    def __len__(self) -> int:
        return len(self._z)

    def distances_km(self, origin: Coordinates) -> FloatArray:
        """Distance from origin to every point."""
        x, y, z = _unit_vector(origin)
        # |u - v|² = 4 sin²(σ/2) and |u + v|² = 4 cos²(σ/2): exact at both ends, unlike 1 - cos σ.
        difference = (self._x - x) ** 2 + (self._y - y) ** 2 + (self._z - z) ** 2
        total = (self._x + x) ** 2 + (self._y + y) ** 2 + (self._z + z) ** 2
        sigma = 2 * np.arctan2(np.sqrt(difference), np.sqrt(total))
        sin_sigma = np.sqrt(difference * total) / 2
        tiny = np.finfo(np.float64).tiny
        correction = (sigma - sin_sigma) * (self._z + z) ** 2 / np.maximum(total, tiny)
        correction += (sigma + sin_sigma) * (self._z - z) ** 2 / np.maximum(difference, tiny)
        result: FloatArray = _EQUATOR_RADIUS_KM * (sigma - _FLATTENING / 2 * correction)
        return result


def distances_km(origin: Coordinates, lats: npt.ArrayLike, lons: npt.ArrayLike) -> FloatArray:
    """Distance from origin to every (lat, lon), in kilometres. For a fixed set of points keep an EarthPoints."""
    return EarthPoints(lats, lons).distances_km(origin)


def distance_km(origin: Coordinates, target: Coordinates) -> float:
    """Distance between two points, in kilometres: the same numbers as distances_km."""
    return float(distances_km(origin, [target.lat], [target.lon])[0])


def roughly_km(lat1: float, lon1: float, lat2: float, lon2: float) -> float:
    """Good enough to say whether two records mean the same town, where the exact number is shown to nobody."""
    dx = (lon2 - lon1) * math.cos(math.radians((lat1 + lat2) / 2))
    return math.hypot(lat2 - lat1, dx) * 111.2


def rank(distances: FloatArray, ids: Sequence[str] | None = None) -> npt.NDArray[np.intp]:
    """Positions from nearest to farthest; equal distances by id, or by position where no ids are given."""
    if ids is None:
        return np.argsort(distances, kind="stable")
    return np.lexsort((np.asarray(ids, dtype=np.str_), distances))


def _unit_vector(point: Coordinates) -> tuple[float, float, float]:
    # The very same numpy operations as for the arrays: identical points must cancel to exactly 0.
    one = EarthPoints([point.lat], [point.lon])
    return float(one._x[0]), float(one._y[0]), float(one._z[0])
