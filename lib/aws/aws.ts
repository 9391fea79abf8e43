/** The door of the room that speaks to AWS: signed requests, kept connections, the JSON protocol. Adapters use it. */
