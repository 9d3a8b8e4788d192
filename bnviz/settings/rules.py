"""Rules: what settings may not be together of which each is allowed by itself."""

from collections.abc import Mapping
from typing import Any

from bnviz.settings import bn_changes
from bnviz.settings.architectures import CONVOLUTIONS
from bnviz.settings.choices import IMAGE_DATASETS, LEARNING_RATES, STEPS, UPLOAD
from bnviz.settings.interventions import BN_CHANGES, parse, to_text
from bnviz.settings.problem import Problem

_ARCHITECTURE_RULE = (
    "{plain!r} with the data set {dataset!r}, whose examples are not images (those of "
    f"{', '.join(IMAGE_DATASETS)} are)"
)
_THIRD_RULE = "another one than the second network, which is {second!r}"
#: What the changes of BN need that not every run has, in words.
_NEEDS = {
    action: f"“{BN_CHANGES[action]}” ({action}) needs a second or third network that is "
    f"{' or '.join(needed)}"
    for action, needed in bn_changes.NEEDS.items()
}
#: What a residual network cannot do with BN after the activation.
_ACROSS_SKIPS = (
    f"changes that are not exact: “{BN_CHANGES['remove_bn']}” (remove_bn) needs BN before the "
    "activation in a residual network, since the layers into which BN would go after it take in "
    "the skip, too"
)


def is_possible(architecture: object, dataset: object) -> bool:
    """Whether the examples of a data set can pass through the layers; any file's may."""
    return architecture not in CONVOLUTIONS or dataset in (*IMAGE_DATASETS, UPLOAD)


def contradictions_of(values: Mapping[str, Any]) -> list[Problem]:
    """What is wrong with settings together of which each is allowed by itself."""
    found = []
    architecture, dataset = values["architecture"], values["dataset"]
    second, third, text = (values[name] for name in ("second_arm", "third_arm", "interventions"))
    if not is_possible(architecture, dataset):
        plain = CONVOLUTIONS[architecture]
        allowed = _ARCHITECTURE_RULE.format(plain=plain, dataset=dataset)
        found.append(Problem("architecture", architecture, allowed, used=plain))
    if third == second:
        found.append(Problem("third_arm", third, _THIRD_RULE.format(second=second)))
    changes = parse(text, steps=STEPS, learning_rates=LEARNING_RATES)
    layers, position = values["hidden_layers"], values["bn_position"]
    removable = bn_changes.is_removable(architecture, layers, position)
    possible, impossible = bn_changes.split(changes, (second, third), removable=removable)
    if impossible:
        actions = [change.action for change in impossible]
        rules = []
        inserted = any(change.action == "insert_bn" for change in changes)
        if not removable and "remove_bn" in actions and ("bn" in (second, third) or inserted):
            actions = [action for action in actions if action != "remove_bn"]
            rules.append(_ACROSS_SKIPS)
        if actions:
            needs = "; ".join(_NEEDS[action] for action in actions)
            rules.append(f"changes that concern no network: {needs}, or BN inserted before")
        rule = f"without {', and without '.join(rules)}"
        found.append(Problem("interventions", text, rule, used=to_text(possible)))
    return found
