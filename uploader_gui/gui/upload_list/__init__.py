"""One upload as a row of the list: its words, actions, geometry, painting, thumbnail; sorting and filtering.

Model and view stand above: `upload_model.py`, `upload_view.py`.
"""
