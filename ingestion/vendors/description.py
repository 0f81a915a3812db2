"""A vendor's description in, its entities out: where in a record each canonical column is, and in which words.

A description is one file, `ingestion/vendors/<vendor>.yml`; docs/adding-a-source.md says how to write one.
"""

from __future__ import annotations

from functools import cache
from typing import Annotated, Any, Final, Literal, Self

from pydantic import Field, ValidationError, field_validator, model_validator

from ingestion.vendors.endpoints import Api
from ingestion.vendors.entity import Entity, Reads
from workspace.configuration.described import VENDORS_FOLDER, described_vendors, description_of
from workspace.configuration.sources import Section
from workspace.vocabulary import CSV_ENTITIES

# Columns that stand for a whole record, which a description fills by `attributes` and `answers`.
_OWN: Final = ("is_deleted",)
# A table or a column of Fivetran's.
_NAME: Final = r"^[a-z_][a-z0-9_]*$"


class DescriptionError(Exception):
    """A description cannot be used; the message names the file, the place in it and what is wrong."""


class Joined(Section):
    """A table whose rows belong to those of another: each of these has a list of them, `$.deal_contact[0].contact_id`.

    Attributes:
        key: its column that names the row that it belongs to.
        to: the column there that has the same value.
        table: how Fivetran names it; the name of the list where it is not said.
        joins: tables whose rows belong to its own.
    """

    key: str = Field(pattern=_NAME)
    to: str = Field(default="id", pattern=_NAME)
    table: str = Field(default="", pattern=rf"{_NAME}|^$")
    joins: dict[Annotated[str, Field(pattern=_NAME)], Joined] = Field(default_factory=dict)


class FivetranTable(Entity):
    """A table of Fivetran's own columns, as an entity of which a record is a row: `$.property_email` is a column.

    Attributes:
        table: how Fivetran names it.
        joins: tables whose rows belong to its own; with them the tables are read whole, without a cursor.
        one_of: its column that has one value in all rows of a source, such as the survey of a response.
    """

    table: str
    one_of: str | None = Field(default=None, pattern=_NAME)
    joins: dict[Annotated[str, Field(pattern=_NAME)], Joined] = Field(default_factory=dict)


class Landed(Section):
    """Tables of tools that do not keep the keys of a vendor's records.

    Attributes:
        fivetran: `<kind>/<entity>` -> the table, and those that belong to it.
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
        accepts: keys of cx.yml that its sources take, although descriptions say them as a rule.
    """

    vendor: str
    title: str
    tested: str
    reads: tuple[Reads, ...] = ()
    entities: dict[str, Entity]
    api: Api | None = None
    landed: Landed = Landed()
    accepts: tuple[Literal["timestamp_format"], ...] = ()

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
        for name in self.landed.fivetran:
            if name not in self.entities:
                raise ValueError(f"{name} is landed by fivetran, and is not among the entities")
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
            is_table = isinstance(entity, FivetranTable)
            if not (entity.reads or self.reads or is_table):
                raise ValueError(f"{name} needs 'reads': what its files are")
            others = any(one.container != "json" for one in entity.reads or self.reads)
            if entity.has_own_rows and others and not is_table:
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


def _entities() -> list[str]:
    return [f"{kind}/{entity}" for kind, entities in CSV_ENTITIES.items() for entity in entities]
