"""A run is summed up by suite, group and half, compared query by query, and shows failing cases of one half only."""

from pathlib import Path

import orjson
import pytest
from rich.console import Console

from bench.relevance.cases import Judged, Scored
from bench.relevance.goals import GOALS, verdicts
from bench.relevance.metrics import CONVENTIONS
from bench.relevance.outcome import Outcome, read_queries, write_queries
from bench.relevance.systems import fuse
from bench.relevance.tables import show

PLACE = ("suite", "typos", "kept_ndcg10")


def scored(key: str, value: float, how: str = "drop", half: str = "tune") -> Scored:
    return Scored(key, half, ("typos", f"typos: {how}"), {"kept_ndcg10": value}, f"story of {key}")  # type: ignore[arg-type]


def run(ours: list[Scored], peer: list[Scored] | None = None) -> Outcome:
    judged = [Judged("suite", "onhand", ours, {"all_terms": len(ours)}, [1.0, 2.0])]
    if peer is not None:
        judged.append(Judged("suite", "bm25", peer))
    return Outcome(judged)


def test_means_are_taken_by_group_and_by_half() -> None:
    outcome = run([scored("a", 1.0), scored("b", 0.0, how="swap", half="test")])

    assert outcome.means()[PLACE].value == 0.5
    assert outcome.means()["suite", "typos: swap", "kept_ndcg10"].count == 1
    assert outcome.means(half="test")[PLACE].value == 0.0


def test_failing_cases_are_of_the_tuning_half_and_of_every_way_in_turn() -> None:
    cases = [scored(f"d{number}", number / 10) for number in range(5)]
    cases += [scored("s", 0.9, how="swap"), scored("t", 0.0, half="test"), scored("fine", 1.0)]

    ((place, worst),) = run(cases).worst(count=3).items()

    assert place == ("suite", "typos")
    assert [each.key for each in worst] == ["d0", "s", "d1"]


def test_a_peer_is_compared_on_the_queries_that_both_have() -> None:
    outcome = run([scored("a", 1.0), scored("b", 0.5)], [scored("a", 0.0)])

    found = outcome.beside_peers()[("bm25", *PLACE)]

    assert (found.count, found.difference, found.wins) == (1, 1.0, 1)


def test_a_run_is_compared_with_the_queries_file_of_an_earlier_one(tmp_path: Path) -> None:
    path = tmp_path / "before.queries.json"
    write_queries(path, run([scored("a", 0.123456), scored("b", 1.0)]))

    found = run([scored("a", 0.2), scored("b", 1.0)]).since(read_queries(path))[PLACE]

    assert (found.count, found.wins, found.losses) == (2, 1, 0)
    assert found.before == pytest.approx((0.1235 + 1) / 2)


def test_a_run_is_written_with_the_convention_of_each_number_and_shown() -> None:
    outcome = run([scored("a", 0.2), scored("b", 1.0)], [scored("a", 0.1)])
    before = run([scored("a", 0.9)]).scores()
    console = Console(record=True, width=200)

    show(outcome, before, console)
    content = orjson.loads(orjson.dumps(outcome.as_json({"quick": True}, before)))

    shown = console.export_text()
    assert "story of a" in shown
    assert CONVENTIONS["kept_ndcg10"] in shown
    assert content["conventions"] == {"kept_ndcg10": CONVENTIONS["kept_ndcg10"]}
    assert content["since"][0]["losses"] == 1
    assert content["beside_peers"][0]["wins"] == 1
    assert {goal["met"] for goal in content["goals"]} == {None}


def test_goals_that_are_missed_come_first_and_every_metric_has_a_convention() -> None:
    found = verdicts({GOALS[0].place: 0.5, GOALS[1].place: 0.95})

    assert [goal for goal, _ in found[:2]] == [GOALS[0], GOALS[1]]
    assert all(value is None for _, value in found[2:])
    assert {goal.place[2] for goal in GOALS} <= set(CONVENTIONS)


def test_ranks_are_fused_with_ties_by_name() -> None:
    assert fuse((["a", "b"], ["b", "c"])) == ["b", "a", "c"]
    assert fuse((["b"], ["a"])) == ["a", "b"]
