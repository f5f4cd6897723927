// The peer's server: express-pouchdb over a PouchDB in memory, filled with the documents of a file; and a page with PouchDB in it.
//
//   node serve.mjs DOCUMENTS.jsonl
//
// Prints one line of JSON when it is filled: {port, documents, bytes}; ends when its input ends.

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import express from 'express';
import expressPouch from 'express-pouchdb';
import PouchDB from 'pouchdb';
import memory from 'pouchdb-adapter-memory';

const AT_ONCE = 1000;
const require = createRequire(import.meta.url);
PouchDB.plugin(memory);
const InMemory = PouchDB.defaults({ adapter: 'memory' });

const lines = readFileSync(process.argv[2], 'utf8').split('\n').filter(Boolean);
const documents = lines.map((line) => JSON.parse(line));
const database = new InMemory('register');
for (let at = 0; at < documents.length; at += AT_ONCE) await database.bulkDocs(documents.slice(at, at + AT_ONCE));

const app = express();
// `?plain` in a page's address: its answers are not packed, as CouchDB itself answers.
app.use((asked, _, next) => {
  if (/[?]plain/.test(asked.headers.referer ?? '')) delete asked.headers['accept-encoding'];
  next();
});
app.get('/', (_, answer) => answer.type('html').send('<!doctype html><title>peer</title><script src="pouchdb.js"></script>'));
app.get('/pouchdb.js', (_, answer) => answer.sendFile(require.resolve('pouchdb/dist/pouchdb.min.js')));
app.get('/ids', (_, answer) => answer.json(documents.map(({ _id }) => _id)));
app.use('/db', expressPouch(InMemory, { mode: 'minimumForPouchDB', inMemoryConfig: true, logPath: '/dev/null' }));
const server = app.listen(0, '127.0.0.1', () => {
  const bytes = lines.reduce((sum, line) => sum + Buffer.byteLength(line), 0);
  console.log(JSON.stringify({ port: server.address().port, documents: documents.length, bytes, node: process.version }));
});
process.stdin.resume();
process.stdin.on('end', () => process.exit(0));
