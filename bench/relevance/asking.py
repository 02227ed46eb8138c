"""Asks one system all queries of a suite, each once, and lets the cases judge the answers."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from bench.relevance.cases import NOTHING, Answer, Case, Judged
from bench.relevance.systems import System
from search.errors import InvalidSearch


class Asker:
    """A system and what it answered in this run."""

    def __init__(self, system: System) -> None:
        self.system = system
        self._answers: dict[str, Answer] = {}

    async def judge(self, suite: str, cases: Sequence[Case], step: Callable[[], object]) -> Judged:
        """`step` is called after each case. What a case cannot judge is left out."""
        judged = Judged(suite, self.system.name)
        for case in cases:
            answers = [await self._answer(query, judged) for query in case.queries]
            if (scored := case.judge(answers)) is not None:
                judged.scored.append(scored)
                tier = answers[-1].tier or NOTHING
                judged.counts[tier] = judged.counts.get(tier, 0) + 1
            step()
        return judged

    async def _answer(self, query: str, judged: Judged) -> Answer:
        if query not in self._answers:
            try:
                answer = await self.system.ask(query)
            except InvalidSearch:
                answer = Answer(())
            judged.milliseconds.append(answer.milliseconds)
            self._answers[query] = answer
        return self._answers[query]
