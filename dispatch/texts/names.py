"""What the texts to requesters are called, by template: "citizen/accepted" is 受理告知短信."""

import tomllib
from collections.abc import Mapping
from pathlib import Path

NAMES: Mapping[str, str] = {
    f"{audience}/{text}": name
    for audience, names in tomllib.loads(
        (Path(__file__).parent / "names.toml").read_text("utf-8")
    ).items()
    for text, name in names.items()
}
