"""Units that came free where somebody waits for them: whoever freed them says so here, the waiting line listens."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

from inventory.models import Sku, StoreId

FreedCell = tuple[StoreId, Sku]
Listener = Callable[[Sequence[FreedCell]], Awaitable[None]]


class FreedUnits:
    """Passes cells on to the one listener. Breaks a circle: an offer places a hold, the end of a hold frees units."""

    def __init__(self) -> None:
        self.listener: Listener | None = None

    async def tell(self, cells: Sequence[FreedCell]) -> None:
        """Returns when those who wait there have been served as far as the units go."""
        if cells and self.listener is not None:
            await self.listener(tuple(dict.fromkeys(cells)))


def cells_from(flat: Sequence[bytes]) -> list[FreedCell]:
    """Store id and sku, one after the other, as the function library answers."""
    pairs = zip(flat[::2], flat[1::2], strict=True)
    return [(StoreId(store_id.decode()), Sku(sku.decode())) for store_id, sku in pairs]
