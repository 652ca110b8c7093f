"""What people could not be told is learned: grouped, drafted, published, checked."""
