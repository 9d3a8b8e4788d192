"""Hook: it names what differs in the columns, and claims nothing that the digests deny."""

import pytest

from bnviz.findings.hook import hook
from bnviz.recording import Recording
from bnviz.settings import Settings
from tests.findings.test_verdict import recorded
from tests.support.recordings import random_recording


def line(**settings):
    return "".join(text for text, _ in hook(Recording(Settings(**settings))))


def test_the_default_says_that_only_the_right_network_normalizes():
    assert line() == (
        "Same network, same data, same first weights. Only the one on the right normalizes."
    )
    assert [arm for _, arm in hook(Recording(Settings())) if arm] == ["bn"]


def test_the_place_of_bn_is_said_where_it_is_not_the_usual_one():
    assert line(bn_position="after").endswith("normalizes, after each activation.")


@pytest.mark.parametrize(
    ("third", "position", "said"),
    [
        ("layer_norm", "before", "The middle one has BN, the one on the right layer norm."),
        ("group_norm", "before", "The middle one has BN, the one on the right group norm."),
        ("rms_norm", "after", "The middle one has BN, the one on the right RMS norm."),
        ("renorm", "before", "The middle one has BN, the one on the right batch renorm."),
        ("ghost_bn", "before", "The middle one has BN, the one on the right ghost BN."),
        ("dyt", "before", "The middle one has BN, the one on the right dynamic tanh."),
        ("weight_norm", "before", "The middle one has BN, the one on the right weight norm."),
        ("noisy_bn", "after", "The middle one has BN, the one on the right BN followed by noise."),
        (
            "bn_other",
            "before",
            "The middle one has BN before its activations, the one on the right after them.",
        ),
        (
            "bn_other",
            "after",
            "The middle one has BN after its activations, the one on the right before them.",
        ),
    ],
)
def test_three_networks_are_told_apart(third, position, said):
    assert line(third_arm=third, bn_position=position).endswith(said)


@pytest.mark.parametrize(
    ("second", "third", "said"),
    [
        ("layer_norm", "no", "Only the one on the right has layer norm."),
        ("layer_norm", "bn", "The middle one has layer norm, the one on the right BN."),
        ("bn_other", "bn", "has BN after its activations, the one on the right before them."),
    ],
)
def test_another_second_network_is_called_by_what_it_has(second, third, said):
    assert line(second_arm=second, third_arm=third).endswith(said)


@pytest.mark.parametrize("action", ["insert_bn", "remove_bn", "freeze_bn"])
def test_with_bn_changed_in_mid_run_only_the_start_is_said(action):
    assert line(interventions=f"100:{action}").endswith("Only the one on the right starts with BN.")
    three = line(interventions=f"100:{action}", third_arm="layer_norm")
    assert "The middle one starts with BN" in three
    assert line(interventions="100:learning_rate=0.1").endswith(
        "Only the one on the right normalizes."
    )


def test_networks_with_other_digests_share_nothing_that_is_claimed():
    assert hook(recorded())
    assert hook(random_recording(Settings(hidden_layers=2, units=3), 3)) == ()


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        (
            {"third_arm": "bn_other"},
            "Same data, same first weights. The middle one has BN before its activations, the one "
            "on the right after them (skips with it).",
        ),
        (
            {"second_arm": "bn_other"},
            "Same data, same first weights. The one on the right has BN after activation (skips "
            "with it).",
        ),
        (
            {"second_arm": "bn_other", "third_arm": "group_norm"},
            "Same data, same first weights. The middle one has BN after activation (skips with "
            "it), the one on the right group norm.",
        ),
        (
            {"second_arm": "bn_other", "third_arm": "bn"},
            "Same data, same first weights. The middle one has BN after its activations (skips "
            "with it), the one on the right before them.",
        ),
        (
            {},
            "Same network, same data, same first weights. Only the one on the right normalizes.",
        ),
        (
            {"second_arm": "bn_other", "hidden_layers": 2},
            "Same network, same data, same first weights. Only the one on the right has BN after "
            "activation.",
        ),
    ],
)
def test_skips_that_move_with_bn_are_said(changes, said):
    assert line(architecture="residual_dense", **changes) == said
