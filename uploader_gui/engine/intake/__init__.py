"""Adding what a person gives: scanning it, and making uploads of what is found."""
