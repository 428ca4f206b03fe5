"""How everything looks: colours, fonts, icons, and the small widgets and layouts all other rooms are built from."""
