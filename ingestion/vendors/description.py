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


class Column(Section):
    """Where a canonical column is in a record.

    Attributes:
        path: JSON paths; the first that holds something is taken. Of a delimited file `$.Name` is its column `Name`.
        param: the name of an entry of the entity's `params`, taken where no path holds anything.
        sql: an expression over `record`, the record as JSON text, taken where neither of them holds anything.
        constant: what every record has, instead of all of them.
        clock: how a time is written that is not in ISO form: unix, unix_ms, unix_us, or a format such as %d/%m/%Y.
        zone: the zone of times without one, where it is not the source's.
        words: a value in any case -> what it stands for ('' for nothing); others stay as they are.
        only_words: values that `words` does not name stand for nothing.
        minor_units_of: path of the currency of an amount in its smallest unit (cents).
    """

    path: tuple[str, ...] = ()
    param: str | None = None
    constant: str | None = None
    sql: str | None = None
    clock: str | None = None
    zone: Literal["UTC"] | None = None
    words: dict[str, str] = Field(default_factory=dict)
    only_words: bool = False
    minor_units_of: str | None = None

    @model_validator(mode="before")
    @classmethod
    def _of_paths(cls, value: Any) -> Any:
        return {"path": value} if isinstance(value, str | list) else value

    @field_validator("path", mode="before")
    @classmethod
    def _several(cls, value: Any) -> Any:
        return _paths(value)

    @field_validator("path")
    @classmethod
    def _are_paths(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(_a_path(one) for one in value)

    @field_validator("clock")
    @classmethod
    def _a_clock(cls, value: str | None) -> str | None:
        if value is not None and value not in CLOCKS and "%" not in value:
            raise ValueError(f"clock '{value}' is neither {', '.join(CLOCKS)} nor a format such as %d/%m/%Y")
        return value

    @model_validator(mode="after")
    def _says_one_thing(self) -> Self:
        if bool(self.constant) == bool(self.path or self.param or self.sql):
            raise ValueError("say one of path, param and sql, or several of them, or constant alone")
        return self


class Deleted(Section):
    """Where a record says that it is deleted.

    Attributes:
        path: JSON path. True, 1 and a time mean deleted; false, 0 and nothing mean that it is there.
        values: values that alone mean deleted, in any case.
    """

    path: str
    values: tuple[str, ...] = ()

    @model_validator(mode="before")
    @classmethod
    def _of_a_path(cls, value: Any) -> Any:
        return {"path": value} if isinstance(value, str) else value

    @field_validator("path")
    @classmethod
    def _is_a_path(cls, value: str) -> str:
        return _a_path(value)


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
        container: `json` (documents, pages of an API, or JSON lines), `parquet` or `delimited`.
        collection: of a document, the key of the list that holds the records.
        typical_keys: a JSON record with none of them is another vendor's.
        delimiter: of a delimited file; cx.yml may say another.
        header_rows: rows of its header.
        names: its columns where it has no header.
        quoted: false where a quote is a character like any other.
    """

    container: Literal["json", "parquet", "delimited"]
    collection: str = "data"
    typical_keys: tuple[str, ...] = ()
    delimiter: str = ","
    header_rows: int = 1
    names: tuple[str, ...] = ()
    quoted: bool = True


class Entity(Section):
    """One entity of a vendor, such as its contacts.

    Attributes:
        reads: forms of its files, where they differ from the vendor's.
        columns: canonical column -> where it is.
        deleted: where a record says that it is deleted.
        attributes: path of the object whose values are attributes of people or accounts; the whole record where it is
            not said.
        answers: where a survey's answers are.
        params: a list of keys and values that columns name entries of.
        packed: keys of objects that some exports write as JSON text; paths lead into them either way.
    """

    reads: tuple[Reads, ...] = ()
    columns: dict[str, Column]
    deleted: Deleted | None = None
    attributes: str = "$"
    answers: Answers | None = None
    params: Params | None = None
    packed: tuple[str, ...] = ()

    @property
    def keys(self) -> frozenset[str]:
        """Keys of a record, and columns of a file, that the description names."""
        paths = [path for column in self.columns.values() for path in column.path]
        paths += [self.deleted.path] if self.deleted else []
        paths += [self.params.items] if self.params else []
        paths += [one for one in (self.answers.items, self.answers.fields) if one] if self.answers else []
        return frozenset(found for path in (*paths, self.attributes) for found in _names_in(path))

    @field_validator("reads", mode="before")
    @classmethod
    def _one_or_several(cls, value: Any) -> Any:
        return [value] if isinstance(value, dict) else value

    @model_validator(mode="after")
    def _params_are_there(self) -> Self:
        named = [name for name, column in self.columns.items() if column.param]
        if named and self.params is None:
            raise ValueError(f"columns {', '.join(named)} name entries of 'params', which is not there")
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
            strange = [one for one in entity.columns if one not in known.columns or one in _OWN]
            if strange:
                raise ValueError(f"{name} has no column {', '.join(strange)}; known are {', '.join(known.columns)}")
            lacking = [one for one in known.required if one not in entity.columns]
            if lacking:
                raise ValueError(f"{name} needs {', '.join(lacking)}")
            if (kind == "survey" and word == "wide") != (entity.answers is not None):
                raise ValueError(f"'answers' belongs to survey/wide, and only there: {name}")
            if not (entity.reads or self.reads):
                raise ValueError(f"{name} needs 'reads': what its files are")
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


def _a_path(value: str) -> str:
    if not PATH.fullmatch(value):
        raise ValueError(f"'{value}' is not a path such as $.properties.email or $.\"First name\"")
    return value


def _a_list(value: str) -> str:
    if not ITEMS.fullmatch(value):
        raise ValueError(f"'{value}' is not a path of a list such as $.answers[*]")
    return value


def _entities() -> list[str]:
    return [f"{kind}/{entity}" for kind, entities in CSV_ENTITIES.items() for entity in entities]
