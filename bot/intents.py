"""What a shopper can want of us: the intents of the public contract, and what a question may be about."""

from __future__ import annotations

from enum import StrEnum


class Intent(StrEnum):
    FIND_STOCK = "find_stock"
    STORE_STOCK = "store_stock"
    PRODUCT_INFO = "product_info"
    ALTERNATIVES = "alternatives"
    STORE_INFO = "store_info"
    DELIVERY = "delivery"
    PLACE_HOLD = "place_hold"
    CHANGE_HOLD = "change_hold"
    CANCEL_HOLD = "cancel_hold"
    HOLD_STATUS = "hold_status"
    SELECT_OPTION = "select_option"
    GIVE_PLACE = "give_place"
    AFFIRM = "affirm"
    NEGATE = "negate"
    NOTIFY_RESTOCK = "notify_restock"
    HUMAN = "human"
    HELP = "help"
    GREETING = "greeting"
    THANKS = "thanks"
    GOODBYE = "goodbye"
    OUT_OF_SCOPE = "out_of_scope"


class StoreTopic(StrEnum):
    """What about a store is asked."""

    HOURS = "hours"
    ADDRESS = "address"
    PHONE = "phone"
    SERVICES = "services"


class Preference(StrEnum):
    """In which way an alternative should differ."""

    CHEAPER = "cheaper"
    OTHER_BRAND = "other_brand"
    SIMILAR = "similar"
