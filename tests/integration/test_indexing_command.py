"""`onhand index` as people and scripts call it: exit codes, messages, JSON."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

PRODUCTS = "sku,title,price,currency\npot,Pressure cooker,89.90,USD\npan,Frying pan,,\n"
STORES = "store_id,name,lat,lon\n12,Union Square,40.7359,-73.9911\n"
STOCK = "store_id,sku,on_hand\n12,pot,5\n12,nothing,1\n"


def onhand(folder: Path, *arguments: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
    """The command in a folder of its own, without a model."""
    return subprocess.run(
        [sys.executable, "-c", "from runtime.cli import main; main()", "index", *arguments],
        cwd=folder,
        env={**os.environ, "ONHAND_DATA_DIR": str(folder / "data"), "ONHAND_MODEL": "off"},
        input=stdin,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, text in (("products", PRODUCTS), ("stores", STORES), ("stock", STOCK)):
        (tmp_path / f"{name}.csv").write_text(text)
    return tmp_path


ALL = ("--products", "products.csv", "--stores", "stores.csv", "--stock", "stock.csv")


def test_a_dry_run_checks_everything_and_needs_no_redis(folder: Path) -> None:
    ran = onhand(folder, *ALL, "--dry-run", "--json", "--report", "report.csv")
    assert ran.returncode == 0, ran.stderr
    outcome = json.loads(ran.stdout)
    assert [(feed["feed"], feed["read"], feed["accepted"], feed["rejected"]) for feed in outcome["feeds"]] == [
        ("stores", 1, 1, 0),
        ("products", 2, 2, 0),
        ("stock", 2, 1, 1),
    ]
    assert "stock.csv,3,sku,nothing" in (folder / "report.csv").read_text()
    assert not (folder / "data").exists()


def test_a_dry_run_of_stock_alone_says_that_ids_were_not_checked(folder: Path) -> None:
    ran = onhand(folder, "--stock", "stock.csv", "--dry-run")
    assert ran.returncode == 0, ran.stderr
    assert "product ids were not checked" in ran.stdout
    assert "acceptable 2" in ran.stdout


def test_a_report_may_not_overwrite_a_feed(folder: Path) -> None:
    ran = onhand(folder, "--stock", "stock.csv", "--dry-run", "--report", "./stock.csv")
    assert ran.returncode == 2
    assert (folder / "stock.csv").read_text() == STOCK


def test_the_feeds_are_applied_and_the_same_ones_change_nothing(folder: Path) -> None:
    first = onhand(folder, *ALL)
    assert first.returncode == 0, first.stderr
    assert "stock     read 2  written 1  unchanged 0  rejected 1" in first.stdout
    assert "not a product of the catalogue" in first.stdout
    second = onhand(folder, *ALL, "--json")
    outcome = json.loads(second.stdout)
    assert [(feed["written"], feed["unchanged"], feed["rejected"]) for feed in outcome["feeds"]] == [
        (0, 1, 0),
        (0, 2, 0),
        (0, 1, 1),
    ]
    piped = onhand(folder, "--products", "-", stdin="sku,title\nlid,Glass lid\n")
    assert piped.returncode == 0, piped.stderr
    assert "2 products that the feed does not name were kept" in piped.stdout


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        ((), 2, "at least one of"),
        (("--products", "-", "--stock", "-"), 2, "only one feed"),
        (("--max-rejected-share", "2", *ALL), 2, "max-rejected-share"),
        (("--products", "missing.csv"), 1, "missing.csv: cannot be read"),
        (("--products", "stores.csv", "--dry-run"), 1, "is `name` your `title`"),
        (("--products", "products.csv", "--dry-run", "--report", "no/such/folder.csv"), 1, "report cannot be written"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_sentence(
    folder: Path, arguments: tuple[str, ...], code: int, says: str
) -> None:
    ran = onhand(folder, *arguments)
    assert ran.returncode == code
    assert says in ran.stderr
    assert "Traceback" not in ran.stderr


def test_a_refusal_as_json_has_the_error_shape(folder: Path) -> None:
    (folder / "products.csv").write_text("sku,title\n4.00638E+12,Pot\n")
    ran = onhand(folder, "--products", "products.csv", "--dry-run", "--json")
    assert ran.returncode == 1
    outcome = json.loads(ran.stdout)
    assert outcome["error"]["code"] == "feed_refused"
    assert "spreadsheet" in outcome["error"]["message"]
    assert outcome["feeds"][0]["rejected"] == 1
