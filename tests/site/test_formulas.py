"""Formulas in MathML."""

import re
from xml.etree import ElementTree

import pytest

from bnviz.lesson.chapters import CHAPTERS
from bnviz.site.formulas import FormulaError, mathml

FORMULAS = sorted(
    {
        tex
        for chapter in CHAPTERS.values()
        for tex in re.findall(r"\$+([^$]+)\$+", chapter.text + chapter.watch)
    }
)


@pytest.mark.parametrize("tex", FORMULAS)
def test_each_formula_of_the_lesson_keeps_its_letters_and_numbers(tex):
    element = ElementTree.fromstring(mathml(tex))
    plain = re.sub(r"\\(?:begin|end)\{\w+\}|\\[A-Za-z]+", " ", tex)
    assert re.findall(r"[A-Za-z]", plain) == [
        letter for letter in "".join(element.itertext()) if letter.isascii() and letter.isalpha()
    ]
    assert re.findall(r"\d+(?:\.\d+)?", plain) == [each.text for each in element.iter("mn")]


@pytest.mark.parametrize(
    ("tex", "inner"),
    [
        (r"\frac{1}{m}", "<mfrac><mrow><mn>1</mn></mrow><mrow><mi>m</mi></mrow></mfrac>"),
        ("x_i^2", "<msubsup><mi>x</mi><mi>i</mi><mn>2</mn></msubsup>"),
        (r"\text{a batch}", "<mtext>a batch</mtext>"),
        (r"\sum_i", '<munder><mo movablelimits="true">∑</mo><mi>i</mi></munder>'),
        ("a > 0", "<mi>a</mi><mo>&gt;</mo><mn>0</mn>"),
    ],
)
def test_what_stands_in_tex_stands_in_mathml(tex, inner):
    assert mathml(tex) == f"<math><mrow>{inner}</mrow></math>"


def test_columns_and_rows_are_aligned():
    table = ElementTree.fromstring(mathml(r"\begin{aligned} a &= b \\ c &= d \end{aligned}"))
    assert [len(row) for row in table.iter("mtr")] == [2, 2]


@pytest.mark.parametrize("tex", [r"\int x", "{a", r"\begin{matrix}a\end{matrix}", "a # b"])
def test_whatever_else_a_formula_holds_is_named(tex):
    with pytest.raises(FormulaError, match="the formula"):
        mathml(tex)
