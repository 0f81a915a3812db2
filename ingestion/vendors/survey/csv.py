"""Surveys as delimited text: wide, a row a respondent, or long, a row an answer (vendor `csv`, kind `survey`).

inbox file -> lines -> records -> raw_survey.{wide, long} -> stg_survey__responses, stg_survey__answers

Lands: respondent, time and links as text where the file has them, and of a wide file the whole row as JSON: every
other column is a question.
Reads: any encoding, delimiter and header that cx.yml names; a respondent without a name is a file and a row.
"""

from __future__ import annotations

from typing import Final

from ingestion.vendors.tables import TableReader

READER: Final = TableReader()
