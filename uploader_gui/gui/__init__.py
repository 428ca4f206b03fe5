"""The window: model, view and widgets over the engine's snapshots and events."""
