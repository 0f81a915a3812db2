"""What a description says of one column, of a condition, of parameters and of answers."""

from __future__ import annotations

import re
from typing import Any, Final, Literal, Self

from pydantic import Field, field_validator, model_validator

from ingestion.vendors.paths import COLUMN_PATH, PATH_IN_SQL, a_list, a_path, as_paths, paths_in_a_list
from workspace.configuration.sources import Section

CLOCKS: Final = ("unix", "unix_ms", "unix_us")


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
        return value if value is None else a_path(value, COLUMN_PATH)

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
            `item`, too, where there is one. Of a delimited file `$."First name"` is a cell. Of an entity with `params`
            also over the list `params`, of each of which the first text is its key and the others what `value` finds,
            and over the list `param_keys` of these keys.
        constant: what every record has, instead of all of them.
        joined: paths of parts that make the value together, with a blank between them, such as first and last name.
        first: columns, of which the first that holds something is taken: a list in which not all are paths.
        when: the value is taken only where this holds: the date on which a deal closes, where it is closed.
        clock: how a time is written that is not in ISO form: unix, unix_ms, unix_us, or a format such as %d/%m/%Y.
        zone: the zone of times without one, where it is not the source's; also of times in ISO form.
        words: a value in any case -> what it stands for ('' for nothing); others stay as they are.
        only_words: values that `words` does not name stand for nothing.
        only_real: an id that means none, such as `guest`, is nothing.
        template: a text that the value stands in, in the place of `{}`, such as `Viewed {} Page`.
        percent: a number of percent becomes a share of 1.
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
    only_real: bool = False
    template: str | None = None
    percent: bool = False
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
        return as_paths(value)

    @field_validator("path", "joined")
    @classmethod
    def _are_paths(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(a_path(one, COLUMN_PATH) for one in value)

    @field_validator("clock")
    @classmethod
    def _a_clock(cls, value: str | None) -> str | None:
        if value is not None and value not in CLOCKS and "%" not in value:
            raise ValueError(f"clock '{value}' is neither {', '.join(CLOCKS)} nor a format such as %d/%m/%Y")
        return value

    @field_validator("template")
    @classmethod
    def _has_one_place(cls, value: str | None) -> str | None:
        if value is not None and value.count("{}") != 1:
            raise ValueError(f"template '{value}' has to hold {{}} once, where the value stands")
        return value

    @model_validator(mode="after")
    def _says_one_thing(self) -> Self:
        alone = [name for name in ("constant", "joined", "first") if getattr(self, name)]
        if len(alone) + bool(self.path or self.param or self.sql) != 1:
            raise ValueError("say one of path, param and sql, or several of them; or constant, joined or first alone")
        beside = (self.when, self.clock, self.zone, self.words, self.only_words, self.minor_units_of, self.template)
        if self.first and (any(beside) or self.percent or self.only_real):
            raise ValueError("what is said of a value belongs to one of the columns of 'first'")
        return self

    @property
    def sources(self) -> tuple[str, ...]:
        """Paths of the value itself."""
        in_sql = (found[0] for found in PATH_IN_SQL.finditer(self.sql or ""))
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
        return as_paths(value)

    @field_validator("items")
    @classmethod
    def _are_items(cls, value: str) -> str:
        return a_list(value)


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
        return as_paths(value)

    @field_validator("named", mode="before")
    @classmethod
    def _several_of_each(cls, value: Any) -> Any:
        return {name: as_paths(paths) for name, paths in value.items()} if isinstance(value, dict) else value

    @field_validator("items", "within")
    @classmethod
    def _are_items(cls, value: str | None) -> str | None:
        return value if value is None else a_list(value)

    @field_validator("question", "parts", "value", "also")
    @classmethod
    def _are_paths(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        return paths_in_a_list(value)

    @field_validator("named")
    @classmethod
    def _are_paths_of_each(cls, value: dict[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
        return {name: paths_in_a_list(paths) for name, paths in value.items()}

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
    def are_cells(self) -> bool:
        """Whether answers are columns of a delimited file alone."""
        return self.columns and not (self.items or self.fields or self.named)

    @property
    def left_out(self) -> re.Pattern[str] | None:
        """Matches the names of `without`; None where there are none."""
        names = (re.escape(name).replace(r"\*", ".*") for name in self.without)
        return re.compile("|".join(names)) if self.without else None
