"""A vendor's description in, its entities out: where in a record each canonical column is, and in which words.

A description is one file, `ingestion/vendors/<vendor>.yml`; docs/adding-a-source.md says how to write one.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Any, Final, Literal, Self

from pydantic import Field, ValidationError, field_validator, model_validator

from workspace.configuration.described import VENDORS_FOLDER, described_vendors, description_of
from workspace.configuration.sources import Section
from workspace.vocabulary import CSV_ENTITIES

_STEP: Final = r"""(?:\.(?:"[^"']+"|[A-Za-z_$@][A-Za-z0-9_$@]*)|\[(?:\#-)?\d+\])"""
PATH: Final = re.compile(rf"\${_STEP}*")
# Of a column also a path inside the item of a list that its row is made of.
COLUMN_PATH: Final = re.compile(rf"[$@]{_STEP}*")
# A list of a record: every element of an array, also of arrays inside one.
ITEMS: Final = re.compile(rf"\$(?:{_STEP}|\[\*\])*\[\*\]")
_IN_A_LIST: Final = re.compile(rf"\$(?:{_STEP}|\[\*\])*")
_PATH_IN_SQL: Final = re.compile(rf"\${_STEP}+")
_KEY: Final = re.compile(r"""(?:"[^"]+"|[A-Za-z0-9_$@]+)""")
_FIRST_KEY: Final = re.compile(r"""\$\.(?:"([^"]+)"|([A-Za-z0-9_$@]+))""")
CLOCKS: Final = ("unix", "unix_ms", "unix_us")
_SPANNED_ROWS: Final = 2
# Columns that stand for a whole record, which a description fills by `attributes` and `answers`.
_OWN: Final = ("is_deleted",)


class DescriptionError(Exception):
    """A description cannot be used; the message names the file, the place in it and what is wrong."""


def _paths(value: Any) -> Any:
    return (value,) if isinstance(value, str) else value


class Condition(Section):
    """What a record, or the item that a row is made of, says with yes or no.

    Attributes:
        path: JSON path. True, 1 and a time mean yes; false, 0 and nothing mean no.
        values: values that alone mean yes, in any case.
        sql: instead of a path, an expression over `record` (JSON text) that is true or not.
    """

    path: str | None = None
    values: tuple[str, ...] = ()
    sql: str | None = None

    @model_validator(mode="before")
    @classmethod
    def _of_a_path(cls, value: Any) -> Any:
        return {"path": value} if isinstance(value, str) else value

    @field_validator("path")
    @classmethod
    def _is_a_path(cls, value: str | None) -> str | None:
        return value if value is None else _a_path(value, COLUMN_PATH)

    @model_validator(mode="after")
    def _says_one_thing(self) -> Self:
        if bool(self.path) == bool(self.sql):
            raise ValueError("say one of path and sql")
        return self

    @property
    def paths(self) -> tuple[str, ...]:
        return (self.path,) if self.path else ()


class Column(Section):
    """Where a canonical column is in a record.

    Attributes:
        path: JSON paths; the first that holds something is taken. Of a delimited file `$.Name` is its column `Name`.
            Where rows are made of the items of a list, `@.name` is inside the item.
        param: the name of an entry of the entity's `params`, taken where no path holds anything.
        sql: an expression over `record`, the record as JSON text, taken where neither of them holds anything; over
            `item`, too, where there is one. Of a delimited file `$."First name"` is a cell.
        constant: what every record has, instead of all of them.
        joined: paths of parts that make the value together, with a blank between them, such as first and last name.
        first: columns, of which the first that holds something is taken: a list in which not all are paths.
        when: the value is taken only where this holds: the date on which a deal closes, where it is closed.
        clock: how a time is written that is not in ISO form: unix, unix_ms, unix_us, or a format such as %d/%m/%Y.
        zone: the zone of times without one, where it is not the source's; also of times in ISO form.
        words: a value in any case -> what it stands for ('' for nothing); others stay as they are.
        only_words: values that `words` does not name stand for nothing.
        minor_units_of: path of the currency of an amount in its smallest unit (cents).
        minor_digits: currency -> digits of its smallest unit, where the vendor counts others than ISO 4217.
    """

    path: tuple[str, ...] = ()
    param: str | None = None
    constant: str | None = None
    sql: str | None = None
    joined: tuple[str, ...] = ()
    first: tuple[Column, ...] = ()
    when: Condition | None = None
    clock: str | None = None
    zone: Literal["UTC"] | None = None
    words: dict[str, str] = Field(default_factory=dict)
    only_words: bool = False
    minor_units_of: str | None = None
    minor_digits: dict[str, int] = Field(default_factory=dict)

    @model_validator(mode="before")
    @classmethod
    def _of_paths(cls, value: Any) -> Any:
        if isinstance(value, list) and any(not isinstance(one, str) for one in value):
            return {"first": value}
        return {"path": value} if isinstance(value, str | list) else value

    @field_validator("path", mode="before")
    @classmethod
    def _several(cls, value: Any) -> Any:
        return _paths(value)

    @field_validator("path", "joined")
    @classmethod
    def _are_paths(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(_a_path(one, COLUMN_PATH) for one in value)

    @field_validator("clock")
    @classmethod
    def _a_clock(cls, value: str | None) -> str | None:
        if value is not None and value not in CLOCKS and "%" not in value:
            raise ValueError(f"clock '{value}' is neither {', '.join(CLOCKS)} nor a format such as %d/%m/%Y")
        return value

    @model_validator(mode="after")
    def _says_one_thing(self) -> Self:
        alone = [name for name in ("constant", "joined", "first") if getattr(self, name)]
        if len(alone) + bool(self.path or self.param or self.sql) != 1:
            raise ValueError("say one of path, param and sql, or several of them; or constant, joined or first alone")
        beside = (self.when, self.clock, self.zone, self.words, self.only_words, self.minor_units_of)
        if self.first and any(beside):
            raise ValueError("what is said of a value belongs to one of the columns of 'first'")
        return self

    @property
    def sources(self) -> tuple[str, ...]:
        """Paths of the value itself."""
        in_sql = (found[0] for found in _PATH_IN_SQL.finditer(self.sql or ""))
        return (*self.path, *self.joined, *in_sql, *(path for one in self.first for path in one.sources))

    @property
    def paths(self) -> tuple[str, ...]:
        """Every path that is read for it."""
        beside = (*(self.when.paths if self.when else ()), *([self.minor_units_of] if self.minor_units_of else ()))
        return (*self.sources, *beside, *(path for one in self.first for path in one.paths))

    @property
    def is_param(self) -> bool:
        return self.param is not None or any(one.is_param for one in self.first)


class Deleted(Condition):
    """Where a record says that it is deleted."""


class Params(Section):
    """A list of keys and values in a record, such as GA4's event parameters.

    Attributes:
        items: path of the list, such as `$.event_params[*]`.
        key: path of an entry's name, inside the entry.
        value: paths of its value, inside the entry; the first that holds something is taken.
    """

    items: str
    key: str = "$.key"
    value: tuple[str, ...]

    @field_validator("value", mode="before")
    @classmethod
    def _several(cls, value: Any) -> Any:
        return _paths(value)

    @field_validator("items")
    @classmethod
    def _are_items(cls, value: str) -> str:
        return _a_list(value)


class Answers(Section):
    """Where the answers of a survey's response are.

    A field or a column that a canonical column is read from is not a question.

    Attributes:
        items: path of a list of answers, such as `$.answers[*]`; or
        fields: path of an object that is keyed by question.
        matrices: a field that holds an object is a matrix, and each key of the object a question `field_key`.
        named: question -> paths of its answer in the record, beside the others.
        columns: every column of a delimited file is a question.
        question: paths of the question's id inside an item.
        within: path of a list of answers inside an item of `items`, where an item is a question.
        parts: paths of what belongs to a question's id besides, such as the row of a matrix, beside the answer:
            `question_row`.
        value: paths of the answer inside an item or a field; the first that holds something is taken, and a list of
            choices is joined.
        also: paths of what is said besides, such as own words beside the choices: joined behind the answer.
        without: fields and columns that are not questions; `*` stands for any characters.
    """

    items: str | None = None
    fields: str | None = None
    matrices: bool = False
    named: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    columns: bool = False
    question: tuple[str, ...] = ()
    within: str | None = None
    parts: tuple[str, ...] = ()
    value: tuple[str, ...] = ("$",)
    also: tuple[str, ...] = ()
    without: tuple[str, ...] = ()

    @field_validator("question", "parts", "value", "also", mode="before")
    @classmethod
    def _several(cls, value: Any) -> Any:
        return _paths(value)

    @field_validator("named", mode="before")
    @classmethod
    def _several_of_each(cls, value: Any) -> Any:
        return {name: _paths(paths) for name, paths in value.items()} if isinstance(value, dict) else value

    @field_validator("items", "within")
    @classmethod
    def _are_items(cls, value: str | None) -> str | None:
        return value if value is None else _a_list(value)

    @field_validator("question", "parts", "value", "also")
    @classmethod
    def _are_paths(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        return _paths_in_a_list(value)

    @field_validator("named")
    @classmethod
    def _are_paths_of_each(cls, value: dict[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
        return {name: _paths_in_a_list(paths) for name, paths in value.items()}

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        if self.items and self.fields:
            raise ValueError("say one of items and fields")
        if not (self.items or self.fields or self.named or self.columns):
            raise ValueError("say where answers are: items, fields, named or columns")
        if bool(self.items) != bool(self.question):
            raise ValueError("'question' goes with 'items'")
        if not self.items and (self.within or self.parts):
            raise ValueError("'within' and 'parts' go with 'items'")
        if self.matrices and not self.fields:
            raise ValueError("'matrices' goes with 'fields'")
        return self

    @property
    def left_out(self) -> re.Pattern[str] | None:
        """Matches the names of `without`; None where there are none."""
        names = (re.escape(name).replace(r"\*", ".*") for name in self.without)
        return re.compile("|".join(names)) if self.without else None


class Reads(Section):
    """What a file of the vendor is.

    Attributes:
        container: `json` (documents, pages of an API, or JSON lines), `parquet` or `delimited`.
        collection: of a document, the key of the list that holds the records.
        included: of a JSON:API document, the key of the list of what its records are related to; a record then has
            these as `$._included.<relationship>`.
        typical_keys: a JSON record, or a header, with none of them is another vendor's.
        delimiter: of a delimited file; cx.yml may say another.
        header_rows: rows of its header.
        names: its columns where it has no header.
        beneath: of two header rows where a question stands over the first of its columns only: what the second has
            where an answer has no name of its own, such as `Response`.
        quoted: false where a quote is a character like any other.
    """

    container: Literal["json", "parquet", "delimited"]
    collection: str = "data"
    included: str | None = None
    typical_keys: tuple[str, ...] = ()
    delimiter: str = ","
    header_rows: int = 1
    names: tuple[str, ...] = ()
    beneath: tuple[str, ...] = ()
    quoted: bool = True

    @model_validator(mode="after")
    def _spans_two_rows(self) -> Self:
        if self.beneath and self.header_rows != _SPANNED_ROWS:
            raise ValueError(f"'beneath' goes with 'header_rows: {_SPANNED_ROWS}'")
        return self


class Row(Section):
    """A row that a record becomes.

    Attributes:
        columns: canonical column -> where it is.
        each: path of a list such as `$.refunds[*]`, each item of which is a row; the record itself is one where it is
            not said.
        when: there is a row only where all of this holds, such as a charge that was paid.
    """

    columns: dict[str, Column]
    each: str | None = None
    when: tuple[Condition, ...] = ()

    @field_validator("each")
    @classmethod
    def _are_items(cls, value: str | None) -> str | None:
        return value if value is None else _a_list(value)

    @field_validator("when", mode="before")
    @classmethod
    def _one_or_several_conditions(cls, value: Any) -> Any:
        return value if isinstance(value, list | tuple) else (value,)

    @property
    def paths(self) -> tuple[str, ...]:
        """Every path that is read for it."""
        conditions = (path for one in self.when for path in one.paths)
        columns = (path for column in self.columns.values() for path in column.paths)
        return (*([self.each] if self.each else ()), *conditions, *columns)

    @model_validator(mode="after")
    def _has_items_for_its_paths(self) -> Self:
        inside = [path for path in self.paths if path.startswith("@")]
        if inside and self.each is None:
            raise ValueError(f"'{inside[0]}' is inside an item of 'each', which is not there")
        return self


class Entity(Row):
    """One entity of a vendor, such as its contacts.

    A record is a row, unless `each`, `when` or `rows` say otherwise: an order with two refunds is three rows. The first
    row of a record has its line of the file; the n-th after it has n * 10^12 more, so that file and line still name one
    row, and the record's line can be read off. The books count records: `loaded` are records with a row, `further_rows`
    those beyond the first, and a record of which no row is made is skipped.

    Attributes:
        reads: forms of its files, where they differ from the vendor's.
        rows: rows that a record becomes besides, in JSON.
        deleted: where a record says that it is deleted.
        attributes: path of the object whose values are attributes of people or accounts; the whole record where it is
            not said.
        answers: where a survey's answers are.
        params: a list of keys and values that columns name entries of.
        packed: keys of objects that some exports write as JSON text; paths lead into them either way.
    """

    reads: tuple[Reads, ...] = ()
    rows: tuple[Row, ...] = ()
    deleted: Deleted | None = None
    attributes: str = "$"
    answers: Answers | None = None
    params: Params | None = None
    packed: tuple[str, ...] = ()

    @property
    def all_rows(self) -> tuple[Row, ...]:
        """Every kind of row that a record becomes."""
        return (self, *self.rows)

    @property
    def has_own_rows(self) -> bool:
        """Whether rows are anything but the records."""
        return bool(self.each or self.when or self.rows)

    @property
    def keys(self) -> frozenset[str]:
        """Keys of a record, and columns of a file, that the description names."""
        paths = [*self._canonical_paths, self.attributes]
        paths += [self.params.items] if self.params else []
        if self.answers:
            paths += [one for one in (self.answers.items, self.answers.fields) if one]
            paths += [path for of_question in self.answers.named.values() for path in of_question]
        own = self.answers.without if self.answers else ()
        return frozenset((*own, *(found for path in paths for found in _names_in(path))))

    @property
    def record_keys(self) -> frozenset[str]:
        """Keys of a record that paths begin with, those inside expressions included."""
        conditions = [one for row in self.all_rows for one in row.when]
        conditions += [column.when for row in self.all_rows for column in row.columns.values() if column.when]
        conditions += [self.deleted] if self.deleted else []
        inside = (found[0] for one in conditions for found in _PATH_IN_SQL.finditer(one.sql or ""))
        paths = [*self._canonical_paths, *inside, self.attributes, *([self.params.items] if self.params else [])]
        if self.answers:
            paths += [one for one in (self.answers.items, self.answers.fields) if one]
            paths += [path for of_question in self.answers.named.values() for path in of_question]
        return frozenset((*self.packed, *(key for path in paths for key in self.first_keys(path))))

    @staticmethod
    def first_keys(path: str) -> tuple[str, ...]:
        """The key of a record that a path begins with; none of the record itself, and of an item."""
        first = _FIRST_KEY.match(path)
        return (first[1] or first[2],) if first else ()

    @property
    def taken(self) -> frozenset[str]:
        """Columns of a delimited file that canonical columns are read from."""
        return frozenset(map(column_named, self._canonical_paths))

    @property
    def taken_fields(self) -> frozenset[str]:
        """Keys of the answers' `fields` that canonical columns are read from."""
        inside = f"{self.answers.fields}." if self.answers and self.answers.fields else None
        below = (path.removeprefix(inside) for path in self._canonical_paths if inside and path.startswith(inside))
        return frozenset(key.strip('"') for key in below if _KEY.fullmatch(key))

    @property
    def _canonical_paths(self) -> list[str]:
        paths = [path for row in self.all_rows for path in row.paths]
        return [*paths, *self.deleted.paths] if self.deleted else paths

    @property
    def taken_attributes(self) -> tuple[str, ...]:
        """Keys of the object of attributes that canonical columns are read from, which are not attributes."""
        paths = [*self.paths, *(self.deleted.paths if self.deleted else ())]
        inside = [f"${path.removeprefix(self.attributes)}" for path in paths if path.startswith(f"{self.attributes}.")]
        return tuple(sorted({first[1] or first[2] for first in map(_FIRST_KEY.match, inside) if first}))

    @field_validator("reads", mode="before")
    @classmethod
    def _one_or_several(cls, value: Any) -> Any:
        return [value] if isinstance(value, dict) else value

    @model_validator(mode="after")
    def _params_are_there(self) -> Self:
        named = [name for row in self.all_rows for name, column in row.columns.items() if column.is_param]
        if named and self.params is None:
            raise ValueError(f"columns {', '.join(named)} name entries of 'params', which is not there")
        return self

    @model_validator(mode="after")
    def _an_answer_belongs_to_one_row(self) -> Self:
        if self.answers is not None and self.has_own_rows:
            raise ValueError("'answers' are those of a record: 'each', 'when' and 'rows' do not go with them")
        return self


class Pages(Section):
    """How an answer says that there is more.

    Attributes:
        next: `url` (the next address stands at `path`), `link` (it stands in the header Link), `cursor` (a token stands
            at `path`, and is sent as `param`), `last_id` (what the last record has at `path` is sent as `param`),
            `page` (pages are numbered from `first`, sent as `param`), or `none`.
        path: where that stands, in the answer or in the last record.
        param: what it is sent as.
        first: the number of the first page.
        more: path of what is true while there are more pages.
        end: path of what is true on the last page.
    """

    next: Literal["url", "link", "cursor", "last_id", "page", "none"]
    path: str = ""
    param: str = ""
    first: int = 1
    more: str | None = None
    end: str | None = None

    @model_validator(mode="after")
    def _has_what_it_needs(self) -> Self:
        needed = {"url": ("path",), "cursor": ("path", "param"), "last_id": ("path", "param"), "page": ("param",)}
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
        return _a_path(value)


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
        path: of the address; `{name}` stands for one of the API's `asks`.
        params: of the address; `{since}` stands for the time from which on records are asked for.
        variants: further parameters; each set is asked for by itself, such as records that are archived.
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
        user: what the user is sent as; `{user}` stands for the one of cx.yml.
        headers: what every request says besides.
        asks: name -> what it is: what `api.values` of cx.yml has to say.
        endpoints: `<kind>/<entity>` -> where it is asked for.
    """

    url: str
    auth: Literal["bearer", "basic", "header"] = "bearer"
    header: str = ""
    user: str = "{user}"
    headers: dict[str, str] = Field(default_factory=dict)
    asks: dict[str, str] = Field(default_factory=dict)
    endpoints: dict[str, Endpoint]


class FivetranTable(Entity):
    """A table of Fivetran's own columns, as an entity of which a record is a row: `$.property_email` is a column.

    Attributes:
        table: how Fivetran names it.
    """

    table: str


class Landed(Section):
    """Tables of tools that do not keep the keys of a vendor's records.

    Attributes:
        fivetran: `<kind>/<entity>` -> the table, where one table holds it all.
    """

    fivetran: dict[str, FivetranTable] = Field(default_factory=dict)


class Description(Section):
    """A vendor.

    Attributes:
        vendor: the word of cx.yml, and the name of the file.
        title: what the vendor calls itself.
        tested: what the description was tried against; docs/vendors.md lists it.
        reads: forms of its files; a file's beginning says which it is.
        entities: `<kind>/<entity>` -> where its columns are.
        api: where they are asked for.
        landed: where they are in tables of tools that have columns of their own.
    """

    vendor: str
    title: str
    tested: str
    reads: tuple[Reads, ...] = ()
    entities: dict[str, Entity]
    api: Api | None = None
    landed: Landed = Landed()

    @field_validator("reads", mode="before")
    @classmethod
    def _one_or_several(cls, value: Any) -> Any:
        return [value] if isinstance(value, dict) else value

    @model_validator(mode="after")
    def _endpoints_are_of_entities(self) -> Self:
        for name, endpoint in (self.api.endpoints if self.api else {}).items():
            if name not in self.entities:
                raise ValueError(f"the API has an endpoint of {name}, which is not described")
            kind, _, word = name.partition("/")
            key = CSV_ENTITIES.get(kind, {}).get(word)
            unkeyed = [one for one in (key.key if key else ()) if one not in self.entities[name].columns]
            # A span of time is asked for twice, so that nothing is missed: what has no key would count twice.
            if endpoint.since is not None and (unkeyed or not (key and key.key)):
                raise ValueError(f"{name} is asked for since a time, and nothing tells its records apart")
        return self

    @model_validator(mode="after")
    def _fits_the_vocabulary(self) -> Self:
        for name, entity in (*self.entities.items(), *self.landed.fivetran.items()):
            kind, _, word = name.partition("/")
            known = CSV_ENTITIES.get(kind, {}).get(word)
            if known is None:
                raise ValueError(f"{name} is not an entity; known are {', '.join(_entities())}")
            for row in entity.all_rows:
                strange = [one for one in row.columns if one not in known.columns or one in _OWN]
                if strange:
                    raise ValueError(f"{name} has no column {', '.join(strange)}; known are {', '.join(known.columns)}")
                lacking = [one for one in known.required if one not in row.columns]
                if lacking:
                    raise ValueError(f"{name} needs {', '.join(lacking)}")
            if (kind == "survey" and word == "wide") != (entity.answers is not None):
                raise ValueError(f"'answers' belongs to survey/wide, and only there: {name}")
            if not (entity.reads or self.reads):
                raise ValueError(f"{name} needs 'reads': what its files are")
            if entity.has_own_rows and any(one.container != "json" for one in entity.reads or self.reads):
                raise ValueError(f"{name}: 'each', 'when' and 'rows' go with JSON alone")
        return self

    def reads_of(self, entity: str) -> tuple[Reads, ...]:
        """Forms of the files of an entity."""
        return self.entities[entity].reads or self.reads


@cache
def description(vendor: str) -> Description:
    """The description of a vendor.

    Raises:
        DescriptionError: where there is none, or it cannot be used.
    """
    shown = f"ingestion/vendors/{vendor}.yml"
    if vendor not in described_vendors():
        raise DescriptionError(f"{shown} is not there")
    try:
        read = Description.model_validate(description_of(vendor))
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place = ".".join(str(one) for one in first["loc"]) or "the whole"
        raise DescriptionError(f"{shown}, {place}: {first['msg'].removeprefix('Value error, ')}") from None
    if read.vendor != vendor:
        raise DescriptionError(f"{shown}, vendor: '{read.vendor}' is not the name of the file")
    return read


def descriptions() -> list[Description]:
    """Every vendor that is described, by name."""
    assert VENDORS_FOLDER.is_dir()
    return [description(vendor) for vendor in described_vendors()]


def _names_in(path: str) -> tuple[str, ...]:
    """The first key of a path, and the column of a delimited file that it names."""
    first = _FIRST_KEY.match(path)
    return (first[1] or first[2], column_named(path)) if first else ()


def column_named(path: str) -> str:
    """The column of a delimited file that a path means: `$.Email`, `$."First name"`, `$.Account.Name`."""
    return path.removeprefix("$.").replace('"', "")


def _a_path(value: str, pattern: re.Pattern[str] = PATH) -> str:
    if not pattern.fullmatch(value):
        raise ValueError(f"'{value}' is not a path such as $.properties.email or $.\"First name\"")
    return value


def _paths_in_a_list(paths: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(one if _IN_A_LIST.fullmatch(one) else _a_path(one) for one in paths)


def _a_list(value: str) -> str:
    if not ITEMS.fullmatch(value):
        raise ValueError(f"'{value}' is not a path of a list such as $.answers[*]")
    return value


def _entities() -> list[str]:
    return [f"{kind}/{entity}" for kind, entities in CSV_ENTITIES.items() for entity in entities]
