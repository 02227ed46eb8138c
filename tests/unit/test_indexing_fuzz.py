"""Whatever is in a feed: no crash, every row counted once, nothing hostile in what was accepted."""

from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given, settings
from hypothesis import strategies as st

from indexing.columns import PRODUCTS, STOCK, STORES, Layout
from indexing.errors import FeedRefused
from indexing.feeds import open_feed
from indexing.prices import PriceProblem, price_of
from indexing.reading import read_all, row_blocks
from indexing.records import Row, product_of
from indexing.report import FeedReport, finding_sink
from indexing.rows import RowReader
from indexing.stock_records import identifier_codes
from indexing.stock_table import StockTableBuilder
from indexing.store_records import store_of

PIECES = [
    "1", "12", "pot", "A", "-1", "1e9", "4.00638E+12", "NaN", "inf", "", " ", '"', '""', ",", ";", "\t", "\n", "\r\n",
    "\r", "\x00", "\u202e", "\u200b", "&amp;", "&#0;", "&#xFFFFFFFF;", "<b>", "<script>", "Ã©", "é", "日本", "€",
    "1 299,50 €",
    "$5", "{", "}", "[", "]", ":", "\\", "*", "|", "(", "@", "%", "$", "'", "x" * 300, "٣", "Mo-Fr 08:00-12:00", "24/7",
    "+1 212", '{"sku": 1}', "Europe/Paris", "https://x.example/a", "0" * 12, "4006381333931", "\ufeff", "\ufffd", "🍳",
    "e\u0301",
]  # fmt: skip
TEXTS = st.lists(st.sampled_from(PIECES), max_size=4).map("".join) | st.text(max_size=30)
LINES = st.lists(st.lists(TEXTS, min_size=1, max_size=6).map(",".join), max_size=12).map("\n".join)


@given(
    body=st.binary(max_size=300) | LINES.map(lambda text: text.encode("utf-8", "surrogatepass")),
    layout=st.sampled_from([PRODUCTS, STORES, STOCK]),
    ending=st.sampled_from([".csv", ".jsonl"]),
)
@settings(max_examples=500, deadline=None)
async def test_every_line_of_any_file_is_accepted_or_rejected(body: bytes, layout: Layout, ending: str) -> None:
    header = b"" if ending == ".jsonl" else ",".join((*layout.required, *layout.optional[:3])).encode() + b"\n"
    with TemporaryDirectory() as folder:
        path = Path(folder) / f"feed{ending}"
        path.write_bytes(header + body)
        with finding_sink(Path(folder) / "report.csv") as sink:
            await _read(str(path), layout, FeedReport(layout.kind, "feed", sink))


async def _read(path: str, layout: Layout, report: FeedReport) -> None:
    try:
        with open_feed(path) as feed:
            reader = RowReader(feed, layout)
            if layout is PRODUCTS:
                await read_all(reader, report, product_of, lambda product: product.sku, lambda _: None)
            elif layout is STORES:
                await read_all(reader, report, store_of, lambda store: store.store_id, lambda _: None)
            else:
                builder = StockTableBuilder(identifier_codes({"1": 0, "A": 1}), identifier_codes({"12": 0}), report)
                async for block in row_blocks(reader, report, lambda _: None):
                    builder.add(block)
                table = builder.table()
                assert (table.on_hand >= 0).all()
                assert len(table.on_hand) == report.accepted
    except FeedRefused:
        return
    assert report.read == report.accepted + report.rejected
    assert len(report.remembered or []) >= report.rejected


@given(cells=st.dictionaries(st.sampled_from([*PRODUCTS.required, *PRODUCTS.optional, "title_fr"]), TEXTS))
@settings(max_examples=1_000, deadline=None)
def test_an_accepted_product_holds_clean_text_only(cells: dict[str, str]) -> None:
    row = Row(1, {"sku": "1", "title": "Pot"} | cells)
    product = product_of(row)
    if product is None:
        assert row.refused
        return
    for text in (product.title, product.brand, product.category, product.description, *product.localized.values()):
        if text is not None:
            assert text == " ".join(text.split())
            assert not any(ord(character) < 32 or character in "\u202e\u200b\x7f" for character in text)
    assert product.title
    assert product.price is None or product.price >= 0


@given(cells=st.dictionaries(st.sampled_from([*STORES.required, *STORES.optional]), TEXTS))
@settings(max_examples=1_000, deadline=None)
def test_an_accepted_store_is_somewhere(cells: dict[str, str]) -> None:
    store = store_of(Row(1, {"store_id": "1", "name": "S", "lat": "0", "lon": "0"} | cells))
    if store is not None:
        assert -90 <= store.lat <= 90
        assert -180 <= store.lon <= 180


@given(text=TEXTS, currency=st.sampled_from([None, "USD", "EUR", "KWD"]))
@settings(max_examples=2_000, deadline=None)
def test_a_price_is_read_or_refused(text: str, currency: str | None) -> None:
    try:
        amount, _ = price_of(text, currency)
    except PriceProblem:
        return
    assert amount.is_finite()
    assert 0 <= amount <= 1_000_000_000
