"""What a description says of a vendor's API: where an entity is asked for, how answers go on, and since when."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import Field, field_validator, model_validator

from ingestion.vendors.paths import a_path
from workspace.configuration.sources import Section


class Pages(Section):
    """How an answer says that there is more.

    Attributes:
        next: `url` (the next address stands at `path`), `link` (it stands in the header Link), `cursor` (a token stands
            at `path`, and is sent as `param`), `last_id` (what the last record has at `path` is sent as `param`),
            `page` (pages are numbered from `first`, sent as `param`), `offset` (how many records came so far is sent as
            `param`, until none comes), or `none`.
        path: where that stands, in the answer or in the last record.
        param: what it is sent as.
        first: the number of the first page.
        more: path of what is true while there are more pages.
        end: path of what is true on the last page.
    """

    next: Literal["url", "link", "cursor", "last_id", "page", "offset", "none"]
    path: str = ""
    param: str = ""
    first: int = 1
    more: str | None = None
    end: str | None = None

    @model_validator(mode="after")
    def _has_what_it_needs(self) -> Self:
        needed = {"url": ("path",), "cursor": ("path", "param"), "last_id": ("path", "param"), "page": ("param",)}
        needed["offset"] = ("param",)
        lacking = [name for name in needed.get(self.next, ()) if not getattr(self, name)]
        if lacking:
            raise ValueError(f"pages by {self.next} need {' and '.join(lacking)}")
        return self


class Since(Section):
    """How an endpoint is asked for what is new only.

    Attributes:
        of: path of the time inside a record by which the endpoint chooses.
        clock: how that time is written, in records and in `{since}` of `params`: iso, iso_in_utc (without a zone),
            unix, unix_ms, or iso_asked_in_unix (iso in records, unix in `{since}`).
    """

    of: str
    clock: Literal["iso", "iso_in_utc", "unix", "unix_ms", "iso_asked_in_unix"] = "iso"

    @field_validator("of")
    @classmethod
    def _is_a_path(cls, value: str) -> str:
        return a_path(value)


class Job(Section):
    """An export that the vendor prepares first: it is ordered, asked about until it is ready, and fetched as one file.

    Attributes:
        order: what is sent to the endpoint's path, as JSON; `{since}` stands for the time from which on.
        number: path of the job's id in the answer.
        state: path, in the answer about the job, of how far it is.
        ready: the state of an export that can be fetched.
        failed: states of one that never will be.
        file: path, in that answer, of the file's id.
        asked_at: address of the job below the endpoint's path; `{number}` stands for its id.
        fetched_at: address of the file below the endpoint's path; `{file}` stands for its id.
    """

    order: dict[str, str | bool] = Field(default_factory=dict)
    number: str
    state: str
    ready: str
    failed: tuple[str, ...] = ()
    file: str
    asked_at: str = "/{number}"
    fetched_at: str


class Endpoint(Section):
    """Where an entity is asked for.

    Attributes:
        path: of the address; `{name}` stands for one of the API's `asks`, or for what a variant says of it.
        params: of the address; `{since}` stands for the time from which on records are asked for.
        variants: further parameters; each set is asked for by itself, such as records that are archived. What `path`
            names is put there instead, so that an entity may have several addresses.
        records: path of the list of records in an answer, where it is not the `collection` of the files; `$` where the
            answer is the list.
        pages: how an answer says that there is more.
        job: an export that the vendor prepares first, instead of pages.
        since: how it is asked for what is new only; without it everything is asked for at each run.
    """

    path: str
    params: dict[str, str] = Field(default_factory=dict)
    variants: tuple[dict[str, str], ...] = ({},)
    records: str | None = None
    pages: Pages = Pages(next="none")
    job: Job | None = None
    since: Since | None = None

    def of_variant(self, variant: dict[str, str]) -> tuple[str, dict[str, str]]:
        """The path of a variant, and what it says in parameters."""
        path = self.path
        for name, value in variant.items():
            path = path.replace(f"{{{name}}}", value)
        return path, {name: value for name, value in variant.items() if f"{{{name}}}" not in self.path}

    @model_validator(mode="after")
    def _asks_since_some_time(self) -> Self:
        ordered = (str(value) for value in (self.job.order.values() if self.job else ()))
        says_since = any("{since}" in value for value in (self.path, *self.params.values(), *ordered))
        if says_since != (self.since is not None):
            raise ValueError("'since' goes with '{since}' in 'params' or 'path'")
        return self


class Api(Section):
    """A vendor's API.

    Attributes:
        url: its address, such as `https://api.example.com`; `{name}` stands for one of `asks`.
        auth: `bearer`, `basic` (user and token), or `header`.
        header: the header of the token, where auth says so.
        sent: what stands in that header; `{token}` stands for the token.
        user: what the user is sent as; `{user}` stands for the one of cx.yml, `{token}` for the token, which is then no
            password besides.
        headers: what every request says besides.
        asks: name -> what it is: what `api.values` of cx.yml has to say.
        endpoints: `<kind>/<entity>` -> where it is asked for.
    """

    url: str
    auth: Literal["bearer", "basic", "header"] = "bearer"
    header: str = ""
    sent: str = "{token}"
    user: str = "{user}"
    headers: dict[str, str] = Field(default_factory=dict)
    asks: dict[str, str] = Field(default_factory=dict)
    endpoints: dict[str, Endpoint]
