"""Where: places, "near me", and stores by name, cut out of a sentence. Whether a place exists, the gazetteer knows."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from bot.understanding.models import SaidPlace
from bot.understanding.normalise import TAKEN, Canvas
from bot.understanding.store_names import read_store
from bot.understanding.wish_cues import asks_for_stock
from geo.models import PlaceFound, PlaceKind, PlaceMention

MAX_PLACE_CHARACTERS = 80


class PlaceNames(Protocol):
    def find_in(self, text: str, language: str) -> Sequence[PlaceMention]: ...


@dataclass(frozen=True, slots=True)
class Where:
    place: SaidPlace | None = None
    near_me: bool = False
    store: str | None = None


_NEAR_ME = re.compile(
    r"\b(?:near(?:by)? (?:me|here|us)|close to (?:me|here|us|my (?:place|house|home))|closest to (?:me|us|here)|"
    r"nearest to (?:me|us|here)|around (?:here|me|us)|in my (?:area|neighbou?rhood|city|town)|near my (?:place|house|"
    r"home|location|position)|(?:use )?my (?:location|position)|where i am|nearby|in the area|within reach|(?:pres|"
    r"proche|autour|a cote) de (?:moi|chez (?:moi|nous)|nous|ma position|la maison|mon domicile)|(?:pres d'ici|"
    r"proche d'ici|autour d'ici|par ici|a proximite(?: de (?:moi|chez moi))?|dans le coin|dans (?:mon|"
    r"le) (?:quartier|secteur)|aux alentours|(?:utilise[rz]? )?ma position|la ou je suis|pas loin d'ici|"
    r"pas loin de chez moi|pas loin(?! d)))\b"
)
_STRONG = (
    r"near(?: to)?|nearest to|close to|closest to|around|next to|vicinity of|not far from|(?:tout )?pres (?:de la|"
    r"de l'|des|du|de|d')|(?:a )?proche (?:de la|de l'|des|du|de|d')|(?:aux )?(?:autour|alentours) (?:de|d'|du)|"
    r"du cote (?:de|d'|du)|vers|a cote (?:de|d'|du)|pas loin (?:de|d'|du)|a proximite (?:de|d'|du)|nearby|"
    r"dans les environs (?:de|d')|dans le coin (?:de|d')"
)
_WEAK = (
    r"in|at|by|to|from|for|of|a|au|aux|en|sur|dans|de|d'|chez|du|is|are|am|what about|how about|and|et|live in|"
    r"lives in|suis a|habite|sinon|try|essaye[rz]?|plutot|instead|rather|or|ou"
)
_BEFORE = re.compile(
    rf"(?:^|[^\w])(?P<prep>(?P<strong>{_STRONG})|(?:{_WEAK})) ?(?:the |la |le |l'|downtown |central |centre )?$"
)
_STRONG_AT = re.compile(rf"\b(?:{_STRONG}) (?!the (?:stock|store)|moi\b|me\b)|\b(?:pres|proche|autour|vers) d'")
_STRONG_END = re.compile(
    r"[?!;\x00]|\.(?:\s|$)|"
    r",(?! ?[A-Za-z]{2}\b(?! \w)| (?:france|usa|us|illinois|texas|california|new york)\b)|"
    r" (?:with|that|which|who|under|below|for|by|please|pls|avec|qui|pour|en stock|in stock|svp|stp|s'il|moins de|"
    r"today|available|dispo|disponible|and|et|has|have|having|open|ouvert|is|are|do|does|can|not|pas|sauf|if|si)\b"
)
_POSTCODE = re.compile(r"(?<![\w$€.,#-])(\d{5})(?:-\d{4})?(?![\w€$]|[.,]\d)")
#: Before a name that is not wanted: a brand, not a place.
_WITHOUT = re.compile(r"\b(?:sans|without|not|no|pas|sauf|except|hormis)(?: de| from)? $")
#: Where an address ends and the rest of the message begins.
_BEYOND = (
    r"(?!\. (?:i|i'm|need|do|is|are|any|have|where|looking|je|j'ai|il|avez|ou|un|une)\b| (?:and|et) (?:i|need|je|il)\b)"
)
_STREET = (
    r"\d{1,5}(?: ?(?:bis|ter))?,? (?:(?:rue|avenue|av|bd|boulevard|place|quai|allee|impasse|chemin|route|"
    rf"cours)\b(?:{_BEYOND}[^?!;\x00])*|"
    r"(?:[\w'.-]+ ){1,4}(?:street|st|avenue|ave|road|rd|boulevard|blvd|lane|ln|drive|dr|square|"
    rf"sq|parkway|pkwy|court|ct|broadway)\b(?:{_BEYOND}[^?!;\x00]){{0,50}})"
)
_ADDRESS = re.compile(rf"(?:(?:^|\b(?:{_STRONG}|at|from|to|in|a|au|is|suis|habite)) ?)(?P<address>{_STREET})")
_LEAD = re.compile(
    rf"^(?:(?:i am|i'm|im|i live|it's|it is|my (?:zip|zip code|postcode|postal code|city|address) is|zip(?: code)?|"
    rf"je suis|j'habite|je vis|c'est|mon (?:code postal|adresse) (?:est|c'est)|code postal|alors|so|um|euh|in the|"
    rf"{_STRONG}|{_WEAK})(?:(?<=')|(?![\w'-])) ?)+(?=\S)"
)
#: "5 miles of Lyon" with the miles gone: the word left over says "near", in as many letters.
_AFTER_RADIUS = re.compile(r"(?<=; )(?:of|from|de)(?= )|(?<=; )d'", re.IGNORECASE)
_AS_NEAR = {"of": "at", "from": "near", "de": "à ", "d'": "à "}


def read_where(canvas: Canvas, names: PlaceNames, language: str, *, expecting: bool) -> Where:
    """Takes the place, the store's name and "near me" off the canvas."""
    near_me = canvas.take_first(_NEAR_ME) is not None
    said = _address(canvas, expecting)
    if said:
        return Where(said, near_me)
    store = read_store(canvas)
    if store:
        return Where(None, near_me, store)
    said, store = _mentioned(canvas, names, language, expecting)
    if not said and not store and not near_me:
        said = _after_preposition(canvas) or (_whole(canvas) if expecting else None)
    return Where(said, near_me, store)


def _address(canvas: Canvas, expecting: bool) -> SaidPlace | None:
    found = canvas.find(_ADDRESS)
    if not found or (found.start("address") == 0 and not expecting):
        return None
    text = canvas.text[found.start("address") : found.end("address")]
    canvas.take(*found.span())
    return SaidPlace(text.strip(" ,.")[:MAX_PLACE_CHARACTERS])


def _mentioned(
    canvas: Canvas, names: PlaceNames, language: str, expecting: bool
) -> tuple[SaidPlace | None, str | None]:
    shown = "".join(";" if folded == TAKEN else said for said, folded in zip(canvas.text, canvas.folded, strict=True))
    readable = _AFTER_RADIUS.sub(lambda word: _AS_NEAR[word[0].lower()], shown)
    for mention in sorted(names.find_in(readable, language), key=lambda mention: mention.start - mention.end):
        if _WITHOUT.search(canvas.folded[: mention.start]):
            continue
        text = canvas.text[mention.start : mention.end]
        strong = _take_with_preposition(canvas, mention.start, mention.end)
        found = mention.outcome.place if isinstance(mention.outcome, PlaceFound) else None
        if found and found.kind is PlaceKind.STORE and not strong and not expecting:
            return None, found.name
        return SaidPlace(text[:MAX_PLACE_CHARACTERS], found), None
    if postcode := canvas.find(_POSTCODE):
        _take_with_preposition(canvas, *postcode.span())
        return SaidPlace(postcode.group(1)), None
    return None, None


def _take_with_preposition(canvas: Canvas, start: int, end: int) -> bool:
    preposition = _BEFORE.search(canvas.folded[:start])
    canvas.take(preposition.start("prep") if preposition else start, end)
    return bool(preposition and preposition["strong"])


def _after_preposition(canvas: Canvas) -> SaidPlace | None:
    """Whatever follows "near": perhaps a place that only a geocoder knows."""
    found = canvas.find(_STRONG_AT)
    if not found:
        return None
    end = _STRONG_END.search(canvas.folded, found.end())
    stop = end.start() if end else len(canvas.folded)
    text = canvas.text[found.end() : stop].strip(" ,.-")
    if not re.search(r"[^\W\d_]{2}", text) or len(text.split()) > 8:
        return None
    canvas.take(found.start(), stop)
    return SaidPlace(text[:MAX_PLACE_CHARACTERS])


def _whole(canvas: Canvas) -> SaidPlace | None:
    """The answer to "where?" that is nothing but a place."""
    if TAKEN in canvas.folded.strip(f"{TAKEN} ,.!?"):
        return None
    left = canvas.folded.replace(TAKEN, " ")
    lead = _LEAD.match(left.lstrip())
    start = len(left) - len(left.lstrip()) + (lead.end() if lead else 0)
    text = canvas.text[start:].strip(" ,.!?;:\"'()")
    if not text or len(text) > MAX_PLACE_CHARACTERS or len(text.split()) > 7 or "?" in left or asks_for_stock(left):
        return None
    canvas.take(0, len(canvas.folded))
    return SaidPlace(text)
