"""Utterances of few words that mean one thing: yes, no, hello, thanks, goodbye. Only a whole utterance counts."""

from __future__ import annotations

import re
from dataclasses import dataclass

from bot.intents import Intent
from bot.understanding.normalise import Canvas

#: No single letter: it may be a slip, and a hold wants a plain yes.
_YES = (
    r"yes|hell yes|oh yes|yep|yeah|yup|yea|ya|ye|aye|sure|sure thing|of course|absolutely|definitely|ok|okay|okey|"
    r"okie|kk|alright|all right|please do|do so|go ahead|go for it|do it|do that|let's do it|let's go|sounds good|"
    r"sounds great|that works|works for me|that's fine|that is fine|correct|that's right|that's correct|confirm|"
    r"confirmed|i confirm|confirm it|perfect|deal|i'll take it|i'll take them|i will take it|i'd like that|yes i do|"
    r"yes i would|why not|affirmative|oui|ouais|ouep|ouaip|oue|wi|d'accord|dac|d'acc|ca marche|ca roule|vas-y|vas y|"
    r"allez-y|allez y|allez|on y va|go|parfait|tres bien|volontiers|bien sur|avec plaisir|c'est bon|c'est ok|"
    r"c'est parfait|c'est d'accord|c'est ca|tout a fait|absolument|je confirme(?: la reservation)?|"
    r"confirm the (?:hold|reservation)|confirme|confirmez|confirmer|confirme-le|je le prends|je la prends|"
    r"je les prends|je prends|pourquoi pas|entendu|faites-le|fais-le|faites|banco|carrement"
)
#: Asking for the very thing that was proposed. Means yes only while a proposal waits for one.
_DO_IT = (
    r"(?:hold|reserve|book|keep|take|save) (?:it|them|that|that one|this|this one|those)|"
    r"(?:reserve|reservez|prends|prenez|gardez|garde|mettez|mets|bloque|bloquez)-(?:le|la|les|moi ca|m'en un|"
    r"m'en une)|(?:mettez|mets)-(?:le|la|les) de cote|je (?:le|la|les) reserve|je reserve|reserver|reserve|reservez|"
    r"hold|book"
)
_NO = (
    r"no|n|not that one|not this one|none of (?:these|those|them)|none|aucune?|pas celui-(?:la|ci)|nope|nah|na|"
    r"no way|not now|not really|not yet|no thanks|no thank you|never mind|nevermind|nvm|forget it|forget that|"
    r"forget about it|stop|stop it|drop it|leave it|skip it|don't|do not|don't do it|don't do that|don't hold it|"
    r"don't reserve it|do not hold it|don't hold|i changed my mind|changed my mind|not anymore|rather not|"
    r"i'd rather not|cancel|cancel that|cancel it|start over|undo|non|nan|non merci|pas maintenant|pas tout de suite|"
    r"pas besoin|pas la peine|laisse tomber|laissez tomber|laisse|laissez|oublie|oubliez|oublie ca|oubliez ca|annule|"
    r"annulez|annuler|annule ca|annulez ca|tant pis|surtout pas|ne reserve pas|ne reservez pas|ne le reserve pas|"
    r"ne le reservez pas|ne fais rien|j'ai change d'avis|finalement non|en fait non|c'est non|recommencer|"
    r"on recommence"
)
_POLITE = (
    r"please|pls|plz|thanks|thank you|thank you very much|thx|ty|so much|a lot|that|then|for me|merci|merci beaucoup|"
    r"s'il vous plait|s'il te plait|svp|stp|alors|du coup|bien|beaucoup|oh|ah|hm|hmm|um|euh|ben|bah|eh bien|well|so|"
    r"just|now|pour moi|wait|attends|attendez|there|and|et|a vous|man|mate|bro|madame|monsieur"
)
_GREETING = (
    r"hi|hello|hey|hiya|yo|howdy|hi there|hello there|hey there|good morning|good afternoon|good evening|greetings|"
    r"how are you|how's it going|what's up|sup|bonjour|bonsoir|salut|coucou|hello|re|bonne journee a vous|ca va|"
    r"comment ca va|comment allez-vous|bjr|slt"
)
_THANKS = (
    r"thanks|thank you|thx|ty|tysm|cheers|thanks a lot|thanks so much|thank you so much|thank you very much|"
    r"much appreciated|appreciate it|i appreciate it|that's very kind|great help|you're the best|many thanks|merci|"
    r"merci beaucoup|merci bien|mille mercis|grand merci|mci|mrc|c'est gentil|trop gentil|no problem|no worries|"
    r"pas de probleme|pas de souci|cool|nice|awesome|genial|top|great|good|super|exactly|exactement"
)
_GOODBYE = (
    r"bye|goodbye|good bye|bye bye|see you|see ya|see you later|cya|later|have a nice day|have a good one|"
    r"have a good day|good night|that's all|that is all|that will be all|nothing else|i'm done|au revoir|"
    r"bonne journee|bonne soiree|bonne nuit|a bientot|a plus|a plus tard|ciao|adieu|bon week-end|"
    r"bonne fin de journee|c'est tout|ce sera tout|rien d'autre"
)


def _run_of(words: str) -> re.Pattern[str]:
    return re.compile(rf"[\s,.!;:\x00-]*(?:(?:{words})(?![\w'-])[\s,.!;:\x00-]*)")


_RUNS = {name: _run_of(words) for name, words in (
    ("no", _NO), ("do_it", _DO_IT), ("yes", _YES), ("thanks", _THANKS), ("goodbye", _GOODBYE), ("greeting", _GREETING),
    ("polite", _POLITE),
)}  # fmt: skip
_OPENING = re.compile(
    rf"^(?:(?:{_GREETING}|ok|okay|oui|yes|yeah|yep|no|non|well|so|alors|ben|bah|euh|um|uh|ah|oh|merci|thanks|"
    rf"thank you)(?![\w'-])(?: (?:there|all|a tous|everyone))?[\s,.!;:-]+)+"
)
_REFUSES = re.compile(
    rf"^(?:oh |ah |um |euh )?(?:{_NO})(?![\w'-])|\b(?:don't|do not|ne) (?:hold|reserve|book|le |la |les |reservez?)"
)


@dataclass(frozen=True, slots=True)
class Closed:
    intent: Intent
    doubtful: bool = False


def closed_meaning(folded: str, *, awaiting_yes: bool) -> Closed | None:
    """What the utterance means, if it consists of nothing but such words."""
    said = _consume(folded.rstrip("?! .").strip())
    if said is None:
        return None
    asked = folded.rstrip().endswith("?")
    if "no" in said:
        return Closed(Intent.NEGATE, doubtful="yes" in said)
    if "yes" in said and (awaiting_yes or said.isdisjoint({"goodbye", "thanks", "greeting"})):
        return Closed(Intent.AFFIRM, doubtful=asked or "goodbye" in said)
    if "do_it" in said:
        return Closed(Intent.AFFIRM if awaiting_yes else Intent.PLACE_HOLD, doubtful=asked and awaiting_yes)
    for name, intent in (("goodbye", Intent.GOODBYE), ("thanks", Intent.THANKS), ("greeting", Intent.GREETING)):
        if name in said:
            return Closed(intent)
    return Closed(Intent.HELP)


def _consume(text: str) -> set[str] | None:
    """The kinds of phrases that make up the whole text; None when anything else is in it."""
    said: set[str] = set()
    at = 0
    while at < len(text):
        matches = [(name, found) for name, run in _RUNS.items() if (found := run.match(text, at)) and found.end() > at]
        if not matches:
            return None
        name, found = max(matches, key=lambda candidate: candidate[1].end())
        said.add(name)
        at = found.end()
    return said or None


def refuses(folded: str) -> bool:
    """True for a message that begins with a no, whatever follows."""
    return bool(_REFUSES.search(folded))


def drop_opening(canvas: Canvas) -> None:
    """Takes a greeting or a yes or no off the beginning of a longer message."""
    found = _OPENING.match(canvas.folded)
    if found and found.end() < len(canvas.folded):
        canvas.take(0, found.end())
