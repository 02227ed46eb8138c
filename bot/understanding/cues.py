"""Words that give an open intent away, in both languages. Each list is tried in the order of the table."""

from __future__ import annotations

import re

from bot.intents import Intent, Preference, StoreTopic
from bot.understanding.normalise import Canvas
from bot.understanding.phrase import product_words

_MY_HOLD = (
    r"(?:(?:my|the|that|this|our|any|current|ma|la|mes|les|cette|notre|une) )?(?:holds?|reservations?|bookings?|"
    r"reserved items?|"
    r"mise de cote)"
)
_CANCEL = re.compile(
    rf"\b(?:cancel|release|drop|delete|remove|undo|annule[rz]?|supprime[rz]?|libere[rz]?|enleve[rz]?|"
    rf"retire[rz]?)\b.{{0,25}}?{_MY_HOLD}"
    r"|\b(?:don't need|no longer need|n'ai plus besoin de)\b.{0,20}\b(?:hold|reservation|reserved)\b"
    r"|\b(?:je (?:veux|voudrais|souhaite)|i (?:want|need|would like) to) (?:annuler|cancel)\b"
)
_CHANGE = re.compile(
    rf"\b(?:change|modify|update|extend|prolong|move|edit|prolonge[rz]?|modifie[rz]?|change[rz]|etend(?:re|ez)|"
    rf"deplace[rz]?)\b"
    rf".{{0,30}}?\b{_MY_HOLD}|\b(?:hold|keep|garde[rz]?|reserve[rz]?)\b.{{0,15}}\b(?:longer|plus longtemps)\b"
)
_STATUS = re.compile(
    rf"\b(?:status|state|where(?:'s| is| are)|what(?:'s| is| are| about| happened to)|show|list|see|check|view|when|"
    rf"how long|until when|"
    rf"etat|statut|ou en est|ou est|ou sont|voir|montre[rz]?|quelle? est|affiche[rz]?|jusqu'a quand|"
    rf"jusqu'a quelle heure|quand)\b"
    rf".{{0,25}}?(?:\b(?:my|ma|mes|notre|our|the|la)\b (?:holds?|reservations?|bookings?)|{_MY_HOLD} (?:expires?|"
    rf"ends?|valid|expire|finit))"
    r"|\bis (?:my|the) (?:hold|reservation) still\b|\bdo i have (?:any|a|an) (?:active )?(?:holds?|reservations?)\b|"
    r"\b(?:ai-je|j'ai|est-ce que j'ai)\b.{0,15}\breservations?\b|^(?:my|ma|mes) (?:holds?|reservations?)\b|"
    r"\bhold status\b|"
    r"\bma reservation (?:est|tient)\b|\bwhat did i (?:hold|reserve)\b|\bqu'est-ce que j'ai reserve\b|\bj'ai reserve (?:quoi|combien)"
)
_NOTIFY = re.compile(
    r"\b(?:notify|alert|ping|text|email|e-mail|warn|let me know|tell me|message) ?(?:me)?\b.{0,25}\b(?:when|if|once|"
    r"as soon as)\b"
    r".{0,40}\b(?:back|again|available|in stock|restock\w*|arrives?|comes?)\b|\brestock(?:ed|ing)?\b|"
    r"\bwhen (?:will|is|does|do|are).{0,40}\b(?:be back|in stock|come back|available again)\b|"
    r"\b(?:previens|prevenez|prevenir|avertis|avertissez|alerte[rz]?|notifie[rz]?|dis|dites)(?:-moi|"
    r" moi)\b.{0,40}\b(?:quand|des que|"
    r"lorsqu|si|retour|dispo|arrive)|\b(?:etre|suis|me) (?:prevenue?|avertie?|alertee?|prevenir|avertir)\b|"
    r"\breassort\w*|\breapprovisionn\w*|"
    r"\bde retour en stock\b|\bquand (?:sera|seront|est-ce qu|revien\w*)\b.{0,40}\b(?:dispo\w*|stock|retour|rayon)|"
    r"\bback in stock\b"
)
_DELIVERY = re.compile(
    r"\b(?:deliver(?:y|ed|s|ing)?|ship(?:ping|ped|s)?(?! vac)|livraisons?|livrer|livrez|livre[es]?(?= (?:a|chez|moi|"
    r"en|le|pour|demain|avant))|"
    r"livrable|expedi\w+|send it to|sent to my|ship to|frais de port|envoyer (?:a|chez)|envoyez(?:-le)? (?:a|chez)|"
    r"courier)\b"
)
_HUMAN = re.compile(
    r"\b(?:talk|speak|chat|connect|transfer|put me through|parler|discuter|joindre|contacter|passe[rz]?|"
    r"transfere[rz]?)\b.{0,25}\b(?:human|person|"
    r"someone|somebody|agent|representative|rep|advisor|adviser|manager|operator|employee|staff|customer service|"
    r"people|humain|personne|"
    r"quelqu'un|conseille(?:r|re)s?|vendeurs?|vendeuse|responsable|operateur|service client|vrai)\b|\b(?:real|actual|"
    r"live) (?:human|person|agent)\b|"
    r"^(?:human|agent|operator|representative|advisor|person|conseiller|humain|un humain|un conseiller|service client|"
    r"customer service)\b"
    r"|\bcall me(?: back)?\b|\brappele[rz]?-moi\b|\b(?:un|une) (?:vrai|vraie) (?:personne|humain|conseiller)\b|"
    r"\b(?:complain|complaint|reclamation|plainte)\b"
)
_HELP = re.compile(
    r"^(?:help|aide|aidez-moi|aide-moi|au secours|menu|options|commands|start|info|\?+)\b|\bwhat can (?:you|u) do\b|"
    r"\bhow (?:do|does) (?:this|it|you) work\b|"
    r"\b(?:can|could) you help(?: me)?$|\b(?:que|qu'est-ce que) (?:peux-tu|pouvez-vous|tu peux|vous pouvez|sais-tu|"
    r"savez-vous) (?:faire)\b|"
    r"\bque (?:peux|sais)-tu faire\b|\bcomment (?:ca|cela) (?:marche|fonctionne)\b|\bbesoin d'aide\b|"
    r"\b(?:i )?need (?:some )?help$|"
    r"\bare you (?:a )?(?:bot|robot|human|real|machine)\b|\b(?:es-tu|etes-vous|t'es) un (?:robot|bot|humain)\b|"
    r"\bwho are you\b|\bqui (?:es-tu|etes-vous)\b"
    r"|\bpouvez-vous m'aider$|\bpeux-tu m'aider$|^what\?*$|^quoi\?*$|^pardon\?*$|\brepeat(?: that)?$|\brepete[rz]?$|"
    r"\bhow fresh\b"
)
_OUT_OF_SCOPE = re.compile(
    r"\b(?:weather|meteo|quel temps|joke|blague|poem|poeme|story|song|chanson|capital of|capitale|president|football|soccer|"
    r"score|stock market|"
    r"stock price|share price|bourse|bitcoin|crypto|lottery|horoscope|recipe|recette|translate|traduis\w*|traduire|"
    r"homework|devoirs|"
    r"python (?:script|code|program)|write (?:me )?(?:a|an|some)|ecris(?:-moi)?|code for|sing|flight|vol pour|hotel|"
    r"restaurant|pizza|taxi|uber|"
    r"job|jobs|career|hiring|emploi|embauche\w*|recrut\w*|cv|news|actualites|politi\w+|religion|election|girlfriend|"
    r"marry|love you|"
    r"je t'aime|sexy?|password|mot de passe|system prompt|instructions?|ignore (?:all|previous|your)|jailbreak|"
    r"what time is it|quelle heure est-il|what day is it|how old are you|quel age|favou?rite colou?r|"
    r"meaning of life)\b|"
    r"\b(?:return|returns|refund|rembours\w+|retourner|retours?|exchange|echange[rz]?|invoice|facture|warranty claim|"
    r"repair|reparer|reparation)\b"
    r"(?!.{0,12}\bstock)|\b(?:my|ma|mon) (?:colis|order|commande|parcel|package|account|compte|password|loyalty|facture)\b|"
    r"\btrack(?:ing)? (?:my )?order\b|"
    r"\bother (?:customer|people)'?s?\b|\banother customer\b|\bautre client\b|"
    r"\b(?:idiot|stupid|fuck\w*|shit|asshole|connard|connasse|merde|putain|debile|cretin|salope|nique\w*|"
    r"va te faire)\b|\d+ ?[+*/] ?\d+ ?(?:=|\?)"
)
_STORE_FACTS = {
    StoreTopic.HOURS: re.compile(
        r"\b(?:open|opens|opening|close|closes|closing|closed|hours|ouverts?|ouverte?s?|ouvre\w*|ferme|ferment|fermez|"
        r"fermes?|"
        r"fermeture|ouverture|horaires?|till what time|jusqu'a quelle heure)\b(?! (?:box|shelf|shelving|back|source))"
    ),
    StoreTopic.ADDRESS: re.compile(
        r"\b(?:address|adresse|directions?|how (?:do|can) i get (?:there|to)|where(?:'s| is) (?:the|that|this|"
        r"your) (?:\w+ ){0,4}(?:store|shop|branch)|"
        r"where (?:is it|are you) located|itineraire|comment (?:y aller|s'y rendre|venir)|ou se (?:trouve|situe)|"
        r"ou est (?:le|la|ce|votre) (?:\w+ )?(?:magasin|boutique))\b"
    ),
    StoreTopic.PHONE: re.compile(
        r"\b(?:phone(?: number)?(?! (?:case|charger|cover|stand|holder))|telephone(?: number)?|numero de tel\w*|tel|"
        r"call (?:the|them|that) ?(?:store|shop)?)\b(?! (?:case|charger|portable))"
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
    r"\b(?:which|what|list|show|find|where are|where is|any|quels?|liste|ou (?:est|sont)|montre[rz]?|trouve[rz]?|y a-t-il|"
    r"il y a)\b[^?]{0,25}\b(?:stores?|shops?|"
    r"magasins?|boutiques?|branch(?:es)?|locations?)\b|\b(?:nearest|closest) (?:store|shop)[ ?!.]*$|"
    r"\b(?:magasin|boutique) (?:la |le )?plus proche[ ?!.]*$|"
    r"^(?:your |vos |les )?(?:stores?|shops?|magasins?)\b"
)
_PREFERENCES = {
    Preference.CHEAPER: re.compile(
        r"\b(?:cheaper|less expensive|lower price|more affordable|moins chere?s?|plus abordables?|economique)\b"
    ),
    Preference.OTHER_BRAND: re.compile(
        r"\b(?:(?:other|another|different|some other) (?:brands?|make)|autres? marques?|une autre marque|"
        r"d'autres marques|marque differente)\b"
    ),
    Preference.SIMILAR: re.compile(
        r"\b(?:alternatives?|something (?:else|similar|like (?:it|that|this))|anything (?:else|similar)|"
        r"similar(?: ones?| products?)?|"
        r"(?:other|another|different) (?:ones?|models?|options?|choices?|products?)|what else|autre chose|"
        r"equivalents?|similaires?|autres? modeles?|"
        r"autres? choix|autres? options?|un autre|une autre|d'autres|quelque chose (?:d'autre|de similaire)|"
        r"instead of (?:it|that|this one))\b"
    ),
}  # fmt: skip
_PLACE_HOLD = re.compile(
    r"\b(?:hold|reserve|book|put (?:\w+ ){0,3}(?:aside|on hold|away)|set (?:\w+ ){0,3}aside|keep (?:one|it|them|two|"
    r"\d+|me)(?: for me)?|"
    r"save (?:one|it|them|me)|pick ?up|reserve[rz]?|reservation|mett(?:re|ez|s)(?: \w+| -\w+){0,4} de cote|(?:mettez|"
    r"mets)-\w+ (?:\w+ ){0,3}de cote|"
    r"garde[rz]?(?:-\w+){1,2}|me garder|bloque[rz]?|retirer en magasin)\b(?! (?:case|light|shelf))"
)
_HOLD_WORDS = re.compile(
    r"\b(?:hold(?:ing)?|reserve[rz]?|book|put|set|aside|on hold|away|keep|save|pick ?up|reservation|mettre|mettez|mets|"
    r"de cote|garde[rz]?|bloque[rz]?|retirer)(?:-(?:moi|nous|en|le|la|les|m'en))*(?![\w'-])"
)
_PRODUCT_INFO = re.compile(
    r"\b(?:how much(?: is| are| does| do| for|'s)?|price(?: of| for)?|cost|costs|prices|what(?:'s| is) the price|"
    r"pricing|combien (?:coute\w*|vaut|vaux|ca coute|est-ce)|"
    r"c'est combien|ca coute|coute\w*|quel(?: est)? (?:le )?(?:prix|tarif)|prix|tarifs?|a quel prix|"
    r"tell me (?:more )?about|more (?:info\w*|details?)|details?|"
    r"describe|description|specs?|specifications?|features?|caracteristiques?|fiche technique|en savoir plus|"
    r"plus d'infos?|what(?:'s| is) (?:it|that|this) like|"
    r"what (?:brand|colou?r) is|quelle marque|dis-m'en plus|dites-m'en plus|parle[rz]?-moi d)\b(?! (?:range|under|"
    r"below))"
)
_STOCK = re.compile(
    r"\b(?:in stock|en stock|available|availability|dispo\w*|have|has|got|carry|carries|sell|sells|stock|stocks|find|"
    r"buy|get|need|want|looking|"
    r"nearest|closest|near|where|any|cherche\w*|recherche|trouver|acheter|avez|as-tu|t'as|tu as|avez-vous|vendez|"
    r"auriez|besoin|voudrais|veux|faut|"
    r"reste|restent|ou puis-je|ou est-ce|ou trouver|ou acheter|pres|proche|vers|left)\b"
)
_QUESTION = re.compile(
    r"^(?:who|why|what|when|how|whose|pourquoi|qui|quand|comment|qu'est-ce|que|quel|quelle|explain|define|tell me|"
    r"can you|could you|explique\w*|raconte\w*|"
    r"is it true|do you (?:like|think|know|love|believe)|are you|will you|would you|should i|c'est quoi|i (?:think|"
    r"feel|love|hate|am|'m|was)|je (?:pense|crois|suis|t'))\b"
)

OPEN_INTENTS = (
    (Intent.CANCEL_HOLD, _CANCEL),
    (Intent.CHANGE_HOLD, _CHANGE),
    (Intent.HOLD_STATUS, _STATUS),
    (Intent.NOTIFY_RESTOCK, _NOTIFY),
    (Intent.HUMAN, _HUMAN),
    (Intent.HELP, _HELP),
    (Intent.OUT_OF_SCOPE, _OUT_OF_SCOPE),
    (Intent.DELIVERY, _DELIVERY),
)


def first_open_intent(folded: str) -> Intent | None:
    return next((intent for intent, pattern in OPEN_INTENTS if pattern.search(folded)), None)


def topics_alone(canvas: Canvas) -> tuple[StoreTopic, ...]:
    """What about a store is asked, where no product is left beside it: "open box laptops" asks for no hours."""
    trial = canvas.copy()
    topics = tuple(topic for topic, pattern in _STORE_FACTS.items() if trial.take_all(pattern))
    trial.take_all(_ASIDE)
    if not topics or product_words(trial.copy()):
        return ()
    canvas.folded = trial.folded
    return topics


def asks_for_stores(folded: str) -> bool:
    return bool(_STORES_NEAR.search(folded))


def read_preference(canvas: Canvas) -> Preference | None:
    return next((name for name, pattern in _PREFERENCES.items() if canvas.take_first(pattern)), None)


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
