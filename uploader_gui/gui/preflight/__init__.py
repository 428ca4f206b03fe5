"""What is said about a drop before it is sent: the summary, the refused files and what can be done about them."""
