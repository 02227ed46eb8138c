"""What the suites ask and how they judge: hand-made pairs, codes, departments, real searches, public judgments."""

import csv
import random
from collections import Counter
from pathlib import Path

import pytest

from bench.relevance.cases import NOTHING, Answer
from bench.relevance.catalogue import Catalogue
from bench.relevance.departments import departments
from bench.relevance.split import half_of
from bench.relevance.suites.identifiers import code_forms, gtin_forms, identifier_cases, model_numbers
from bench.relevance.suites.judged import ESCI, WANDS, JudgmentsMissing, read_esci, read_wands
from bench.relevance.suites.kept import Kept, LeftAlone, kept_cases
from bench.relevance.suites.pairs import Right, pair_cases, read_pairs, unanswerable
from bench.relevance.suites.real import RealSearch, has_every_word
from bench.relevance.variants.variant import Variant
from demo.retailer import write_feeds


def catalogue(*titles: str, **fields: str) -> Catalogue:
    rows = [{"sku": str(number), "title": title, **fields} for number, title in enumerate(titles)]
    return Catalogue.of(rows)


@pytest.mark.parametrize(
    ("right", "title", "fits"),
    [
        ("range|cooktop + gas - hood", 'GE - 30" Gas Range - White', True),
        ("range|cooktop + gas - hood", "GE - Gas Cooktops", True),
        ("range|cooktop + gas - hood", 'GE - 30" Electric Range', False),
        ("range|cooktop + gas - hood", "Gas Range Hood", False),
        ("range", "Ranger Boots", False),
        ("cat 6*", "Cat-6a Cable", True),
        ("headphone", "Écho Head-phones", False),
        ("mini four", "Mini-Four électrique", True),
        ("poele", "Poêles antiadhésives", True),
        ("speaker", "The Speaker - DVD", False),
    ],
)
def test_a_right_product_is_told_by_whole_words(right: str, title: str, fits: bool) -> None:
    (item,) = catalogue(title).items
    assert Right(right).fits(item) is fits


def test_a_category_is_only_asked_for_by_its_own_sign() -> None:
    (item,) = catalogue("55 inch LED", category="TV & Home Theater").items
    assert Right("@TV & Home Theater").fits(item)
    assert not Right("home theater").fits(item)
    assert not Right("tv").fits(item)


@pytest.mark.parametrize("language", ["en", "fr"])
def test_three_hundred_pairs_and_more_in_each_language_fall_into_two_halves(language: str) -> None:
    halves = Counter(map(half_of, read_pairs(language)))
    assert halves.total() >= 300
    assert min(halves.values()) > 0.4 * halves.total()


def test_the_demo_retailer_has_something_right_for_every_french_pair(tmp_path: Path) -> None:
    with write_feeds(tmp_path).products.open(encoding="utf-8", newline="") as file:
        products = Catalogue.of(csv.DictReader(file))
    assert not unanswerable(pair_cases("fr", products))


def test_a_pair_is_found_where_any_of_the_first_ten_is_right() -> None:
    products = catalogue("Rice Cooker", "Slow Cooker")
    (case,) = [case for case in pair_cases("en", products) if case.query == "crockpot"]

    found = case.judge([Answer(("0", "1"))])

    assert found.scores == {"recall10": 1.0, "right_p10": 0.5, "first_place": 0.0}


def test_codes_come_in_every_form_that_people_give() -> None:
    forms = gtin_forms("012345678905")
    assert {forms["13 digits"], forms["14 digits"]} == {"0012345678905", "00012345678905"}
    assert forms["no leading zeros"] == "12345678905"
    assert forms["spaces"] == "0 12345 67890 5"
    assert code_forms("KX-TG9391T")["bare, lower"] == "kxtg9391t"
    assert code_forms("KX-TG9391T")["spaces at every change"] == "KX TG 9391 T"


def test_model_numbers_are_no_measures_and_belong_to_one_product() -> None:
    products = catalogue(
        "Panasonic - KX-TG9391T Phone", "Sony - 500GB Drive", "A - 1080P TV", "Case for PX100", "PX-100", "Pack 10-PACK"
    )
    assert model_numbers(products) == {"KX-TG9391T": "0"}


def test_every_form_of_a_code_names_the_same_product_and_is_in_one_half() -> None:
    rows = [
        {"sku": f"AB-{number}", "title": f"Thing XK{number}0Z", "gtin": f"{number:013}"} for number in range(100, 130)
    ]
    cases = identifier_cases(Catalogue.of(rows), size=5)

    halves: dict[frozenset[str], set[str]] = {}
    for case in cases:
        halves.setdefault(case.right, set()).add(case.judge([Answer(())]).half)

    assert {case.kind for case in cases} >= {"gtin", "sku", "model number"}
    assert all(len(half) == 1 for half in halves.values())


def test_what_was_found_for_a_code_is_judged_by_its_place() -> None:
    rows = [{"sku": "AB-1", "title": "Thing"}, {"sku": "AB-2", "title": "Other"}]
    case = next(case for case in identifier_cases(Catalogue.of(rows), size=2) if case.right == {"AB-1"})

    second = case.judge([Answer(("AB-2", "AB-1"))])

    assert second.scores == {"first_place": 0.0, "mrr": 0.5, "recall10": 1.0}


def test_a_variant_is_judged_by_the_clean_querys_own_answer() -> None:
    products = catalogue("One", "Two")
    case = Kept(Variant("one edit", "drop", "one two", "oe two"), products)

    same = case.judge([Answer(("0", "1")), Answer(("0", "1"))])
    lost = case.judge([Answer(("0", "1")), Answer(())])

    assert same is not None
    assert same.scores == {"kept_ndcg10": pytest.approx(1), "same_top10": 1.0}
    assert lost is not None
    assert lost.scores == {"kept_ndcg10": 0.0, "same_top10": 0.0}
    assert same.half == half_of("one two")
    assert case.judge([Answer(()), Answer(())]) is None


def test_a_word_is_left_alone_where_nothing_was_corrected() -> None:
    assert LeftAlone("hears", "g").judge([Answer(("0",))]).scores == {"left_alone": 1.0}
    assert LeftAlone("hears", "g").judge([Answer(("0",), corrected="hearts")]).scores == {"left_alone": 0.0}


def test_generated_variants_are_the_same_in_every_run_and_of_every_kind() -> None:
    titles = [f"Acme - Self-Cleaning {noun} with Headphones - 55 inch {noun}" for noun in ("Oven", "Range", "Grill")]
    titles += ["Tom's Head Phone & Café Set - 6 qt Pot", "Black & Decker Hard Drive Kit"]
    made = [kept_cases(catalogue(*titles), ["oven range", "headphones"], size=12) for _ in range(2)]

    assert [case.variant for case in made[0]] == [case.variant for case in made[1]]
    kinds = {case.variant.kind for case in made[0]}
    assert kinds >= {"one edit", "two edits", "case", "accents", "entities", "possessives", "hyphens", "units"}


def test_a_department_takes_its_category_and_its_words() -> None:
    kinds = departments()
    appliances = kinds.of("Appliances")
    assert appliances is not None
    oven, film = catalogue("Toaster Oven").items[0], catalogue("The Oven Man - DVD", category="Movies & TV").items[0]
    unknown = catalogue("Thing", category="Electronics & More").items[0]
    assert appliances.fits(oven)
    assert kinds.tells(film)
    assert not kinds.tells(unknown)
    assert kinds.of("Name Brands") is None


def test_a_real_search_is_judged_by_its_first_ten() -> None:
    products = catalogue("Toaster Oven", "Rock Music - CD", category="Electronics & More")
    search = RealSearch("toaster ovens", "Appliances", "Appliances", products)

    found = search.judge([Answer(("0", "1"), tier="most_terms", relaxed=("ovens",))]).scores
    nothing = search.judge([Answer((), tier=NOTHING)]).scores

    assert (found["all_words"], found["department_p10"], found["said"], found["by_words"]) == (1.0, 0.5, 1.0, 1.0)
    assert (nothing["zero_results"], nothing["by_words"], nothing["department_p10"]) == (1.0, 0.0, 0.0)
    assert "said" not in nothing


def test_every_word_may_stand_in_any_text_of_a_product_with_any_ending() -> None:
    (item,) = catalogue("Toaster", description="It also cooks the eggs").items
    assert has_every_word(item, "toasters for cooking an egg")
    assert not has_every_word(item, "toaster oven")


def test_phrases_and_runs_are_things_that_titles_say() -> None:
    products = catalogue("GE - Self-Cleaning Gas Range - White")
    assert set(products.runs(random.Random(1), 2)) <= {"gas range"}
    assert products.has_all("range gas white")
    assert not products.has_all("range electric")
    assert products.is_word("GAS")


def test_wands_is_read_from_its_three_files(tmp_path: Path) -> None:
    (tmp_path / "product.csv").write_text(
        "product_id\tproduct_name\tproduct_class\tcategory hierarchy\tproduct_description\tproduct_features\n"
        '1\tsolid wood bed "queen"\tBeds\tF / B\tgood sleep\tcolor : white|size : queen\n2\tlamp\t\t\t\t\n',
        "utf-8",
    )
    (tmp_path / "query.csv").write_text("query_id\tquery\tquery_class\n7\twood bed\tBeds\n8\tunjudged\t\n", "utf-8")
    (tmp_path / "label.csv").write_text(
        "id\tquery_id\tproduct_id\tlabel\n0\t7\t1\tExact\n1\t7\t2\tIrrelevant\n", "utf-8"
    )

    found = read_wands(tmp_path)

    assert found.name == WANDS
    assert [search.query for search in found.searches] == ["wood bed"]
    assert found.searches[0].grades == {"1": 2.0, "2": 0.0}
    assert found.products[0]["description"] == "good sleep color : white. size : queen"
    feed = found.write_feed(tmp_path / "feed" / "products.csv")
    with feed.open(encoding="utf-8", newline="") as file:
        assert [row["sku"] for row in csv.DictReader(file)] == ["1", "2"]
    best = found.searches[0].judge([Answer(("1", "2"))])
    assert best.scores["ndcg10_linear"] == pytest.approx(1)
    assert best.scores["ndcg10_slots"] < 0.5


def test_esci_is_read_from_exported_tables(tmp_path: Path) -> None:
    (tmp_path / "shopping_queries_dataset_examples.csv").write_text(
        "example_id,query,query_id,product_id,product_locale,esci_label,small_version,large_version,split\n"
        "0,usb hub,1,A,us,E,1,1,test\n1,usb hub,1,B,us,C,1,1,test\n2,usb hub,1,C,us,E,1,1,train\n"
        "3,hub usb,2,D,es,E,1,1,test\n4,cup,3,A,us,I,0,1,test\n",
        "utf-8",
    )
    (tmp_path / "shopping_queries_dataset_products.csv").write_text(
        "product_id,product_title,product_description,product_bullet_point,product_brand,product_color,product_locale\n"
        "A,Hub,long,short,Acme,red,us\nB,Cable,,,,,us\nC,Train only,,,,,us\n",
        "utf-8",
    )

    found = read_esci(tmp_path)

    assert found.name == ESCI
    assert [(search.query, search.grades) for search in found.searches] == [("usb hub", {"A": 3.0, "B": 1.0})]
    assert [(row["sku"], row["description"]) for row in found.products] == [("A", "short long"), ("B", "")]


def test_a_folder_without_judgments_says_what_is_missing(tmp_path: Path) -> None:
    with pytest.raises(JudgmentsMissing, match=r"label\.csv"):
        read_wands(tmp_path)
    with pytest.raises(JudgmentsMissing, match="examples"):
        read_esci(tmp_path)
