"""How files come in: dropped, pasted or chosen."""
