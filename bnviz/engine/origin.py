"""Origin: where a request for a run or a study comes from."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Origin:
    """Who asks, as far as the page can tell.

    A browser is known by a cookie, which a client may invent anew for each request; an address may
    be that of a whole class behind one router. So neither alone says who asks.

    Attributes:
        browser: Name of a browser; all clients of an address without a cookie are one.
        address: Network address of the client, or of the proxy in front of it.
    """

    browser: str = ""
    address: str = ""


#: The program itself, as opposed to a visitor: no share of a visitor bounds what it asks for.
PROGRAM = Origin("program", "program")
