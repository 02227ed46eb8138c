"""JSON Lines as row blocks, with the cells that a CSV would hold."""

from collections.abc import Sequence

import orjson

from indexing.columns import Layout, column_name
from indexing.feeds import TextBlock
from indexing.row_blocks import Defect, RowBlock

#: Names of unread keys that are told.
MAX_IGNORED = 100


def json_block(block: TextBlock, layout: Layout) -> RowBlock:
    """The objects of one block; columns are all that any of them has."""
    records: list[dict[str, str]] = []
    numbers: list[int] = []
    defects: list[Defect] = []
    ignored: dict[str, None] = {}
    names: dict[str, str] = {}
    for offset, line in enumerate(block.text.split("\n")):
        if not line.strip():
            continue
        number = block.first_line + offset
        try:
            value = orjson.loads(line)
        except orjson.JSONDecodeError:
            defects.append(Defect(number, line, "is not valid JSON"))
            continue
        if not isinstance(value, dict):
            defects.append(Defect(number, line, "is not a JSON object"))
            continue
        record: dict[str, str] = {}
        for key, item in value.items():
            name = names.get(key) or names.setdefault(key, column_name(key))
            if layout.knows(name):
                record[name] = text_of(item)
            elif len(ignored) < MAX_IGNORED:
                ignored[name] = None
        records.append(record)
        numbers.append(number)
    columns = tuple(dict.fromkeys([*layout.required, *(name for record in records for name in record)]))
    rows: list[Sequence[str]] = [[record.get(name, "") for name in columns] for record in records]
    return RowBlock(columns, rows, numbers, defects, block.bytes_end, ignored=tuple(ignored))


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
