"""Every step of a link in two round trips, the confirmation in three: who claimed is in the token."""
