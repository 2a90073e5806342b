"""Text of somebody else that would like to be more than text, and who would notice."""

from html.parser import HTMLParser

# One of each thing that a page could make of it.  What would be made has a text or an
# address of its own, which the text itself never is.
PIECES = {
    "strong": "**evilbold**",
    "emphasis": "_evilsoft_",
    "struck": "~~evilstruck~~",
    "code": "`evilcode`",
    "link": "[evillink](https://evil.tld/l)",
    "image": "![x](https://evil.tld/i.png)",
    "address": "www.evil.tld",
    "formula": "$evil_m$",
    "icon": ":material/skull:",
    "emoji": ":skull:",
    "colour": ":red[evilred]",
    "badge": ":blue-badge[evilbadge]",
    "element": "<img src='https://evil.tld/e.png' onerror='window.evil=1'>",
    "script": "<script>window.evil=1</script>",
    "frame": "<iframe src='https://evil.tld/f'></iframe>",
    "style": "<b style='background:url(https://evil.tld/s)'>evilstyle</b>",
}
HOSTILE = " ".join(PIECES.values())
# In pieces that a name or a header has room for, and that no comma takes apart.
SHORT = (
    "**evilbold** `evilcode` $evil_m$ :skull:",
    "![x](https://evil.tld/i.png) :red[evilred] _evilsoft_",
    "<img src='https://evil.tld/e.png' onerror='window.evil=1'>",
    "[evillink](https://evil.tld/l) :material/skull: www.evil.tld",
    "<script>window.evil=1</script> ~~evilstruck~~",
)
MADE = tuple(f"evil{kind}" for kind in ("bold", "soft", "struck", "code", "link", "red"))
MADE += ("evilbadge", "evilstyle")

LOOK = """made => {
  const found = new Set();
  const sources = ["src", "href", "srcset", "style", "data", "action", "xlink:href"];
  const walk = (root) => {
    for (const element of root.querySelectorAll("*")) {
      const tag = element.tagName.toLowerCase();
      if (element.shadowRoot) walk(element.shadowRoot);
      if (tag === "style" || tag === "link") continue;
      for (const name of sources) if (/evil/.test(element.getAttribute(name) ?? ""))
        found.add(`${tag} ${name}`);
      for (const { name } of element.attributes) if (/^on/.test(name))
        found.add(`${tag} ${name}`);
      const text = (element.textContent ?? "").trim();
      if (made.includes(text)) found.add(`${tag} of ${text}`);
      if (element.matches(".katex") && /evil/.test(text)) found.add("formula");
      if (text === "skull") found.add("icon");
      if (element.matches("script") && /evil/.test(text)) found.add("script");
    }
    if (/\\u{1F480}/u.test(root.textContent)) found.add("emoji");
  };
  walk(document.body);
  if (window.evil) found.add("script that ran");
  return [...found].sort();
}"""


def live(page):
    """What a page in a browser made of such text, besides text."""
    return page.evaluate(LOOK, list(MADE))


class _Live(HTMLParser):
    def __init__(self):
        super().__init__()
        self.found = []

    def handle_starttag(self, tag, attributes):
        bad = tag in {"script", "iframe", "object", "embed"}
        for name, value in attributes:
            bad |= name.startswith("on")
            bad |= name in {"src", "href", "style", "srcset"} and "evil" in (value or "")
        if bad:
            self.found.append(self.get_starttag_text())


def live_in(html):
    """Elements in HTML of a page that such text would make."""
    parser = _Live()
    parser.feed(html)
    parser.close()
    return parser.found
