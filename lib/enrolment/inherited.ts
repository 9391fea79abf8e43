/** An office that ended, and the one that took over its affairs. */
interface Left {
  readonly id: string;
  readonly successor: string;
}

/** Whose affairs the office has, by the ends that lead to it. Sorted. */
export const inheritedBy = (office: string, left: readonly Left[]): readonly string[] => {
  const found = new Set([office]);
  for (let before = 0; before < found.size; ) {
    before = found.size;
    for (const { id, successor } of left) if (found.has(successor)) found.add(id);
  }
  found.delete(office);
  return [...found].sort();
};
