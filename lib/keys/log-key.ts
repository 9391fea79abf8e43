/** The key that signs the log's checkpoints (C2SP tlog-checkpoint): its id in the key store, and its algorithm. */
export const LOG_KEY = { id: 'log', algorithm: 'ed25519' } as const;
