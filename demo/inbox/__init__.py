"""The demo's inbox: a mail server and an SMS gateway that send nothing on, and a page that shows what came."""
