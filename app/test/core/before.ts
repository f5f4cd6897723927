/** A parcel as an older Doorstep wrote it: a line that says what it is, a line of what is in it, bytes. */

export interface Before {
  ids: string[];
  bytes: Uint8Array;
}

export function pack1(parts: Before[]): Uint8Array {
  const head = JSON.stringify(parts.map((part) => ({ ids: part.ids, bytes: part.bytes.length })));
  return Uint8Array.from([...new TextEncoder().encode(`doorstep parcel 1\n${head}\n`), ...parts.flatMap((part) => [...part.bytes])]);
}
