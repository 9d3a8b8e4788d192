"""Style: the colours that all figures share."""

#: Colours that follow the page's theme; a still figure has those of `STILL_COLOURS`.
INK, MUTED, GRID = "var(--bnviz-ink)", "var(--bnviz-muted)", "var(--bnviz-grid)"
#: Transparent ink.
CLEAR = "var(--bnviz-clear)"
STILL_COLOURS = {
    INK: "#1f2530",
    MUTED: "#5b6472",
    GRID: "#e6e9ee",
    CLEAR: "rgba(31,37,48,0)",
}

#: Colour scale from nothing to everything: from the background through one hue to ink.
HEAT = ((0.0, CLEAR), (0.5, "#8468b0"), (1.0, INK))

#: Colours of the two classes in the plane, neither of them an arm's, and of the probability of
#: the second class.
CLASS_COLOURS = ("#7b3294", "#b8860b")
PROBABILITY = ((0.0, "#a974c2"), (0.5, CLEAR), (1.0, "#e0b93a"))


def shaded(colour: str, share: float) -> str:
    """Returns a shade of a colour such as #D55E00, from pale (0) to dark (1)."""
    target, weight = (255, 0.5 - share) if share < 0.5 else (0, 0.7 * (share - 0.5))
    channels = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    return "#" + "".join(f"{round(c + weight * (target - c)):02x}" for c in channels)


def translucent(colour: str, opacity: float) -> str:
    """Returns a colour such as #D55E00 with an opacity from 0 to 1, in CSS."""
    red, green, blue = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    return f"rgba({red},{green},{blue},{opacity:g})"


def contrast(colour: str) -> str:
    """Returns the colour of words on a colour such as #D55E00: white, or ink where that is weak."""
    return "#ffffff" if 1.05 / (_luminance(colour) + 0.05) >= 4.5 else STILL_COLOURS[INK]


def _luminance(colour: str) -> float:
    """Relative luminance, as the Web Content Accessibility Guidelines define it."""
    channels = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    linear = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return sum(w * c for w, c in zip((0.2126, 0.7152, 0.0722), linear, strict=True))
