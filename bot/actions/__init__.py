"""Rasa's actions: each is one reply of bot.replies, told to Rasa. They never write to the database."""
