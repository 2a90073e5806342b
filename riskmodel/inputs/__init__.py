"""What is asked, and what people wrote: fields, units, sessions and tables."""
