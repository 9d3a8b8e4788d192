"""Sender: who has sent something, as far as the server can tell."""

from dataclasses import dataclass

from starlette.requests import HTTPConnection
from streamlit.web.server.starlette.starlette_app_utils import decode_xsrf_token_string
from streamlit.web.server.starlette.starlette_server_config import XSRF_COOKIE_NAME


@dataclass(frozen=True)
class Sender:
    """Who has sent something.

    A browser is known by a cookie, which a client may invent anew for each connection; an address
    may be that of a whole class behind one router. So neither alone says who it is.

    Attributes:
        address: Network address of the client, or of the proxy in front of it.
        browser: Name of a browser; all clients of an address without a cookie are one.
    """

    address: str = ""
    browser: str = ""

    @classmethod
    def of(cls, connection: HTTPConnection) -> "Sender":
        """Who is at the other end of a connection."""
        # The random part of Streamlit's own cookie, by which it recognizes forged requests.
        token, _ = decode_xsrf_token_string(connection.cookies.get(XSRF_COOKIE_NAME, ""))
        client = connection.client
        return cls("" if client is None else client.host, "" if token is None else token.hex())
