"""A source's API in, the answers to all of its pages out, as the bytes that the vendor sent.

dlt's RESTClient asks, waits and asks again: a server that is busy (429) or broken (5xx) is asked `ATTEMPTS` times.
An answer that repeats a request already made ends the fetch with an error: it would never end.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from ingestion.readers.vendor import UnreadableFileError
from ingestion.vendors.description import description
from ingestion.vendors.endpoints import Api, Endpoint, Job, Pages, Since
from workspace import Source
from workspace.configuration import limits
from workspace.environment import secret
from workspace.errors import Problem

if TYPE_CHECKING:
    from dlt.sources.helpers.rest_client.client import RESTClient
    from dlt.sources.helpers.rest_client.paginators import BasePaginator
    from requests import Request, Response

ATTEMPTS: int = 6
# Between two attempts, doubled each time; a server's own `Retry-After` goes before.
FIRST_WAIT_SECONDS: float = 1
LONGEST_WAIT_SECONDS: Final = 120
REQUEST_SECONDS: Final = 60
# How often an export is asked about that the vendor prepares, and how long between.
JOB_QUESTIONS: int = 600
JOB_WAIT_SECONDS: float = 3
# Where a source has no `since`: no record of a customer is older.
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Page:
    """One answer.

    Attributes:
        content: its bytes.
        highest: the latest time of its records by the endpoint's `since`; None where it has none.
        records: how many it has.
    """

    content: bytes
    highest: datetime | None
    records: int


class ApiClient:
    """Asks one endpoint of a vendor for all of its pages."""

    def __init__(self, source: Source) -> None:
        assert source.api is not None
        vendor = description(source.vendor)
        self._entity = f"{source.kind}/{source.entity}"
        assert vendor.api is not None
        self._api: Api = vendor.api
        self.endpoint: Endpoint = vendor.api.endpoints[self._entity]
        self._records = self.endpoint.records or f"$.{vendor.reads_of(self._entity)[0].collection}"
        self._source = source
        self._access = source.api
        for problem in examine_access(source):
            raise UnreadableFileError(problem)
        self._url = fill(self._access.url or self._api.url, self._access.values).rstrip("/")

    @property
    def shown(self) -> str:
        """How messages name the endpoint: its address, without parameters."""
        return f"{self._url}{fill(self.endpoint.path.partition('?')[0], self._access.values)}"

    @property
    def asked(self) -> dict[str, Any]:
        """What is asked for, as far as it decides what comes."""
        access = self._access
        return {**self.place, "since": str(access.since), **self.endpoint.model_dump()}

    @property
    def place(self) -> dict[str, Any]:
        """Whose records are asked for: another shop, form or survey has others."""
        return {"url": self._url, "values": self._access.values}

    def since(self, highest: str | None) -> datetime:
        """From when on records are asked for.

        Args:
            highest: the latest time that was loaded, in ISO form; None before the first fetch.
        """
        first = self._access.since
        start = datetime(first.year, first.month, first.day, tzinfo=UTC) if first else _EPOCH
        if highest is None:
            return start
        # A time in the future would leave out all that comes until then.
        reached = min(datetime.fromisoformat(highest), datetime.now(UTC))
        return max(start, reached - timedelta(seconds=self._access.lag_seconds))

    def pages(self, since: datetime) -> Iterator[Page]:
        """Every page, in the order of the API.

        Raises:
            UnreadableFileError: the API refuses, does not answer, or answers what cannot be read.
        """
        # dlt takes a second to import, and most companies read files only.
        from requests.exceptions import RequestException

        client = self._client()
        if self.endpoint.job is not None:
            yield self._exported(client, self.endpoint.job, since)
            return
        said = {"since": _written(since, self.endpoint.since)} if self.endpoint.since else {}
        values = {**self._access.values, **said}
        is_numbered = self.endpoint.pages.next in ("page", "offset")
        for variant in self.endpoint.variants:
            path, said_besides = self.endpoint.of_variant(variant)
            params = {name: fill(value, values) for name, value in {**self.endpoint.params, **said_besides}.items()}
            asked = {_request_key(path, params)}
            number, before = 0, b""
            try:
                for page in client.paginate(
                    fill(path, values),
                    params=params,
                    paginator=_paginator(self.endpoint.pages, self._records),
                    data_selector=self._records,
                ):
                    number += 1
                    # Of pages that we number every address is new: only what they hold shows that one repeats.
                    if is_numbered and list(page) and page.response.content == before:
                        raise UnreadableFileError(self._never_ends())
                    before = page.response.content
                    yield self._page(page.response, list(page))
                    if page.paginator.has_next_page:
                        self._examine_next(asked, page.request.url, page.request.params)
            except (ValueError, TypeError, KeyError) as error:
                raise self._unreadable(error) from None
            except RequestException as error:
                raise self._refused(error, is_next=number > 0) from None

    def _exported(self, client: RESTClient, job: Job, since: datetime) -> Page:
        """The file of an export that the vendor prepares first."""
        from requests.exceptions import RequestException

        said = {"since": _written(since, self.endpoint.since)} if self.endpoint.since else {}
        values = {**self._access.values, **said}
        path = fill(self.endpoint.path, values)
        order = {name: fill(one, values) if isinstance(one, str) else one for name, one in job.order.items()}
        try:
            number = self._answer(client.post(path, json=order), job.number)
            for _ in range(JOB_QUESTIONS):
                response = client.get(f"{path}{fill(job.asked_at, {'number': number})}")
                state = self._answer(response, job.state)
                if state in job.failed:
                    what = f"The vendor could not prepare the export (state '{state}')."
                    raise UnreadableFileError(self._problem(what, "Run again; if it stays so, ask the vendor."))
                if state == job.ready:
                    file = self._answer(response, job.file)
                    response = client.get(f"{path}{fill(job.fetched_at, {'file': file})}")
                    response.raise_for_status()
                    return self._page(response, _value_at(response.json(), self._records) or [])
                time.sleep(JOB_WAIT_SECONDS)
        except (ValueError, TypeError, KeyError) as error:
            raise self._unreadable(error) from None
        except RequestException as error:
            raise self._refused(error) from None
        what = f"The vendor did not prepare the export within {JOB_QUESTIONS} questions."
        raise UnreadableFileError(self._problem(what, "Run again later."))

    def _answer(self, response: Response, path: str) -> str:
        """What stands at a path of an answer.

        Raises:
            UnreadableFileError: nothing stands there.
        """
        response.raise_for_status()
        found = _value_at(response.json(), path)
        if found is None:
            what = f"The API's answer has no '{path.removeprefix('$.')}'."
            raise UnreadableFileError(self._problem(what, "Check 'url' and 'values': does it lead to this entity?"))
        return str(found)

    def _client(self) -> RESTClient:
        from dlt.sources.helpers.requests import Client
        from dlt.sources.helpers.rest_client.client import RESTClient

        session = Client(
            raise_for_status=False,
            request_timeout=REQUEST_SECONDS,
            request_max_attempts=ATTEMPTS,
            request_backoff_factor=FIRST_WAIT_SECONDS,
            request_max_retry_delay=LONGEST_WAIT_SECONDS,
        ).session
        token = secret(self._access.token) or ""
        headers = dict(self._api.headers)
        if self._api.auth == "header":
            headers[self._api.header] = fill(self._api.sent, {"token": token})
        return RESTClient(self._url, headers=headers, auth=self._auth(token), session=session)

    def _auth(self, token: str) -> Any:
        from dlt.sources.helpers.rest_client.auth import BearerTokenAuth, HttpBasicAuth

        if self._api.auth == "bearer":
            return BearerTokenAuth(token=token)
        if self._api.auth == "basic":
            user = fill(self._api.user, {"user": self._access.user or "", "token": token})
            # Some take the token for the user, and any password.
            return HttpBasicAuth(username=user, password="X" if "{token}" in self._api.user else token)
        return None

    def _page(self, response: Response, records: list[Any]) -> Page:
        if len(response.content) > limits.DOCUMENT_BYTES:
            what = f"A page has more than {limits.in_words(limits.DOCUMENT_BYTES)}."
            raise UnreadableFileError(self._problem(what, "Ask the vendor for smaller pages."))
        # Some answer a question that they refuse with status 200.
        if not isinstance(_value_at(response.json(), self._records), list):
            what = f"The API's answer has no list '{self._records.removeprefix('$.')}'."
            raise UnreadableFileError(self._problem(what, "Check 'url' and 'values': does it lead to this entity?"))
        times = [_time_of(record, self.endpoint.since) for record in records] if self.endpoint.since else []
        highest = max((one for one in times if one is not None), default=None)
        return Page(response.content, highest, len(records))

    def _examine_next(self, asked: set[str], url: str | None, params: Mapping[str, Any] | None) -> None:
        """See that the next page is another one, and on the same server: it is asked with the key."""
        if urlsplit(url or "").netloc not in ("", urlsplit(self._url).netloc):
            what = "The API names another server for its next page, which is not asked: the key would be sent to it."
            raise UnreadableFileError(self._problem(what, "Ask the vendor, or name that server as 'url'."))
        key = _request_key(url, params)
        if key in asked:
            raise UnreadableFileError(self._never_ends())
        asked.add(key)

    def _never_ends(self) -> Problem:
        """The problem of a next page that was fetched already: by its address, or by what it holds."""
        what = "The API gives a page as the next one that was fetched already: it would never end."
        return self._problem(what, "Run again; if it stays so, ask the vendor.")

    def _refused(self, error: Exception, *, is_next: bool = False) -> UnreadableFileError:
        """The problem of a request that failed for good; nothing of the answer's text, which may hold people.

        Args:
            error: what the request raised.
            is_next: it asked for a page that the answer before named.
        """
        status = getattr(getattr(error, "response", None), "status_code", None)
        if status in (401, 403):
            name = self._access.token.removeprefix("env:")
            what = f"The API refuses the key (status {status})."
            return UnreadableFileError(
                self._problem(what, f"Check the key in {name}, and that it may read {self._entity}.", key="token")
            )
        if status == 429:
            what = f"The API asks to wait (status 429), also after {ATTEMPTS} attempts."
            return UnreadableFileError(self._problem(what, "The next run goes on from what is loaded."))
        if status is None:
            what = f"The API cannot be reached ({type(error).__name__})."
            return UnreadableFileError(self._problem(what, "Check the address and the network. The next run goes on."))
        if is_next and status < 500:
            # A cursor that has run out: the vendor forgets it after a while.
            what = f"The API no longer knows the page that it named as its next one (status {status})."
            return UnreadableFileError(self._problem(what, "Nothing was loaded. The next run asks again."))
        what = f"The API answers with status {status}."
        fix = "Check 'values' and 'url'." if status < 500 else "The vendor's server fails. The next run goes on."
        return UnreadableFileError(self._problem(what, fix))

    def _unreadable(self, error: Exception) -> UnreadableFileError:
        what = f"The API's answer cannot be read ({type(error).__name__})."
        if "JSONDecodeError" in type(error).__name__:
            what = "The API's answer is not JSON."
        return UnreadableFileError(self._problem(what, "Check 'url': does it lead to the API itself?"))

    def _problem(self, what: str, fix: str, *, key: str = "api") -> Problem:
        place = f"sources.{self._source.name}.api{'' if key == 'api' else f'.{key}'}"
        return Problem(file=self.shown, key=place, what=what, fix=fix)


def examine_access(source: Source) -> list[Problem]:
    """What of an API's access is not there: its key, or what its description asks for. Asks no server."""
    assert source.api is not None
    api = description(source.vendor).api
    assert api is not None
    problems = []
    key = f"sources.{source.name}.api"
    if secret(source.api.token) is None:
        name = source.api.token.removeprefix("env:")
        what, fix = f"The variable {name} is not set.", "Set it to the API's key where 'cx' runs, Dagster included."
        problems.append(Problem(file="cx.yml", key=f"{key}.token", what=what, fix=fix))
    for name, meaning in api.asks.items():
        if name not in source.api.values and f"{{{name}}}" in _used(source, api):
            what, fix = f"'{name}' is not said: {meaning}.", f"Write it below 'values': {{{name}: ...}}."
            problems.append(Problem(file="cx.yml", key=f"{key}.values", what=what, fix=fix))
    if api.auth == "basic" and "{user}" in api.user and not source.api.user:
        what, fix = "'user' is not said: who the key belongs to.", "Write it below 'api'."
        problems.append(Problem(file="cx.yml", key=f"{key}.user", what=what, fix=fix))
    return problems


def _used(source: Source, api: Api) -> str:
    """All that is filled in when a source's endpoint is asked."""
    assert source.api is not None
    endpoint = api.endpoints[f"{source.kind}/{source.entity}"]
    said = [source.api.url or api.url, endpoint.path, *endpoint.params.values()]
    said += [str(value) for value in (endpoint.job.order.values() if endpoint.job else ())]
    return " ".join([*said, *(value for variant in endpoint.variants for value in variant.values())])


def fill(template: str, values: Mapping[str, str]) -> str:
    """A text with `{name}` replaced; a name without a value stays."""
    for name, value in values.items():
        template = template.replace(f"{{{name}}}", value)
    return template


def _paginator(pages: Pages, records: str) -> BasePaginator:
    from dlt.sources.helpers.rest_client import paginators

    match pages.next:
        case "url":
            return _ends(paginators.JSONLinkPaginator(next_url_path=pages.path), pages)
        case "link":
            return paginators.HeaderLinkPaginator()
        case "cursor":
            return _ends(
                paginators.JSONResponseCursorPaginator(cursor_path=pages.path, cursor_param=pages.param), pages
            )
        case "last_id":
            # What the last record is called: the same paginator over the end of the list.
            last = f"{records}[-1:]{pages.path.removeprefix('$')}"
            return _ends(paginators.JSONResponseCursorPaginator(cursor_path=last, cursor_param=pages.param), pages)
        case "page":
            return _ends(
                paginators.PageNumberPaginator(
                    base_page=pages.first, page_param=pages.param, total_path=None, stop_after_empty_page=True
                ),
                pages,
            )
        case "offset":
            return _ends(_offsets(pages.param), pages)
        case _:
            return paginators.SinglePagePaginator()


def _offsets(param: str) -> BasePaginator:
    """A paginator that says how many records came so far: dlt's own believes that pages are as large as asked for."""
    from dlt.sources.helpers.rest_client.paginators import BasePaginator

    class Offsets(BasePaginator):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            self.came = 0

        def init_request(self, request: Request) -> None:
            self.update_request(request)

        def update_state(self, _: Response, data: list[Any] | None = None) -> None:
            self.came += len(data or ())
            self._has_next_page = bool(data)

        def update_request(self, request: Request) -> None:
            said: Any = request.params or {}
            request.params = {**said, param: str(self.came)}

    return Offsets()


def _ends(paginator: Any, pages: Pages) -> BasePaginator:
    """A paginator that also stops where an answer says so.

    dlt's own `has_more_path` fails where the answer lacks it, and cannot be asked for the opposite.
    """
    found: BasePaginator = paginator
    if pages.more is None and pages.end is None:
        return found
    kind = type(paginator)

    class Ending(kind):  # type: ignore[misc, valid-type]
        def update_state(self, response: Response, data: list[Any] | None = None) -> None:
            super().update_state(response, data)
            answer = response.json()
            if pages.more is not None and not _value_at(answer, pages.more):
                self._has_next_page = False
            if pages.end is not None and _value_at(answer, pages.end):
                self._has_next_page = False

    found.__class__ = Ending
    return found


def _value_at(value: Any, path: str) -> Any:
    """What stands at a path of names, such as `$.meta.more`; None where nothing does."""
    for name in filter(None, path.removeprefix("$").split(".")):
        value = value.get(name) if isinstance(value, dict) else None
    return value


def _time_of(record: Any, since: Since | None) -> datetime | None:
    """The time of a record by which the endpoint chooses; None where it has none that can be read."""
    assert since is not None
    value = _value_at(record, since.of)
    try:
        if since.clock in ("iso", "iso_in_utc", "iso_asked_in_unix"):
            found = datetime.fromisoformat(str(value))
            return found if found.tzinfo else found.replace(tzinfo=UTC)
        return datetime.fromtimestamp(float(value) / (1_000 if since.clock == "unix_ms" else 1), UTC)
    except (TypeError, ValueError, OverflowError, OSError):
        return None


def _written(time: datetime, since: Since) -> str:
    if since.clock in ("iso", "iso_in_utc"):
        return time.astimezone(UTC).strftime(f"%Y-%m-%dT%H:%M:%S{'Z' if since.clock == 'iso' else ''}")
    return str(int(time.timestamp() * (1_000 if since.clock == "unix_ms" else 1)))


def _request_key(url: str | None, params: Mapping[str, Any] | None) -> str:
    """A request as far as it differs from others: its path and parameters."""
    parts = urlsplit(url or "")
    return json.dumps([parts.path, parts.query, sorted((str(a), str(b)) for a, b in (params or {}).items())])
