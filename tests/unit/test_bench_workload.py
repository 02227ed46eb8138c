"""The workload is the same in every run, skewed as shops are, and stays on the globe."""

from collections import Counter

from bench.workload import Zipf, questions
from geo.models import Coordinates


def test_the_same_seed_draws_the_same_items_and_another_seed_others() -> None:
    items = [f"sku-{number}" for number in range(500)]

    assert Zipf(items, seed=1).draw(50) == Zipf(items[::-1], seed=1).draw(50)
    assert Zipf(items, seed=1).draw(50) != Zipf(items, seed=2).draw(50)


def test_few_items_get_most_of_the_questions() -> None:
    zipf = Zipf([f"sku-{number}" for number in range(1_000)], seed=1)

    drawn = Counter(zipf.draw(10_000))

    assert sum(drawn[sku] for sku in zipf.ranked[:10]) > 4_000
    assert set(zipf.draw(1_000, of_first=5)) == set(zipf.ranked[:5])


def test_questions_are_asked_around_the_stores_even_across_the_date_line_and_at_the_pole() -> None:
    homes = [Coordinates(89.99, 0), Coordinates(0, 179.99), Coordinates(0, -179.99)]

    asked = questions(["a"] * 300, homes, seed=3)

    assert asked == questions(["a"] * 300, homes, seed=3)
    assert {question.quantity for question in asked} == {1, 2, 4, 10}
    assert any(question.origin.lon < -179 for question in asked)
    assert any(question.origin.lon > 179 for question in asked)
