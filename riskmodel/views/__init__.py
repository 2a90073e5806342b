"""The pages and their parts; the only user of Streamlit."""
