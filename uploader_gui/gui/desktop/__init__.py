"""What the desktop around the window offers: notifications, tray icon, launcher, taskbar, file manager."""
