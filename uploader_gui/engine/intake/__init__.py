"""Taking in what a person gives: walking it, and making uploads of what is found."""
