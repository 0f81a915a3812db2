"""Dagster's UI with our request protection. In: Dagster's options. Out: UI, schedules, sensors, as `dagster dev` has.

Dagster's web server takes commands from any page that its user opens, and even by a link. `dagster dev` starts it as
a process of its own; here that process is this module, in which the same application is protected.
"""

from __future__ import annotations

import sys
from importlib import import_module
from typing import Any, Final

from workspace.web_guard import Application, Refusal, Scope, WebGuard, values_of

_ITS_WEB_SERVER: Final = "dagster_webserver"
HEADERS: Final = {"content-security-policy": "frame-ancestors 'none'"}


def commands_only_as_json(scope: Scope) -> Refusal | None:
    """Refuse a question or command by an address, and one in a form that a foreign page may send without asking."""
    if scope["type"] != "http":
        return None
    if scope["method"] in ("GET", "HEAD"):
        if scope["path"].rstrip("/").endswith("/graphql"):
            return 405, "Questions and commands are taken by POST only."
        return None
    kinds = [kind.partition(";")[0].strip().lower() for kind in values_of(scope, b"content-type")]
    if kinds != ["application/json"]:
        return 415, "Questions and commands are taken as application/json only."
    return None


def guarded(app: Application) -> WebGuard:
    """Dagster's web application behind the guard."""
    return WebGuard(app, headers=HEADERS, rules=(commands_only_as_json,))


def serve(options: list[str]) -> None:
    """Serve Dagster's web application, guarded: what `dagster-webserver` does."""
    # Typed as open: what is exchanged is an inner part of Dagster, of which its types say nothing.
    cli: Any = import_module("dagster_webserver.cli")
    make = cli.create_app_from_workspace_process_context

    def make_guarded(*arguments: Any, **named: Any) -> WebGuard:
        return guarded(make(*arguments, **named))

    cli.create_app_from_workspace_process_context = make_guarded
    cli.cli(options, prog_name="dagster-webserver")


def develop(options: list[str]) -> None:
    """Do what `dagster dev` does, with the guarded web server in place of the open one.

    Raises:
        RuntimeError: Dagster starts its web server in another way than we know; it is not started.
    """
    dev: Any = import_module("dagster._cli.dev")
    start = dev.open_ipc_subprocess

    def start_guarded(command: list[str], **named: Any) -> Any:
        _, _, module, *_ = command
        if module == _ITS_WEB_SERVER:
            command = [sys.executable, "-m", "orchestration.web", "web", *command[3:]]
        elif module != "dagster._daemon":
            raise RuntimeError(f"Dagster starts {module}, which is not known to be guarded.")
        return start(command, **named)

    dev.open_ipc_subprocess = start_guarded
    dev.dev_command(options, prog_name="dagster dev")


if __name__ == "__main__":
    (serve if sys.argv[1] == "web" else develop)(sys.argv[2:])
