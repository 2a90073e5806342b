"""All words for people: texts, pages to print and tables for spreadsheets."""
