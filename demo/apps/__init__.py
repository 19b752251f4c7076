"""Two city systems that sign people in with Hải Phòng ID, each its own process: portal and data store.

They speak to the provider as any relying party would, through Authlib's client, and import nothing of it.
"""
