"""Learning from a data set, without the application."""
