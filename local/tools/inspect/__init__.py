"""`make inspect`: what is in the database, by product and feature, or everything about one person. It only reads."""
