import { ed25519 } from '@noble/curves/ed25519.js';
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { canonical, sha256 } from '../../src/core/canonical';
import { hex, unhex } from '../../src/core/hex';
import { signer, toBase64 } from '../../src/core/sign';

interface Vectors {
  values: { name: string; value: unknown; bytes_utf8?: string }[];
  signatures: {
    name: string; private_key_hex: string; public_key_hex: string; salt: string; body: Record<string, unknown>;
    sha256_hex: string; signature_base64: string;
  }[];
}
const vectors = JSON.parse(readFileSync(new URL('../../../tests/vectors/canonical.json', import.meta.url), 'utf-8')) as Vectors;

describe('one content, one string of bytes', () => {
  test.each(vectors.values.filter((one) => one.bytes_utf8 !== undefined).map((one) => [one.name, one] as const))('%s', (_, one) => {
    expect(new TextDecoder().decode(canonical(one.value))).toBe(one.bytes_utf8);
  });
});

describe('signatures that the server takes', () => {
  test.each(vectors.signatures.map((one) => [one.name, one] as const))('%s', async (_, one) => {
    const { sig: _sig, ...body } = one.body;
    const hash = await sha256(new TextEncoder().encode(one.salt), canonical(body));
    expect(hex(hash)).toBe(one.sha256_hex);
    const own = await signer(unhex(one.private_key_hex));
    expect(hex(own.publicKey)).toBe(one.public_key_hex);
    expect(toBase64(await own.sign(hash))).toBe(one.signature_base64);
    expect(toBase64(ed25519.sign(hash, unhex(one.private_key_hex)))).toBe(one.signature_base64);
  });
});
