"""What the data can say of a person, phrases that say it, and checks of what people write."""
