/**
 * Does `act` for each item in turn, whatever becomes of the others: one CA whose key cannot be had must not keep the
 * rest waiting. `failed` is told of each failure when it happens; the first one is thrown when all is done, for those who
 * watch for tasks that fail.
 */
export const forEvery = async <T>(
  items: readonly T[],
  act: (item: T) => Promise<void>,
  failed: (item: T, error: unknown) => void,
): Promise<void> => {
  const failures: unknown[] = [];
  for (const item of items) {
    try {
      await act(item);
    } catch (error) {
      failures.push(error);
      failed(item, error);
    }
  }
  if (failures.length > 0) throw failures[0];
};
