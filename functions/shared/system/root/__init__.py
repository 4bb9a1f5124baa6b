"""The first page of the installation: what lives here."""
