"""What keeps a server upright: who gets a page, what is read apart, who has signed out."""
