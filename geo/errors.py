"""What an operator must hear about places; what a shopper may hear is an outcome in geo.models."""

from __future__ import annotations

from runtime.errors import AppError


class GazetteerMissing(AppError):
    """There is no gazetteer file, or it was built for another version of this program."""

    code = "gazetteer_missing"


class GazetteerBuildFailed(AppError):
    """The gazetteer could not be built from its sources."""

    code = "gazetteer_build_failed"


class GeocoderFailed(AppError):
    """The online geocoder did not give a usable answer."""

    code = "geocoder_failed"
    retryable = True


class GeocoderMisconfigured(AppError):
    """The settings name a geocoder that cannot be used."""

    code = "geocoder_misconfigured"
