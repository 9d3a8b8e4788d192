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
STILL_COLOURS = {INK: "#1f2530", MUTED: "#5b6472", GRID: "#e6e9ee"}


def translucent(colour: str, opacity: float) -> str:
    """A colour such as #D55E00 with an opacity from 0 to 1, in CSS."""
    red, green, blue = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    return f"rgba({red},{green},{blue},{opacity:g})"
