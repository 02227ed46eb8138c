"""Products, stores, availability."""

from __future__ import annotations

from typing import Any

from bot.answers.search import (
    AlternativesAnswer,
    AvailabilityJson,
    BasketJson,
    ProductsAnswer,
    StoreJson,
    StoresAnswer,
    SuggestAnswer,
)
from bot.endpoint import Endpoint
from bot.handlers import availability, products, stores
from bot.problems import Code
from bot.requests.search import (
    FindAlternatives,
    FindAvailability,
    FindBasket,
    FindProducts,
    FindStores,
    ShowStore,
    Suggest,
)

ENDPOINTS: tuple[Endpoint[Any], ...] = (
    Endpoint(
        "GET",
        "/v1/products",
        products.find,
        FindProducts,
        {200: ProductsAnswer},
        "Find products by words, SKU or barcode, everywhere or in stock near a point, or all that a store has",
        "products",
        problems=(Code.NOT_FOUND, Code.PLACE_UNKNOWN),
    ),
    Endpoint(
        "GET",
        "/v1/products/{sku}/alternatives",
        products.find_alternatives,
        FindAlternatives,
        {200: AlternativesAnswer},
        "What may be had near a point instead of a product: cheaper, of another brand, or alike",
        "products",
        problems=(Code.NOT_FOUND, Code.PLACE_UNKNOWN),
    ),
    Endpoint(
        "GET",
        "/v1/suggest",
        products.suggest,
        Suggest,
        {200: SuggestAnswer},
        "Completions while somebody types: products, brands, categories and past searches",
        "products",
        problems=(Code.PLACE_UNKNOWN,),
    ),
    Endpoint(
        "GET",
        "/v1/stores",
        stores.find,
        FindStores,
        {200: StoresAnswer},
        "Find stores, nearest first where a point is given",
        "stores",
        problems=(Code.PLACE_UNKNOWN,),
    ),
    Endpoint(
        "GET",
        "/v1/stores/{store_id}",
        stores.show,
        ShowStore,
        {200: StoreJson},
        "One store",
        "stores",
        problems=(Code.NOT_FOUND,),
    ),
    Endpoint(
        "GET",
        "/v1/availability",
        availability.find,
        FindAvailability,
        {200: AvailabilityJson},
        "The nearest stores that can give the whole quantity right now",
        "availability",
        problems=(Code.NOT_FOUND, Code.PLACE_UNKNOWN),
    ),
    Endpoint(
        "POST",
        "/v1/availability",
        availability.find_basket,
        FindBasket,
        {200: BasketJson},
        "The nearest stores that can give every line of a basket right now, or several that can together",
        "availability",
        problems=(Code.NOT_FOUND, Code.PLACE_UNKNOWN),
    ),
)
