/** Each law finds what it forbids, in made-up sources, and lets pass what only looks like it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as rules from '../../support/laws/rules.ts';
import { sourceOf, type Source } from '../../support/laws/sources.ts';

type Law = (sources: readonly Source[]) => readonly rules.Violation[];

function finds(title: string, law: Law, path: string, text: string): void {
  test(`${title} is found`, () => assert.equal(law([sourceOf(path, text)]).length, 1));
}

function passes(title: string, law: Law, path: string, text: string): void {
  test(`${title} passes`, () => assert.deepEqual(law([sourceOf(path, text)]), []));
}

finds('a file in a folder that is no room', rules.roomsInNoStep, 'src/helpers/text.ts', '');
passes('a file of the command line', rules.roomsInNoStep, 'src/cli/demo.ts', '');

finds('an import that points up', rules.importOrder, 'src/platform/clock.ts', "import { seal } from '../federation/seal.ts';");
finds('a type import that points up', rules.importOrder, 'src/xml/parse.ts', "import type { Leg } from '../federation/link.ts';");
finds('a dynamic import that points up', rules.importOrder, 'src/trail/log.ts', "const x = await import('../main.ts');");
finds('an import between rooms of one step', rules.importOrder, 'src/trail/log.ts', "import { x } from '../trust/keys.ts';");
finds('an import of the sandbox by the gateway', rules.importOrder, 'src/gateway.ts', "import { x } from './sandbox/ca.ts';");
finds('an import of the command line', rules.importOrder, 'src/main.ts', "import { x } from './cli/demo.ts';");
finds('an import of test code', rules.importOrder, 'src/cli/demo.ts', "import { x } from '../../test/support/refused.ts';");
passes('an import that points down', rules.importOrder, 'src/exchange/outbound.ts', "import { seal } from '../federation/seal.ts';");

test('a cycle of three files is found once', () => {
  const ring = ['a', 'b', 'c'].map((name, at, all) => sourceOf(`src/xml/${name}.ts`, `import './${all[(at + 1) % 3]}.ts';`));
  assert.deepEqual(
    rules.cycles(ring).map(({ at }) => at),
    ['src/xml/a.ts → src/xml/b.ts → src/xml/c.ts → src/xml/a.ts'],
  );
});
test('two ways to one file are no cycle', () => {
  const diamond = [sourceOf('src/xml/a.ts', "import './b.ts'; import './c.ts';"), sourceOf('src/xml/b.ts', "import './d.ts';"), sourceOf('src/xml/c.ts', "import './d.ts';"), sourceOf('src/xml/d.ts', '')];
  assert.deepEqual(rules.cycles(diamond), []);
});

finds('a file named index', rules.barrels, 'src/xml/index.ts', 'export const a = 1;');
finds('a re-export of everything', rules.barrels, 'src/xml/all.ts', "export * from './parse.ts';");
finds('a re-export of one name', rules.barrels, 'src/xml/all.ts', "export { parse } from './parse.ts';");
finds('a re-export of a type', rules.barrels, 'src/xml/all.ts', "export type { Limits } from './parse.ts';");
passes('an export of own names before an import', rules.barrels, 'src/xml/all.ts', "export { parse };\nimport { x } from './x.ts';");
passes('an exported type with a text in it', rules.barrels, 'src/xml/all.ts', "export type From = 'from';");

finds('a dialect that imports another', rules.separation, 'src/ecosystems/xroad-rest/parse.ts', "import { x } from '../xroad-soap/parse.ts';");
finds('what dialects share importing one of them', rules.separation, 'src/ecosystems/soap/parse.ts', "import { x } from '../xroad-soap/request-hash.ts';");
passes('a dialect that imports what dialects share', rules.separation, 'src/ecosystems/xroad-soap/dialect.ts', "import { x } from '../soap/parse.ts';");
finds('an ecosystem that imports the federation', rules.separation, 'src/ecosystems/proof-policy.ts', "import type { Leg } from '../federation/link.ts';");
finds('the federation importing an ecosystem', rules.separation, 'src/federation/seal.ts', "import type { Dialect } from '../ecosystems/ecosystem.ts';");
finds('a trail that reads XML', rules.separation, 'src/trail/entry.ts', "import { parse } from '../xml/parse.ts';");
finds('a mapping that reads files', rules.separation, 'src/mapping/paths.ts', "import { readFileSync } from 'node:fs';");
passes('the loader of mappings reading files', rules.separation, 'src/mapping/folder.ts', "import { readFileSync } from 'node:fs';");

finds('a package outside its home', rules.homes, 'src/exchange/outbound.ts', "import { SignJWT } from 'jose';");
finds('a sub-path of a package outside its home', rules.homes, 'src/http/server.ts', "import { x } from '@xmldom/xmldom/lib/dom.js';");
finds('a package that nobody declared', rules.homes, 'src/xml/parse.ts', "import leftPad from 'left-pad';");
passes('a package in its home', rules.homes, 'src/crypto/jws.ts', "import { SignJWT } from 'jose';");

finds('a mint function in a room that may not mint', rules.mints, 'src/exchange/inbound.ts', "import { mintOpened } from '../stages.ts';");
finds('a mint function under another name', rules.mints, 'src/exchange/inbound.ts', "import { mintOpened as open } from '../stages.ts';");
finds('all of the stages under one name', rules.mints, 'src/exchange/inbound.ts', "import * as stages from '../stages.ts';");
passes('a mint function in its room', rules.mints, 'src/federation/open.ts', "import { mintOpened } from '../stages.ts';\nmintOpened(fields);");

for (const call of ['Date.now()', 'new Date()', 'performance.now()', 'Math.random()', "process.env['HOME']", 'process.hrtime.bigint()']) {
  finds(`${call} outside platform, cli and main`, rules.ambient, 'src/exchange/inbound.ts', `const x = ${call};`);
  passes(`${call} in the platform`, rules.ambient, 'src/platform/clock.ts', `const x = ${call};`);
}
finds('a call within a template', rules.ambient, 'src/trail/log.ts', 'const x = `${`${Date.now()}`} }`;');
finds('a call after a regular expression with a quote', rules.ambient, 'src/trail/log.ts', "const x = /['\"`]/.test(y) || Math.random();");
finds('a call over several lines', rules.ambient, 'src/trail/log.ts', 'const x = Date\n  .now();');
finds('the module behind a global', rules.ambient, 'src/trail/log.ts', "import { env } from 'node:process';");
passes('a date made from a number', rules.ambient, 'src/trail/log.ts', 'const x = new Date(ms);');
passes('a call in a comment or a text', rules.ambient, 'src/trail/log.ts', "// Date.now()\nconst x = 'Date.now()'; /* new Date() */");
