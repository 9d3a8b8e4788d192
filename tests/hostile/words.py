"""Words and values that someone might send by mistake or to do harm."""

import json
from random import Random
from typing import Any

from bnviz.settings.interventions import ACTIONS, LEARNING_RATE
from bnviz.settings.kinds import Choice, Float, Integer, Kind
from bnviz.settings.settings import KINDS
from bnviz.studies.axis import AXES, SCALES
from bnviz.studies.sweep import MEASURES, Sweep

MARKUP = (
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg/onload=alert(1)>",
    "[a](javascript:alert(1))",
    "![a](https://x.example/a.png)",
    "https://x.example",
    "www.x.example",
    "a@x.example",
    ":material/home:",
    ":streamlit:",
    ":red[a]",
    "$\\int$",
    "``` a",
    "# a\n\n- b\n\n| c | d |\n|---|---|",
    "&lt;b&gt;&#x3C;",
    "<!-- --> ->",
)
FORMULAS = ('=HYPERLINK("//x.example")', "=cmd|' /C calc'!A0", "+1+1", "@SUM(1)", "-2+3")
CODE = (
    "{{7*7}}",
    "${jndi:ldap://x}",
    "%s%n%x",
    "__import__('os').abort()",
    "'; DROP TABLE runs; --",
    "../../../etc/passwd",
    "..\\..\\x",
    "/dev/null",
    "C:\\x",
    "file:///etc/passwd",
    "__class__",
    "constructor",
    "\r\nSet-Cookie: a=b",
)
NUMBERS = (
    *("", "0", "-0", "-1", "1", "2.5", "007", "1e5", "1e999", "-1e999", "1e-400", "nan", "NaN"),
    *("inf", "-Infinity", "1_000", "0x10", "٣", "½", "1,5", "1 000", "9" * 400, "9" * 5_000),
    *("true", "null", "None", "[]", "{}", "1;2", "+5", " 5 ", "--5", "5e", "0.0000001"),
)
ODD = ("\u202e", "\ufeff", "\u2028", "\x00", "\x1b[31m", "e\u0301" * 50, "𝕏" * 9, "ß", "İ", " ")
WORDS = (*MARKUP, *FORMULAS, *CODE, *NUMBERS, *ODD, "train", "embed", "upload", "0" * 32)


def word(random: Random) -> str:
    """A hostile word, a random one, or several in one."""
    match random.randrange(10):
        case 0:
            letters = (chr(random.randrange(1, 0xD800)) for _ in range(random.randrange(12)))
            return "".join(letters)
        case 1:
            return word(random) + word(random)
        case 2:
            return random.choice("aA<&\u202e\n ") * random.choice((50, 500, 20_000))
        case _:
            return random.choice(WORDS)


def value_of(kind: Kind, random: Random) -> Any:
    """A value for a setting, usually near its bounds on either side."""
    match random.randrange(4), kind:
        case 0, _:
            return anything(random)
        case _, Choice():
            return random.choice((*kind.options, word(random)))
        case _, Integer() | Float():
            low, high = kind.low, kind.high
            within = random.uniform(low, high)
            near = (low, high, low - 1, high + 1, within, round(within), -within, 10 * high)
            return random.choice(near)
        case _:
            return random.choice((True, False, changes(random), word(random)))


def changes(random: Random) -> str:
    """Interventions, or something like them."""

    def mostly(usual: tuple[str, ...], others: tuple[str, ...]) -> str:
        return random.choice(usual if random.random() < 0.8 else (*others, word(random)))

    parts = []
    for _ in range(random.choice((1, 1, 2, 3, 9, 400))):
        action = mostly(ACTIONS, ("melt", "insert_bn=1"))
        rate = mostly(("=0.1", "=10"), ("=1e-9", "=nan", "=inf", "="))
        parts.append(
            mostly(("1", "240", "50000"), ("0", "50001", "-3", "1e3", "²"))
            + mostly((":",), ("", "::"))
            + action
            + (rate if action == LEARNING_RATE else "")
        )
    return mostly((",",), (" ,", ";")).join(parts)


def anything(random: Random, depth: int = 0) -> Any:
    """A value as JSON can carry it, of any type."""
    match random.randrange(8 if depth < 3 else 6):
        case 0:
            return random.choice((None, True, False))
        case 1:
            return random.choice((0, -1, 1, 2**31, 2**63, -(2**70), 10**400))
        case 2:
            return random.choice((0.5, -0.0, 1e308, float("inf"), float("-inf"), float("nan")))
        case 3 | 4 | 5:
            return word(random)
        case 6:
            return [anything(random, depth + 1) for _ in range(random.randrange(3))]
        case _:
            size = random.randrange(3)
            return {word(random): anything(random, depth + 1) for _ in range(size)}


def given(random: Random) -> dict[str, Any]:
    """Values by name, where most names are those of settings."""
    chosen: dict[str, Any] = {}
    for _ in range(random.choice((0, 1, 1, 2, 3, 8, 24))):
        name = random.choice(list(KINDS))
        chosen[name] = value_of(KINDS[name], random)
        if random.random() < 0.2:
            chosen[word(random)] = anything(random)
    return chosen


def as_json(random: Random) -> str:
    """Settings as JSON, valid or not."""
    text = json.dumps(given(random), ensure_ascii=random.random() < 0.5)
    match random.randrange(8):
        case 0:
            return text[: random.randrange(len(text) + 1)]
        case 1:
            return random.choice(("[" * 100_000, "[]", "1", '"a"', "null", "", "\ufeff{}"))
        case 2:
            return '{"steps": ' * 2_000 + "1" + "}" * 2_000
        case 3:
            return '{"steps": 1, "steps": ' + random.choice(NUMBERS) + "}"
        case _:
            return text


def axis(random: Random) -> str:
    """An axis of a map as text, or something like it."""
    if random.random() < 0.1:
        return word(random)

    def mostly(usual: tuple[str, ...]) -> str:
        return random.choice(usual if random.random() < 0.85 else (*NUMBERS, word(random)))

    ends = (mostly(("2", "0.001", "0", "1")), mostly(("8", "10", "0.5", "256")))
    parts = (mostly(AXES), *ends, mostly(SCALES), mostly(("2", "3", "24", "25")))
    return random.choice((":", ":", ":", ",", "::")).join(parts)


def sweep_values(random: Random) -> dict[str, str]:
    """Parameters of a map beside its settings, by name."""
    values = {
        "x": axis(random),
        "y": axis(random),
        "seeds": random.choice(("1", "10", "11", *NUMBERS)),
        "measure": random.choice((*MEASURES, word(random))),
        "target": random.choice(("0.9", "1", "1.1", *NUMBERS)),
    }
    return {name: value for name, value in values.items() if random.random() < 0.5}


def as_sweep(random: Random) -> str:
    """A sweep as JSON, valid or not."""
    sweep: dict[str, Any] = json.loads(Sweep().to_json())
    for name in random.sample([*sweep, word(random)], random.choice((0, 1, 1, 2))):
        near = (sweep_values(random).get(name), given(random), anything(random))
        sweep[name] = random.choice(near)
    text = json.dumps(sweep)
    return text if random.random() < 0.9 else text[: random.randrange(len(text))]
