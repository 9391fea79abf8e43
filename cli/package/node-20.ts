/** What the commands use of Node 24's library and Node 20 lacks. `tsconfig.json` beside this file finds what is missing. */
const groupBy = <K, T>(items: Iterable<T>, keyOf: (item: T, index: number) => K): Map<K, T[]> => {
  const groups = new Map<K, T[]>();
  let index = 0;
  for (const item of items) {
    const key = keyOf(item, index++);
    const group = groups.get(key);
    if (group) group.push(item);
    else groups.set(key, [item]);
  }
  return groups;
};

export const completeLibrary = (): void => {
  Map.groupBy ??= groupBy;
};
