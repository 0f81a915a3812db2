"""What a visitor may write into the app's address: markup, links, paths, control characters, and far too much of it."""

from __future__ import annotations

from urllib.parse import quote

LINKS = (
    "[click](https://evil.example)", "![x](https://evil.example/x.png)", "<https://evil.example>",
    "https://evil.example/login", "http://evil.example", "HTTPS://EVIL.EXAMPLE", "www.evil.example", "WWW.evil.example",
    "see www.evil.example now", "someone@evil.example", "mailto:someone@evil.example", "xmpp:someone@evil.example/x",
    "[a]: https://evil.example", "[x][a]\n\n[a]: https://evil.example", "[x](javascript:alert(1))",
    "[^1]\n\n[^1]: note",
    "\\[x](https://evil.example)", "\\\\[x](https://evil.example)", "[x]\u200b(https://evil.example)",
    "![]()[x](data:text/html,hi)", "ftp://evil.example", "//evil.example", "https:\\\\evil.example",
    "a https://evil.example/?a=b&c=d#e b",
)  # fmt: skip
MARKUP = (
    "# heading", "## heading", "\n# heading", "- item", "\n- item", "1. item", "> quote", "***", "---", "===",
    "a\n===", "**bold**", "*i*", "_i_", "__b__", "~~gone~~", "`code`", "```\ncode\n```", "``", "|a|b|\n|-|-|\n|c|d|",
    ":red[alarm]", ":red-background[alarm]", ":red-badge[live]", ":material/delete:", ":smile:", ":streamlit:",
    "$x^2$", "$$\\int$$", "\\(x\\)", "&lt;b&gt;", "&#60;b&#62;", "&nbsp;", "    code", "\tcode", "a  \nb", "- [x] done",
)  # fmt: skip
HTML = (
    "<b>bold</b>", "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "<a href='https://evil.example'>x</a>",
    "<iframe src='https://evil.example'></iframe>", "<!-- gone -->", "</div></div>", "<svg onload=alert(1)>",
    "<style>*{display:none}</style>", "<details open ontoggle=alert(1)>",
)  # fmt: skip
PATHS = (
    "../../etc/passwd", "..", ".", "/etc/passwd", "..\\..\\x", "%2e%2e%2f", "published/../..", "C:\\x", "~",
    "CURRENT.json", ".staging-x", "run-1/../run-1", "\\\\host\\share", "file:///etc/passwd",
)  # fmt: skip
SIGNS = (
    "", " ", "\x00", "a\x00b", "\n", "\r\n", "\u2028", "\u202egnp.exe", "\u2066x\u2069", "\u200b", "\ufeff", "😀" * 40,
    "é" * 200, "漢字", "مرحبا", "a" * 300, "a" * 5_000, "None", "null", "nan", "-1", "0", "1e309", "true", "[]", "{}",
    "{{ 7 * 7 }}", "{% raw %}", "${jndi:ldap://x}", "' or 1=1 --", "'; drop table x; --", '"', "'", "%00", "%", "&a=b",
)  # fmt: skip
PAYLOADS = (*LINKS, *MARKUP, *HTML, *PATHS, *SIGNS)


def plain(text: str) -> str:
    """A payload as an identifier of a test."""
    return quote(text[:40], safe=" ") or "empty"
