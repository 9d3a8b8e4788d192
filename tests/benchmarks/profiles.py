"""Profiles: what a browser keeps over its tabs, and how it reaches the server."""

import asyncio
from dataclasses import dataclass
from http.cookies import SimpleCookie

from streamlit.web.server.starlette.starlette_server_config import XSRF_COOKIE_NAME
from tornado.httpclient import AsyncHTTPClient, HTTPError, HTTPRequest, HTTPResponse
from tornado.websocket import WebSocketClientConnection, WebSocketError, websocket_connect

#: What a browser requests whenever it opens the page; the second sets the cookie.
_PAGE = ("", "_stcore/health", "_stcore/host-config")
#: What a browser without the cookie sends in its place.
_NO_TOKEN = "PLACEHOLDER_AUTH_TOKEN"
_BOUNDARY = "----bnviz"


@dataclass
class Profile:
    """A browser as the server knows it: by its address and its cookie.

    Attributes:
        server: Host and port of the server, such as "127.0.0.1:8501".
        source: Address from which it connects; on Linux each of 127.0.0.0/8 is one of its own.
        keeps_cookie: Whether it keeps the server's cookie and sends it, as browsers do.
        cookie: The cookie, once a page has been opened.
        patience: Seconds until a connection or a request is given up.
    """

    server: str
    source: str = "127.0.0.1"
    keeps_cookie: bool = True
    cookie: str = ""
    patience: float = 60.0

    async def open_page(self) -> None:
        """Requests what a browser does before it connects, and keeps the cookie.

        Raises:
            OSError: If the server does not respond.
        """
        for path in _PAGE:
            response = await self._fetch(path)
            if self.keeps_cookie:
                for text in response.headers.get_list("Set-Cookie"):
                    found = SimpleCookie(text).get(XSRF_COOKIE_NAME)
                    self.cookie = self.cookie if found is None else found.value

    async def connect(self) -> WebSocketClientConnection:
        """Opens a connection, with the cookie if there is one.

        Raises:
            OSError: If the server does not respond.
        """
        request = HTTPRequest(
            f"ws://{self.server}/_stcore/stream",
            headers=self._headers(),
            connect_timeout=self.patience,
            network_interface=self.source,
        )
        tokens = ["streamlit", self.cookie or _NO_TOKEN]
        try:
            async with asyncio.timeout(self.patience):
                return await websocket_connect(request, subprotocols=tokens)
        except (HTTPError, WebSocketError) as error:
            raise ConnectionError(str(error)) from error

    async def upload(self, path: str, name: str, data: bytes) -> int:
        """Sends a file to the server as the field for files does.

        Args:
            path: Where the server wants it, such as "/_stcore/upload_file/SESSION/FILE".
            name: Name of the file.
            data: Its content.

        Returns:
            The status of the response.

        Raises:
            OSError: If the server does not respond.
        """
        head = (
            f'--{_BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"; '
            f'filename="{name}"\r\nContent-Type: application/octet-stream\r\n\r\n'
        )
        body = head.encode() + data + f"\r\n--{_BOUNDARY}--\r\n".encode()
        headers = {
            "Content-Type": f"multipart/form-data; boundary={_BOUNDARY}",
            "X-Xsrftoken": self.cookie,
        }
        return (await self._fetch(path.lstrip("/"), headers, method="PUT", body=body)).code

    async def _fetch(
        self, path: str, headers: dict[str, str] | None = None, **options: object
    ) -> HTTPResponse:
        request = HTTPRequest(
            f"http://{self.server}/{path}",
            headers=self._headers() | (headers or {}),
            connect_timeout=self.patience,
            request_timeout=self.patience,
            network_interface=self.source,
            **options,
        )
        # Its own, because the client that all share has room for ten requests.
        client = AsyncHTTPClient(force_instance=True)
        try:
            return await client.fetch(request, raise_error=False)
        except HTTPError as error:
            raise ConnectionError(str(error)) from error
        finally:
            client.close()

    def _headers(self) -> dict[str, str]:
        cookie = {"Cookie": f"{XSRF_COOKIE_NAME}={self.cookie}"} if self.cookie else {}
        return {"Origin": f"http://{self.server}"} | cookie
