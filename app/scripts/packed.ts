import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { gzipSync } from 'node:zlib';

import type { Plugin } from 'vite';

const WORTH = 1024;
const PACKS = /\.(js|css|html|wasm|json|svg|webmanifest)$/;

/** Lays a packed copy beside each file that packs: the server sends it to whoever can unpack it, and a phone fetches a third. */
export function packed(): Plugin {
  let folder = '';
  return {
    name: 'doorstep-packed',
    apply: 'build',
    enforce: 'post',
    configResolved(config) {
      folder = resolve(config.root, config.build.outDir);
    },
    closeBundle: {
      sequential: true,
      order: 'post', // after the service worker was written
      handler() {
        for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
          const path = join(entry.parentPath, entry.name);
          if (!entry.isFile() || !PACKS.test(entry.name)) continue;
          const content = readFileSync(path);
          const less = gzipSync(content, { level: 9 });
          if (content.length > WORTH && less.length < content.length * 0.95) writeFileSync(`${path}.gz`, less);
        }
      },
    },
  };
}
