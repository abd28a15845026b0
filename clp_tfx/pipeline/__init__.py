"""The standard pipeline around CLP: its configuration, definition and runners."""
