"""The app as a web application. In: Streamlit's app. Out: the same with request protection and security headers.

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
from starlette.responses import JSONResponse
from starlette.routing import Route
from streamlit import config
from streamlit.web.server.starlette import App

from workspace.web_guard import Refusal, Scope, WebGuard

ENTRY: Final = Path(__file__).parent / "streamlit_app.py"
# What Streamlit offers to others than its pages: figures of its inside, uploads, and an interface for programs.
_CLOSED: Final = ("/_stcore/metrics", "/_stcore/upload_file", "/_stcore/agent", "/_stcore/script-health-check")
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


app = App(
    ENTRY,
    routes=[Route("/healthz", healthy)],
    middleware=[
        Middleware(
            WebGuard,
            origins=config.get_option("server.corsAllowedOrigins"),
            headers={"content-security-policy": content_security_policy()},
            rules=(closed,),
        )
    ],
)
