"""Sender: a browser keeps its name, whatever its cookie looks like."""

from starlette.requests import HTTPConnection
from streamlit.web.server.starlette.starlette_app_utils import generate_xsrf_token_string

from bnviz.page.shell.sender import Sender


def sender(cookie=None, client=("1.1.1.1", 80)):
    headers = [] if cookie is None else [(b"cookie", f"_streamlit_xsrf={cookie}".encode())]
    return Sender.of(HTTPConnection({"type": "http", "headers": headers, "client": client}))


def test_a_browser_has_one_name_although_its_cookie_is_masked_anew():
    cookies = [generate_xsrf_token_string(b"browser") for _ in range(2)]
    assert cookies[0] != cookies[1]
    assert sender(cookies[0]) == sender(cookies[1])
    assert sender(cookies[0]) != sender(generate_xsrf_token_string(b"another"))
    assert sender(cookies[0]) != sender(cookies[0], ("2.2.2.2", 80))


def test_clients_of_an_address_without_a_cookie_are_one():
    assert {sender(each) for each in (None, "", "2|a|b", "|", "x" * 9_999)} == {Sender("1.1.1.1")}
    assert sender(client=None) == Sender()
