"""What every answer tells the browser to keep to."""

HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    # A link to a page holds answers.
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    # The sign-in goes to another site and comes back in the same window.
    "Cross-Origin-Opener-Policy": "same-origin",
}
"""What every answer carries."""
POLICY = "Content-Security-Policy"
"""Says what a page may load, see `riskmodel/serving/gate.py`, `page_policy`."""
