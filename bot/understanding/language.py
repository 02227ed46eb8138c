"""Which language a message is written in: by words that only one of them has, never by a brand or a product name."""

from __future__ import annotations

import re

from bot.understanding.normalise import fold, word_set

LANGUAGES = ("en", "fr")
#: Words of evidence that it takes to leave the language that was spoken until now.
ENOUGH = 2

_ENGLISH = word_set(
    """
    a about am and any anything are around at available buy by can check closest could did do does down either find
    for from get give got guys had has have hello help here hey hi hold how i i'd i'll i'm in is it it's its know
    left let like list looking me my near nearby nearest need never nope nothing of off one open or our please put
    really sell show some something store stores sure take tell than thank thanks that that's the them then there
    they this those to today tomorrow tonight under until up us want was we we're what what's when where where's
    which who why will with within would ya yeah yep yes you you're your
    """
)
_FRENCH = word_set(
    """
    aide aidez-moi allez allez-y coucou troisieme finalement prends prendre celui-la seul mettez-en mets-en acheter
    afin ai aimerais alors annule annuler apres as-tu au aucun aujourd'hui auriez-vous aussi autour autre aux avais
    avec avez avez-vous avoir besoin bien boutique bonjour bonsoir ca ce celle celles celui ces cet cette chercher
    cherche chez combien comment cote d'accord dans demain des deux deuxieme dispo disponible dites donc du elle
    elles en encore est est-ce et faut il ils j'ai je la laisse le lequel les leur lui ma magasin magasins mais
    merci mes mettez moi moins mon ne non nos notre nous on ou oui ouvert par pas peu peut peux plutot plusieurs
    pour pourquoi pouvez pouvez-vous peux-tu que faire fait vendez-vous pres premier premiere proche prix puis
    qu'est-ce quand quel quelle quels qui rien s'il sais salut sans savoir ses si soir sont stp suis sur svp t'as ta
    tes toi trois trouver tu un une vas-y vendez vers veux voici voir vos votre voudrais voulez vous vraiment y
    """
)
#: Said alone they mean the same in both, or are names as often as words.
_SHARED = word_set("a on me as do or sure y six en pas la le les du des sans par notre si")
_FRENCH_ELISION = re.compile(r"\b(?:l|d|j|t|m|n|s|c|qu|jusqu)'(?=[a-z]{2,})")
#: Words that only their accent tells from words of the other language.
_FRENCH_ACCENTED = re.compile(r"(?<![\w-])(?:à|où|là|été|dès)(?![\w-])", re.IGNORECASE)
_ENGLISH_CONTRACTION = re.compile(r"[a-z]'(?:re|ve|ll|m)\b|n't\b")
#: A first message of few words may hold nothing but the thing. These settle only an open question.
_FRENCH_THINGS = re.compile(
    r"\b(?:autocuiseurs?|cocottes?|bouilloires?|grille-pains?|mixeurs?|aspirateurs?|cafetieres?|poeles?|casseroles?|"
    r"televiseurs?|ordinateurs?|imprimantes?|ecouteurs|casques?|perceuses?|enceintes?|friteuses?|fer a repasser|"
    r"litres)\b"
)
_ASKED = (
    (
        "en",
        re.compile(
            r"\b(?:in english|speak english|english please|en anglais|parle[sz]?(?:-vous|-tu)? anglais)\b|^english$"
        ),
    ),
    (
        "fr",
        re.compile(
            r"\b(?:en francais|parle[sz]?(?:-vous|-tu)? francais|in french|speak french|francais s'il)\b|^francais$"
        ),
    ),
)
_WORD = re.compile(r"[a-z]+(?:['-][a-z]+)*")


def asked_for(folded: str) -> str | None:
    """The language that somebody asks us to speak."""
    return next((language for language, pattern in _ASKED if pattern.search(folded)), None)


def evidence(text: str) -> dict[str, int]:
    """How many words of each language speak for it."""
    folded = fold(text)
    words = set(_WORD.findall(folded))
    english, french = words & (_ENGLISH - _SHARED), words & (_FRENCH - _SHARED)
    contracted = sum(bool(_ENGLISH_CONTRACTION.search(word)) for word in words - english)
    elided = sum(bool(_FRENCH_ELISION.search(word)) for word in words - french)
    return {
        "en": len(english) + contracted,
        "fr": len(french) + elided + len(_FRENCH_ACCENTED.findall(text)),
    }


def detect(text: str, spoken: str, *, settled: bool) -> str:
    """The language to answer in. `settled` says that `spoken` was chosen or spoken before, not merely a default."""
    count = evidence(text)
    other = "fr" if spoken == "en" else "en"
    if settled:
        return other if count[other] >= ENOUGH and count[other] > count[spoken] else spoken
    if count[other] != count[spoken]:
        return other if count[other] > count[spoken] else spoken
    return "fr" if _FRENCH_THINGS.search(fold(text)) else spoken
