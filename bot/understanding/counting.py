"""How many, and which one of a list: quantities, ordinals, "that one". Numbers with units are left to the product."""

from __future__ import annotations

import re

from bot.understanding.normalise import Canvas
from bot.understanding.numbers import COUNT_WORD, GROUP_WORD, whole_number
from bot.understanding.spans import MEASURE

#: Sold as a pair: a pair of them is one piece.
_PAIRED = (
    r"shoes|boots|headphones|earphones|earbuds|gloves|scissors|chaussures|gants|ciseaux|ecouteurs|baguettes|speakers|"
    r"lunettes"
)
_PAIR = re.compile(rf"\b(?:a pair of|a pair|une paire de|une paire d'|pair of) ?(?P<paired>(?={_PAIRED}))?")

_NUMBER = rf"(?:-\s?)?\d{{1,12}}|{COUNT_WORD}"
_NOT_PART_OF_WORD = r"(?<![\w.,/$€#-])"
_EXPLICIT = [
    re.compile(r"(?<![\w])(?:x ?(?P<n>\d{1,9})|(?P<m>\d{1,9}) ?x)(?![\w-])"),
    re.compile(rf"\b(?:qty|quantity|quantite|qte)(?: of| de)?:? ?(?P<n>{_NUMBER}|one|un|une)\b"),
    re.compile(
        rf"\b(?:make (?:it|that|them)|make|change (?:it|that|the quantity) to|in fact|instead|actually|rather|plutot|"
        rf"en fait|finalement|mets(?:-en| en|-m'en)|mettez(?:-en| en|-m'en)|disons|but|mais|only|just|seulement|"
        rf"juste|j'en (?:veux|voudrais|prends|prendrai)|en (?:veux|voudrais|faut|prends|prendrai|faudrait)|"
        rf"passe(?:z)? a|i(?:'d| would)? (?:like|need|want|take)|give me|donne(?:z)?-m'en|gardez-m'en|gardez-en|"
        rf"reservez-(?:m')?en|reserve-(?:m')?en|for|pour|need|want|take|get|hold|reserve|book) (?P<n>{_NUMBER}|one|"
        rf"un|une)(?: (?:plutot|instead|rather|please|pls|svp|stp|then|alors|s'il (?:vous|te) plait|only|seulement|"
        rf"of (?:them|those|these|it)|pieces?|units?|unites?|exemplaires?|pcs))*(?= ?(?:$|[.!?,;\x00])| ?(?:by|for|"
        rf"at|there|here|aside|de cote|la-bas|in|from|near|pour|avant|d'ici|chez|a|vers|ce|demain|aujourd'hui|if|si|"
        rf"and|et|asap|max|total)\b)"
    ),
    re.compile(
        rf"{_NOT_PART_OF_WORD}(?P<n>{_NUMBER}|one(?= of)|une?) (?:of (?:them|those|these|it|each)|pieces?(?! set)|"
        rf"pcs|units?|unites?|exemplaires?|instead|plutot|plz|d'entre eux|seulement|only)\b"
    ),
]
_GROUP = re.compile(rf"\b(?P<n>{GROUP_WORD})(?![\w])")
#: A bare number counts what comes after it, where nothing that could be a product's name comes before.
_COUNTED = re.compile(
    rf"(?:^|\x00 ?|[.,;:!?] |\b(?:need|want|get|buy|take|have|any|for|of|hold|reserve|book|me|got|the|these|those|"
    rf"les|des|find|and|et|are|there|cherche|veux|voudrais|besoin|faut|faudrait|moi|put|set|keep|save|prends|avez|as|"
    rf"acheter|reserver|reserve|reservez|gardez|mettez|trouver|trouve|pour|least|than|plus de|moins|garder|with|avec|"
    rf"de|d'|ou|where|find|sell|carry|stock|looking|like|grab|pick up|still|encore|reste|would|some|yes|oui|ok|hi|"
    rf"hello|bonjour|salut|hey|store|magasin) )(?P<n>-?\d{{1,9}}|{COUNT_WORD})(?=\+? (?:[a-z'][a-z']+|"
    rf"\d+(?:[.,]\d+)?[ -]?[a-z]{{1,7}} [a-z]))(?!-)"
)
_ONLY_ONE = re.compile(r"^(?:un seul|une seule|just one|only one|one only)(?: (?:please|svp|stp))?[.!]*$")
_JUST_ONE = re.compile(
    r"\b(?:just|only|hold|reserve|book|seulement|juste|need|want|take|keep|gardez-m'en|reservez-(?:m')?en|"
    r"reserve-(?:m')?en|j'en (?:veux|prends|voudrais)) (?P<n>one|une?)(?= ?(?:$|[.!?,;\x00]|(?:please|for me|there|"
    r"of (?:them|those)|at|in|from|pour|svp|stp|chez|a|au|la-bas)\b))"
)

_ORDINALS = {
    1: r"first|1st|1er|1ere|1re|premier|premiere|nearest one|closest one|plus proche|plus pres",
    2: r"second|2nd|2e|2eme|2nde|deuxieme|seconde",
    3: r"third|3rd|3e|3eme|troisieme",
    4: r"fourth|4th|4e|4eme|quatrieme",
    5: r"fifth|5th|5e|5eme|cinquieme",
    -1: r"last|dernier|derniere",
}
_ORDINAL = [
    (
        number,
        re.compile(
            rf"\b(?:at |from |in |for |a |au |chez )?(?:the |le |la |celui du |celle du |au |"
            rf"du )?(?:{words})(?: (?:one|store|shop|option|place|location|choice|result|magasin|choix|boutique|"
            rf"resultat|adresse))?(?: (?:please|svp|stp))?(?![\w'-])"
        ),
    )
    for number, words in _ORDINALS.items()
]
_NUMBERED = re.compile(
    r"(?:\b(?:(?:the )?number|option|choice|choix|numero|num|no|nr|le numero|la|le|magasin numero|store) ?#?|#|"
    r"n° ?)(?P<n>\d{1,2})(?![\w°]| ?(?:er|euros?|dollars?))"
)
_BARE = re.compile(
    rf"^(?:the |le |la |ok |yes |oui |alors |then )?(?P<n>{COUNT_WORD}|(?:\d{{1,12}}|-\d+)"
    r"(?: ?(?:please|pls|svp|stp|s'il (?:vous|te) plait))?)[.!:;,)]*$"
)


def read_quantity(canvas: Canvas) -> int | None:
    """How many are wanted; None when it is not said."""
    if canvas.take_first(_ONLY_ONE):
        return 1
    pair = canvas.take_first(_PAIR)
    if pair:
        return None if pair["paired"] is not None else 2
    for pattern in (*_EXPLICIT, _JUST_ONE, _GROUP, _COUNTED):
        for found in pattern.finditer(canvas.folded):
            groups = found.groupdict()
            name = "n" if groups["n"] else "m"
            if MEASURE.match(canvas.folded, found.start(name)):
                continue
            if pattern is _COUNTED:
                canvas.take(*found.span("n"))
            else:
                canvas.take(*found.span())
            return whole_number(groups[name])
    return None


def read_ordinal(canvas: Canvas) -> int | None:
    """Which entry of a list is meant; 1 is the first, -1 the last."""
    numbered = canvas.find(_NUMBERED)
    if numbered and not MEASURE.match(canvas.folded, numbered.start("n")):
        canvas.take(*numbered.span())
        return int(numbered["n"])
    for number, pattern in _ORDINAL:
        if canvas.take_first(pattern):
            return number
    return None


def bare_number(folded: str) -> int | None:
    """The number, where the message is nothing else."""
    found = _BARE.match(folded)
    return whole_number(re.sub(r"(?<=\d) ?[a-z'].*", "", found["n"])) if found else None
