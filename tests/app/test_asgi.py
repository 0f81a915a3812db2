from __future__ import annotations

import asyncio
from typing import Any

import pytest

from app.asgi import SCRIPT, SCRIPT_ADDRESS, WithScript
from workspace.web_guard import Message, Receive, Scope, Send

PAGE = b"<html><head><title>x</title></head><body></body></html>"


def answered(
    kind: str, *, accept: str = "text/html", status: int = 200, method: str = "GET", base: str = "", parts: int = 2
) -> tuple[dict[bytes, bytes], bytes, list[tuple[bytes, bytes]]]:
    """What a browser gets: headers and body, and the headers that the app behind was asked with."""
    seen: list[tuple[bytes, bytes]] = []

    async def behind(scope: Scope, _: Receive, send: Send) -> None:
        seen.extend(scope["headers"])
        length = [(b"content-type", kind.encode()), (b"content-length", str(len(PAGE)).encode())]
        await send({"type": "http.response.start", "status": status, "headers": length})
        half = len(PAGE) // parts
        await send({"type": "http.response.body", "body": PAGE[:half], "more_body": True})
        await send({"type": "http.response.body", "body": PAGE[half:]})

    got: list[Message] = []

    async def send(message: Message) -> None:
        got.append(message)

    async def receive() -> Message:
        return {"type": "http.request"}

    headers = [(b"accept", accept.encode()), (b"accept-encoding", b"gzip")]
    scope: dict[str, Any] = {"type": "http", "method": method, "path": "/who", "headers": headers}
    asyncio.run(WithScript(behind, base=base)(scope, receive, send))
    return dict(got[0]["headers"]), b"".join(one.get("body", b"") for one in got[1:]), seen


@pytest.mark.parametrize("base", ["", "/answers/"])
def test_a_page_loads_the_script_and_says_its_new_length(base: str) -> None:
    headers, body, seen = answered("text/html; charset=utf-8", base=base)
    address = f"/{base.strip('/')}{SCRIPT_ADDRESS}" if base else SCRIPT_ADDRESS
    assert body.count(f'<script defer src="{address}"></script></head>'.encode()) == 1
    assert int(headers[b"content-length"]) == len(body)
    assert b"accept-encoding" not in dict(seen)


@pytest.mark.parametrize(
    ("kind", "accept", "status"),
    [("text/javascript", "*/*", 200), ("text/html", "*/*", 200), ("text/html", "text/html", 404)],
)
def test_everything_else_stays_as_it_is(kind: str, accept: str, status: int) -> None:
    headers, body, seen = answered(kind, accept=accept, status=status)
    assert body == PAGE
    assert int(headers[b"content-length"]) == len(PAGE)
    assert (b"accept-encoding" in dict(seen)) == (accept == "*/*")


def test_the_script_asks_for_nothing() -> None:
    text = SCRIPT.read_text(encoding="utf-8")
    assert not any(
        word in text for word in ("fetch(", "XMLHttpRequest", "import(", "eval(", "innerHTML", "http:", "https:")
    )
