"""The documentation as a site: ``make docs``.

Its source is the whole checkout, so that a link means the same there and here.
"""

from pygments.lexers.special import TextLexer

import riskmodel

project = "cramp-risk"
author = copyright = "the cramp-risk authors"
release = version = riskmodel.__version__

extensions = ["myst_nb", "numpydoc", "sphinx.ext.autodoc"]
root_doc = "docs/index"
include_patterns = [
    "docs/*.md", "docs/reference/*.md", "notebooks/*.ipynb", "data/README.md",
    "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md", "README.md",
]  # fmt: skip

html_theme = "furo"
html_title = "cramp-risk"
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_extra_path = ["_root"]
html_show_sourcelink = html_copy_source = False

myst_heading_anchors = 3
myst_fence_as_directive = []
nb_execution_mode = "off"  # the tests run the notebooks, which hold their outputs
autodoc_typehints = "none"  # the docstrings say them in words
autodoc_member_order = "bysource"
default_role = "py:obj"
numpydoc_show_class_members = False


def setup(app):
    """Name languages that the highlighter does not know."""
    for language in ("csv", "mermaid"):
        app.add_lexer(language, TextLexer)
