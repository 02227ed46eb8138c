"""Where is this product, where are these words: library and HTTP, beside the floors that Redis and HTTP set."""

from __future__ import annotations

import random

from bench.run import SEED, Onhand, Run
from bench.sampling import Contender, ratio, side_by_side
from bench.suites.over_http import measure_over_http
from bench.workload import Question, questions
from inventory.models import Kind

#: As many products of a match set as the HTTP interface looks for.
MATCH_SET_SIZE = 50


async def measure_by_sku(run: Run, onhand: Onhand) -> None:
    """One product, skewed as shops are, from around the stores."""
    asked = questions(run.zipf.draw(run.samples), run.homes, seed=SEED)

    async def library(number: int) -> None:
        await nearest(onhand, asked[number])

    async def bare_get(number: int) -> None:
        await onhand.services.clients.reads.get(run.keyspace.row(Kind.AVAILABLE, asked[number].wanted))

    async def over_http(number: int) -> None:
        await onhand.get("/v1/availability", {"sku": asked[number].wanted, **_params(asked[number])})

    contenders = [Contender("availability by sku, library", library), Contender("bare GET of one row", bare_get)]
    ours, bare = await side_by_side(contenders, samples=run.samples, warm_up=run.warm_up)
    run.report.add_samples(ours, figure="availability_sku_library")
    run.report.add_samples(bare)
    run.report.ratios += [ratio(bare, ours, percent) for percent in (50, 99)]
    body = await onhand.get("/v1/availability", {"sku": asked[0].wanted, **_params(asked[0])})
    await measure_over_http(run, "availability by sku", over_http, figure="availability_sku_http", typical_body=body)


async def measure_by_text(run: Run, onhand: Onhand) -> None:
    """What real shoppers typed, without the encoder."""
    typed = random.Random(SEED).choices(run.feeds.queries(), k=run.samples)
    asked = questions(typed, run.homes, seed=SEED)
    nothing_found: set[str] = set()

    async def library(number: int) -> None:
        question = asked[number]
        matches = await onhand.services.products.find(question.wanted, limit=MATCH_SET_SIZE)
        if not matches.hits:
            nothing_found.add(question.wanted)
        await onhand.services.availability.nearest(
            matches.products, question.origin, quantity=question.quantity, radius_km=question.radius_km, limit=5
        )

    async def over_http(number: int) -> None:
        await onhand.get("/v1/availability", {"q": asked[number].wanted, **_params(asked[number])})

    contender = Contender("availability by text, no encoder, library", library)
    (ours,) = await side_by_side([contender], samples=run.samples, warm_up=run.warm_up)
    run.report.add_samples(ours, figure="availability_text_library")
    run.report.figures["text_zero_result_share"] = len(nothing_found) / len(set(typed))
    body = await onhand.get("/v1/availability", {"q": asked[0].wanted, **_params(asked[0])})
    name = "availability by text, no encoder"
    await measure_over_http(run, name, over_http, figure="availability_text_http", typical_body=body)


async def nearest(onhand: Onhand, question: Question) -> list[str]:
    """From a sku to the nearest stores: look up the product, then its rows."""
    products = await onhand.services.products.get([question.wanted])
    answer = await onhand.services.availability.nearest(
        list(products.values()), question.origin, quantity=question.quantity, radius_km=question.radius_km, limit=5
    )
    return [result.store.store_id for result in answer.results]


def _params(question: Question) -> dict[str, str]:
    return {
        "lat": repr(question.origin.lat),
        "lon": repr(question.origin.lon),
        "quantity": str(question.quantity),
        "radius_km": repr(question.radius_km),
    }
