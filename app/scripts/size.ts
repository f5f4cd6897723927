import { gzipSync } from 'node:zlib';

import type { Plugin } from 'vite';

const LIMIT = 150_000;

interface Piece {
  fileName: string;
  type: 'chunk' | 'asset';
  code?: string;
  source?: string | Uint8Array;
  isEntry?: boolean;
  imports?: string[];
}

/** Prints what a phone must fetch before the first screen, and stops the build when that is more than 150 kB packed. */
export function size(): Plugin {
  return {
    name: 'doorstep-size',
    apply: 'build',
    generateBundle: {
      order: 'post',
      handler(_options, bundle) {
        const pieces = Object.values(bundle) as unknown as Piece[];
        const byName = new Map(pieces.map((piece) => [piece.fileName, piece]));
        const shell = new Set<string>(pieces.filter((piece) => piece.fileName.endsWith('.html')).map((piece) => piece.fileName));
        const follow = (name: string): void => {
          if (shell.has(name)) return;
          shell.add(name);
          byName.get(name)?.imports?.forEach(follow);
        };
        pieces.filter((piece) => piece.isEntry).forEach((piece) => follow(piece.fileName));
        const html = pieces.filter((piece) => piece.fileName.endsWith('.html')).map((piece) => String(piece.source)).join('');
        pieces.filter((piece) => piece.fileName.endsWith('.css') && html.includes(piece.fileName)).forEach((piece) => shell.add(piece.fileName));
        const packed = (piece: Piece): number => gzipSync(piece.code ?? piece.source ?? '', { level: 9 }).length;
        let whole = 0;
        for (const piece of pieces) {
          const bytes = packed(piece);
          if (shell.has(piece.fileName)) whole += bytes;
          if (bytes > 4096) console.log(`${shell.has(piece.fileName) ? 'shell ' : '      '}${(bytes / 1000).toFixed(1).padStart(8)} kB  ${piece.fileName}`);
        }
        console.log(`app shell: ${(whole / 1000).toFixed(1)} kB packed, of ${LIMIT / 1000} kB allowed`);
        if (whole > LIMIT) this.error(`The app shell is ${whole} bytes packed; at most ${LIMIT} are allowed.`);
      },
    },
  };
}
