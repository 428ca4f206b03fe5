"""The desktop around the window: notification, tray icon, launcher, taskbar, file manager, and when each is used."""
