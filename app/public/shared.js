/* Part of the service worker: files that another app of this phone shares with Doorstep wait in a cache until a worker has opened hers
 * and accepted them. Only what is sealed is kept; of anything else its name alone, so that it can be told. */
const SHARED = 'shared-parcels';
const MOST = 40;
const LARGEST = 24_000_000;
const SEALED = /^\uFEFF?Doorstep parcel \d+, |^doorstep parcel 1\n/;

async function keepShared(request) {
  try {
    const cache = await caches.open(SHARED);
    const files = (await request.formData()).getAll('parcels').filter((one) => typeof one !== 'string');
    for (const file of files) {
      if ((await cache.keys()).length >= MOST) break;
      const sealed = file.size <= LARGEST && SEALED.test(await file.slice(0, 64).text());
      const headers = { 'X-Name': encodeURIComponent(file.name) };
      await cache.put(`/phone/shared/${Date.now()}-${crypto.randomUUID()}`, new Response(sealed ? file : '', { headers }));
    }
  } catch {
    // Not a form, or no room: the other app still has the file.
  }
  return Response.redirect('/phone/#shared', 303);
}

addEventListener('fetch', (event) => {
  if (event.request.method === 'POST' && new URL(event.request.url).pathname === '/phone/share') event.respondWith(keepShared(event.request));
});
