"""The product words: what is left of a message when everything else was taken. Also "not Samsung" and "brand X"."""

from __future__ import annotations

import re

from bot.understanding.normalise import TAKEN, Canvas
from bot.understanding.spans import MEASURE
from bot.understanding.words import NEVER_PRODUCT, NOT_A_BRAND, NOT_AT_EDGE

MAX_WORDS = 10
MAX_CHARACTERS = 80

#: Runs of words that frame a question; none of them names a product.
_FRAMES = re.compile(
    r"\b(?:in stock|en stock|on hand|on the shelf|on the shelves|en rayon|en magasin|in[- ]stores?|in the store|"
    r"at the store|out of stock|still available|(?:i'm |im |i am )?(?:looking|searching|hunting|shopping) for|"
    r"on the lookout for|(?:the )?(?:nearest|closest) (?:stores?|shops?|place|location|branch|one|magasin)?|(?:le |"
    r"la |les )?(?:magasins?|boutiques?) (?:le |la |les )?(?:plus )?(?:proches?|pres)|(?:le |la |"
    r"les )?plus (?:proches?|pres)|(?:le|la) moins loin|(?:can|could|would|will) (?:i|you|we|u|ya)|can't find|"
    r"stores? (?:with|that (?:has|have|sells?|carr(?:y|ies)|stocks?)|which|who|having)|(?:which|what|any|a|your|the|"
    r"one of your|some|quels?|un|une|votre|vos|le|du|au|des|all|other|autre|another|this|that|ce|cet|cette|same|"
    r"meme) (?:stores?|shops?|branch(?:es)?|magasins?|boutiques?)|(?:en )?combien de|how many|how about|what about|"
    r"let me know|do you know|not (?:too )?expensive|pas (?:trop )?chere?s?|(?:the|le|la|les) (?:same|"
    r"meme)(?: (?:thing|one|chose))?|same (?:thing|one)|meme chose|do (?:you|u|they) (?:still )?(?:stock|sell|carry|"
    r"have)|how far|a quelle distance|est[- ]ce (?:que|qu')|est-ce|qu'est-ce (?:que|qu')|y a[- ]t[- ]il|il y a|y'a|"
    r"y a|(?:aurait|reste|trouve|existe|a|va|faut)-t-(?:il|elle|on)|il (?:me |m'en |vous |te |nous )?(?:faut|"
    r"faudrait|reste)|j'ai besoin|on a besoin|i (?:also )?(?:need|want|meant|mean)|at least|more than|au moins|"
    r"y'en a|i would like|i'd (?:like|love)|je (?:voulais|veux) dire|s'il (?:vous|te) plait|merci d'avance|"
    r"thanks in advance|thank you|(?:for|as) a (?:gift|present)|pour offrir|to (?:buy|purchase|get|find|have|pick up|"
    r"know|see)|right now|at the moment|en ce moment|de disponibles?|(?:de|a) (?:dispo|la vente)|(?:ou (?:est-ce|"
    r"puis-je|peut-on|pourrais-je))|is (?:there|it)|are (?:there|they)|left over|of them|of those|for sale|on sale|"
    r"de cote|aside|on hold|the price|the cost|price check|stock check|check (?:the )?(?:stock|if|whether|"
    r"availability)|availability of|(?:for|pour) (?:me|moi)|(?:the |le |la |les )(?:one|ones|celui|celle|ceux) ?(?=$|"
    r"[\x00?!.,])|(?:celui|celle|ceux) ?(?=$|[\x00?!.,])|(?:give|find|show|tell|get|dis|dites|montre[rz]?|"
    r"trouve[rz]?|donne[rz]?)[- ](?:me|us|moi|nous)|instead|plutot|actually|en fait|finalement|rather|i said|"
    r"j'ai dit|the (?:first|second|third|last) one)(?![\w])"
)
#: Pairs that name a thing although one of their words could frame a question.
_NAMES = re.compile(
    r"(?:stock ?pots?|shop (?:vac|vacuum|lights?|towels?)|can openers?|(?:trash|garbage|watering|gas|paint) cans?|"
    r"first aid|xbox one|store brand|one piece)"
)
_ELISION = re.compile(r"\b(?:l|d|j|t|m|n|s|c|qu)'(?=\w)")
_TOKEN = re.compile(r"[^\s]+")
_SENTENCE_END = re.compile(r"[?!]+|\.(?=\s|$)|;|\n")
_CUE = re.compile(
    r"\b(?:any|have|has|got|need|want|looking|find|buy|where|stock|sell|carry|get|cherche\w*|avez|as-tu|t'as|vendez|"
    r"trouver|acheter|faut|besoin|voudrais|veux|nearest|closest|auriez|y a|reste)\b"
)
_NOISE = re.compile(r"[^\w\s.,'&+/\"°-]")

_EXCLUDED = re.compile(
    r"\b(?:but not|not|no|^(?:sans|without)|except(?: for)?|other than|anything but|apart from|but no|mais pas|pas|"
    r"sauf|autre que|hormis|a part|excepte)(?: (?:the|from|by|brand|any|du|de|la|le|la marque|de la marque|"
    r"de chez))* (?P<brand>[a-z][\w&'-]+)(?P<more>(?:(?:,| or| nor| and| et| ou| ni)(?: (?:de|du))? [a-z][\w&'-]+)*)"
)
_BRAND = re.compile(
    r"\b(?:brand|marque|made by|from the brand|de la marque|de marque)(?: (?:is|est))?:? (?P<brand>(?!is\b|est\b|"
    r"new\b)[a-z][\w&'-]+)"
)
#: Between two things: "a kettle and a toaster". Without an article it may be one: "salt and pepper mill".
_AND_A = re.compile(r",? (?:and|et|plus|as well as|ainsi que) (?:an?|some|une?|des|\d+) (?=\w)", re.IGNORECASE)
_COLOURS = (
    r"red|black|white|blue|green|grey|gray|silver|pink|rouges?|noire?s?|blanc|blanches?|bleue?s?|verte?s?|grise?s?|roses?|"
    r"argent"
)
COLOUR = re.compile(rf"\b(?:{_COLOURS})\b")
_LOOK = re.compile(rf"(?:{_COLOURS}|inox|stainless|small|large|big|petite?|grande?)")


def read_excluded_brands(canvas: Canvas) -> tuple[str, ...]:
    """The brands that are not wanted; "pas cher" and "not now" name none."""
    for found in _EXCLUDED.finditer(canvas.folded):
        first = found["brand"]
        if first in NOT_A_BRAND or first in NEVER_PRODUCT or not _limits_something(canvas, found.start()):
            continue
        start, end = found.start("brand"), found.end()
        names = [
            canvas.text[start + each.start() : start + each.end()]
            for each in re.finditer(r"[\w&'-]+", found.group(0)[start - found.start() :])
        ]
        canvas.take(found.start(), end)
        return tuple(
            name
            for name in names
            if name.lower() not in ("or", "nor", "and", "et", "ou", "ni", "de", "du", "un", "une")
        )
    return ()


def _limits_something(canvas: Canvas, start: int) -> bool:
    """ "Pas Seb" after a product or alone; in "t'as pas de bouilloire" the word after it is the product itself."""
    before = canvas.copy()
    before.take(start, len(before.folded))
    return not re.search(r"[a-z]", before.folded) or product_words(before) is not None


def read_brand(canvas: Canvas) -> str | None:
    found = canvas.take_first(_BRAND)
    return canvas.text[found.start("brand") : found.end("brand")] if found else None


def product_words(canvas: Canvas) -> str | None:
    """The residual as it was written, bounded; None when nothing is left."""
    canvas.take_all(_FRAMES)
    sentences = _sentences(canvas)
    framed = [words for words, cued in sentences if words and cued]
    words = framed or [words for words, _ in sentences if words]
    flat = [word for sentence in words for word in sentence][:MAX_WORDS]
    return " ".join(flat)[:MAX_CHARACTERS].strip(" -'.,") or None


def several(words: str) -> list[str]:
    """The things that are named side by side."""
    return _AND_A.split(words)


def only_refines(words: str, folded: str) -> bool:
    """True when the words say a measure or a look but no thing: "8 litres", "black"."""
    bare = MEASURE.sub(" ", folded)
    left = [word for word in re.findall(r"[^\W_]+", bare) if word not in NOT_AT_EDGE]
    return all(_LOOK.fullmatch(word) for word in left) and bool(words)


def _sentences(canvas: Canvas) -> list[tuple[list[str], bool]]:
    found: list[tuple[list[str], bool]] = []
    start = 0
    for stop in [*_SENTENCE_END.finditer(canvas.folded), None]:
        end = stop.start() if stop else len(canvas.folded)
        cued = bool(_CUE.search(canvas.whole, start, end))
        found.append((_segments(canvas, start, end), cued))
        start = stop.end() if stop else end
    return found


def _segments(canvas: Canvas, start: int, end: int) -> list[str]:
    """Product words of one sentence; what was taken and commas divide it."""
    words: list[str] = []
    for piece in re.finditer(rf"[^{TAKEN}]+", canvas.folded[start:end]):
        for part in re.finditer(r"(?:[^,()]|(?<=\d),(?=\d))+", piece.group(0)):
            at = start + piece.start() + part.start()
            words.extend(_trimmed(_tokens(canvas.text[at : at + len(part.group(0))], part.group(0))))
    return words


def _tokens(text: str, folded: str) -> list[tuple[str, str]]:
    spaced = _ELISION.sub(lambda elided: " " * len(elided.group(0)), folded)
    kept: list[tuple[str, str]] = []
    for found in _TOKEN.finditer(spaced):
        said = _NOISE.sub("", text[found.start() : found.end()]).strip(".,'-/")
        plain = _NOISE.sub("", found.group(0)).strip(".,'-/")
        if any(character.isalnum() for character in plain) and plain not in NEVER_PRODUCT:
            kept.append((said, plain))
    return kept


def _trimmed(tokens: list[tuple[str, str]]) -> list[str]:
    while tokens and tokens[0][1] in NOT_AT_EDGE and not _is_name(tokens[:2]):
        tokens = tokens[1:]
    while tokens and tokens[-1][1] in NOT_AT_EDGE and not _is_name(tokens[-2:]):
        tokens = tokens[:-1]
    return [said for said, _ in tokens]


def _is_name(pair: list[tuple[str, str]]) -> bool:
    """Whether the words belong together in a product's name: "stock pot", "6 l"."""
    words = " ".join(plain for _, plain in pair)
    return bool(_NAMES.fullmatch(words) or MEASURE.fullmatch(words))
