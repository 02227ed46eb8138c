"""Where shoppers ask: the library in this process, or a service over HTTP."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from aiohttp import ClientError, ClientSession, ClientTimeout
from chaos.shoppers import Unanswered

from inventory.inventory import Inventory
from inventory.models import HoldChanged, HoldId, HoldLine, HoldPlaced, Sku, StoreId
from inventory.terms import PickupWindow
from runtime.errors import BackendUnavailable

#: Longer than any proof runs: whatever ends before was lost.
TTL_SECONDS = 24 * 3_600


class LibraryDesk:
    """Asks the library. The inventory may be another one after each restart of Redis."""

    def __init__(self, inventory: Inventory) -> None:
        self.inventory = inventory

    async def place(self, sku: str, store_id: str, key: str) -> str:
        try:
            outcome = await self.inventory.holds.place(
                StoreId(store_id), [HoldLine(Sku(sku), 1)], idempotency_key=key, ttl_seconds=TTL_SECONDS
            )
        except BackendUnavailable as error:
            raise Unanswered from error
        assert isinstance(outcome, HoldPlaced), outcome
        return outcome.hold.hold_id

    async def change(self, hold_id: str, verb: str) -> str:
        holds, known = self.inventory.holds, HoldId(hold_id)
        try:
            if verb == "confirm":
                window = PickupWindow.until(datetime.now(UTC) + timedelta(days=2))
                outcome = await holds.confirm(known, window=window)
            elif verb == "pickup":
                outcome = await holds.pickup(known)
            else:
                outcome = await holds.cancel(known)
        except BackendUnavailable as error:
            raise Unanswered from error
        assert isinstance(outcome, HoldChanged), outcome
        return str(outcome.hold.state)


class HttpDesk:
    """Asks a service as a shopper's program does: what is refused for now, or not answered, is asked again."""

    def __init__(self, session: ClientSession, url: Callable[[], str]) -> None:
        self._session = session
        self._url = url

    async def place(self, sku: str, store_id: str, key: str) -> str:
        wish = {
            "store_id": store_id,
            "lines": [{"sku": sku, "quantity": 1}],
            "ttl_seconds": TTL_SECONDS,
            "customer": {"name": "Ann", "contact": "ann@example.org"},
        }
        return await self._post("/v1/holds", wish, "hold_id", {"Idempotency-Key": key})

    async def change(self, hold_id: str, verb: str) -> str:
        return await self._post(f"/v1/holds/{hold_id}/{verb}", {}, "state", {})

    async def _post(self, path: str, body: dict[str, object], wanted: str, headers: dict[str, str]) -> str:
        try:
            async with self._session.post(
                self._url() + path, json=body, headers=headers, timeout=ClientTimeout(10)
            ) as response:
                answer = await response.json()
        except (ClientError, TimeoutError) as error:
            raise Unanswered from error
        if response.status in (409, 429, 502, 503, 504) and answer["error"]["code"] != "hold_state":
            raise Unanswered(answer["error"]["code"])
        assert response.status in (200, 201), (path, response.status, answer)
        return str(answer[wanted])
