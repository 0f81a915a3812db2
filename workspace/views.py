"""Saved views: what `views.yml` says in, views and pages out, with every problem; and the app's changes to that file.

A view is a name and an address of the page Explore metrics; a page is a title and the names of the views on it. The
file is plain, so that a company can keep it under version control: a change leaves comments and the rest as they are.
What an address asks for is checked where the release is known (`app.explore`).
"""

from __future__ import annotations

import fcntl
import io
import os
import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq

from workspace.configuration.yaml_files import line_of, read_yaml, shortened
from workspace.errors import Problem, WorkspaceError
from workspace.paths import WorkspacePaths

FILE: Final = "views.yml"
# Addresses lie below the app's own, so that a view cannot lead anywhere else.
ADDRESS: Final = "explore?"
NAME_LENGTH: Final = 80  # characters: a title of a card, an entry of the navigation
ADDRESS_LENGTH: Final = 4_000  # characters: what every browser and proxy passes on
_FIX: Final = "docs/configuration.md shows its shape."


@dataclass(frozen=True)
class SavedView:
    """One view: its name, and the address of what it shows, from `explore?` on."""

    name: str
    address: str


@dataclass(frozen=True)
class OwnPage:
    """A page of the company's own: its title, its place in the app's address, and the names of its views in order."""

    title: str
    path: str
    views: tuple[str, ...]


@dataclass(frozen=True)
class SavedViews:
    """All that can be used of the file, and what cannot: a problem with one view leaves the others usable."""

    views: tuple[SavedView, ...] = ()
    pages: tuple[OwnPage, ...] = ()
    problems: tuple[Problem, ...] = ()

    def view(self, name: str) -> SavedView | None:
        """The view of a name; None where there is none that can be used."""
        return next((view for view in self.views if view.name == name), None)


def read_views(paths: WorkspacePaths) -> SavedViews:
    """Read the views of a workspace; without the file there are none."""
    if not paths.views.exists() and not paths.views.is_symlink():
        return SavedViews()
    data, problems = _load(paths)
    if problems:
        return SavedViews(problems=tuple(problems))
    return _checked(data)


def save_view(paths: WorkspacePaths, view: SavedView, *, page: str = "") -> None:
    """Add a view, and put it on a page; the page is made where there is none of that title.

    Raises:
        WorkspaceError: the name is taken or is not one, or the file cannot be used or written. It is as it was then.
    """
    name, title = _name(view.name, "view"), _name(page, "page") if page.strip() else ""

    def change(data: CommentedMap) -> None:
        views = _list(data, "views")
        if any(_text(one, "name") == name for one in views):
            raise _refused(
                f"There is a view “{name}” already.", "Give this one another name, or delete that one first."
            )
        views.append(CommentedMap(name=name, address=view.address))
        if title:
            _put(data, name, title)

    _change(paths, change)


def rename_view(paths: WorkspacePaths, name: str, new: str) -> None:
    """Give a view another name, on its pages, too.

    Raises:
        WorkspaceError: as `save_view`, and where the view is no longer there.
    """
    new = _name(new, "view")

    def change(data: CommentedMap) -> None:
        views = _list(data, "views")
        found = [one for one in views if _text(one, "name") == name]
        if not found:
            raise _gone(name)
        if new != name and any(_text(one, "name") == new for one in views):
            raise _refused(f"There is a view “{new}” already.", "Choose another name.")
        found[0]["name"] = new
        for page in _list(data, "pages"):
            listed: Any = page.get("views") if isinstance(page, dict) else None
            if isinstance(listed, list):
                listed[:] = [new if one == name else one for one in listed]

    _change(paths, change)


def delete_view(paths: WorkspacePaths, name: str) -> None:
    """Take a view out of the file and off its pages; a page without views goes with its last one.

    Raises:
        WorkspaceError: the file cannot be used or written. A view that is no longer there is no error.
    """

    def change(data: CommentedMap) -> None:
        views = _list(data, "views")
        for nth in [nth for nth, one in enumerate(views) if _text(one, "name") == name][::-1]:
            del views[nth]
        _take_off(data, name, keep=())

    _change(paths, change)


def place_view(paths: WorkspacePaths, name: str, titles: Sequence[str]) -> None:
    """Put a view on these pages, at their end where it is new there, and off all others.

    Raises:
        WorkspaceError: as `save_view`, and where the view is no longer there.
    """
    wanted = [_name(title, "page") for title in titles]

    def change(data: CommentedMap) -> None:
        if not any(_text(one, "name") == name for one in _list(data, "views")):
            raise _gone(name)
        for title in wanted:
            _put(data, name, title)
        _take_off(data, name, keep=wanted)

    _change(paths, change)


def path_of(title: str) -> str:
    """The place of a page in the app's address: its title in plain letters, behind `our-`."""
    plain = unicodedata.normalize("NFKD", title.casefold()).encode("ascii", "ignore").decode()
    words = "-".join(re.findall(r"[a-z0-9]+", plain))
    # Letters of another script leave nothing: their numbers are unique, too.
    return f"our-{words or '-'.join(f'{ord(letter):x}' for letter in title.casefold())}"


def _checked(data: Any) -> SavedViews:
    views: dict[str, SavedView] = {}
    pages: dict[str, OwnPage] = {}
    problems: list[Problem] = []

    def problem(what: str, fix: str, *location: Any) -> None:
        problems.append(Problem(file=FILE, line=line_of(data, location), what=what, fix=fix))

    for key in data:
        if key not in ("views", "pages"):
            problem(f"Unknown key '{shortened(str(key))}'.", "Known keys here: views, pages.", key)
    for nth, item in enumerate(_listed(data, "views", problem)):
        name, address = (_text(item, key) for key in ("name", "address"))
        here = ("views", nth)
        if not name or not address:
            problem(f"View {nth + 1} has no {'address' if name else 'name'}.", f"Add it. {_FIX}", *here)
        elif fault := _fault(name):
            problem(f"The view “{shortened(name)}” {fault}.", "Choose another name.", *here)
        elif name in views:
            problem(f"There are two views “{name}”.", "Rename one: only the first is shown.", *here)
        elif not address.startswith(ADDRESS) or len(address) > ADDRESS_LENGTH:
            fix = f"Copy its link from the page Explore metrics, from {ADDRESS} on."
            problem(f"The address of the view “{name}” is not one of Explore metrics.", fix, *here)
        else:
            views[name] = SavedView(name, address)
    for nth, item in enumerate(_listed(data, "pages", problem)):
        title, here = _text(item, "title"), ("pages", nth)
        listed = item.get("views") if isinstance(item, dict) else None
        if not title or not isinstance(listed, list):
            problem(f"Page {nth + 1} has no {'list of views' if title else 'title'}.", f"Add it. {_FIX}", *here)
        elif fault := _fault(title):
            problem(f"The page “{shortened(title)}” {fault}.", "Choose another title.", *here)
        elif path_of(title) in pages:
            other = pages[path_of(title)].title
            problem(f"The pages “{other}” and “{title}” have the same address.", "Rename one.", *here)
        else:
            for name in listed:
                if name not in views:
                    fix = "Save a view of that name, correct the name, or take it off the page."
                    what = f"The page “{title}” names a view “{shortened(str(name))}” that cannot be shown."
                    problem(what, fix, *here)
            known = tuple(dict.fromkeys(name for name in listed if name in views))
            pages[path_of(title)] = OwnPage(title, path_of(title), known)
    return SavedViews(tuple(views.values()), tuple(pages.values()), tuple(problems))


def _listed(data: Any, key: str, problem: Callable[..., None]) -> list[Any]:
    found = data.get(key)
    if found is None:
        return []
    if not isinstance(found, list):
        problem(f"'{key}' is not a list.", f"Begin each of its entries with a dash. {_FIX}", key)
        return []
    return found


def _text(item: Any, key: str) -> str:
    found = item.get(key) if isinstance(item, dict) else None
    return str(found).strip() if isinstance(found, str | int | float) and not isinstance(found, bool) else ""


def _fault(name: str) -> str:
    """What keeps a text from being a name; empty where nothing does."""
    if len(name) > NAME_LENGTH:
        return f"has more than {NAME_LENGTH} characters"
    if any(unicodedata.category(letter) in ("Cc", "Cf", "Cs", "Zl", "Zp") for letter in name):
        return "has characters that nobody sees"
    return "" if any(letter.isalnum() for letter in name) else "has neither letters nor digits"


def _name(text: str, what: str) -> str:
    name = " ".join(text.split())
    if not name:
        raise _refused(f"The {what} has no name.", "Give it one.")
    if fault := _fault(name):
        raise _refused(f"The name of the {what} {fault}.", "Choose another.")
    return name


def _put(data: CommentedMap, name: str, title: str) -> None:
    pages = _list(data, "pages")
    page = next((one for one in pages if path_of(_text(one, "title")) == path_of(title)), None)
    if page is None:
        page = CommentedMap(title=title, views=CommentedSeq())
        pages.append(page)
    listed = page.get("views")
    if not isinstance(listed, list):
        page["views"] = listed = CommentedSeq()
    if name not in listed:
        listed.append(name)


def _take_off(data: CommentedMap, name: str, *, keep: Sequence[str]) -> None:
    pages, kept = _list(data, "pages"), {path_of(title) for title in keep}
    for nth in range(len(pages))[::-1]:
        listed = pages[nth].get("views") if isinstance(pages[nth], dict) else None
        if not isinstance(listed, list) or name not in listed or path_of(_text(pages[nth], "title")) in kept:
            continue
        for at in [at for at, one in enumerate(listed) if one == name][::-1]:
            del listed[at]
        if not listed:
            del pages[nth]


def _list(data: CommentedMap, key: str) -> Any:
    if data.get(key) is None:
        data[key] = CommentedSeq()
    if not isinstance(data[key], list):
        raise _refused(f"'{key}' in {FILE} is not a list.", f"Correct it by hand. {_FIX}")
    return data[key]


def _load(paths: WorkspacePaths) -> tuple[Any, list[Problem]]:
    if not paths.holds(paths.views):
        what = "The file is a link that points outside the workspace."
        return None, [Problem(file=FILE, what=what, fix="Put the file itself into the workspace.")]
    return read_yaml(paths.views, shown_as=FILE, fix=_FIX)


def _change(paths: WorkspacePaths, change: Callable[[CommentedMap], None]) -> None:
    """Change the file as it is now, whole or not at all; whoever else does so waits."""
    try:
        with _alone(paths.root):
            data: Any = CommentedMap()
            mode = 0o644
            if paths.views.exists() or paths.views.is_symlink():
                data, problems = _load(paths)
                if problems:
                    raise WorkspaceError(problems)
                mode = paths.views.stat().st_mode & 0o777
            change(data)
            _write(paths.views, data, mode=mode)
    except OSError as error:
        what = f"The file cannot be written: {error.strerror or error}."
        raise _refused(what, "Check that this user may write it.") from error


@contextmanager
def _alone(root: Path) -> Iterator[None]:
    """Hold the workspace's folder itself locked for as long as a change takes: the lock needs no file of its own."""
    descriptor = os.open(root, os.O_RDONLY | os.O_CLOEXEC)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _write(path: Path, data: CommentedMap, *, mode: int) -> None:
    """Write so that a reader sees the old file or the new one, never a part."""
    yaml = YAML(typ="rt")
    yaml.preserve_quotes = True
    yaml.allow_unicode = True
    yaml.width = 4096
    yaml.indent(mapping=2, sequence=4, offset=2)
    text = io.StringIO()
    yaml.dump(data, text)
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC, mode)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text.getvalue())
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except BaseException:
        with suppress(FileNotFoundError):
            temporary.unlink()
        raise


def _gone(name: str) -> WorkspaceError:
    return _refused(f"There is no view “{name}” any more.", "Another session has renamed or deleted it.")


def _refused(what: str, fix: str) -> WorkspaceError:
    return WorkspaceError([Problem(file=FILE, what=what, fix=fix)])
