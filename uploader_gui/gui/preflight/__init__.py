"""What is shown about a drop before it is sent: the summary, and what to do about refused files."""
