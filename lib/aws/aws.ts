/** The door of the room that speaks to AWS: the settings and errors of its SDK, and a small client in its place. */
