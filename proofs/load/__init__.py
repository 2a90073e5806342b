"""Many people at once against one server on 127.0.0.1: ``python -m proofs.load``.

Each speaks Streamlit's own protocol over a WebSocket of its own, as a browser does, and
what each is shown is compared with the engine in this process.
"""
