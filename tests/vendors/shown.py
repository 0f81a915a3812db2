"""What tests say of themselves in, what is tested of each entity by each route out: for the table of docs/vendors.md.

A test that is parametrised by entities is marked with the faults that it shows, and the route by which records come.
Which entities, its own parameters say; a fault that has no meaning for one of them (`meaning.py`) is not asked of it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from typing import Any, Final, Literal, TypeVar

from tests.vendors.meaning import CONTAINER_OF
from tests.vendors.samples import Case
from tests.vendors.variants import Form, forms

Route = Literal["files", "API", "table"]
Test = TypeVar("Test", bound=Callable[..., None])
WORD_OF: Final = {container: word for word, container in CONTAINER_OF.items()}
# Heads of the table -> what tests call it.
HEADS: Final[dict[str, tuple[str, ...]]] = {
    "loads": ("loads",),
    "books": ("books",),
    "late": ("late", "out of turn", "same time"),
    "deleted": ("deleted", "gone"),
    "twice": ("same file", "other file"),
    "drift": ("new key", "lost key", "other type"),
    "broken": ("broken record",),
    "pages": ("pages",),
    "429, 5xx, cut": ("busy or broken",),
    "stale cursor": ("stale cursor",),
    "repeats": ("page repeats",),
    "strays": ("page elsewhere",),
    "lag": ("lag",),
    "killed": ("killed",),
}


def shows(route: Route, *faults: str, by: str = "") -> Callable[[Test], Test]:
    """Mark a test.

    Args:
        route: by which records come.
        faults: what it shows of every entity.
        by: the parameter that names what it shows, where that is different.
    """

    def marked(test: Test) -> Test:
        test.__dict__["shows"] = (route, faults, by)
        return test

    return marked


def shown(modules: Iterator[Any]) -> dict[tuple[Case, str], set[str]]:
    """Entity and route -> every fault that a test of these modules shows."""
    found: dict[tuple[Case, str], set[str]] = defaultdict(set)
    for module in modules:
        for test in vars(module).values():
            if not hasattr(test, "shows"):
                continue
            route, faults, by = test.shows
            for parameters in _parameters(test):
                for case, way in _places(parameters, route):
                    found[case, way] |= {*faults, *([parameters[by]] if by else [])}
    return found


def _parameters(test: Any) -> Iterator[dict[str, Any]]:
    """Of each mark of a parametrised test, its parameters by name."""
    for mark in test.pytestmark:
        if mark.name != "parametrize":
            continue
        names = [mark.args[0]] if isinstance(mark.args[0], str) else list(mark.args[0])
        for values in mark.args[1]:
            yield dict(zip(names, values if len(names) > 1 else (values,), strict=True))


def _places(parameters: dict[str, Any], route: Route) -> Iterator[tuple[Case, str]]:
    if "form" in parameters:
        form: Form = parameters["form"]
        yield form.case, route if route == "table" else WORD_OF[form.container]
    elif "case" in parameters and route == "files":
        # Parquet is written of JSON samples by the variants alone.
        for form in forms(parameters["case"]):
            if form.container != "parquet":
                yield form.case, WORD_OF[form.container]
    elif "case" in parameters:
        yield parameters["case"], route
