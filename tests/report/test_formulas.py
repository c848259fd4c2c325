"""Formulas as texts: what is one, and what it names."""

import pytest

from lth.report import formulas
from lth.report.formulas import Scope, names_of

TICKET = "toy/iterative/ticket"


@pytest.mark.parametrize(
    "formula",
    [
        "",
        "1 +",
        "open('x')",
        "__import__('os')",
        "ours",
        "test",
        "test.x",
        "{}",
        "(lambda: 1)()",
        "abs(1, level=1)",
        "abs(*[1])",
        "1 if 2 else 3",
        "2 ** 10",
        "+1",
        "1 in 2",
        "1 != 2",
        "b'x'",
        "'x'",
        "'x' + 1",
        "f'{1}'",
        "x := 1",
        "(" * 300,
    ],
)
def test_nothing_else_is_a_formula(formula: str) -> None:
    with pytest.raises(ValueError, match=r"^value: "):
        formulas.check(formula, "value")


@pytest.mark.parametrize(
    ("formula", "message"),
    [
        ("tset('toy/dense/ticket')", "value: unknown function 'tset'; did you mean 'test'?"),
        ("test('a', 'b')", "value: expected test(line), got \"test('a', 'b')\""),
        ("test(1)", "value: expected a line in quotes in test, got '1'"),
        ("largest('toy/dense/ticket')", "value: expected numbers, names, lists, and calls of"),
        ("each(each('a', 1), 1)", "value: expected a group in quotes in each"),
        ("theirs > 0", "value: unknown name 'theirs'; did you mean"),
        ("1 != 2", "value: expected comparisons by <, <=, >, >= and ==, got '1 != 2'"),
        ("smallest([])", "value: expected lists of at least one item, got '[]'"),
        ("1" * 32, "value: expected numbers below 1e+15, got '1111"),
        ("1e999", "value: expected numbers below 1e+15, got '1e309'"),
        ("trials(1 > 0)", "value: expected a line or a histogram in trials, got 'trials(1 > 0)'"),
        ("trials(fact('a', 'seed') > 1)", "value: expected a line or a histogram in trials, got"),
        ("trials(reaches('a/b', 1) > 1)", "value: expected a line or a histogram in trials, got"),
        ("+".join("1" * 300), "value: expected a formula of at most 500 parts"),
    ],
)
def test_a_faulty_formula_is_refused(formula: str, message: str) -> None:
    with pytest.raises(ValueError) as caught:
        formulas.check(formula, "value", ("ours", "others"))
    assert str(caught.value).startswith(message)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('test("toy")', "expected a line such as"),
        ('test("iterative/ticket")', "expected a line such as"),
        ('test("toy/iterative/ticket@5-")', "expected a line such as"),
        ('test("toy/iterative/ticket@0.0")', "expected a level above 0"),
        ('dip("figure-15/fc1@0")', "expected a level above 0"),
        ('dip("figure-1/fc1")', "expected a line of a histogram such as"),
        ('dip("figure-1/fc1/in@5")', "expected a line of a histogram such as"),
        ('reaches("figure-1", 97)', "expected a curve such as"),
    ],
)
def test_a_text_of_another_form_is_refused(text: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        names_of(text, Scope())


@pytest.mark.parametrize(
    "condition",
    [
        'test("a/dense/ticket") > test("b/dense/ticket")',
        'each("a b", test("*/dense/ticket")) > 1',
        'each("rates", test("*/dense/ticket")) > 1',
        'test("a/dense/ticket") > dip("b/fc1@7.0")',
    ],
)
def test_trials_of_two_experiments_are_no_pairs(condition: str) -> None:
    with pytest.raises(ValueError, match=r"^expected one experiment or histogram in trials, got a"):
        names_of(f"1 - trials({condition})", Scope({"rates": ("a", "b")}))
    assert names_of('each("a b", trials(test("*/dense/ticket") > 1))', Scope()).experiments


def test_a_formula_names_what_it_is_about() -> None:
    formula = (
        f'test("{TICKET}@50") - early("other/dense/ticket") + dip("figure-1/fc1@7.0")'
        ' + reaches("figure-3/toy/dense/round-0/ticket", 97) + fact("third", "recipe.batch")'
    )
    names = names_of(formula, Scope())
    assert names.lines == (("toy", "iterative", "ticket"), ("other", "dense", "ticket"))
    assert names.experiments == ("toy", "other")
    assert (names.histograms, names.curves) == (("figure-1",), ("figure-3",))
    assert names.figures == ("figure-1", "figure-3")
    assert names.facts == (("third", "recipe.batch"),)


def test_a_group_stands_for_its_members_once() -> None:
    groups = {"rates": ("rates-1", "toy"), "others": ("other",)}
    formula = 'largest(each("rates toy third others", test("*/dense/ticket")))'
    names = names_of(formula, Scope(groups))
    assert names.experiments == ("rates-1", "toy", "third", "other")
    assert names.groups == ("rates", "others")


def test_a_star_is_that_of_the_nearest_each() -> None:
    groups = {"a-sgd": ("a-1",), "b-sgd": ("b-1",)}
    formula = 'each("a b", test("*/dense/ticket") - largest(each("*-sgd", test("*/dense/ticket"))))'
    assert names_of(formula, Scope(groups)).experiments == ("a", "a-1", "b", "b-1")


def test_a_prefix_goes_before_all_names_that_do_not_have_it() -> None:
    groups = {"mini-rates": ("mini-rates-1", "mini-toy")}
    formula = (
        f'each("rates", test("*/dense/ticket")) - test("{TICKET}@50") + fact("toy", "recipe.batch")'
        ' + dip("figure-1/fc1@7.0") + each("7.0 9.0", test("other/iterative/ticket@*"))'
    )
    names = names_of(formula, Scope(groups, "mini-"))
    assert names.experiments == ("mini-rates-1", "mini-toy", "mini-other")
    assert names.histograms == ("mini-figure-1",)
    assert names.facts == (("mini-toy", "recipe.batch"),)
