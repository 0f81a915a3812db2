"""Pages without numbers. In: what is missing. Out: what happened, the exact command, the path looked for, a link."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import streamlit as st

from app.kit.badges import why
from app.kit.formatting import as_code, markdown_safe, shortened
from serving import NoRelease, RunSummary
from workspace.environment import WORKSPACE_VARIABLE


def no_workspace(root: Path | None) -> None:
    """No workspace is named, or its folder is not there."""
    st.title("No workspace yet", anchor=False)
    st.markdown("These pages read a company's workspace, and none was found.")
    with st.container(border=True):
        st.markdown("**Build one with a demo company** (about two minutes):")
        st.code("make demo", language="bash")
        st.markdown("**Or serve your own:**")
        st.code("cx app --workspace DIR", language="bash")
        if root is None:
            st.markdown(f"The environment variable `{WORKSPACE_VARIABLE}` is not set.")
        else:
            st.markdown(f"Looked for {as_code(str(root))} (from `{WORKSPACE_VARIABLE}`).")
    _check_again()


def no_release(missing: NoRelease, last: RunSummary | None) -> None:
    """The workspace is there, and nothing in it can be read; `last` is its newest run, if there was one."""
    title = "The published answers cannot be read" if missing.is_damage else "Nothing is published yet"
    st.title(title, anchor=False)
    st.markdown(markdown_safe(missing.what))
    with st.container(border=True):
        st.markdown("**Load, check and publish:**")
        st.code(missing.command, language="bash")
        st.markdown(f"Looked for {as_code(str(missing.looked_for))}.")
    if last is not None and last.status in ("failed", "error", "died"):
        st.error(
            f"**The last load ended before publishing** (stage {last.stage})  \n{markdown_safe(why(last))}",
            icon=":material/error:",
        )
    _check_again()


def release_gone(run_id: str, *, on_leave: Callable[[], None]) -> None:
    """The address names a release that is not kept any more."""
    st.title("That release is no longer kept", anchor=False)
    st.markdown(f"There is no release called {markdown_safe(shortened(run_id))} in this workspace.")
    st.button("Show the live answers", type="primary", icon=":material/update:", on_click=on_leave)


def _check_again() -> None:
    st.button("Check again", type="primary", icon=":material/refresh:")
