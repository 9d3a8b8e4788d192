"""Proof: what networks that trained outside of the laboratory have in common, by their digests."""

from bnviz.findings.wording import listed
from bnviz.recording import Recording

#: What is compared, by the digest that tells.
_COMPARED = {
    "data": "data",
    "kernels": "first weights of the layers shown",
    "batches": "order of batches",
}


def proof(recording: Recording) -> str:
    """Says what is the same in all networks and what is not, as far as it is known.

    Returns:
        One sentence; empty of a single network, and before the first frame.
    """
    arms = recording.layout.arms
    if len(arms) < 2 or not len(recording):
        return ""
    last = recording.frames[-1]
    same: list[str] = []
    other: list[str] = []
    unknown: list[str] = []
    for name, words in _COMPARED.items():
        digests = {last[arm][f"{name}_digest"].tobytes() for arm in arms}
        known = recording.header.knows(f"{name}_digest")
        (unknown if not known else same if len(digests) == 1 else other).append(words)
    parts = (
        ("the same in all networks", same),
        ("not the same", other),
        ("not known", unknown),
    )
    text = "; ".join(f"{what}: {listed(words)}" for what, words in parts if words)
    return f"By checksums, {text}."
