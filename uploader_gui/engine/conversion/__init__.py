"""What is sent in place of files the service refuses: a JPEG or a ZIP, made in threads, kept in a folder."""
