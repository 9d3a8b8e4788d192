"""Messages at once: what a session does with two messages in close succession."""

import asyncio

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from tornado.websocket import websocket_connect

from tests.support.engine import free_port
from tests.support.server import page_server

#: Says how many scripts the server was running when this one began, itself included.
SCRIPT = """
import threading
import time
import streamlit as st
running = sum(thread.name.startswith("ScriptRunner") for thread in threading.enumerate())
st.text("begun")
time.sleep(1.0)
st.text(f"running: {running}")
"""


async def scripts_at_once(port):
    """Sends a message while the script runs for another; what the last run says."""
    socket = await websocket_connect(f"ws://127.0.0.1:{port}/_stcore/stream")
    rerun = BackMsg()
    rerun.rerun_script.query_string = ""
    begun = 0
    try:
        await socket.write_message(rerun.SerializeToString(), binary=True)
        while True:
            received = await asyncio.wait_for(socket.read_message(), timeout=30)
            text = ForwardMsg.FromString(received).delta.new_element.text.body
            begun += text == "begun"
            if text == "begun" and begun == 1:
                await socket.write_message(rerun.SerializeToString(), binary=True)
            if text.startswith("running"):
                return begun, text
    finally:
        socket.close()


def test_a_session_runs_one_script_at_a_time(tmp_path):
    script = tmp_path / "script.py"
    script.write_text(SCRIPT)
    port = free_port()
    with page_server(port, script=str(script)):
        assert asyncio.run(scripts_at_once(port)) == (2, "running: 1")
