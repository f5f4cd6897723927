/** Choices with a key for each. A form may offer one value twice (two children of one name): a list that is drawn by its values would break. */
export function keyed<Item extends { value: string }>(items: readonly Item[]): { item: Item; key: string | number }[] {
  const seen = new Set<string>();
  return items.map((item, nth) => {
    const key = seen.has(item.value) ? nth : item.value;
    seen.add(item.value);
    return { item, key };
  });
}
