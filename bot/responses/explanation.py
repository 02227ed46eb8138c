"""Why products were found, as JSON."""

from __future__ import annotations

from bot.answers.search import HitExplanationJson, QueryExplanationJson, ScoresJson, TermMetJson
from search.explaining import Explanation, HitExplanation, TermMet
from search.models import MatchSet


def query_explanation_json(matches: MatchSet, explanation: Explanation) -> QueryExplanationJson:
    shown: QueryExplanationJson = {
        "terms": list(explanation.terms),
        "relaxed": list(matches.relaxed),
        "synonyms": {term: list(others) for term, others in explanation.synonyms.items()},
        "timings_ms": explanation.timings_ms,
        "trips": explanation.trips,
    }
    if matches.corrected is not None:
        shown["corrected"] = matches.corrected
    return shown


def hit_explanation_json(matches: MatchSet, hit: HitExplanation) -> HitExplanationJson:
    scores: ScoresJson = {"boost": round(hit.boost, 6)}
    if hit.scores is not None:
        scores["lexical"] = round(hit.scores.lexical, 6)
        scores["title"] = round(hit.scores.title, 6)
        scores["category"] = round(hit.scores.category, 6)
        if hit.scores.meaning is not None:
            scores["meaning"] = round(hit.scores.meaning, 6)
    shown: HitExplanationJson = {"tier": hit.tier, "terms": [_term_json(term) for term in hit.terms], "scores": scores}
    if matches.corrected is not None:
        shown["corrected"] = matches.corrected
    return shown


def _term_json(met: TermMet) -> TermMetJson:
    shown: TermMetJson = {"term": met.term, "places": list(met.places)}
    if met.said_as is not None:
        shown["said_as"] = met.said_as
    return shown
