"""Pages of Personas, of accounts, and the static files of all pages."""
