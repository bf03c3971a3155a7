"""The window: everything that needs Qt. Imports all other rooms, and none imports it."""
