"""Protection of every web server of ours. In: any ASGI application. Out: the same one, closed to foreign pages.

A server on this machine is reached by every page that its user opens, wherever that page came from. So a request is
answered only if it names this server as its host (else a foreign name was pointed at this machine) and if no foreign
page sent it. Plain ASGI, and no import: it starts as fast as what it guards.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Iterable, Mapping, MutableMapping
from typing import Any, Final
from urllib.parse import urlsplit

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]
# What one server refuses besides: a request to the status and the sentence it ends in, None where it may pass.
Refusal = tuple[int, str]
Rule = Callable[[Scope], Refusal | None]

HEADERS: Final = {
    "x-frame-options": "DENY",
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}
# This machine, by any port: a tunnel may end at another one than the server listens on.
_OWN_HOST: Final = re.compile(r"(?:127\.0\.0\.1|localhost|\[::1\])(?::[0-9]{1,5})?")
_FOREIGN: Final = (403, "This server answers requests from its own pages only.")
_MISDIRECTED: Final = (421, "This server does not answer to the name in the request. Open it by 127.0.0.1.")
_SAFE: Final = ("GET", "HEAD")


class WebGuard:
    """An ASGI application that passes on what came by our own name and from our own pages, and adds headers to answers.

    Args:
        app: what is guarded.
        origins: further origins that are ours, such as that of a proxy with a login: `https://answers.example.com`.
        headers: headers of every answer besides `HEADERS`.
        rules: what this server refuses besides.
    """

    def __init__(
        self,
        app: Application,
        *,
        origins: Iterable[str] = (),
        headers: Mapping[str, str] | None = None,
        rules: Iterable[Rule] = (),
    ) -> None:
        self._app = app
        self._origins = frozenset(origin.strip().rstrip("/").lower() for origin in origins)
        self._headers = [(name.encode(), value.encode()) for name, value in {**HEADERS, **(headers or {})}.items()]
        self._rules = tuple(rules)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or refuse it."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        refused = self.refusal(scope)
        if refused is None:
            await self._app(scope, receive, self._adding(send))
        elif scope["type"] == "websocket":
            # Closed before it is accepted: the server answers the handshake with 403.
            await send({"type": "websocket.close", "code": 1008, "reason": refused[1]})
        else:
            await _say(self._adding(send), *refused)

    def refusal(self, scope: Scope) -> Refusal | None:
        """Why a request is refused: the status and a sentence. None where it may pass."""
        hosts = [host.lower() for host in values_of(scope, b"host")]
        named = {origin.partition("://")[2] for origin in self._origins}
        if len(hosts) != 1 or not (hosts[0] in named or _OWN_HOST.fullmatch(hosts[0])):
            return _MISDIRECTED
        ours = self._origins if hosts[0] in named else self._origins | {f"http://{hosts[0]}"}
        if any(origin.lower() not in ours for origin in values_of(scope, b"origin")):
            return _FOREIGN
        if not _is_navigation(scope) and (
            any(origin_of(page) not in ours for page in values_of(scope, b"referer"))
            or any(site not in ("same-origin", "none") for site in values_of(scope, b"sec-fetch-site"))
        ):
            return _FOREIGN
        return next((refused for rule in self._rules if (refused := rule(scope)) is not None), None)

    def _adding(self, send: Send) -> Send:
        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                names = {name for name, _ in self._headers}
                # A policy of the application's own stays: a browser keeps to both.
                own = [
                    (name, value)
                    for name, value in message.get("headers", ())
                    if name.lower() not in names or name.lower() == b"content-security-policy"
                ]
                message = {**message, "headers": [*own, *self._headers]}
            await send(message)

        return sending


def values_of(scope: Scope, name: bytes) -> list[str]:
    """Every value of a request's header."""
    return [value.decode("latin-1").strip() for found, value in scope["headers"] if found.lower() == name]


def origin_of(address: str) -> str:
    """The origin of a page's address; empty where it has none."""
    try:
        parts = urlsplit(address)
        return f"{parts.scheme}://{parts.netloc}".lower() if parts.netloc else ""
    except ValueError:
        return ""


def _is_navigation(scope: Scope) -> bool:
    """Whether the request follows a link to a page of ours: links may be anywhere, and change nothing.

    A page that is framed or prefetched by a foreign one does not count.
    """
    modes, destinations = values_of(scope, b"sec-fetch-mode"), values_of(scope, b"sec-fetch-dest")
    return (
        scope["type"] == "http" and scope["method"] in _SAFE and modes == ["navigate"] and destinations == ["document"]
    )


async def _say(send: Send, status: int, text: str) -> None:
    headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"cache-control", b"no-store")]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": f"{text}\n".encode()})
