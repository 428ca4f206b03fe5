"""The list of uploads: model and view; a row's texts, actions, layout, painting and thumbnail."""
