"""The hostile values that the fuzzer sends."""

from __future__ import annotations

from typing import Any

#: RediSearch's own signs, stop words, and shapes that other engines take for commands.
SEARCH_TEXTS = [
    "is|the|shoe", "the", "is the a", "a|an|the|is|of", "-the", "the -is", "*", "***", "%%", "%pan%",
    "%%%pan%%%", "pan*", "*pan", "*pan*", "w'p?n*'", "@title:pan", "@title:(a|b)", "@price:[0 100]", "@sku:{a}",
    "@sku:{*}", "@__key:x", "~pan", "=>[KNN 3 @vector $v]", "*=>[KNN 10 @vector $BLOB AS score]", "(((((", ")",
    "((pan)", "[", "]", "{", "}", "\"", "\"pan", "'", "\\", "\\\\", "\\@", "$", "$q", "$1", "|", "||", "&",
    "&&", ":", ";", "pan;FLUSHALL", "pan\r\nFLUSHALL\r\n", "-", "--", "-pan", "t-shirt", "3-in-1",
    "pan=>{$weight:5}", "ismissing(@brand)", "<", ">", "$(reboot)", "`id`", "${jndi:x}", "{{7*7}}",
    "' OR 1=1 --", "../../etc/passwd", "..%2f", "<script>alert(1)</script>", "<img src=x onerror=alert(1)>",
    "javascript:alert(1)", "%s%s%n", "null", "undefined", "None", "true", "NaN", "inf",
]  # fmt: skip
ODD_TEXTS = [
    "", " ", "\t", "\n", "\x00", "a\x00b", "\x1b[31m", "\u202epan", "\u2066pan\u2069", "\ufeffpan", "\u200b",
    "\u200d", "\u0301", "e" + "\u0301" * 300, "ﬁ", "Ｐａｎ", "١٢٣", "日本語", "😀" * 50, "\U0010ffff", "İ", "ß" * 600,
    "\ud800", "\udfff\ud800", "a" * 64, "a" * 65, "a" * 500, "a" * 501, "a " * 260, "pan " * 125, "é" * 500,
    "0", "-0", "00", "1e9", "9" * 400, "0x10", " 5 ", "+5", "5.", ".5", "1_000", "1,5", "१२", "1e400", "-1",
    "Infinity", "-inf",
]  # fmt: skip
ODD_VALUES: list[Any] = [
    None, True, False, 0, -0.0, -1, 1.5, 1e308, -1e308, 2**31, 2**53 + 1, 2**63, -(2**63), 10**30, 10**400,
    1e-320, [], {}, [[]], [{}], [None], {"a": 1}, {"$ne": 1}, ["a"] * 200, {str(n): n for n in range(100)}, "5",
    "true", "[]",
]  # fmt: skip
ODD_NUMBERS = [
    "nan", "NaN", "inf", "-inf", "Infinity", "-1", "0", "-0", "1e309", "1e99", "99999999999999999999", "0.0001",
    "1.5", "--1", "1-", "0b1", "1e", "180.0001", "-90.00001", "90", "180", "20040", "20040.1", "1000001", "٣",
    "½", "", " ", "null",
]  # fmt: skip
RAW_BODIES: list[bytes] = [
    b"", b"{", b"}", b"[", b"null", b"true", b"0", b'""', b"[]", b"{}", b'{"a":}', b"{'a': 1}", b'{"a": 1,}',
    b"NaN", b'{"text": NaN}', b'{"text": -Infinity}', b"\xff\xfe", b'{"text": "\xff"}', b'{"text": "\xc3"}',
    b"\xef\xbb\xbf{}", b'{"text": "a", "text": "b"}', b'{"lines": [], "lines": []}', b"[" * 3_000,
    b'{"a":' * 3_000, b'"' + b"a" * 70_000, b'{"text": "\\ud800"}', b'{"text": "\\u0000"}',
    b'{"text": "a\x00b"}', b'{"__proto__": {"a": 1}}', b"9" * 5_000, b"\x00" * 100,
    b'{"text": "' + b"a" * 60_000 + b'"}', "{}".encode("utf-16"),
]  # fmt: skip
METHODS = [
    "GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "HEAD",
]  # fmt: skip
CONTENT_TYPES = [
    "text/plain", "application/xml", "multipart/form-data", "application/json; charset=utf-16", "a/b", ";;",
]  # fmt: skip
KEYS = [
    "", " ", "a b", "é", "x" * 255, "x" * 256, "x" * 7_000, "\x7f", "*", "{a}", "k\tk", "0",
]  # fmt: skip
