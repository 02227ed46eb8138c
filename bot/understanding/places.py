"""Where: places, "near me", and stores by name, cut out of a sentence. Whether a place exists, the gazetteer knows."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from bot.understanding.cues import asks_for_stock
from bot.understanding.models import SaidPlace
from bot.understanding.normalise import TAKEN, Canvas, fold
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
_STREET = (
    r"\d{1,5}(?: ?(?:bis|ter))?,? (?:(?:rue|avenue|av|bd|boulevard|place|quai|allee|impasse|chemin|route|"
    r"cours)\b[^?!;\x00]*|(?:[\w'.-]+ ){1,4}(?:street|st|avenue|ave|road|rd|boulevard|blvd|lane|ln|drive|dr|square|"
    r"sq|parkway|pkwy|court|ct|broadway)\b[^?!;\x00]{0,50})"
)
_ADDRESS = re.compile(rf"(?:(?:^|\b(?:{_STRONG}|at|from|to|in|a|au|is|suis|habite)) ?)(?P<address>{_STREET})")
_LEAD = re.compile(
    rf"^(?:(?:i am|i'm|im|i live|it's|it is|my (?:zip|zip code|postcode|postal code|city|address) is|zip(?: code)?|"
    rf"je suis|j'habite|je vis|c'est|mon (?:code postal|adresse) (?:est|c'est)|code postal|alors|so|um|euh|in the|"
    rf"{_STRONG}|{_WEAK})(?:(?<=')|(?![\w'-])) ?)+(?=\S)"
)
_STORE_WORD = r"(?:store|shop|branch|location|outlet|showroom)"
_NO_STORE_NAME = (
    r"nearest|closest|same|other|first|second|third|next|last|local|nearby|near|best|any|right|whole|app|grocery|"
    r"hardware|online|apple|pet|phone|address|number|price|hours|name|nearer|cheapest|1st|2nd|3rd|which|what|big|new|"
    r"actual|your|your nearest|your closest"
)
_STORE_NAMED = [
    re.compile(
        rf"\b(?:(?:at|in|from|to|of|for|does|is) )?(?:the|"
        rf"your) (?P<name>(?!(?:{_NO_STORE_NAME})\b)[\w'.&-]+(?: (?!(?:the|of|your|at|"
        rf"in)\b)[\w'.&-]+){{0,3}}?) {_STORE_WORD}\b"
    ),
    re.compile(
        rf"\b(?:at |in |from |to |of |for )?(?:the|your) {_STORE_WORD} (?:in|at|on|of|called|named|"
        rf"near) (?P<name>[\w'.&-]+(?: (?!with|have|has|in stock|please)[\w'.&-]+){{0,3}})"
    ),
    re.compile(
        r"\b(?:au|du|le|dans le|dans votre|a votre|votre|a la|de la|la|dans la) (?:magasin|boutique) (?!(?:la |"
        r"le )?plus\b|qui\b|avec\b|ou\b|est\b|a t|ferme|ouvre|a un)(?:de la |de l'|des |du |de |d'|a |au |"
        r"en )?(?P<name>[\w'.&-]+(?: (?!avec|qui|en stock|svp|stp|est|a|ferme|ouvre|est-il)[\w'.&-]+){0,3})"
    ),
]
_ONE_IN = re.compile(
    r"\b(?:the one|that one|celui|celle)(?: (?:in|at|on|from|near))? (?:de la |de l'|des |du |de |d'|a |"
    r"the )?(?P<name>(?!la\b|ci\b|\d)[\w'.&-]+(?: [\w'.&-]+){0,2})"
)
#: "5 miles of Lyon" with the miles gone: the word left over says "near", in as many letters.
_AFTER_RADIUS = re.compile(r"(?<=; )(?:of|from|de)(?= )|(?<=; )d'", re.IGNORECASE)
_AS_NEAR = {"of": "at", "from": "near", "de": "à ", "d'": "à "}
_IT = re.compile(r"\b(?:it|them|they|this|that|il|elle|ils|elles|ca|l'avez|les avez|l'as|en avez|en as)\b")
_AROUND_NAME = re.compile(
    r"^(?:the|le|la|les|celui|celle)(?: d[eu]| des)? |"
    r" (?:one|stores?|shop|instead|please|pls|too|then|plutot|svp|stp)$",
    re.IGNORECASE,
)
_AT_END = re.compile(r"\b(?:at|a|chez) (?P<name>[a-z][\w'.&-]+(?: [\w'.&-]+){0,3}) ?[?.!]*$")


def read_where(canvas: Canvas, names: PlaceNames, language: str, *, expecting: bool) -> Where:
    """Takes the place, the store's name and "near me" off the canvas."""
    near_me = canvas.take_first(_NEAR_ME) is not None
    said = _address(canvas, expecting)
    if said:
        return Where(said, near_me)
    store = _named_store(canvas)
    if store:
        return Where(None, near_me, store)
    said, store = _mentioned(canvas, names, language, expecting)
    if not said and not store and not near_me:
        said = _after_preposition(canvas) or (_whole(canvas) if expecting else None)
    return Where(said, near_me, store)


def store_name(words: str) -> str:
    """A store's name without what stands around it: "the evanston one please"."""
    return _AROUND_NAME.sub("", words.strip(" .-'?!"))


def read_shown_store(canvas: Canvas, labels: Sequence[str]) -> str | None:
    """The words of "the one in Evanston", where the shown list has such a store."""
    found = canvas.find(_ONE_IN)
    if not found or not any(_named_by(found["name"], label) for label in labels):
        return None
    canvas.take(*found.span())
    return canvas.text[found.start("name") : found.end("name")]


def place_of_it(canvas: Canvas) -> re.Match[str] | None:
    """The `name` after "at" in "is it at Union Square": perhaps a store. It stays on the canvas."""
    return canvas.find(_AT_END) if _IT.search(canvas.folded) else None


def _named_by(name: str, label: str) -> bool:
    said = re.findall(r"\w+", fold(label))
    return all(word in said for word in re.findall(r"\w+", name))


def _address(canvas: Canvas, expecting: bool) -> SaidPlace | None:
    found = canvas.find(_ADDRESS)
    if not found or (found.start("address") == 0 and not expecting):
        return None
    text = canvas.text[found.start("address") : found.end("address")]
    canvas.take(*found.span())
    return SaidPlace(text.strip(" ,.")[:MAX_PLACE_CHARACTERS])


def _named_store(canvas: Canvas) -> str | None:
    for pattern in _STORE_NAMED:
        if found := canvas.take_first(pattern):
            return canvas.text[found.start("name") : found.end("name")].strip(" .-'")
    return None


def _mentioned(
    canvas: Canvas, names: PlaceNames, language: str, expecting: bool
) -> tuple[SaidPlace | None, str | None]:
    shown = "".join(";" if folded == TAKEN else said for said, folded in zip(canvas.text, canvas.folded, strict=True))
    readable = _AFTER_RADIUS.sub(lambda word: _AS_NEAR[word[0].lower()], shown)
    for mention in sorted(names.find_in(readable, language), key=lambda mention: mention.start - mention.end):
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
