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
_FIRST_KEY: Final = re.compile(r"""\$\.(?:"([^"]+)"|([A-Za-z0-9_$@]+))""")
CLOCKS: Final = ("unix", "unix_ms", "unix_us")
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
        param: the name of an entry of the entity's `params`, instead of a path.
        constant: what every record has, instead of a path.
        sql: an expression over `record`, the record as JSON text, where no path says it; over `item`, too, where there
            is one.
        joined: paths of parts that make the value together, with a blank between them, such as first and last name.
        first: columns, of which the first that holds something is taken: a list in which not all are paths.
        when: the value is taken only where this holds: the date on which a deal closes, where it is closed.
        clock: how a time is written that is not in ISO form: unix, unix_ms, unix_us, or a format such as %d/%m/%Y.
        zone: the zone of times without one, where it is not the source's.
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
        said = [name for name in ("path", "param", "constant", "sql", "joined", "first") if getattr(self, name)]
        if len(said) != 1:
            raise ValueError("say one of path, param, constant, sql, joined and first")
        beside = (self.when, self.clock, self.zone, self.words, self.only_words, self.minor_units_of)
        if self.first and any(beside):
            raise ValueError("what is said of a value belongs to one of the columns of 'first'")
        return self

    @property
    def sources(self) -> tuple[str, ...]:
        """Paths of the value itself."""
        return (*self.path, *self.joined, *(path for one in self.first for path in one.sources))

    @property
    def paths(self) -> tuple[str, ...]:
        """Every path that is read for it."""
        beside = (*(self.when.paths if self.when else ()), *([self.minor_units_of] if self.minor_units_of else ()))
        return (*self.path, *self.joined, *beside, *(path for one in self.first for path in one.paths))

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

    Attributes:
        items: path of a list of answers, such as `$.answers[*]`; or
        fields: path of an object that is keyed by question; or
        columns: every column of the delimited file that no canonical column is read from.
        question: paths of the question's id inside an item.
        value: paths of the answer inside an item or a field; the first that holds something is taken, and a list of
            choices is joined.
    """

    items: str | None = None
    fields: str | None = None
    columns: bool = False
    question: tuple[str, ...] = ()
    value: tuple[str, ...] = ("$",)

    @field_validator("question", "value", mode="before")
    @classmethod
    def _several(cls, value: Any) -> Any:
        return _paths(value)

    @field_validator("items")
    @classmethod
    def _are_items(cls, value: str | None) -> str | None:
        return value if value is None else _a_list(value)

    @field_validator("question", "value")
    @classmethod
    def _are_paths(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(one if _IN_A_LIST.fullmatch(one) else _a_path(one) for one in value)

    @model_validator(mode="after")
    def _says_one_thing(self) -> Self:
        if sum(map(bool, (self.items, self.fields, self.columns))) != 1:
            raise ValueError("say one of items, fields and columns")
        if bool(self.items) != bool(self.question):
            raise ValueError("'question' goes with 'items'")
        return self


class Reads(Section):
    """What a file of the vendor is.

    Attributes:
        container: `json` (documents, pages of an API, or JSON lines) or `delimited`.
        collection: of a document, the key of the list that holds the records.
        typical_keys: a JSON record with none of them is another vendor's.
        delimiter: of a delimited file; cx.yml may say another.
        header_rows: rows of its header.
        names: its columns where it has no header.
    """

    container: Literal["json", "delimited"]
    collection: str = "data"
    typical_keys: tuple[str, ...] = ()
    delimiter: str = ","
    header_rows: int = 1
    names: tuple[str, ...] = ()


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
    """

    reads: tuple[Reads, ...] = ()
    rows: tuple[Row, ...] = ()
    deleted: Deleted | None = None
    attributes: str = "$"
    answers: Answers | None = None
    params: Params | None = None

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
        paths = [path for row in self.all_rows for path in row.paths]
        paths += self.deleted.paths if self.deleted else []
        paths += [self.params.items] if self.params else []
        paths += [one for one in (self.answers.items, self.answers.fields) if one] if self.answers else []
        return frozenset(found for path in (*paths, self.attributes) for found in _names_in(path))

    @property
    def taken_attributes(self) -> tuple[str, ...]:
        """Keys of the object of attributes that canonical columns are read from: they are no attributes."""
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


class Description(Section):
    """A vendor.

    Attributes:
        vendor: the word of cx.yml, and the name of the file.
        title: what the vendor calls itself.
        tested: what the description was tried against; docs/vendors.md lists it.
        reads: forms of its files; a file's beginning says which it is.
        entities: `<kind>/<entity>` -> where its columns are.
    """

    vendor: str
    title: str
    tested: str
    reads: tuple[Reads, ...] = ()
    entities: dict[str, Entity]

    @field_validator("reads", mode="before")
    @classmethod
    def _one_or_several(cls, value: Any) -> Any:
        return [value] if isinstance(value, dict) else value

    @model_validator(mode="after")
    def _fits_the_vocabulary(self) -> Self:
        for name, entity in self.entities.items():
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


def _a_list(value: str) -> str:
    if not ITEMS.fullmatch(value):
        raise ValueError(f"'{value}' is not a path of a list such as $.answers[*]")
    return value


def _entities() -> list[str]:
    return [f"{kind}/{entity}" for kind, entities in CSV_ENTITIES.items() for entity in entities]
