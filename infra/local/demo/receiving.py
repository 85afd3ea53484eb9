"""A department's own system: listens on this machine, and checks who is speaking before it believes a word."""

import base64
import hashlib
import hmac
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class Receiver:
    """Takes signed events (Standard Webhooks); one whose signature is wrong is answered with 401 and forgotten."""

    def __init__(self) -> None:
        """Listen on a port of this machine that is free."""
        self.secret = ""
        self.got: list[dict[str, Any]] = []
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                is_signed = receiver.is_signed(
                    self.headers["webhook-id"],
                    self.headers["webhook-timestamp"],
                    body,
                    self.headers["webhook-signature"],
                )
                if is_signed:
                    receiver.got.append(json.loads(body)["data"])
                self.send_response(204 if is_signed else 401)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                """Keep quiet."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}/flags"
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def is_signed(self, name: str, instant: str, body: bytes, signatures: str) -> bool:
        """Say whether one of the signatures is that of the secret over name, instant and body."""
        key = base64.b64decode(self.secret.removeprefix("whsec_"))
        said = hmac.digest(key, f"{name}.{instant}.".encode() + body, hashlib.sha256)
        expected = f"v1,{base64.b64encode(said).decode()}"
        return any(hmac.compare_digest(expected, signature) for signature in signatures.split())

    def about(self, flag_id: str, state: str) -> dict[str, Any] | None:
        """Return what was told of a flag's state, once it was."""
        return next((each for each in self.got if (each["flag_id"], each["state"]) == (flag_id, state)), None)

    def close(self) -> None:
        """Stop listening."""
        self._server.shutdown()
        self._server.server_close()
