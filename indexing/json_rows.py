"""JSON Lines as row blocks, with the cells that a CSV would hold."""

from collections.abc import Sequence

import orjson

from indexing.columns import Layout, column_name
from indexing.feeds import TextBlock
from indexing.row_blocks import Defect, RowBlock

#: Names of unread keys that are told.
MAX_IGNORED = 100
#: Keys of one block whose meaning is kept: objects keyed by data have a new one on every line.
MAX_REMEMBERED = 10_000


def json_block(block: TextBlock, layout: Layout) -> RowBlock:
    """The objects of one block; columns are all that any of them has."""
    keys = _Keys(layout)
    records: list[dict[str, str]] = []
    numbers: list[int] = []
    defects: list[Defect] = []
    for number, line in enumerate(block.text.split("\n"), block.first_line):
        if not line.strip():
            continue
        record = _record(line, keys)
        if isinstance(record, str):
            defects.append(Defect(number, line, record))
        else:
            records.append(record)
            numbers.append(number)
    columns = tuple(dict.fromkeys([*layout.required, *(name for record in records for name in record)]))
    rows: list[Sequence[str]] = [[record.get(name, "") for name in columns] for record in records]
    return RowBlock(columns, rows, numbers, defects, block.bytes_end, ignored=tuple(keys.ignored))


class _Keys(dict[str, str | None]):
    """Keys of objects as column names, each looked at once; None for those that the layout does not know."""

    def __init__(self, layout: Layout) -> None:
        super().__init__()
        self._layout = layout
        self.ignored: dict[str, None] = {}

    def __missing__(self, key: str) -> str | None:
        name = column_name(key)
        known = self._layout.knows(name)
        if not known and len(self.ignored) < MAX_IGNORED:
            self.ignored[name] = None
        if len(self) < MAX_REMEMBERED:
            self[key] = name if known else None
        return name if known else None


def _record(line: str, keys: _Keys) -> dict[str, str] | str:
    """The cells of one line, or why it has none."""
    try:
        value = orjson.loads(line)
    except orjson.JSONDecodeError:
        return "is not valid JSON"
    if not isinstance(value, dict):
        return "is not a JSON object"
    record: dict[str, str] = {}
    for key, item in value.items():
        name = keys[key]
        if name is None:
            continue
        if name in record:
            return f"has `{name}` twice, spelt in two ways; nothing is guessed"
        record[name] = text_of(item)
    return record


def text_of(value: object) -> str:
    """A JSON value as the text that a CSV cell would hold; lists as `a|b`."""
    match value:
        case None:
            return ""
        case str():
            return value
        case bool():
            return "true" if value else "false"
        case list() if all(isinstance(item, str) for item in value):
            return "|".join(value)
        case dict() | list():
            return orjson.dumps(value).decode()
        case _:
            return str(value)
