"""Keys that only the indexer uses. What readers see is named in search.schema and inventory.keys."""


def lock_key(namespace: str) -> str:
    """Held by the one run that may write; expires by itself when that run dies."""
    return f"{namespace}:index:lock"


def build_counter_key(namespace: str) -> str:
    """Counter that names builds."""
    return f"{namespace}:index:builds"


def doomed_builds_key(namespace: str) -> str:
    """Set of builds that are not live: half-made ones, and old ones whose documents are not all deleted yet."""
    return f"{namespace}:index:doomed"


def next_skus_key(namespace: str, build: str) -> str:
    """The set of SKUs of a build that is not live yet."""
    return f"{namespace}:index:skus:{build}"


def definition_key(namespace: str) -> str:
    """What the live product index is defined as; a release that defines it otherwise builds it anew."""
    return f"{namespace}:index:definition"
