"""Samples are taken side by side, all of them, and ratios carry their interval."""

import asyncio

import numpy as np
import pytest

from bench.sampling import ROUNDS, Contender, Samples, ratio, side_by_side


def _samples(name: str, values: list[float]) -> Samples:
    return Samples(name, 1, np.asarray(values), 1.0)


async def test_every_contender_does_its_warm_up_and_then_each_number_once_in_rounds_that_take_turns() -> None:
    done: list[tuple[str, int]] = []

    def contender(name: str) -> Contender:
        async def operation(number: int) -> None:
            done.append((name, number))

        return Contender(name, operation)

    taken = await side_by_side([contender("a"), contender("b")], samples=10, warm_up=3)

    assert [len(samples.milliseconds) for samples in taken] == [10, 10]
    assert sorted(number for name, number in done if name == "a") == list(range(-3, 10))
    measured = [name for name, number in done if number >= 0]
    assert measured == (["a"] * 2 + ["b"] * 2) * ROUNDS


async def test_as_many_callers_work_at_once_as_asked_for_and_tidying_is_not_measured() -> None:
    at_once = most_at_once = tidied = 0

    async def operation(_: int) -> None:
        nonlocal at_once, most_at_once
        at_once += 1
        most_at_once = max(most_at_once, at_once)
        await asyncio.sleep(0)
        at_once -= 1

    async def tidy() -> None:
        nonlocal tidied
        tidied += 1

    (taken,) = await side_by_side([Contender("a", operation, clients=4, tidy=tidy)], samples=20, warm_up=4)

    assert most_at_once == 4
    assert tidied == 1 + ROUNDS
    assert len(taken.milliseconds) == 20


async def test_a_failing_operation_ends_the_run_instead_of_becoming_a_fast_sample() -> None:
    async def operation(_: int) -> None:
        raise ValueError("wrong answer")

    with pytest.raises(ValueError, match="wrong answer"):
        await side_by_side([Contender("a", operation)], samples=5, warm_up=0)


def test_a_ratio_is_clear_only_when_its_interval_excludes_a_draw() -> None:
    rng = np.random.default_rng(7)
    slow = _samples("slow", list(rng.normal(10, 1, 2_000)))
    fast = _samples("fast", list(rng.normal(2, 0.2, 2_000)))
    same = _samples("same", list(rng.normal(2, 0.2, 2_000)))

    clear = ratio(slow, fast, 50)
    draw = ratio(same, fast, 50)

    assert clear.is_clear
    assert clear.low < clear.value < clear.high
    assert clear.value == pytest.approx(5, rel=0.05)
    assert not draw.is_clear
