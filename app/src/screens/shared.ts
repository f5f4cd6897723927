/** Files that another app of this phone shared with Doorstep: public/shared.js put them aside, sealed as they are. */

const SHARED = 'shared-parcels';

/** How many wait. */
export async function sharedCount(): Promise<number> {
  if (!('caches' in globalThis) || !(await caches.has(SHARED))) return 0;
  return (await (await caches.open(SHARED)).keys()).length;
}

/** In the order in which they came. What was no parcel comes empty. */
export async function sharedFiles(): Promise<File[]> {
  const cache = await caches.open(SHARED);
  const found: File[] = [];
  const asked = [...(await cache.keys())].sort((a, b) => (a.url < b.url ? -1 : 1));
  for (const one of asked) {
    const answer = await cache.match(one);
    if (answer) found.push(new File([await answer.blob()], decodeURIComponent(answer.headers.get('X-Name') ?? '')));
  }
  return found;
}

/** They were taken in, or not wanted. */
export async function forgetShared(): Promise<void> {
  await caches.delete(SHARED);
}
