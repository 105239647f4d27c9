"""The way to Microsoft's servers: sessions that are kept alive, time limits, and how long a server asks to wait."""
