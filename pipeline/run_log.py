"""What a run reports while it works, as a text file for people: `<workspace>/logs/<run_id>.log`."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

_LOGGERS: Final = ("ingestion", "pipeline", "orchestration")
_KEPT: Final = 60


@contextmanager
def written_to(folder: Path, *, run_id: str) -> Iterator[Path]:
    """Write every message of ours inside the block, with its time in UTC; keep the newest logs."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = folder / f"{run_id}.log"
    handler = logging.FileHandler(path, encoding="utf-8")
    form = logging.Formatter("%(asctime)s  %(levelname)-7s  %(message)s", datefmt="%Y-%m-%dT%H:%M:%SZ")
    form.converter = time.gmtime
    handler.setFormatter(form)
    handler.setLevel(logging.INFO)
    loggers = [logging.getLogger(name) for name in _LOGGERS]
    for logger in loggers:
        logger.addHandler(handler)
        if logger.getEffectiveLevel() > logging.INFO:
            logger.setLevel(logging.INFO)
    try:
        yield path
    finally:
        for logger in loggers:
            logger.removeHandler(handler)
        handler.close()
        # By name, which is by the clock: this one may not be the newest.
        for old in [log for log in sorted(folder.glob("*.log")) if log != path][: -_KEPT + 1]:
            old.unlink()
