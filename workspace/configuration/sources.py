"""One source of cx.yml: which files or which table, in whose shape, and how they are to be read."""

from __future__ import annotations

import difflib
import re
from datetime import date
from pathlib import Path
from typing import Any, Literal, Self
from urllib.parse import urlsplit
from zoneinfo import available_timezones

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator, model_serializer, model_validator

from workspace.configuration.described import (
    accepted_keys,
    described_entities,
    described_vendors,
    fivetran_table,
    has_endpoint,
    is_landed,
)
from workspace.environment import SECRET_REFERENCE_PREFIX
from workspace.vocabulary import CSV_ENTITIES, ENTITY_VENDORS, VENDORS

Kind = Literal["crm", "web", "survey", "service", "social"]
# Every one holds ASCII as ASCII or says otherwise by zero bytes; encodings that switch by escapes do not.
ENCODINGS = (
    *(
        "utf-8",
        "utf-8-sig",
        "utf-16",
        "utf-16-le",
        "utf-16-be",
        "latin-1",
        "iso-8859-1",
        "iso-8859-2",
        "iso-8859-5",
        "iso-8859-7",
        "iso-8859-9",
    ),
    *("iso-8859-15", "cp1250", "cp1251", "cp1252", "cp1253", "cp1254", "cp1255", "cp1256", "cp1257", "cp1258", "cp874"),
    *("koi8-r", "koi8-u", "shift-jis", "cp932", "euc-jp", "gb18030", "gbk", "big5", "euc-kr", "cp949"),
)
TABLE_NAME = r"^([A-Za-z_][A-Za-z0-9_$]*\.)?[A-Za-z_][A-Za-z0-9_$]*$"
# What cx.yml may name itself. Any other server's url holds a password, and is named by its variable.
DATABASES = ("postgresql://", "sqlite://", "duckdb://", "parquet://")
# Below the workspace; `WorkspacePaths.fetched` is the folder.
FETCHED = "warehouse/fetched"
LAG = re.compile(r"(\d+)\s*(second|minute|hour|day)?s?")
_SECONDS = {"second": 1, "minute": 60, "hour": 3_600, "day": 86_400}
# Keys of a source that belong to tables of databases, and those that belong to files.
_TABLE_KEYS = ("url", "table", "cursor", "lag")
_FILE_KEYS = ("path", "encoding", "delimiter", "header", "header_rows", "decimal")
# Tools that copy a vendor's records into tables; each has columns of its own beside theirs.
LandedBy = Literal["airbyte", "dlt", "fivetran"]
# What the description of a vendor says instead of cx.yml.
_DESCRIBED_KEYS = ("header", "header_rows", "decimal", "timestamp_format", "columns")
# Columns of a source of orders that are about a line of an order.
LINE_COLUMNS = ("product_id", "product", "category", "unit_price", "order_total")
# What tells persons apart: never the same for all rows.
_OF_ONE_PERSON = ("customer_id", "person_id", "previous_id", "respondent", "email", "phone")
TIMESTAMP_FORMAT = r"^[A-Za-z0-9%:/.,\-+ ]+$"


class Section(BaseModel):
    """A part of cx.yml: unknown keys are refused, values do not change."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class ColumnRule(Section):
    """Where a canonical column comes from: a column of the file, or the same words for every row.

    Attributes:
        column: the file's column; none where it has the canonical name itself, or nothing is read.
        words: a cell of the file, in any case -> what it stands for; other cells stay as they are.
        constant: what every row has.
        format: of a column of times that is written otherwise than the others, as `timestamp_format`.
    """

    column: str | None = None
    words: dict[str, str] = Field(default_factory=dict)
    constant: str | None = Field(default=None, min_length=1)
    format: str | None = Field(default=None, pattern=TIMESTAMP_FORMAT)

    @model_validator(mode="before")
    @classmethod
    def _of_a_name(cls, value: Any) -> Any:
        return {"column": value} if isinstance(value, str) else value

    @model_validator(mode="after")
    def _says_one_thing(self) -> Self:
        if self.constant is not None and (self.column is not None or self.words or self.format):
            raise ValueError("'constant' is what every row has; remove it, or 'column', 'words' and 'format'")
        if self.constant is None and self.column is None and not self.words and self.format is None:
            raise ValueError("name the file's 'column', its 'words' or its 'format', or a 'constant'")
        if self.format is not None and re.search("%[zZ]", self.format):
            raise ValueError("a format of one column names no zone; use 'timestamp_format' for all of them")
        if len({word.strip().lower() for word in self.words}) < len(self.words):
            raise ValueError("'words' names a word twice; they are read in any case")
        return self

    @model_serializer
    def _as_written(self) -> str | dict[str, Any]:
        if self.column is not None and not self.words and self.format is None:
            return self.column
        said = {"column": self.column, "words": self.words, "constant": self.constant, "format": self.format}
        return {name: value for name, value in said.items() if value}


class ApiAccess(Section):
    """How a vendor's API is reached.

    Attributes:
        token: `env:NAME`, the variable that holds the key.
        user: who the key belongs to, where the vendor asks for it.
        url: the API's address, where it is not the vendor's usual one.
        values: what the vendor's description asks for, such as the name of a shop or the id of a form.
        since: the day from which on records are asked for at first.
        lag: how long after a change a record may still appear; that span is asked for again.
    """

    token: str
    user: str | None = None
    url: str | None = None
    values: dict[str, str] = Field(default_factory=dict)
    since: date | None = None
    lag: str = "1 hour"

    @field_validator("token")
    @classmethod
    def _not_in_the_file(cls, value: str) -> str:
        if not re.fullmatch(rf"{SECRET_REFERENCE_PREFIX}[A-Za-z_][A-Za-z0-9_]*", value):
            raise ValueError("a key does not belong in a file: write env:NAME, and put the key into that variable")
        return value

    @field_validator("url")
    @classmethod
    def _encrypted(cls, value: str | None) -> str | None:
        parts = urlsplit(value or "https://unsaid")
        is_here = parts.scheme == "http" and parts.hostname in ("127.0.0.1", "localhost")
        if not (parts.scheme == "https" or is_here) or not parts.hostname or "@" in parts.netloc:
            raise ValueError("an API is reached by https://, and its address holds no key")
        return value

    @field_validator("values")
    @classmethod
    def _are_words(cls, value: dict[str, str]) -> dict[str, str]:
        for name, one in value.items():
            if not re.fullmatch(r"[A-Za-z0-9._-]+", one):
                raise ValueError(f"'{name}' becomes part of an address: letters, digits, dots and dashes")
        return value

    @field_validator("lag", mode="before")
    @classmethod
    def _a_duration(cls, value: object) -> str:
        match = LAG.fullmatch(str(value).strip())
        if match is None or not match[2]:
            raise ValueError(f"'{value}' is not a lag; write '15 minutes', '2 hours' or '1 day'")
        return str(value).strip()

    @property
    def lag_seconds(self) -> int:
        match = LAG.fullmatch(self.lag)
        assert match is not None
        return int(match[1]) * _SECONDS[match[2]]


class Source(Section):
    """One source of cx.yml: which files or which table, in whose shape, and how they are to be read."""

    name: str = Field(pattern=r"^[a-z][a-z0-9_]{0,62}$")
    kind: Kind
    vendor: str
    id_namespace: str = ""
    path: str = ""
    api: ApiAccess | None = None
    landed: LandedBy | None = None
    url: SecretStr | None = None
    table: str | None = Field(default=None, pattern=TABLE_NAME)
    cursor: str | None = None
    lag: str | None = None
    entity: str | None = None
    encoding: str = "utf-8"
    delimiter: str = ","
    decimal: Literal[".", ","] = "."
    header: bool = True
    header_rows: int = Field(default=1, ge=1, le=5)
    timestamp_format: str | None = Field(default=None, pattern=TIMESTAMP_FORMAT)
    timezone: str | None = None
    phone_region: str | None = None
    fresh_within_hours: float | None = Field(default=None, gt=0)
    max_loss: float = Field(default=0.05, ge=0, le=1)
    max_vanished: float = Field(default=0.5, ge=0, le=1)
    columns: dict[str, ColumnRule] = Field(default_factory=dict)
    grain: Literal["line"] | None = None

    @model_validator(mode="before")
    @classmethod
    def _only_entity(cls, value: Any) -> Any:
        """A described vendor that holds one entity of the kind needs no word for it."""
        if isinstance(value, dict) and not value.get("entity"):
            entities = described_entities(str(value.get("vendor")), str(value.get("kind")))
            if len(entities) == 1:
                return {**value, "entity": entities[0]}
        return value

    @field_validator("encoding")
    @classmethod
    def _known_encoding(cls, value: str) -> str:
        normal = value.lower().replace("_", "-")
        if normal not in ENCODINGS:
            raise ValueError(f"unknown encoding '{value}'; use one of {', '.join(ENCODINGS)}")
        return normal

    @field_validator("delimiter")
    @classmethod
    def _one_character(cls, value: str) -> str:
        if value == "\\t" or value == "tab":
            return "\t"
        if value != "whitespace" and (len(value) != 1 or value in '"\r\n'):
            raise ValueError("a delimiter is one character (no quote, no newline), 'tab' or 'whitespace'")
        return value

    @field_validator("timezone")
    @classmethod
    def _known_zone(cls, value: str | None) -> str | None:
        return value if value is None else known_zone(value)

    @field_validator("phone_region")
    @classmethod
    def _known_country(cls, value: str | None) -> str | None:
        return value if value is None else known_country(value)

    @field_validator("path")
    @classmethod
    def _inside_workspace(cls, value: str) -> str:
        return below_workspace(value, "a path is a glob")

    @field_validator("url")
    @classmethod
    def _known_database(cls, value: SecretStr | None) -> SecretStr | None:
        text = value.get_secret_value() if value else ""
        scheme = text.partition("://")[0].partition("+")[0]
        if text and not text.startswith(SECRET_REFERENCE_PREFIX) and f"{scheme}://" not in DATABASES:
            raise ValueError(
                f"this url names no database that can be read; it starts with {', '.join(DATABASES)},"
                " or is 'env:NAME' for a variable that holds it, which other servers need"
            )
        return value

    @field_validator("lag", mode="before")
    @classmethod
    def _a_duration_or_a_number(cls, value: object) -> str | None:
        if value is None:
            return None
        if not LAG.fullmatch(str(value).strip()):
            raise ValueError(f"'{value}' is not a lag; write '15 minutes', '2 hours', '1 day', or a number of ids")
        return str(value).strip()

    @model_validator(mode="after")
    def _grain_fits(self) -> Self:
        is_of_orders = (self.kind, self.entity) == ("crm", "orders") and self.vendor in ENTITY_VENDORS
        if self.grain is not None and not is_of_orders:
            belongs = " and ".join(ENTITY_VENDORS)
            raise ValueError(f"'grain' belongs to crm orders of vendors {belongs}; remove it")
        if self.grain == "line" and self.cursor is not None:
            raise ValueError(
                "'cursor' would bring changed lines of an order without the others; remove it and 'lag', so that the "
                "table is read whole"
            )
        for column in self.columns:
            if is_of_orders and self.grain is None and column in LINE_COLUMNS:
                raise ValueError(f"'{column}' is about a line of an order; add 'grain: line' if each row is one")
        return self

    @model_validator(mode="after")
    def _vendor_is_built(self) -> Source:
        if self.is_described:
            return self._description_fits()
        if self.vendor not in VENDORS[self.kind]:
            # Names of vendors are looked up for the message alone: reading all descriptions takes two seconds.
            raise ValueError(
                f"vendor '{self.vendor}' is not built for kind '{self.kind}'; "
                f"built are: {', '.join(built_vendors(self.kind)) or 'none yet'}"
            )
        entities = CSV_ENTITIES[self.kind]
        if self.entity not in entities:
            raise ValueError(
                f"entity '{self.entity}' is not built for {self.kind} {self.vendor}; use one of {', '.join(entities)}"
            )
        known = entities[self.entity].columns
        for column in self.columns:
            if column not in known:
                near = difflib.get_close_matches(column, known, n=1)
                hint = f" Did you mean '{near[0]}'?" if near else ""
                raise ValueError(
                    f"'{column}' is not a canonical column of {self.kind}/{self.entity}; "
                    f"known are {', '.join(known)}.{hint}"
                )
        for column in self.constants:
            if column in {*entities[self.entity].key, *_OF_ONE_PERSON}:
                raise ValueError(
                    f"'{column}' as a constant would make all rows one; name the column that tells them apart"
                )
        for column in self.formats:
            if not (column.endswith("_at") or column == "date"):
                raise ValueError(f"'{column}' holds no times; remove its 'format'")
            if self.timestamp_format is not None:
                raise ValueError(
                    "'timestamp_format' is for all columns of times; remove it, and give each its 'format'"
                )
        if not self.header and self.header_rows > 1:
            raise ValueError(
                "'header: false' says that there is no header, 'header_rows' how many rows it has; remove one"
            )
        if not self.header:
            placed = {**self.named_columns, **self.constants}
            unnamed = [column for column in self.required if column not in placed]
            if unnamed:
                raise ValueError(
                    f"a file without a header needs 'columns' for {', '.join(unnamed)}, by position ('1', '2', ...)"
                )
        return self

    def _description_fits(self) -> Source:
        entities = described_entities(self.vendor, self.kind)
        if self.entity not in entities:
            raise ValueError(f"vendor {self.vendor} needs 'entity': one of {', '.join(entities)}")
        for key in _DESCRIBED_KEYS:
            if key in self.model_fields_set and key not in accepted_keys(self.vendor):
                raise ValueError(
                    f"'{key}' does not belong to vendor {self.vendor}, whose description says it; remove it"
                )
        return self

    @model_validator(mode="after")
    def _keys_fit_the_vendor(self) -> Source:
        self._landed_fits()
        strange = _FILE_KEYS if self.is_table else _TABLE_KEYS
        needed = ("url", "table") if self.is_table else () if self.api else ("path",)
        if self.api is not None and self.path:
            raise ValueError("'path' and 'api' are two ways in; name one source for each")
        if self.api is not None and not has_endpoint(self.vendor, f"{self.kind}/{self.entity}"):
            raise ValueError(f"the API of vendor {self.vendor} is not described for {self.kind}/{self.entity}")
        for key in strange:
            if key in self.model_fields_set:
                hint = ", or say by which tool the table is 'landed'" if self.is_described and not self.landed else ""
                raise ValueError(f"'{key}' does not belong to vendor {self.vendor}; remove it{hint}")
        for key in needed:
            if not getattr(self, key):
                if self.landed:
                    usual = fivetran_table(self.vendor, f"{self.kind}/{self.entity}")
                    hint = f", such as {self.vendor}.{usual}" if self.landed == "fivetran" else ""
                    raise ValueError(f"'landed' needs '{key}'; 'url' says which database, 'table' which table{hint}")
                raise ValueError(f"vendor {self.vendor} needs '{key}'; docs/configuration.md says what it takes")
        if (self.cursor is None) != (self.lag is None):
            raise ValueError(
                "'cursor' and 'lag' go together; 'lag' is how late a row may be committed, such as '15 minutes'"
            )
        return self

    def _landed_fits(self) -> None:
        if self.landed is None:
            return
        if not self.is_described:
            raise ValueError(f"'landed' belongs to described vendors; remove it for vendor {self.vendor}")
        for key in ("path", "api"):
            if getattr(self, key):
                raise ValueError(f"'{key}' and 'landed' are two ways in; name one source for each")
        if not is_landed(self.vendor, f"{self.kind}/{self.entity}", self.landed):
            fix = "land it by airbyte or dlt, or read files" if self.landed == "fivetran" else "read files by 'path'"
            raise ValueError(
                f"a table of {self.landed} is not described for {self.vendor} {self.kind}/{self.entity}; {fix}"
            )

    @property
    def is_table(self) -> bool:
        """Whether its rows are those of a database's table."""
        return self.vendor == "sql" or self.landed is not None

    @property
    def is_described(self) -> bool:
        """Whether a description says how the vendor's records are read."""
        return self.vendor not in ENTITY_VENDORS and bool(described_entities(self.vendor, self.kind))

    @property
    def required(self) -> tuple[str, ...]:
        """Canonical columns that the source's files must hold; a line may have a price instead of an amount."""
        required = CSV_ENTITIES[self.kind][self.entity].required if self.entity else ()
        if self.grain != "line":
            return required
        has_price = "unit_price" in self.columns and "amount" not in self.columns
        return (*(column for column in required if column != "amount" or not has_price), "order_id")

    @property
    def named_columns(self) -> dict[str, str]:
        """Canonical column -> the column of the file, where cx.yml names one."""
        return {name: rule.column for name, rule in self.columns.items() if rule.column is not None}

    @property
    def constants(self) -> dict[str, str]:
        """Canonical column -> what every row has."""
        return {name: rule.constant for name, rule in self.columns.items() if rule.constant is not None}

    @property
    def formats(self) -> dict[str, str]:
        """Canonical column of times -> how it is written, where that is said of it alone."""
        return {name: rule.format for name, rule in self.columns.items() if rule.format is not None}

    @property
    def words(self) -> dict[str, dict[str, str]]:
        """Canonical column -> a cell in lower case -> what it stands for."""
        return {
            name: {word.strip().lower(): meant for word, meant in rule.words.items()}
            for name, rule in self.columns.items()
            if rule.words
        }

    @property
    def namespace(self) -> str:
        """Customer ids of different namespaces are different people until a link says otherwise."""
        return self.id_namespace or self.name

    @property
    def location(self) -> str:
        """Where the source's data is, as a user knows it: the glob of its files, or its table."""
        if self.api is not None:
            return f"the API of {self.vendor}"
        return f"table {self.table}" if self.is_table else self.path

    @property
    def pattern(self) -> str:
        """The glob of the source's files, those that hold an API's answers included; '' for a database's table."""
        return f"{FETCHED}/{self.name}/*" if self.api is not None else self.path

    @property
    def lag_seconds(self) -> int | None:
        """How late a row may be committed; None where `lag` is a number of ids, or there is none."""
        match = LAG.fullmatch(self.lag or "")
        return int(match[1]) * _SECONDS[match[2]] if match and match[2] else None

    @property
    def lag_ids(self) -> int | None:
        """The same for a cursor of ids."""
        match = LAG.fullmatch(self.lag or "")
        return int(match[1]) if match and not match[2] else None

    @property
    def raw_table(self) -> tuple[str, str]:
        """Schema and table that this source lands in; those of one entity share a table, wherever they come from."""
        assert self.entity is not None
        return f"raw_{self.kind}", self.entity


def built_vendors(kind: str) -> tuple[str, ...]:
    """Every vendor that sources of a kind may name."""
    described = (vendor for vendor in described_vendors() if described_entities(vendor, kind))
    return tuple(sorted({*VENDORS[kind], *described}))


def below_workspace(value: str, what: str) -> str:
    """A path of cx.yml as it is; ValueError for one that leads out of the workspace by its words."""
    if Path(value).is_absolute() or ".." in Path(value).parts:
        raise ValueError(f"{what} below the workspace folder, without '..'")
    return value


def known_zone(value: str) -> str:
    """An IANA time zone as it is; ValueError for anything else."""
    # What the machine calls local is another zone on another machine, and none to the engine.
    known = available_timezones() - {"localtime"}
    if value not in known:
        near = difflib.get_close_matches(value, known, n=1)
        hint = f" Did you mean '{near[0]}'?" if near else ""
        raise ValueError(f"unknown time zone '{value}'; use an IANA name such as Europe/Berlin.{hint}")
    return value


def known_country(value: str) -> str:
    """A country whose phone numbers are known (ISO 3166, such as DE); ValueError for anything else."""
    # Its metadata takes a moment to import, which only a workspace that names a country pays.
    from phonenumbers import SUPPORTED_REGIONS

    if value.upper() not in SUPPORTED_REGIONS:
        raise ValueError(f"'{value}' is not a country whose phone numbers are known; use an ISO 3166 code such as DE")
    return value.upper()
