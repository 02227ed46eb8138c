"""Words that give an intent away which needs no product: about holds, delivery, people, and what is out of scope.

The first of the table that fits wins.
"""

from __future__ import annotations

import re

from bot.intents import Intent

_MY_HOLD = (
    r"(?:(?:my|the|that|this|our|any|current|ma|la|mes|les|cette|notre|une) )?(?:holds?|reservations?|bookings?|"
    r"reserved items?|mise de cote)"
)
_CANCEL = re.compile(
    rf"\b(?:cancel|release|drop|delete|remove|undo|annule[rz]?|supprime[rz]?|libere[rz]?|enleve[rz]?|"
    rf"retire[rz]?)\b.{{0,25}}?{_MY_HOLD}"
    r"|\b(?:don't need|no longer need|n'ai plus besoin de)\b.{0,20}\b(?:hold|reservation|reserved)\b|"
    r"\b(?:je (?:veux|voudrais|souhaite)|i (?:want|need|would like) to) (?:annuler|cancel)\b"
)
_CHANGE = re.compile(
    rf"\b(?:change|modify|update|extend|prolong|move|edit|prolonge[rz]?|modifie[rz]?|change[rz]|etend(?:re|ez)|"
    rf"deplace[rz]?)\b.{{0,30}}?\b{_MY_HOLD}|"
    rf"\b(?:hold|keep|garde[rz]?|reserve[rz]?)\b.{{0,15}}\b(?:longer|plus longtemps)\b"
)
_STATUS = re.compile(
    rf"\b(?:status|state|where(?:'s| is| are)|what(?:'s| is| are| about| happened to)|show|list|see|check|view|when|"
    rf"how long|until when|etat|statut|ou en est|ou est|ou sont|voir|montre[rz]?|quelle? est|affiche[rz]?|"
    rf"jusqu'a quand|jusqu'a quelle heure|quand)\b.{{0,25}}?(?:\b(?:my|ma|mes|notre|our|the|la)\b (?:holds?|"
    rf"reservations?|bookings?)|{_MY_HOLD} (?:expires?|ends?|valid|expire|finit))"
    r"|\bis (?:my|the) (?:hold|reservation) still\b|"
    r"\bdo i have (?:any|a|an) (?:active )?(?:holds?|reservations?)\b|"
    r"\b(?:ai-je|j'ai|est-ce que j'ai)\b.{0,15}\breservations?\b|"
    r"^(?:my|ma|mes) (?:holds?|reservations?)\b|\bhold status\b|\bma reservation (?:est|tient)\b|"
    r"\bwhat did i (?:hold|reserve)\b|\bqu'est-ce que j'ai reserve\b|\bj'ai reserve (?:quoi|combien)|"
    r"\bhow long (?:do|will|can|would) you (?:hold|keep)\b|"
    r"^jusqu'a quand\b"
)
_NOTIFY = re.compile(
    r"\b(?:notify|alert|ping|text|email|e-mail|warn|let me know|tell me|message) ?(?:me)?\b.{0,25}\b(?:when|if|once|"
    r"as soon as)\b.{0,40}\b(?:back|again|available|in stock|restock\w*|arrives?|comes?)\b|"
    r"\brestock(?:ed|ing)?\b|"
    r"\bwhen (?:will|is|does|do|are).{0,40}\b(?:be back|in stock|come back|available again)\b|"
    r"\b(?:previens|prevenez|prevenir|avertis|avertissez|alerte[rz]?|notifie[rz]?|dis|dites)(?:-moi|"
    r" moi)\b.{0,40}\b(?:quand|des que|lorsqu|si|retour|dispo|arrive)|"
    r"\b(?:etre|suis|me) (?:prevenue?|avertie?|alertee?|prevenir|avertir)\b|"
    r"\breassort\w*|\breapprovisionn\w*|\bde retour en stock\b|"
    r"\bquand (?:sera|seront|est-ce qu|revien\w*)\b.{0,40}\b(?:dispo\w*|stock|retour|rayon)|"
    r"\bback in stock\b"
)
_DELIVERY = re.compile(
    r"\b(?:deliver(?:y|ed|s|ing)?|ship(?:ping|ped|s)?(?! vac)|livraisons?|livrer|livrez|livre[es]?(?= (?:a|chez|moi|"
    r"en|le|pour|demain|avant))|livrable|(?:est|sera|soit|etre) livree?|expedi\w+|send it to|sent to my|ship to|"
    r"frais de port|envoyer (?:a|chez)|envoyez(?:-le)? (?:a|chez)|courier)\b"
)
_HUMAN = re.compile(
    r"\b(?:talk|speak|chat|connect|transfer|put me through|parler|discuter|joindre|contacter|passe[rz]?|"
    r"transfere[rz]?)\b.{0,25}\b(?:human|person|someone|somebody|agent|representative|rep|advisor|adviser|manager|"
    r"operator|employee|staff|customer service|people|humain|personne|quelqu'un|conseille(?:r|re)s?|vendeurs?|"
    r"vendeuse|responsable|operateur|service client|vrai)\b|"
    r"\b(?:real|actual|live) (?:human|person|agent)\b|"
    r"^(?:human|agent|operator|representative|advisor|person|conseiller|humain|un humain|un conseiller|"
    r"service client|customer service)\b|"
    r"\bcall me(?: back)?\b|\brappell?e[rz]?-moi\b|"
    r"\b(?:un|une) (?:vrai|vraie) (?:personne|humain|conseiller)\b|"
    r"\b(?:complain|complaint|reclamation|plainte)\b"
)
_HELP = re.compile(
    r"^(?:help|aide|aidez-moi|aide-moi|au secours|menu|options|commands|start|info|\?+)\b|"
    r"\bwhat can (?:you|u) do\b|\bhow (?:do|does) (?:this|it|you) work\b|\b(?:can|could) you help(?: me)?$|"
    r"\b(?:que|qu'est-ce que) (?:peux-tu|pouvez-vous|tu peux|vous pouvez|sais-tu|savez-vous) (?:faire)\b|"
    r"\bque (?:peux|sais)-tu faire\b|"
    r"\bcomment (?:ca|cela) (?:marche|fonctionne)\b|"
    r"\bbesoin d'aide\b|\b(?:i )?need (?:some )?help$|"
    r"\bare you (?:a )?(?:bot|robot|human|real|machine)\b|"
    r"\b(?:es-tu|etes-vous|t'es) un (?:robot|bot|humain)\b|"
    r"\bwho are you\b|\bqui (?:es-tu|etes-vous)\b|\bpouvez-vous m'aider$|\bpeux-tu m'aider$|^what\?*$|^quoi\?*$|"
    r"^pardon\?*$|\brepeat(?: that)?$|\brepete[rz]?$|\bhow fresh\b"
)
_OUT_OF_SCOPE = re.compile(
    r"\bweather(?! ?(?:station|radio|strip|proof|seal|alert|resistant))|"
    r"(?<!station )\bmeteo\b|\bquel temps\b|"
    r"\b(?:joke|blague|poem|poeme|capital of|capitale|president|horoscope|lottery|bitcoin|crypto|stock market|"
    r"stock price|share price|bourse|homework|devoirs|translate|traduis\w*|traduire|hiring|embauche\w*|recrut\w*|"
    r"politi\w+|religion|election|girlfriend|marry me|love you|je t'aime|taxi|uber)\b|"
    r"\b(?:football|soccer|basketball|foot) (?:score|match|game|results?)|"
    r"\b(?:score|resultat) (?:of|du|de) |"
    r"\b(?:story|song|histoire|chanson)\b.{0,12}\babout\b|"
    r"\b(?:tell|sing|raconte\w*|chante\w*)\b.{0,12}\b(?:story|song|histoire|chanson)\b|"
    r"\b(?:recipe|recette) (?:for|of|de|du|pour)\b|\bwrite (?:me )?(?:a|an|some)\b|\becris(?:-moi)?\b|"
    r"\bpython (?:script|code|program)\b|\bcode for\b|\b(?:flight|vol) (?:to|pour|vers)\b|"
    r"\b(?:find|book|a|an|un) (?:hotel|restaurant)\b|"
    r"\b(?:jobs?|emploi|career) (?:at|with|in|chez|for)\b|"
    r"\b(?:a|any|un) (?:job|emploi)\b|\b(?:latest|the) news\b|"
    r"\b(?:my|mon|le|the|admin) (?:password|mot de passe)\b|"
    r"\bsystem prompt\b|\bjailbreak\b|"
    r"\b(?:previous|your|these|the|system|tes|vos|les) instructions\b|"
    r"\bignore[rz]? (?:all|previous|your|tout\w*)\b|"
    r"\bwhat time is it\b|\bquelle heure est-il\b|\bwhat day is it\b|\bhow old are you\b|\bquel age\b|"
    r"\bfavou?rite colou?r\b|\bmeaning of life\b|"
    r"\b(?:to|can i|i want to|how do i|a|my|un|je veux|je voudrais|comment|pour|me faire) (?:return|refund|exchange|"
    r"rembours\w+|retour|retourner|rendre|echanger)\b|"
    r"\b(?:invoice|facture|warranty claim|reparer|reparation)\b|"
    r"^(?:returns?|refunds?|retours?|remboursement)\b|"
    r"\b(?:my|ma|mon) (?:colis|order|commande|parcel|package|account|compte|loyalty)\b|"
    r"\btrack(?:ing)? (?:my )?order\b|\bother (?:customer|people)'?s?\b|\banother customer\b|\bautre client\b|"
    r"\b(?:idiot|stupid|fuck\w*|shit|asshole|connard|connasse|merde|putain|debile|cretin|salope|nique\w*|va te faire|"
    r"useless|nulle?|inutile)\b|"
    r"(?<!\d)\d+ ?[+*/] ?\d+ ?(?:=|\?)"
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
