"""What the package says of itself on an index: its README, and where it lives.

A page on an index shows nothing that lies beside the README.  ``CRAMPRISK_HOME``, the
address of the repository, makes pictures and links absolute; without it pictures are left
out, and links are their words.
"""

import os
import re
from pathlib import Path

from hatchling.metadata.plugin.interface import MetadataHookInterface

PICTURE = re.compile(r"^!\[([^\]]*)\]\(([^):]+)\)\n\n", re.MULTILINE)
LINK = re.compile(r"(?<!!)\[([^\]]+)\]\(([^):]+)\)")
PAGES = {"Changelog": "CHANGELOG.md", "Documentation": "docs/index.md"}


def readme_on_an_index(text: str, home: str, tag: str) -> str:
    """README whose pictures and links lead to a repository, or nowhere if it has none."""
    if not home:
        return LINK.sub(r"\1", PICTURE.sub("", text))
    text = PICTURE.sub(rf"![\1]({home}/raw/{tag}/\2)\n\n", text)
    return LINK.sub(rf"[\1]({home}/blob/{tag}/\2)", text)


class Metadata(MetadataHookInterface):
    """The README and the addresses, as the build finds them."""

    def update(self, metadata: dict[str, object]) -> None:
        """Add both."""
        home, tag = (
            os.environ.get("CRAMPRISK_HOME", "").rstrip("/"),
            f"v{metadata['version']}",
        )
        text = Path(self.root, "README.md").read_text(encoding="utf-8")
        readme = readme_on_an_index(text, home, tag)
        metadata["readme"] = {"content-type": "text/markdown", "text": readme}
        if home:
            pages = {name: f"{home}/blob/{tag}/{path}" for name, path in PAGES.items()}
            metadata["urls"] = {"Source": home, **pages}
