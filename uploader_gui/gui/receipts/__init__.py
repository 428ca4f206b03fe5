"""Looking back: receipts on paper, as a table and in words; History, which lists past deposits."""
