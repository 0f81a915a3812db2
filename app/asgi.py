"""The app as a web application. In: Streamlit's app. Out: the same with request protection, headers, and a script.

`app.serve` hands this file to Streamlit, which serves the `app` in it.
"""

from __future__ import annotations

import base64
import hashlib
import re
from pathlib import Path
from typing import Final

import streamlit
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from streamlit import config
from streamlit.web.server.starlette import App

from workspace.web_guard import Application, Message, Receive, Refusal, Scope, Send, WebGuard, values_of

ENTRY: Final = Path(__file__).parent / "streamlit_app.py"
# What Streamlit offers to others than its pages: figures of its inside, uploads, and an interface for programs.
_CLOSED: Final = ("/_stcore/metrics", "/_stcore/upload_file", "/_stcore/agent", "/_stcore/script-health-check")
# For keyboards and screen readers: Streamlit takes no script that may look at the whole page.
SCRIPT: Final = Path(__file__).parent / "assets" / "reader.js"
SCRIPT_ADDRESS: Final = "/reader.js"
_INLINE_SCRIPT: Final = re.compile(r"<script(?![^>]*\ssrc=)[^>]*>(.*?)</script>", re.DOTALL)


def content_security_policy() -> str:
    """What a page may load and run: what this server sends, and nothing else.

    Streamlit's page holds scripts of its own in its text: they are named by their hash. Its styles are made by script.
    """
    page = (Path(streamlit.__file__).parent / "static" / "index.html").read_text(encoding="utf-8")
    digests = (hashlib.sha256(script.encode()).digest() for script in _INLINE_SCRIPT.findall(page))
    hashes = " ".join(f"'sha256-{base64.b64encode(digest).decode()}'" for digest in digests)
    rules = {
        "default-src": "'none'",
        "script-src": f"'self' {hashes}",
        "style-src": "'self' 'unsafe-inline'",
        "img-src": "'self' data: blob:",
        "font-src": "'self' data:",
        "connect-src": "'self'",
        "manifest-src": "'self'",
        "base-uri": "'none'",
        "form-action": "'none'",
        "frame-ancestors": "'none'",
    }
    return "; ".join(f"{name} {value}" for name, value in rules.items())


def closed(scope: Scope) -> Refusal | None:
    """Refuse what no page of ours asks for."""
    if any(scope["path"].startswith(path) for path in _CLOSED):
        return 404, "There is nothing here."
    return None


async def healthy(_: Request) -> JSONResponse:
    """Report that this process answers, for monitoring. It asks nothing of the pages or of the release."""
    return JSONResponse({"status": "ok"}, headers={"cache-control": "no-store"})


async def script(_: Request) -> Response:
    """The script for keyboards and screen readers; its own server's, so that the policy lets it in."""
    return Response(SCRIPT.read_bytes(), media_type="text/javascript", headers={"cache-control": "no-cache"})


class WithScript:
    """An ASGI application whose pages also load the script of `SCRIPT_ADDRESS`.

    Args:
        app: what serves the pages.
        base: the path below which it is served, as Streamlit's `server.baseUrlPath`.
    """

    def __init__(self, app: Application, *, base: str = "") -> None:
        self._app = app
        address = f"{'/' if base.strip('/') else ''}{base.strip('/')}{SCRIPT_ADDRESS}"
        self._tag = f'<script defer src="{address}"></script></head>'.encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request; a page is sent whole, once it is known."""
        if scope["type"] != "http" or not any("text/html" in accepted for accepted in values_of(scope, b"accept")):
            await self._app(scope, receive, send)
            return
        # Compressed, a page could not be added to; it has eight kilobytes.
        scope = {**scope, "headers": [one for one in scope["headers"] if one[0].lower() != b"accept-encoding"]}
        start: Message | None = None
        body = b""

        async def sending(message: Message) -> None:
            nonlocal start, body
            if message["type"] == "http.response.start" and _is_page(message):
                start = message
            elif start is None or message["type"] != "http.response.body":
                await send(message)
            else:
                body += message.get("body", b"")
                if not message.get("more_body"):
                    page = body.replace(b"</head>", self._tag, 1)
                    headers = [(name, value) for name, value in start["headers"] if name.lower() != b"content-length"]
                    length = (b"content-length", str(len(page)).encode())
                    is_head = scope["method"] == "HEAD"
                    await send({**start, "headers": headers if is_head else [*headers, length]})
                    await send({"type": "http.response.body", "body": b"" if is_head else page})

        await self._app(scope, receive, sending)


def _is_page(message: Message) -> bool:
    """Whether an answer is a whole page in plain text."""
    headers = {name.lower(): value for name, value in message.get("headers", ())}
    is_html = headers.get(b"content-type", b"").startswith(b"text/html")
    return message["status"] == 200 and is_html and b"content-encoding" not in headers


app = App(
    ENTRY,
    routes=[Route("/healthz", healthy), Route(SCRIPT_ADDRESS, script)],
    middleware=[
        Middleware(
            WebGuard,
            origins=config.get_option("server.corsAllowedOrigins"),
            headers={"content-security-policy": content_security_policy()},
            rules=(closed,),
        ),
        Middleware(WithScript, base=config.get_option("server.baseUrlPath")),
    ],
)
