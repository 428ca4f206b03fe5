"""What the desktop around the window offers: notification, tray icon, launcher, taskbar, file manager.

When each is used is decided above, in `policy.py`.
"""
