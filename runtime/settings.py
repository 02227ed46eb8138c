"""Every setting: name, type, default, help.

Read once by the commands and handed down; the environment is read nowhere else.
"""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import parse_qs, urlsplit

from dotenv import dotenv_values
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from runtime.errors import SettingsError

PREFIX = "ONHAND_"

#: What a Redis URL may say after its question mark. Protocol, decoding, time limits and retries are ours: a URL that
#: changed them would break replies or repeat writes.
REDIS_URL_OPTIONS = frozenset({"client_name", "db", "username", "password"})


def _checked_redis_url(url: str) -> str:
    if url == "embedded":
        return url
    parts = urlsplit(url)  # refuses what is no URL at all
    if parts.scheme not in ("redis", "rediss", "unix"):
        raise ValueError("must be `embedded` or start with redis://, rediss:// or unix://")
    _ = parts.port  # refuses a port that is no number
    options = parse_qs(parts.query, keep_blank_values=True)
    if refused := sorted(name for name in options if name not in REDIS_URL_OPTIONS and not name.startswith("ssl_")):
        raise ValueError(f"the option {refused[0]} cannot be set in the URL")
    return url


def _named(path: object) -> object:
    if path == "":
        raise ValueError("must not be empty")
    return path


NamedPath = Annotated[Path, BeforeValidator(_named)]
RedisUrl = Annotated[str, AfterValidator(_checked_redis_url)]
Seconds = Annotated[float, Field(gt=0, allow_inf_nan=False)]
WholeSeconds = Annotated[int, Field(ge=1)]
Name = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,40}$")]


class Settings(BaseModel):
    """Values for one process. Each field is the environment variable ONHAND_<NAME>, also read from a `.env` file."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    redis_url: RedisUrl = Field(
        "embedded", description="`embedded`, or the URL of another Redis: redis://, rediss://, unix://"
    )
    data_dir: NamedPath = Field(
        Path(".onhand"), description="Where the embedded Redis and the exported model keep their files"
    )
    namespace: Name = Field("onhand", description="First word of every key and index name")
    region: Name = Field("main", description="Unit of scale-out: the rows of one region share a hash slot")
    model: str = Field("all-MiniLM-L6-v2", description="Sentence encoder: a name, a folder, or `off`")
    api_keys_file: NamedPath | None = Field(
        None,
        description="API keys (hashed) with scopes; without it only callers on this machine may do what needs a key",
    )
    search_file: NamedPath | None = Field(
        None, description="A shop's own synonyms, boosts and words that are never corrected; docs/search.md explains"
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        "info", description="Least severe log line that is written"
    )
    log_format: Literal["auto", "json", "console"] = Field(
        "auto", description="Log lines as JSON or for reading; `auto`: for reading on a terminal, else JSON"
    )

    redis_timeout_seconds: Seconds = Field(0.5, description="Longest wait for one Redis answer while serving")
    redis_connections: int = Field(64, ge=1, le=10_000, description="Connections of each pool; callers past that wait")
    search_timeout_ms: int = Field(
        250, ge=1, le=60_000, description="Longest run of one search; a cut answer says that it is partial"
    )
    popular_searches_least: int = Field(
        5,
        ge=0,
        description="A past search is suggested to others once so many have made it; 0 counts no searches at all",
    )

    hold_ttl_seconds: WholeSeconds = Field(900, description="Life of a hold unless the caller asks otherwise")
    hold_ttl_max_seconds: WholeSeconds = Field(
        604_800, description="Longest life that a caller may ask for, extensions included"
    )
    hold_extensions_max: int = Field(10, ge=0, description="How often one hold may be extended, 0 for any number")
    pickup_window_seconds: WholeSeconds = Field(
        172_800, description="How long a confirmed hold waits at a store whose opening hours are not known"
    )
    pickup_preparation_seconds: int = Field(
        3_600, ge=0, description="Opening time that a store needs until a hold is ready to be picked up"
    )
    pickup_max_seconds: WholeSeconds = Field(
        604_800, description="Longest wait of a confirmed hold, whatever the rules and the opening hours say"
    )
    pickup_rules: str = Field(
        "",
        max_length=4_096,
        description="Pick-up deadlines per category, such as `produce=4h;appliances=3bd`; docs/pickup.md explains",
    )
    pickup_reminder_seconds: int = Field(
        7_200, ge=0, description="How long before the pick-up deadline the customer is reminded, 0 for never"
    )
    pickup_grace_seconds: int = Field(
        1_800, ge=0, description="How long after the pick-up deadline a hold becomes a no-show"
    )
    hold_sweep_interval_seconds: Seconds = Field(0.25, description="Pause between two sweeps of due holds")
    anonymous_hold_ttl_max_seconds: WholeSeconds = Field(
        3_600, description="Longest life of a hold of a caller without a key who leaves no contact"
    )
    pickup_contact_required: Literal["public", "always", "never"] = Field(
        "public", description="Who must leave a contact to confirm a hold: callers without a key, everybody, nobody"
    )
    limit_units_per_sku: int = Field(0, ge=0, description="Units of one product that a customer may hold, 0 for any")
    limit_open_holds: int = Field(0, ge=0, description="Live holds of one customer, 0 for any number")
    limit_holds_per_minute: int = Field(
        0, ge=0, description="Holds that callers without a key may place from one address in a minute, 0 for any number"
    )
    limit_share_percent: int = Field(
        0, ge=0, le=100, description="Share of a product's units in all stores that one customer may hold, 0 for any"
    )
    waitlist_offer_seconds: int = Field(
        1_800,
        ge=1,
        le=31_536_000,
        description="How long units that came free are held for the one who waited, until the next gets them",
    )
    waitlist_max_seconds: int = Field(
        2_592_000, ge=1, le=31_536_000, description="How long a place in the waiting line lasts"
    )
    waitlist_places_max: int = Field(20, ge=0, description="Places in line of one customer, 0 for any number")
    waitlist_area_max_stores: int = Field(
        50, ge=1, le=100, description="At so many of the nearest stores around a point one waits at most"
    )
    anonymous_available_cap: int = Field(
        0, ge=0, description="Callers without a key are told at most so many available units (`10+`), 0 for all"
    )
    low_stock_level: int = Field(2, ge=0, description="At or below this many available units the level is `low`")
    returns_need_inspection: bool = Field(
        False, description="Returned units wait in quality control and are promised only after their inspection"
    )
    ledger_max_entries: int = Field(
        1_000_000, ge=1_000, description="Ledger entries that stay in Redis, about; older ones are moved to the archive"
    )
    ledger_archive_dir: NamedPath | None = Field(
        None, description="Where archived ledger entries are kept; `ledger` in the data directory unless set"
    )

    conversation_ttl_seconds: WholeSeconds = Field(
        86_400, description="How long a conversation is remembered after its last turn"
    )
    proposal_ttl_seconds: WholeSeconds = Field(300, description="How long a yes still counts for a proposal")
    position_ttl_seconds: WholeSeconds = Field(1_800, description="How long a device's position is used")

    geocoder: str = Field(
        "off", description="A geopy geocoder such as `nominatim` for places that the gazetteer lacks, or `off`"
    )
    geocoder_domain: str = Field("nominatim.openstreetmap.org", description="Server of the geocoder, where it has one")
    geocoder_user_agent: str = Field("onhand", description="How the geocoder's operator can recognise this deployment")
    geocoder_timeout_seconds: Seconds = Field(2.0, description="Longest wait for the geocoder")
    geocoder_requests_per_second: float = Field(1.0, gt=0, le=1_000, description="Shared by all processes")
    geocoder_cache_seconds: WholeSeconds = Field(
        2_592_000, description="How long its answers and misses are remembered"
    )

    request_timeout_seconds: Seconds = Field(5.0, description="Longest life of one HTTP request")
    shutdown_timeout_seconds: Seconds = Field(5.0, description="How long running requests may finish at shutdown")
    max_body_bytes: int = Field(65_536, ge=1_024, description="Largest request body")
    max_concurrent_requests: int = Field(
        256, ge=1, description="Requests at once per worker; more are answered 503 with Retry-After"
    )
    rate_limit_per_minute: int = Field(
        6_000, ge=0, description="Requests per address and minute per worker, 0 for no limit"
    )
    rate_limit_loopback_per_minute: int = Field(0, ge=0, description="The same for callers on this machine")
    trusted_proxies: str = Field("", description="Addresses, comma separated, whose X-Forwarded-For is believed")


def load_settings(environ: Mapping[str, str] | None = None, env_file: Path | None = Path(".env")) -> Settings:
    """Read the environment and the `.env` file (the environment wins).

    Raises SettingsError that names the variable and says what is wrong with it.
    """
    sources = (dotenv_values(env_file) if env_file else {}, os.environ if environ is None else environ)
    values: dict[str, str] = {}
    for source in sources:
        for name, value in source.items():
            if not name.upper().startswith(PREFIX) or value is None:
                continue
            field = name.upper().removeprefix(PREFIX).lower()
            if field not in Settings.model_fields:
                raise SettingsError(f"{name.upper()} is not a setting of onhand; docs/settings.md lists them")
            values[field] = value
    try:
        return Settings.model_validate(values)
    except ValidationError as error:
        first = error.errors(include_input=False)[0]
        raise SettingsError(f"{PREFIX}{str(first['loc'][0]).upper()}: {first['msg']}") from error
