/** Answers that go on until the client has had enough. A stop of the service ends them, and does not wait for them. */
export interface OpenEnded {
  /** The same pieces, until `end`. */
  until(pieces: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array>;
  end(): void;
}

export const openEndedAnswers = (): OpenEnded => {
  const endings = new Set<(ended: undefined) => void>();
  return {
    until: async function* (pieces) {
      const { promise: ended, resolve } = Promise.withResolvers<undefined>();
      endings.add(resolve);
      const source = pieces[Symbol.asyncIterator]();
      try {
        for (;;) {
          const step = await Promise.race([source.next(), ended]);
          if (step === undefined || step.done) return;
          yield step.value;
        }
      } finally {
        endings.delete(resolve);
        // It may be in the middle of a pause, which nobody waits for.
        source.return?.().catch(() => {});
      }
    },
    end: () => {
      for (const end of endings) end(undefined);
    },
  };
};
