"""What fills and shows Personas on a running installation: a demo, and a stock of people, posts and battles."""
