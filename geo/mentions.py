"""Place names inside a sentence: longest first, and only with evidence, since many everyday words are towns too.

Evidence, the strongest first: a state, country or postcode after the name; a preposition of place before it; a name
that is big, no everyday word, and where a place can stand (at the end of a phrase). A postcode stands for itself.
"""

from __future__ import annotations

from collections.abc import Container, Sequence
from dataclasses import replace

from geo.chain import ChainTowns, sovereign
from geo.gazetteer_file import GazetteerFile
from geo.models import PlaceKind, PlaceMention, PlaceUnknown
from geo.prepositions import Evidence, evidence_before, is_numbered_thing, sentence_words
from geo.ranking import Candidate
from geo.reading import Match, PlaceReader
from geo.spelling import Word, join_keys, words

_MAX_NAME_WORDS = 7
_BARE_POPULATION = 100_000
_BARE_POPULATION_OF_WORDS = 15_000  # a name of several words is hardly anything else
_LOWERCASE_POPULATION = 5_000
_TYPO_LENGTH = 5
_HOME_COUNTRIES = frozenset({"US", "FR"})


class MentionFinder:
    """Finds the places of one sentence for one retailer and language."""

    def __init__(
        self, file: GazetteerFile, chain: ChainTowns | None, language: str, catalogue_words: Container[str]
    ) -> None:
        self._file = file
        self._chain = chain
        self._reader = PlaceReader(file, chain, language)
        self._catalogue_words = catalogue_words

    def find(self, text: str) -> list[PlaceMention]:
        """Places in order of their position; mentions do not overlap."""
        found = words(text)
        mentions: list[PlaceMention] = []
        at = 0
        while at < len(found):
            count, match = self._at(found, at)
            if match is None:
                at += 1
                continue
            start, end = found[at].start, found[at + count - 1].end
            outcome = match.outcome(text[start:end], self._chain)
            if not isinstance(outcome, PlaceUnknown):
                mentions.append(PlaceMention(start, end, outcome))
            at += count
        return mentions

    def _at(self, all_words: list[Word], at: int) -> tuple[int, Match | None]:
        word = all_words[at]
        if _is_digits(word, 5):
            return self._postcode(all_words, at)
        if word.key in sentence_words().never_first:
            return 0, None
        if word.key[0].isdecimal():
            return self._numbered_district(all_words, at)
        run = _run(all_words, at)
        keys = [each.key for each in run]
        count = max(self._file.longest(keys), self._chain.longest(keys) if self._chain else 0)
        evidence = evidence_before(all_words, at)
        if evidence is Evidence.ARTICLE_AND_PLACE:  # au Havre
            article = "les" if all_words[at - 1].key == "aux" else "le"
            full = self._file.longest([article, *keys])
            if full > 1:
                match = self._reader.town([replace(all_words[at - 1], key=article), *run[: full - 1]])
                return full - 1, match
        if count == 1 and keys[0] in sentence_words().articles and not run[0].upper:
            return 0, None
        if count == 0:
            region = self._region(run, evidence)
            return region if region[1] else self._misspelt(run, evidence)
        return self._named(all_words, at, count, evidence)

    def _named(self, all_words: list[Word], at: int, count: int, evidence: Evidence) -> tuple[int, Match | None]:
        total = count + self._qualified(all_words, at, count)
        chosen = all_words[at : at + total]
        match = self._reader.read(chosen)
        if total > count and match.candidates and not match.doubtful and not match.corrected:
            return total, match
        if total > count:
            total, chosen = count, all_words[at : at + count]
            match = self._reader.read(chosen)
        if match.corrected or not match.candidates or (match.doubtful and evidence < Evidence.WEAK):
            return 0, None
        if self._is_believable(all_words, at, total, match, evidence):
            return total, match
        return 0, None

    def _qualified(self, all_words: list[Word], at: int, count: int) -> int:
        """How many words after the name say where it is: a state, a country, a district's number, a postcode."""
        after = all_words[at + count : at + count + 6]
        taken = 0
        for _ in range(2):
            rest = _run(after, taken, comma_allowed=True)
            more = self._reader.follows(rest)
            if not more or not _is_qualifier(rest[:more], all_words[at]):
                break
            taken += more
        following = after[taken] if taken < len(after) else None
        if following is not None and not following.stop_before:
            is_code = _is_digits(following, 5) and bool(self._file.find(following.key))
            is_district = taken == 0 and following.key[:1].isdigit() and self._is_district(all_words, at, count, after)
            taken += is_code or is_district
        return taken

    def _is_district(self, all_words: list[Word], at: int, count: int, after: Sequence[Word]) -> bool:
        ordinal = not after[0].key.isdecimal()
        ends = len(after) == 1 or after[1].comma_before or after[1].stop_before
        match = self._reader.read([*all_words[at : at + count], after[0]])
        is_district = bool(match.candidates) and match.candidates[0].place.kind is PlaceKind.POSTAL_CODE
        return count == 1 and is_district and not match.doubtful and (ordinal or ends)

    def _postcode(self, all_words: list[Word], at: int) -> tuple[int, Match | None]:
        if is_numbered_thing(all_words, at):
            return 0, None
        after = all_words[at + 1 : at + 2]
        plus_four = bool(after) and after[0].start - all_words[at].end == 1 and _is_digits(after[0], 4)
        run = _run(all_words, at + 1)
        named = self._file.longest([each.key for each in run]) if run and run[0].capital else 0
        for count in dict.fromkeys((1 + max(named, plus_four), 1)):
            match = self._reader.read(all_words[at : at + count])
            if match.candidates and not match.doubtful and not match.corrected:
                return count, match
        return 0, None

    def _numbered_district(self, all_words: list[Word], at: int) -> tuple[int, Match | None]:
        """11e arrondissement de Paris."""
        run = _run(all_words, at)
        for count in (4, 3):
            if len(run) >= count and run[1].key in sentence_words().district:
                match = self._reader.read(run[:count])
                if match.candidates and not match.doubtful and not match.corrected:
                    return count, match
        return 0, None

    def _region(self, run: Sequence[Word], evidence: Evidence) -> tuple[int, Match | None]:
        """In Texas, en Bretagne."""
        count = self._reader.region_words(run) if evidence >= Evidence.WEAK else 0
        if count == 0 or run[0].key in sentence_words().everyday:
            return 0, None
        return count, self._reader.read(run[:count])

    def _misspelt(self, run: Sequence[Word], evidence: Evidence) -> tuple[int, Match | None]:
        if evidence < Evidence.STRONG:
            return 0, None
        for count in range(min(3, len(run)), 0, -1):
            key = join_keys(run[:count])
            if len(key) >= _TYPO_LENGTH and not any(word.key in sentence_words().everyday for word in run[:count]):
                match = self._reader.read(run[:count])
                if match.candidates and match.corrected and not match.doubtful:
                    return count, match
        return 0, None

    def _is_believable(self, all_words: list[Word], at: int, count: int, match: Match, evidence: Evidence) -> bool:
        chosen, lists = all_words[at : at + count], sentence_words()
        single = count == 1
        everyday = single and chosen[0].key in lists.everyday
        capital = chosen[0].capital and not chosen[0].stop_before and _capitals_tell(all_words)
        ends = _ends_phrase(all_words, at + count)
        people = max((self._people(each) for each in match.candidates if not each.alternate), default=0)
        own = self._chain is not None and any(each.key in self._chain.towns for each in match.candidates)
        if not single and any(each.place.kind is PlaceKind.STORE for each in match.candidates):
            return True
        if evidence is Evidence.STRONG:
            return not everyday or capital or ends
        if evidence >= Evidence.WEAK:
            if everyday:
                return capital or (ends and people >= _BARE_POPULATION and evidence is Evidence.MIDDLING)
            return not single or capital or own or people >= _LOWERCASE_POPULATION
        if everyday or evidence is Evidence.AGAINST:
            return False
        if single and (chosen[0].key in lists.goods or chosen[0].key in self._catalogue_words):
            return False
        if count == len(all_words) and people >= _BARE_POPULATION:
            return True
        at_home = max((self._people(each) for each in match.candidates if self._is_home(each)), default=0)
        big = max(at_home, people // 10) >= (_BARE_POPULATION if single else _BARE_POPULATION_OF_WORDS)
        begins_large = chosen[0].capital if count == len(all_words) else capital
        return ends and (big or (own and begins_large))

    def _is_home(self, candidate: Candidate) -> bool:
        """Whether a bare name is likely to mean this place: a country of the retailer's."""
        countries = self._chain.home_countries if self._chain and self._chain.countries else _HOME_COUNTRIES
        return not candidate.alternate and sovereign(candidate.place.country) in countries

    def _people(self, candidate: Candidate) -> int:
        place = candidate.place
        return _BARE_POPULATION if place.kind is PlaceKind.DISTRICT else place.population


def _run(all_words: Sequence[Word], at: int, *, comma_allowed: bool = False) -> list[Word]:
    """The words from here to the end of the phrase."""
    run: list[Word] = []
    for number, word in enumerate(all_words[at : at + _MAX_NAME_WORDS]):
        if (number or comma_allowed) and word.stop_before:
            break
        if number and word.comma_before:
            break
        run.append(word)
    return run


def _is_qualifier(chosen: Sequence[Word], name: Word) -> bool:
    key = join_keys(chosen)
    if key.isdecimal():
        return chosen[0].comma_before or len(key) <= 3
    if len(key) > 3:
        return True
    if chosen[0].upper:
        return True
    return key not in sentence_words().codes_that_are_words and (
        chosen[0].comma_before or len(key) == 2 or name.capital
    )


def _ends_phrase(all_words: Sequence[Word], after: int) -> bool:
    if after >= len(all_words):
        return True
    word = all_words[after]
    return word.comma_before or word.stop_before or word.key in sentence_words().after_place


def _capitals_tell(all_words: Sequence[Word]) -> bool:
    """Whether a capital means something here: not where every word has one, or all are shouted."""
    capitals = sum(word.capital for word in all_words)
    return capitals * 2 <= len(all_words) or len(all_words) <= 3


def _is_digits(word: Word, count: int) -> bool:
    return len(word.key) == count and word.key.isascii() and word.key.isdecimal()
