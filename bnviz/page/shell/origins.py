"""Origins: where what a server receives comes from."""

import hashlib
from collections.abc import Mapping

from streamlit.web.server.starlette.starlette_app_utils import decode_xsrf_token_string
from streamlit.web.server.starlette.starlette_server_config import XSRF_COOKIE_NAME

from bnviz.engine.origin import Origin


def origin_of(cookies: Mapping[str, str], address: str | None) -> Origin:
    """The origin of a connection.

    Args:
        cookies: What the client sent as its cookies.
        address: Network address of the client, if it is known.
    """
    # The random part of Streamlit's own cookie, by which it recognizes forged requests.
    token, _ = decode_xsrf_token_string(cookies.get(XSRF_COOKIE_NAME, ""))
    # Hashed, so that nothing that keeps an origin keeps the cookie.
    browser = hashlib.sha256(token).hexdigest() if token else ""
    return Origin(browser, address or "")
