"""The presets in a real browser: a card plays its recording, and a reload plays it again."""

from functools import partial
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import expect

from bnviz.findings.headline import headline
from bnviz.lesson import presets
from bnviz.lesson.presets import PRESETS
from tests.support.visitor import STAGE

pytestmark = pytest.mark.browser


def card(visitor, preset):
    return visitor.page.locator(".st-key-presets").get_by_role("button", name=preset.title)


def has_query(query, address):
    """Whether an address has this query."""
    return parse_qs(urlsplit(address).query) == query


def plays(visitor, name):
    """Waits until the whole recording of a preset is there and nothing is trained."""
    recording = presets.recording_of(name)
    says = visitor.page.locator(f"{STAGE} [data-part=headline]")
    expect(says).to_contain_text("".join(headline(recording)))
    held = len(recording)
    visitor.until(f"s.state === 'recorded' && s.other === undefined && +s.framesHeld === {held}")


@pytest.mark.widest
def test_every_card_plays_at_once_is_in_the_link_and_survives_a_reload(visit):
    visitor = visit()
    for name, preset in [*PRESETS.items()][::-1]:
        card(visitor, preset).focus()
        visitor.key("Enter")
        expect(visitor.page.locator(".st-key-preset_sentence")).to_contain_text(preset.sentence)
        plays(visitor, name)
        wanted = {name: [value] for name, value in preset.settings.to_query().items()}
        wanted |= {"v": ["2"]} if wanted else {}
        visitor.page.wait_for_url(partial(has_query, wanted))
    last = [*PRESETS][-1]
    card(visitor, PRESETS[last]).click()
    plays(visitor, last)
    visitor.page.wait_for_url("**/*v=2*")
    visitor.page.reload()
    plays(visitor, last)
    visitor.train()
    visitor.until("s.state === 'finished'")
