"""Compare the page that mhm would cite with the number that is printed on it.

python -m tests.printed FILE.pdf...     any PDFs; prints what was found as JSON
"""

from __future__ import annotations

import io
import json
import sys
from contextlib import closing
from pathlib import Path

from mhmcli.source import open_source

_EDGE_LINES = 2  # of a page, above or below which its number is printed


def main(names: list[str]) -> dict[str, dict[str, object]]:
    """For each file, how many pages have the number in their first or last lines by which they
    would be cited, and which have not."""
    found: dict[str, dict[str, object]] = {}
    for name in names:
        texts: dict[tuple[int, str], str] = {}
        with closing(open_source(name, io.BytesIO())) as source:
            for passage in source.passages():
                page = passage.place.page or 0
                key = page, passage.place.label or str(page)
                texts[key] = texts.get(key, "") + passage.text
        others = [page for (page, number), text in texts.items() if not _is_printed(number, text)]
        found[Path(name).name] = {
            "pages": len(texts),
            "as_printed": len(texts) - len(others),
            "labelled": sum(number != str(page) for page, number in texts),
            "others": others[:8],
        }
    return found


def _is_printed(number: str, text: str) -> bool:
    lines = [line.strip() for line in text.strip().splitlines()]
    edges = [*lines[:_EDGE_LINES], *lines[-_EDGE_LINES:]]
    return any(number in (line, line.split()[0], line.split()[-1]) for line in edges if line)


if __name__ == "__main__":
    sys.stdout.write(json.dumps(main(sys.argv[1:]), indent=1) + "\n")
