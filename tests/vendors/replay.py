"""A server that answers as a vendor's API does, from records: with its pages, its key, and faults on request.

It refuses a request without the key, and one whose cursor it did not give out.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final
from urllib.parse import parse_qs, urlsplit

from ingestion.vendors.endpoints import Api, Endpoint

TOKEN: Final = "a-key-of-the-tests"
USER: Final = "engineer@example.com"
ELSEWHERE: Final = "http://127.0.0.1:9"


@dataclass
class Replay:
    """What the server has, what it was asked, and how it is to fail.

    Attributes:
        api: of a description.
        endpoint: of it.
        records: what there is, in the order of the API; each variant of the endpoint has a list of its own.
        collection: key of the list of an answer; '' where the answer is the list.
        page_size: records of a page.
        starts: which records begin a page, from 0, instead of every `page_size`-th.
        requests: path and parameters of every request, in turn.
        orders: what exports were ordered by, in turn.
        questions: how often an export was asked about.
        state: of an export that is not ready.
        faults: number of a request, from 0 -> a status, `cut`, `repeat` (the answer before), `text` or `elsewhere` (the
            next page is on another server).
        retry_after: seconds that a server asks to wait which is busy.
        answered: body and headers of the last answer.
        asking: called with the number of a request before it is answered.
    """

    api: Api
    endpoint: Endpoint
    records: Sequence[Sequence[Any]]
    collection: str
    page_size: int = 2
    starts: Sequence[int] = ()
    requests: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    faults: dict[int, int | str] = field(default_factory=dict)
    address: str = ""
    orders: list[dict[str, Any]] = field(default_factory=list)
    questions: int = 0
    state: str = "inProgress"
    retry_after: int = 0
    asking: Callable[[int], None] = lambda number: None
    answered: tuple[bytes, dict[str, str]] | None = None

    def answer(self, path: str, params: dict[str, str]) -> tuple[int, bytes, dict[str, str]]:
        """Status, body and headers of one request."""
        if "page_of" in params:
            variant = int(params["page_of"].partition("-")[0])
        else:
            variant = next(nth for nth, said in enumerate(self.endpoint.variants) if self._is_of(said, path, params))
        records = self.records[variant]
        start = self._start(records, params)
        if start is None:
            return 400, b'{"error": "this cursor is not known"}', {}
        end = next((one for one in self.starts if one > start), len(records) if self.starts else start + self.page_size)
        page = list(records[start:end])
        body: Any = {self.collection: page} if self.collection else page
        headers: dict[str, str] = {}
        has_more = end < len(records)
        self._say_next(body, headers, path, params, f"{variant}-{end}", has_more=has_more)
        return 200, json.dumps(body).encode(), headers

    def _is_of(self, variant: dict[str, str], path: str, params: dict[str, str]) -> bool:
        """Whether a request is for a variant: by its parameters, and by its path where that says so."""
        own, said = self.endpoint.of_variant(variant)
        return said.items() <= params.items() and (own == self.endpoint.path or path.endswith(own))

    def _start(self, records: Sequence[Any], params: dict[str, str]) -> int | None:
        pages = self.endpoint.pages
        if "page_of" in params:
            return int(params["page_of"].partition("-")[2])
        if pages.next == "page":
            return (int(params.get(pages.param, pages.first)) - pages.first) * self.page_size
        if pages.next == "offset":
            return int(params[pages.param])
        if pages.next in ("cursor", "last_id") and pages.param in params:
            given = params[pages.param]
            if pages.next == "last_id":
                known = [str(value_at(record, pages.path)) for record in records]
                return known.index(given) + 1 if given in known else None
            start = given.partition("-")[2]
            return int(start) if given.startswith("cursor") and start.isdigit() else None
        return 0

    def _say_next(
        self, body: Any, headers: dict[str, str], path: str, params: dict[str, str], place: str, *, has_more: bool
    ) -> None:
        pages = self.endpoint.pages
        following = f"{self.address}{path}?page_of={place}"
        if pages.next == "url" and has_more:
            _put(body, pages.path, following)
        if pages.next == "link" and has_more:
            headers["Link"] = f'<{following}>; rel="next"'
        # Zendesk gives a cursor on its last page, too.
        if pages.next == "cursor" and (has_more or pages.end):
            _put(body, pages.path, f"cursor-{place.partition('-')[2]}")
        if pages.more:
            _put(body, pages.more, has_more)
        if pages.end:
            _put(body, pages.end, not has_more)

    def job(self, path: str, order: dict[str, Any] | None) -> tuple[int, bytes]:
        """The answer of an export that is prepared first: it is ready when it was asked about twice."""
        job = self.endpoint.job
        assert job is not None
        body: dict[str, Any] = {}
        if order is not None:
            self.orders.append(order)
            _put(body, job.number, "job-1")
        elif path.endswith(job.asked_at.replace("{number}", "job-1")):
            self.questions += 1
            _put(body, job.state, job.ready if self.questions % 2 == 0 else self.state)
            _put(body, job.file, "file-1")
        elif path.endswith(job.fetched_at.replace("{file}", "file-1")):
            body = {self.collection: list(self.records[0])}
        else:
            return 404, b"{}"
        return 200, json.dumps(body).encode()

    def authorized(self, headers: Any) -> bool:
        import base64

        if self.api.auth == "header":
            return headers.get(self.api.header) == self.api.sent.replace("{token}", TOKEN)
        if self.api.auth == "basic":
            password = "X" if "{token}" in self.api.user else TOKEN
            user = self.api.user.replace("{user}", USER).replace("{token}", TOKEN)
            said = base64.b64encode(f"{user}:{password}".encode()).decode()
            return headers.get("Authorization") == f"Basic {said}"
        return headers.get("Authorization") == f"Bearer {TOKEN}"


@contextmanager
def serving(replay: Replay) -> Iterator[str]:
    """The address of the server, on 127.0.0.1 only."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            length = int(self.headers.get("Content-Length", 0))
            self._answer(json.loads(self.rfile.read(length)))

        def do_GET(self) -> None:
            self._answer(None)

        def _answer(self, order: dict[str, Any] | None) -> None:
            parts = urlsplit(self.path)
            params = {name: values[0] for name, values in parse_qs(parts.query).items()}
            replay.asking(len(replay.requests))
            fault = replay.faults.get(len(replay.requests))
            replay.requests.append((parts.path, params))
            if not replay.authorized(self.headers):
                self._send(401, b'{"message": "who are you, anna@example.com?"}', {})
            elif isinstance(fault, int):
                self._send(fault, b'{"message": "no"}', {"Retry-After": str(replay.retry_after)})
            elif fault == "text":
                self._send(200, b"<html>maintenance</html>", {})
            elif replay.endpoint.job is not None:
                status, body = replay.job(parts.path, order)
                self._send(status, body, {}, cut=fault == "cut")
            else:
                status, body, headers = replay.answer(parts.path, params)
                if fault == "repeat" and replay.answered:
                    body, headers = replay.answered
                if fault == "elsewhere":
                    body = body.replace(replay.address.encode(), ELSEWHERE.encode())
                    headers = {name: said.replace(replay.address, ELSEWHERE) for name, said in headers.items()}
                replay.answered = (body, headers)
                self._send(status, body, headers, cut=fault == "cut")

        def _send(self, status: int, body: bytes, headers: dict[str, str], *, cut: bool = False) -> None:
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body[: len(body) // 2] if cut else body)
            if cut:
                self.close_connection = True

        def log_message(self, *arguments: Any) -> None:
            """Silent."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    # Half a second, which is the default, would pass at the end of every test.
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    replay.address = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        yield replay.address
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def value_at(value: Any, path: str) -> Any:
    for name in filter(None, path.removeprefix("$").split(".")):
        value = value.get(name) if isinstance(value, dict) else None
    return value


def _put(body: Any, path: str, value: Any) -> None:
    *names, last = path.removeprefix("$.").split(".")
    for name in names:
        body = body.setdefault(name, {})
    body[last] = value
