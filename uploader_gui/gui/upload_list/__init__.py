"""The list of uploads: model, filter and view; a row's texts, actions, layout, painting and thumbnail."""
