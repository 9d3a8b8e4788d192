"""Style: the colours that every figure shares."""

#: Colours that colour-blind readers tell apart (Okabe & Ito), one an arm, the same everywhere; of
#: the last three one at the most is beside the first two.
ARM_COLOURS = {
    "none": "#D55E00",
    "bn": "#0072B2",
    "bn_other": "#009E73",
    "layer_norm": "#009E73",
    "noisy_bn": "#009E73",
}

#: Colours that follow the page's theme: the player puts the theme's in, a still figure these.
INK, MUTED, GRID = "var(--bnviz-ink)", "var(--bnviz-muted)", "var(--bnviz-grid)"
#: Ink that is not there.
CLEAR = "var(--bnviz-clear)"
STILL_COLOURS = {
    INK: "#1f2530",
    MUTED: "#5b6472",
    GRID: "#e6e9ee",
    CLEAR: "rgba(31,37,48,0)",
}

#: From nothing to all of something: from the background through one hue to ink.
HEAT = ((0.0, CLEAR), (0.5, "#8468b0"), (1.0, INK))

#: Of the two classes in the plane, neither of them an arm's; and of the probability of the second.
CLASS_COLOURS = ("#7b3294", "#b8860b")
PROBABILITY = ((0.0, "#a974c2"), (0.5, CLEAR), (1.0, "#e0b93a"))


def shaded(colour: str, share: float) -> str:
    """A colour such as #D55E00 from pale (0) to dark (1)."""
    target, weight = (255, 0.5 - share) if share < 0.5 else (0, 0.7 * (share - 0.5))
    channels = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    return "#" + "".join(f"{round(c + weight * (target - c)):02x}" for c in channels)


def translucent(colour: str, opacity: float) -> str:
    """A colour such as #D55E00 with an opacity from 0 to 1, in CSS."""
    red, green, blue = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    return f"rgba({red},{green},{blue},{opacity:g})"
