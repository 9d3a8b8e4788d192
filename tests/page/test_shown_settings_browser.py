"""The stage is dimmed while it does not show what is chosen, in a real browser."""

import pytest

from tests.support.visitor import MAP, STAGE

pytestmark = pytest.mark.browser

OTHER = "[data-part=other]"


def opacity(visitor, part, root=STAGE):
    return float(
        visitor.page.locator(f"{root} {part}").evaluate("each => getComputedStyle(each).opacity")
    )


def choose(visitor, label, value):
    field = visitor.page.get_by_label(label, exact=True).locator("visible=true")
    field.fill(value)
    field.press("Enter")


@pytest.mark.widest
def test_what_is_not_chosen_is_dimmed_until_it_is_chosen_or_trained(visit):
    visitor = visit()
    assert opacity(visitor, ".bnviz-verdict") == 1
    assert not visitor.page.locator(f"{STAGE} {OTHER}").is_visible()
    choose(visitor, "hidden layers", "2")
    visitor.until("s.other !== undefined")
    line = visitor.page.locator(f"{STAGE} {OTHER}")
    assert line.inner_text().startswith("Shown: hidden layers 5.")
    for part in (".bnviz-verdict", ".bnviz-figure", ".bnviz-summary", ".bnviz-hook"):
        assert opacity(visitor, part) < 0.5
    assert opacity(visitor, ".bnviz-transport") == 1
    choose(visitor, "hidden layers", "5")
    visitor.until("s.other === undefined")
    assert opacity(visitor, ".bnviz-verdict") == 1
    choose(visitor, "hidden layers", "2")
    visitor.until("s.other !== undefined")
    visitor.page.evaluate(
        """selector => {
            const root = document.querySelector(selector);
            window.dimmed = [];
            new MutationObserver(() => {
                if ("other" in root.dataset) window.dimmed.push(root.dataset.state);
            }).observe(root, { attributes: true });
        }""",
        STAGE,
    )
    visitor.train()
    visitor.until("s.state === 'finished' && s.other === undefined")
    dimmed = visitor.page.evaluate("window.dimmed")
    assert not {"queued", "running", "finished"} & set(dimmed)


@pytest.mark.slow
def test_a_map_of_other_settings_is_dimmed(visit):
    visitor = visit("mode=map", root=MAP)
    assert opacity(visitor, ".bnviz-headline", MAP) == 1
    choose(visitor, "seeds per cell", "2")
    visitor.until("s.other !== undefined")
    assert opacity(visitor, ".bnviz-headline", MAP) < 0.5
    assert opacity(visitor, ".bnviz-picture", MAP) < 0.5
    choose(visitor, "seeds per cell", "1")
    visitor.until("s.other === undefined")
    assert opacity(visitor, ".bnviz-headline", MAP) == 1
