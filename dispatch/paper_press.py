"""Papers made outside the event loop, by a library that is loaded with the first of them."""

import asyncio
from collections.abc import Mapping
from typing import Any

from hotline.paper import Paper

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


async def printed(paper: Paper, values: Mapping[str, Any]) -> bytes:
    """The paper with its values as a .docx file: some 40 ms of CPU, in a thread."""
    return await asyncio.to_thread(_filled, paper, values)


def _filled(paper: Paper, values: Mapping[str, Any]) -> bytes:
    # Ten megabytes that most web processes never need.
    from dispatch.paper_files import filled

    return filled(paper, values)
