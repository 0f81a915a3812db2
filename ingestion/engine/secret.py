"""A connection in, the workspace's secret out: one row of padded keys, made once and never changed.

Identifiers become keys by HMAC-SHA-256 with this secret. DuckDB has no HMAC, so the two padded keys of RFC 2104
are what SQL needs; they live in a private table, because a variable would leak into compiled SQL and logs.
"""

from __future__ import annotations

import secrets

import duckdb

SECRET_BYTES = 32
BLOCK_BYTES = 64  # SHA-256's block


def key_pads(secret: bytes) -> tuple[bytes, bytes]:
    """Inner and outer padded key of RFC 2104 for a secret not longer than a block."""
    block = secret.ljust(BLOCK_BYTES, b"\0")
    return bytes(byte ^ 0x36 for byte in block), bytes(byte ^ 0x5C for byte in block)


def ensure_secret(connection: duckdb.DuckDBPyConnection) -> None:
    """Create the secret where there is none yet. A lost secret means new person keys, so it is never replaced."""
    connection.execute("create schema if not exists secret")
    connection.execute("create table if not exists secret.key_pads (ipad blob not null, opad blob not null)")
    ipad, opad = key_pads(secrets.token_bytes(SECRET_BYTES))
    connection.execute(
        "insert into secret.key_pads select ?, ? where not exists (from secret.key_pads)",
        [ipad, opad],
    )
