"""uploader-gui: attach evidence to an anomaly of a digital safety register."""

__version__ = "0.1.0"
