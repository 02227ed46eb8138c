"""Words around a product, a store or a place that tell what is wanted of it."""

from __future__ import annotations

import re

from bot.intents import Preference, StoreTopic
from bot.understanding.counting import read_ordinal
from bot.understanding.normalise import Canvas
from bot.understanding.phrase import product_words

_STORE_FACTS = {
    StoreTopic.HOURS: re.compile(
        r"\b(?:open|opens|opening|close|closes|closing|closed|hours|ouverts?|ouverte?s?|ouvre\w*|ferme|ferment|"
        r"fermez|fermes?|fermeture|ouverture|horaires?|till what time|jusqu'a quelle heure)\b(?! (?:box|shelf|"
        r"shelving|back|source))"
    ),
    StoreTopic.ADDRESS: re.compile(
        r"\b(?:address|adresse|directions?|how (?:do|can) i get (?:there|to)|where(?:'s| is) (?:the|that|this|"
        r"your) (?:\w+ ){0,4}(?:store|shop|branch)|where (?:is it|are you) located|itineraire|"
        r"where is it(?=[ ?.!]*$)|ou est-il|ou est-elle|c'est ou|ou c'est|comment (?:y aller|s'y rendre|venir)|"
        r"ou se (?:trouve|situe)|ou est (?:le|la|ce|votre) (?:\w+ )?(?:magasin|boutique))\b"
    ),
    StoreTopic.PHONE: re.compile(
        r"\b(?:phone(?: number)?(?! (?:case|charger|cover|stand|holder))|telephone(?: number)?|numero de tel\w*|tel|"
        r"call (?:the|them|that) ?(?:store|shop)?|(?:numero|number)(?= ?(?:\x00|(?:of|for|du|de)\b|[?.!]*$)))\b"
        r"(?! (?:case|charger|portable))"
    ),
    StoreTopic.SERVICES: re.compile(
        r"\b(?:parking|wheelchair|services (?:available|offered)|what services|quels services|accessible|"
        r"acces handicap\w*|toilet\w*)\b"
    ),
}  # fmt: skip
#: What may stand beside such a question and is no product.
_ASIDE = re.compile(
    r"\b(?:what time|at what time|(?:a )?quelle heure|late|early|tard|tot|numero|number|day|days|jours?|exact|full|"
    r"exacte?|complete|week-?ends?|holidays?|feries?)\b"
)
_STORES_NEAR = re.compile(
    r"\b(?:which|what|list|show|find|where are|where is|any|quels?|liste|ou (?:est|sont)|montre[rz]?|trouve[rz]?|"
    r"y a-t-il|il y a)\b[^?]{0,25}\b(?:stores?|shops?|magasins?|boutiques?|branch(?:es)?|locations?)\b|"
    r"\b(?:is there|are there|(?:do|have) you (?:have|got)|you have|avez-vous|vous avez) "
    r"(?:any|an?|some|une?|des|d'autres) (?:\w+ )?(?:stores?|shops?|magasins?|boutiques?|branch(?:es)?)\b|"
    r"\b(?:nearest|closest) (?:store|shop)[ ?!.]*$|"
    r"\b(?:magasin|boutique) (?:la |le )?plus proche[ ?!.]*$|"
    r"^(?:your |vos |les )?(?:stores?|shops?|magasins?)\b"
)
_SOMEWHAT = r"(?:(?:a (?:little )?bit|a little|slightly|much|a lot|un (?:petit )?peu|beaucoup|bien|nettement|encore) )?"
_PREFERENCES = {
    Preference.CHEAPER: re.compile(
        rf"\b{_SOMEWHAT}(?:cheaper|(?:the )?cheapest|less expensive|lower price|more affordable|moins chere?s?|"
        r"plus abordables?|economique)\b"
    ),
    Preference.OTHER_BRAND: re.compile(
        r"\b(?:(?:other|another|different|some other) (?:brands?|make)|autres? marques?|une autre marque|"
        r"d'autres marques|marque differente)\b"
    ),
    Preference.SIMILAR: re.compile(
        rf"\b{_SOMEWHAT}(?:bigger|smaller|larger|plus (?:grande?s?|petite?s?)|alternatives?|something (?:else|similar|"
        r"like (?:it|that|this))|anything (?:else|similar)|similar(?: ones?| products?)?|"
        r"(?:other|another|different) (?:ones?|models?|options?|choices?|products?)|what else|autre chose|equivalents?|"
        r"similaires?|autres? modeles?|autres? choix|autres? options?|un autre|une autre|d'autres|"
        r"quelque chose (?:d'autre|de similaire)|instead of (?:it|that|this one))\b"
    ),
}  # fmt: skip
_PLACE_HOLD = re.compile(
    r"\b(?:hold|reserve|book|put (?:\w+ ){0,3}(?:aside|on hold|away)|set (?:\w+ ){0,3}aside|keep (?:one|it|them|two|"
    r"\d+|me)(?: for me)?|save (?:one|it|them|me)|reserve[rz]?|reservation|mett(?:re|ez|s)(?: \w+|"
    r" -\w+){0,4} de cote|(?:mettez|mets)-\w+ (?:\w+ ){0,3}de cote|garde[rz]?(?:-\w+){1,2}|(?:me|m'en|en) garde[rz]?|"
    r"bloque[rz]?)\b(?! (?:case|light|shelf))"
)
_HOLD_WORDS = re.compile(
    r"\b(?:hold(?:ing)?|reserve[rz]?|book|put|set|aside|on hold|away|keep|save|pick ?up|reservation|mettre|mettez|"
    r"mets|de cote|garde[rz]?|bloque[rz]?|retirer)(?:-(?:moi|nous|en|le|la|les|m'en))*(?![\w'-])"
)
_PRODUCT_INFO = re.compile(
    r"\b(?:how much(?: is| are| does| do| for|'s)?|price(?: of| for)?|cost|costs|prices|what(?:'s| is) the price|"
    r"pricing|combien (?:coute\w*|vaut|vaux|ca coute|est-ce)|c'est combien|ca coute|coute\w*|"
    r"quel(?: est)? (?:le )?(?:prix|tarif)|prix|tarifs?|a quel prix|tell me (?:more )?about|more (?:info\w*|"
    r"details?)|details?|describe|description|specs?|specifications?|features?|caracteristiques?|fiche technique|"
    r"en savoir plus|plus d'infos?|what(?:'s| is) (?:it|that|this) like|what (?:brand|colou?r) is|quelle marque|"
    r"dis-m'en plus|dites-m'en plus|parle[rz]?-moi d|compare|difference|come with|comes with|dishwasher safe|"
    r"warranty|garantie|compatible)\b(?! (?:range|under|below))"
)
_STOCK = re.compile(
    r"\b(?:in stock|en stock|available|availability|dispo\w*|have|has|got|carry|carries|sell|sells|stock|stocks|find|"
    r"buy|get|need|want|looking|nearest|closest|near|where|any|cherche\w*|recherche|trouver|acheter|avez|as-tu|t'as|"
    r"tu as|avez-vous|vendez|auriez|besoin|voudrais|veux|faut|reste|restent|ou puis-je|ou est-ce|ou trouver|"
    r"ou acheter|pres|proche|vers|left|what about|how about)\b"
)
_QUESTION = re.compile(
    r"^(?:who|why|what|when|how|whose|pourquoi|qui|quand|comment|qu'est-ce|que|quel|quelle|explain|define|tell me|"
    r"can you|could you|explique\w*|raconte\w*|is it true|do you (?:like|think|know|love|believe)|are you|will you|"
    r"would you|should i|c'est quoi|i (?:think|feel|love|hate|am|'m|was)|je (?:pense|crois|suis|t'))\b"
)

_MORE = re.compile(
    r"^(?:(?:can you |can i |could you |peux-tu |pouvez-vous )?(?:show|see|give|montre[rz]?|voir|"
    r"affiche[rz]?)(?:[ -](?:me|moi))? )?(?:(?:some |any |the |d')?(?:more|next|others?|autres?|suivants?|la suite|"
    r"plus|encore)(?: (?:de |d')?(?:stores?|shops?|results?|options?|magasins?|boutiques?|resultats?|ones?|choix))?|"
    r"any others)[ ?!.]*$"
)


def topics_alone(canvas: Canvas) -> tuple[StoreTopic, ...]:
    """What about a store is asked, where no product is left beside it: "open box laptops" asks for no hours."""
    trial = canvas.copy()
    topics = tuple(topic for topic, pattern in _STORE_FACTS.items() if trial.take_all(pattern))
    trial.take_all(_ASIDE)
    rest = trial.copy()
    read_ordinal(rest)
    if not topics or product_words(rest):
        return ()
    canvas.folded = trial.folded
    return topics


def asks_for_stores(folded: str) -> bool:
    return bool(_STORES_NEAR.search(folded))


def read_preference(canvas: Canvas) -> Preference | None:
    return next((name for name, pattern in _PREFERENCES.items() if canvas.take_first(pattern)), None)


def asks_for_more(folded: str) -> bool:
    """Whether the next part of the list is wanted."""
    return bool(_MORE.match(folded))


def asks_to_hold(canvas: Canvas) -> bool:
    if not _PLACE_HOLD.search(canvas.whole):
        return False
    canvas.take_all(_HOLD_WORDS)
    return True


def asks_about_product(canvas: Canvas) -> bool:
    return bool(canvas.take_all(_PRODUCT_INFO))


def asks_for_stock(folded: str) -> bool:
    return bool(_STOCK.search(folded))


def is_general_question(folded: str) -> bool:
    return bool(_QUESTION.search(folded))
