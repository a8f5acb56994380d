"""Who is at the site: users, their roles, log-in and password."""
