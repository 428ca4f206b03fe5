"""How files come in (dropped, pasted, chosen), and what is said about a drop before it is sent.

The drop target itself stands above: `resume.py`.
"""
