/** Ed25519: the browser's own where it has it, else in JavaScript. The secret lies in the keyed database alone. */

import { ed25519 } from '@noble/curves/ed25519.js';

export interface Signer {
  /** 32 bytes. */
  publicKey: Uint8Array;
  sign(message: Uint8Array): Promise<Uint8Array>;
}

const PKCS8 = [48, 46, 2, 1, 0, 48, 5, 6, 3, 43, 101, 112, 4, 34, 4, 32];
/** What stands before the 32 secret bytes in the only form in which browsers import them (RFC 8410). */

export function newSecret(): Uint8Array<ArrayBuffer> {
  return crypto.getRandomValues(new Uint8Array(32));
}

export async function signer(secret: Uint8Array): Promise<Signer> {
  const publicKey = ed25519.getPublicKey(secret);
  const native = await imported(secret);
  if (!native) return { publicKey, sign: (message) => Promise.resolve(ed25519.sign(message, secret)) };
  return {
    publicKey,
    sign: async (message) => new Uint8Array(await crypto.subtle.sign('Ed25519', native, new Uint8Array(message))),
  };
}

async function imported(secret: Uint8Array): Promise<CryptoKey | null> {
  try {
    return await crypto.subtle.importKey('pkcs8', Uint8Array.from([...PKCS8, ...secret]), 'Ed25519', false, ['sign']);
  } catch {
    return null; // phones from before 2025
  }
}

export function toBase64(bytes: Uint8Array): string {
  return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''));
}

export function fromBase64(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
}
