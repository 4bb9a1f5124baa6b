"""What people do on the pages, counted by us alone: no analytics company hears of it. Source: personas 13."""
