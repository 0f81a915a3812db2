"""`cx.yml` as one validated, immutable configuration.

In: a workspace folder. Out: a `Workspace`, or a `WorkspaceError` with every problem: file, line, key and fix.
"""

from __future__ import annotations

import difflib
import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, Final, Literal, get_args, get_origin

from pydantic import BaseModel, Field, ValidationError, field_validator, model_validator

from workspace.configuration.identity import Identity, region_of_zone
from workspace.configuration.mappings import Mappings, read_mappings
from workspace.configuration.sources import Section, Source, below_workspace, known_zone
from workspace.configuration.yaml_files import line_of, read_yaml, shortened
from workspace.errors import Problem, WorkspaceError
from workspace.paths import WorkspacePaths
from workspace.vocabulary import CSV_ENTITIES


class Conversion(Section):
    """The event that counts as a conversion, and which occurrence of it."""

    event: str = "order"
    occurrence: Literal["first", "any"] = "first"


class Journey(Section):
    """Windows in days, hours and minutes: when a journey, a session, a stage, a task or a survey link ends."""

    gap_days: int = Field(default=90, ge=1, le=36_500)
    conversion_days: int = Field(default=90, ge=1, le=36_500)
    session_minutes: int = Field(default=30, ge=1, le=525_600)
    survey_link_days: int = Field(default=30, ge=0, le=36_500)
    task_hours: float = Field(default=24, gt=0)


class Customers(Section):
    """How long a customer counts as active after a sale, or after the last day on which a contract ran, in days."""

    active_days: int = Field(default=365, ge=1, le=36_500)


class Value(Section):
    """Lifetime value: its time unit, horizon and top share; the two dates are for back-tests only."""

    unit: Literal["day", "week", "month"] = "week"
    horizon_months: int = Field(default=12, ge=1, le=1_200)
    top_tier: float = Field(default=0.2, gt=0, lt=1)
    calibration_end: date | None = None
    holdout_end: date | None = None


class Attribution(Section):
    """Look-back, half-life (days) and position weights (first, middle, last) of attribution rules."""

    lookback_days: int = Field(default=90, ge=1, le=36_500)
    half_life_days: float = Field(default=7, gt=0)
    position: tuple[float, float, float] = (0.4, 0.2, 0.4)

    @field_validator("position")
    @classmethod
    def _sums_to_one(cls, value: tuple[float, float, float]) -> tuple[float, float, float]:
        if abs(sum(value) - 1) > 1e-9:
            raise ValueError("the three position weights must sum to 1")
        return value


class Service(Section):
    """What customers are promised by service."""

    reply_target_hours: float = Field(default=24, gt=0)


class Privacy(Section):
    """The least number of people in a cell, and whether comments may be published."""

    min_cell: int = Field(default=5, ge=2, le=1_000_000_000)
    min_cell_comments: int = Field(default=10, ge=2, le=1_000_000_000)
    publish_comments: bool = False


class Serving(Section):
    """The app: its port, how many releases are kept, and after how many hours a release is stale."""

    port: int = Field(default=8501, ge=1024, le=65535)
    keep_releases: int = Field(default=10, ge=2, le=100_000)
    stale_after_hours: float = Field(default=48, gt=0)


# How far back times are believed where cx.yml names no earliest_date.
KNOWN_YEARS: Final = 50
# Entities that say which account a person belongs to.
_NAME_ACCOUNTS: Final = tuple(
    name for name, entity in CSV_ENTITIES["crm"].items() if "account_id" in entity.columns and name != "accounts"
)


class Config(Section):
    """The whole of cx.yml."""

    company: str = Field(min_length=1)
    brand: str | None = Field(default=None, min_length=1)
    timezone: str
    currency: str = Field(pattern=r"^[A-Z]{3}$")
    as_of: date | None = None
    earliest_date: date | None = None
    customer_unit: Literal["person", "account"] = "person"
    identity: Identity = Identity()
    conversion: Conversion = Conversion()
    revenue_from: tuple[str, ...] = ()
    journey: Journey = Journey()
    customers: Customers = Customers()
    value: Value = Value()
    attribution: Attribution = Attribution()
    service: Service = Service()
    sources: tuple[Source, ...] = Field(min_length=1)
    mappings: str = "mappings/"
    privacy: Privacy = Privacy()
    serving: Serving = Serving()
    notify: tuple[str, ...] = ()

    @field_validator("timezone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        return known_zone(value)

    @field_validator("mappings")
    @classmethod
    def _mappings_inside(cls, value: str) -> str:
        return below_workspace(value, "'mappings' is a folder")

    @field_validator("earliest_date")
    @classmethod
    def _after_1900(cls, value: date | None) -> date | None:
        # The engine reads some words as the first day of 1900.
        if value is not None and not date(1901, 1, 1) <= value <= date.today():
            raise ValueError(
                "earliest_date must be between 1901-01-01 and today; name the first possible day of the data"
            )
        return value

    @model_validator(mode="after")
    def _names_agree(self) -> Config:
        names = [source.name for source in self.sources]
        twice = {name for name in names if names.count(name) > 1}
        if twice:
            raise ValueError(f"source name '{sorted(twice)[0]}' is used twice; names must differ")
        for source in self.sources:
            if source.entity == "paths" and source.name == self.conversion.event:
                raise ValueError(
                    f"source '{source.name}' of counted paths has the name of the conversion event, and "
                    "their conversions would be one; rename the source"
                )
            if source.entity == "order_lines":
                self._lines_come_once(source)
        for name in self.revenue_from:
            if name not in names:
                raise ValueError(f"revenue_from names '{name}', which is not a source; sources are {', '.join(names)}")
        if self.customer_unit == "account" and not any(source.entity in _NAME_ACCOUNTS for source in self.sources):
            raise ValueError(
                "customer_unit is account, and no source says who belongs to which account; "
                "add contacts, leads or deals with an account_id, or count people"
            )
        return self

    def _lines_come_once(self, lines: Source) -> None:
        for orders in self.sources:
            if orders.grain == "line" and orders.namespace == lines.namespace:
                raise ValueError(
                    f"sources '{orders.name}' (grain: line) and '{lines.name}' hold lines of the same orders, which "
                    "would count twice; remove one"
                )

    def earliest_on(self, today: date) -> date:
        """The first day on which anything can have happened: as stated, else 1 January of the year 50 years before."""
        return self.earliest_date or date(today.year - KNOWN_YEARS, 1, 1)

    @property
    def brand_word(self) -> str:
        """The word that public mentions name the company by."""
        return self.brand or self.company

    @property
    def phone_region(self) -> str | None:
        """The country of phone numbers that name none: as stated, else that of the company's time zone."""
        return self.identity.phone_region or region_of_zone(self.timezone)

    def source(self, name: str) -> Source:
        return next(source for source in self.sources if source.name == name)


@dataclass(frozen=True)
class Workspace:
    """A validated workspace.

    Attributes:
        warnings: problems that do not keep a run from starting.
        hashes: SHA-256 of cx.yml and of every mapping file as they were read, by path below the workspace.
    """

    paths: WorkspacePaths
    config: Config
    mappings: Mappings
    warnings: tuple[Problem, ...] = ()
    hashes: Mapping[str, str] = field(default_factory=dict)


def no_workspace(paths: WorkspacePaths) -> WorkspaceError:
    """What to say of a folder that is not a workspace."""
    if paths.root.is_file():
        fix = "Name the folder that cx.yml is in."
        return WorkspaceError([Problem(file=str(paths.root), what="This is a file, not a workspace.", fix=fix)])
    problem = Problem(
        file=str(paths.config),
        what="There is no workspace here: cx.yml is missing.",
        fix=f"Run 'cx init {paths.root}' for a commented one, or 'cx demo' for a demo company.",
    )
    return WorkspaceError([problem])


def load_workspace(root: Path | str) -> Workspace:
    """Read and validate `cx.yml` and the mappings of a workspace.

    Args:
        root: the workspace's folder.

    Raises:
        WorkspaceError: with every problem that was found, each with file, line or key, and the fix.
    """
    paths = WorkspacePaths(Path(root))
    if not paths.config.is_file():
        raise no_workspace(paths)
    data, problems = read_yaml(paths.config, shown_as="cx.yml", fix="Start from 'cx init'.")
    if problems:
        raise WorkspaceError(problems)
    try:
        config = Config.model_validate(data)
    except ValidationError as error:
        raise WorkspaceError(list(_problems_of(error, data))) from None
    mappings, problems = read_mappings(
        paths.root / config.mappings,
        paths=paths,
        shown_as=config.mappings.rstrip("/"),
        sources={source.name: source.kind for source in config.sources},
    )
    errors = [problem for problem in problems if problem.severity == "error"]
    if errors:
        raise WorkspaceError(problems)
    return Workspace(paths, config, mappings, tuple(problems), _hashes(paths, mappings))


def _hashes(paths: WorkspacePaths, mappings: Mappings) -> dict[str, str]:
    files = [paths.config, *(mappings.folder / f"{name}.csv" for name in mappings.files)]
    return {paths.relative(file): hashlib.sha256(file.read_bytes()).hexdigest() for file in files}


def _problems_of(error: ValidationError, data: Any) -> Iterable[Problem]:
    details = error.errors()
    for detail in details:
        location = [part for part in detail["loc"] if part != "__root__"]
        # A list whose only item is wrong is called empty, too.
        if detail["type"] == "too_short" and any(_is_below(other["loc"], detail["loc"]) for other in details):
            continue
        key = ".".join(str(part) for part in location)
        what, fix = _explain(detail, location, key)
        yield Problem(file="cx.yml", line=line_of(data, location), key=key or None, what=what, fix=fix)


def _is_below(location: Sequence[Any], other: Sequence[Any]) -> bool:
    return len(location) > len(other) and tuple(location[: len(other)]) == tuple(other)


def _explain(detail: Any, location: list[Any], key: str) -> tuple[str, str]:
    match detail["type"]:
        case "extra_forbidden":
            known = _known_keys(location[:-1])
            near = difflib.get_close_matches(str(location[-1]), known, n=1)
            fix = f"Did you mean '{near[0]}'?" if near else f"Known keys here: {', '.join(known)}."
            return f"Unknown key '{location[-1]}'.", fix
        case "missing":
            return f"Key '{location[-1]}' is missing.", "Add it; docs/configuration.md says what it takes."
        case "value_error":
            message = str(detail["ctx"]["error"])
            what, _, fix = message.partition("; ")
            return (
                f"{what[:1].upper()}{what[1:]}.",
                f"{fix[:1].upper()}{fix[1:].rstrip('.?')}." if fix else "Fix it there.",
            )
        case "literal_error":
            return f"{_shown_input(detail, location)} is not allowed here.", f"Use {detail['ctx']['expected']}."
        case _:
            shown = _shown_input(detail, location)
            return f"{shown} does not fit: {detail['msg']}.", f"Fix '{key}'."


def _shown_input(detail: Any, location: list[Any]) -> str:
    """The value at a place of cx.yml. Whole sections are not shown, nor urls: they hold passwords."""
    is_plain = isinstance(detail["input"], str | int | float) and "url" not in location
    return f"'{shortened(str(detail['input']))}'" if is_plain else "This"


def _known_keys(location: list[Any]) -> list[str]:
    model: type[BaseModel] = Config
    is_named_by_user = False
    for part in location:
        if isinstance(part, int) or is_named_by_user:
            is_named_by_user = False
            continue
        annotation = model.model_fields[part].annotation
        is_named_by_user = get_origin(annotation) is dict
        candidates = [annotation, *get_args(annotation)]
        sections = [item for item in candidates if isinstance(item, type) and issubclass(item, BaseModel)]
        if not sections:
            return []
        model = sections[0]
    return list(model.model_fields)
