/** The one string of bytes for one content (RFC 8785): what hash and signature cover, here as on the server. */

import serialize from 'canonicalize';

export function canonical(body: unknown): Uint8Array<ArrayBuffer> {
  const text = serialize(body);
  if (text === undefined) throw new TypeError('nothing that JSON can hold');
  return new TextEncoder().encode(text);
}

export async function sha256(...parts: Uint8Array[]): Promise<Uint8Array<ArrayBuffer>> {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return new Uint8Array(await crypto.subtle.digest('SHA-256', whole));
}
