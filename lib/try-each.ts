/**
 * Does `act` for each item in turn. An item that fails does not keep the others from their turn: one CA whose key
 * cannot be reached must not stop the rest. `failed` is called at each failure. The first failure is thrown at the end,
 * so that monitoring sees that the task failed.
 */
export const tryEach = async <T>(
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
