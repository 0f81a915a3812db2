"""Our servers answer only their own pages under their own names."""

from __future__ import annotations

import asyncio
from collections.abc import MutableMapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workspace.web_guard import HEADERS, Refusal, Scope, WebGuard

PORT = 3000
OWN = ("http://127.0.0.1:3000", "http://localhost:3000", "http://[::1]:3000")
FOREIGN = (
    "null", "", "http://evil.example", "https://127.0.0.1:3000", "http://127.0.0.1", "http://127.0.0.1:3001",
    "http://localhost:8501", "http://localhost:3000", "http://localhost.evil.example:3000", "http://127.0.0.1:3000.evil.example",
    "http://evil.example#http://127.0.0.1:3000", "http://127.0.0.1:3000@evil.example", "file://",
)  # fmt: skip


def scope(method: str = "GET", kind: str = "http", path: str = "/", **headers: str | list[str]) -> Scope:
    listed = {"host": f"127.0.0.1:{PORT}", **headers}
    pairs = [
        (name.replace("_", "-").encode(), one.encode("latin-1", "replace"))
        for name, value in listed.items()
        for one in ([value] if isinstance(value, str) else value)
    ]
    return {"type": kind, "method": method, "path": path, "headers": pairs, "server": ("127.0.0.1", PORT)}


def answer(guard: WebGuard, request: Scope) -> list[MutableMapping[str, Any]]:
    sent: list[MutableMapping[str, Any]] = []

    async def receive() -> MutableMapping[str, Any]:
        return {"type": "http.request"}

    async def send(message: MutableMapping[str, Any]) -> None:
        sent.append(message)

    asyncio.run(guard(request, receive, send))
    return sent


async def says_yes(_: Scope, __: Any, send: Any) -> None:
    headers = [(b"X-Frame-Options", b"ALLOWALL"), (b"content-security-policy", b"script-src 'self'")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": b"yes"})


GUARD = WebGuard(says_yes)


def status(request: Scope, guard: WebGuard = GUARD) -> int:
    return int(answer(guard, request)[0]["status"])


@pytest.mark.parametrize("origin", OWN)
def test_own_pages_are_served_under_every_own_host_name(origin: str) -> None:
    host = origin.removeprefix("http://")
    assert status(scope("POST", host=host, origin=origin, referer=f"{origin}/runs?x=1")) == 200
    assert status(scope(host=host.upper(), sec_fetch_site="same-origin")) == 200


def test_a_client_without_an_origin_header_is_served() -> None:
    assert status(scope("POST")) == 200


@pytest.mark.parametrize("method", ["GET", "POST", "OPTIONS", "DELETE"])
@pytest.mark.parametrize("origin", FOREIGN)
def test_a_foreign_origin_is_refused(method: str, origin: str) -> None:
    assert status(scope(method, origin=origin)) == 403


@pytest.mark.parametrize("page", FOREIGN)
def test_a_foreign_referer_is_refused(page: str) -> None:
    assert status(scope("POST", referer=f"{page}/x")) == 403


@pytest.mark.parametrize("site", ["cross-site", "same-site", "x"])
@pytest.mark.parametrize(
    "sent_as", [{"mode": "no-cors", "dest": "image"}, {"mode": "navigate", "dest": "iframe"}, {"mode": "cors"}]
)
def test_foreign_subresource_requests_are_refused(site: str, sent_as: dict[str, str]) -> None:
    fetched = {f"sec_fetch_{name}": value for name, value in sent_as.items()}
    assert status(scope(sec_fetch_site=site, **fetched)) == 403


def test_navigation_links_from_other_sites_are_allowed() -> None:
    followed = {"sec_fetch_site": "cross-site", "sec_fetch_mode": "navigate", "sec_fetch_dest": "document"}
    assert status(scope(referer="https://wiki.example/", **followed)) == 200
    assert status(scope("POST", referer="https://wiki.example/", **followed)) == 403


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "evil.example:3000",
        "127.0.0.1.evil.example",
        "",
        "127.0.0.1:3000.",
        "0.0.0.0:3000",
        "127.0.0.1:",
    ],
)
def test_an_unknown_host_name_is_refused(host: str) -> None:
    assert status(scope(host=host)) == 421


@pytest.mark.parametrize("port", ["", ":80", ":9000"])
def test_another_port_of_an_own_host_is_allowed(port: str) -> None:
    host = f"localhost{port}"
    assert status(scope("POST", host=host, origin=f"http://{host}")) == 200
    assert status(scope("POST", host=host, origin=f"http://localhost:{PORT}")) == 403


def test_missing_or_repeated_host_headers_are_refused() -> None:
    assert status(scope(host=["127.0.0.1:3000", "evil.example"])) == 421
    assert status(scope(host=[])) == 421


def test_a_websocket_of_a_foreign_page_is_closed_before_it_opens() -> None:
    sent = answer(GUARD, scope(kind="websocket", origin="http://evil.example"))
    assert [message["type"] for message in sent] == ["websocket.close"]
    assert GUARD.refusal(scope(kind="websocket", origin=OWN[0])) is None


def test_a_configured_origin_is_accepted_as_host_and_origin() -> None:
    guard = WebGuard(says_yes, origins=("https://Answers.example.com/",))
    named = {"host": "answers.example.com", "origin": "https://answers.example.com"}
    assert status(scope("POST", **named), guard) == 200
    assert status(scope("POST", origin="http://answers.example.com"), guard) == 403


def test_every_response_has_security_headers_and_keeps_the_apps_policy() -> None:
    guard = WebGuard(says_yes, headers={"content-security-policy": "frame-ancestors 'none'"})
    for request in (scope(), scope(origin="http://evil.example")):
        headers = answer(guard, request)[0]["headers"]
        named = dict(headers)
        assert {name: named[name.encode()].decode() for name in HEADERS} == HEADERS
        assert b"X-Frame-Options" not in named
    policies = [value for name, value in answer(guard, scope())[0]["headers"] if name == b"content-security-policy"]
    assert policies == [b"script-src 'self'", b"frame-ancestors 'none'"]


def test_a_server_specific_rule_can_refuse_more() -> None:
    def no_secrets(request: Scope) -> Refusal | None:
        return (404, "Nothing.") if request["path"] == "/secret" else None

    guard = WebGuard(says_yes, rules=(no_secrets,))
    assert [status(scope(path=path), guard) for path in ("/", "/secret")] == [200, 404]


@given(st.text(max_size=40))
def test_only_own_origins_pass(text: str) -> None:
    for origin in (text, f"http://{text}", f"http://{text}:3000", f"{OWN[0]}{text}"):
        passes = origin.encode("latin-1", "replace").decode("latin-1").strip().lower() == OWN[0]
        assert (GUARD.refusal(scope("POST", origin=origin)) is None) == passes
