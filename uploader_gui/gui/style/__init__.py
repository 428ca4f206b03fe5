"""The look: colours, fonts, icons, and small widgets and layouts for window and dialogs."""
