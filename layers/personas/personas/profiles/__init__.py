"""Public profiles of personas, and who follows them. Source: personas 11."""
