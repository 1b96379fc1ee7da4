/** What the documentation names is there: links, files, commands, steps, codes, metrics, defaults. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { jsonSchemas } from '../../src/config/json-schemas.ts';
import { isErrorCode } from '../../src/errors.ts';
import { STEPS } from '../../src/exchange/flow.ts';
import { makeMetrics } from '../../src/platform/metrics.ts';
import { ROOT, blocksOf, pages, proseOf, readPage } from './pages.ts';

/** Inline code of a page, outside its fenced blocks. */
function codeOf(page: string): string[] {
  return [...proseOf(readPage(page)).matchAll(/`([^`\n]+)`/g)].map((match) => match[1] ?? '');
}

/** As forges make them: small letters, spaces to hyphens, other signs dropped. */
function anchorOf(heading: string): string {
  return heading.toLowerCase().replaceAll(/[^a-z0-9 _-]/g, '').replaceAll(' ', '-');
}

function anchors(file: string): string[] {
  return [...proseOf(readFileSync(file, 'utf8')).matchAll(/^#+ (.+)$/gm)].map((match) => anchorOf(match[1] ?? ''));
}

for (const page of pages()) {
  test(`${page}: every relative link leads to a file, and its anchor to a heading`, () => {
    const here = join(ROOT, page);
    const broken = [...proseOf(readPage(page)).matchAll(/\]\((?!https?:)([^)#\s]*)(?:#([^)\s]+))?\)/g)].filter(([, path = '', anchor]) => {
      const target = path === '' ? here : join(dirname(here), path);
      return !existsSync(target) || (anchor !== undefined && !anchors(target).includes(anchor));
    });
    assert.deepEqual(broken.map(([link]) => link), []);
  });

  test(`${page}: every file of the repository that it names exists`, () => {
    const named = codeOf(page).filter((code) => /^(src|test|docs|mappings|federation-config)\/[\w./-]+$/.test(code));
    assert.deepEqual(named.filter((path) => !existsSync(join(ROOT, path))), []);
  });
}

test('every command that a page names is one of causeway', () => {
  const named = pages().flatMap((page) => [...codeOf(page), ...blocksOf(readPage(page)).filter(({ language }) => language === 'sh').flatMap(({ text }) => text.split('\n'))]);
  const commands = new Set(named.flatMap((code) => /^causeway ([a-z]+(?: [a-z][a-z-]+)?)/.exec(code)?.[1] ?? []));
  assert.ok(commands.size >= 8, `only ${[...commands].join(', ')}`);
  const unknown = [...commands].filter((command) => {
    const { status, stdout } = spawnSync(process.execPath, [join(ROOT, 'src/cli/causeway.ts'), ...command.split(' '), '--help'], { encoding: 'utf8' });
    return status !== 0 || !stdout.startsWith(`Usage: causeway ${command}`);
  });
  assert.deepEqual(unknown, []);
});

test('life-of-an-exchange.md names every step of the flows, and no page names another', () => {
  const named = new Set(pages().flatMap(codeOf).filter((code) => /^(inbound|outbound)\.[a-z-]+$/.test(code) && !code.endsWith('.ts')));
  assert.deepEqual([...named].sort(), [...STEPS].sort());
});

test('what life-of-an-exchange.md says a step is refused with are error codes', () => {
  const rows = readPage('docs/life-of-an-exchange.md').split('\n').filter((line) => /^\| \d+ \|/.test(line));
  assert.equal(rows.length, 27);
  const codes = rows.flatMap((row) => [...(row.split(' | ').at(-1) ?? '').matchAll(/`([a-z-]+)`/g)].map((match) => match[1] ?? ''));
  assert.ok(codes.length > 40);
  assert.deepEqual(codes.filter((code) => !isErrorCode(code)), []);
});

test('the metrics that operating.md names are exposed', async () => {
  const metrics = makeMetrics();
  const sources = globSync('src/**/*.ts', { cwd: ROOT }).map((file) => readFileSync(join(ROOT, file), 'utf8')).join('');
  for (const [, name = ''] of sources.matchAll(/\.gauges?\('(\w+)'/g)) metrics.gauge(name, 'as the gateway has it', () => 0);
  const { text } = await metrics.text();
  const named = codeOf('docs/operating.md').filter((code) => /^(causeway|nodejs|process)_[a-z0-9_]+$/.test(code));
  assert.ok(named.length >= 4);
  assert.deepEqual(named.filter((name) => !text.includes(`# HELP ${name} `)), []);
});

interface Schema {
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly default?: unknown;
}

test('the defaults that operating.md tables are those of gateway.yaml, and no limit is left out', () => {
  const schema = JSON.parse(jsonSchemas()['gateway.schema.json'] ?? '') as Schema;
  const at = (path: string): Schema | undefined => path.split('.').reduce<Schema | undefined>((node, key) => node?.properties?.[key], schema);
  const section = /^### Limits$([\s\S]*?)^### /m.exec(readPage('docs/operating.md'))?.[1] ?? '';
  const rows = [...section.matchAll(/^\| `([\w.]+)` \| ([^|]+) \|/gm)].map(([, key = '', written = '']) => [at(`limits.${key}`) === undefined ? key : `limits.${key}`, written.replace(' ', '').trim()] as const);
  assert.ok(rows.length >= 20, `${rows.length} rows`);
  assert.deepEqual(rows.map(([key, written]) => [key, written]), rows.map(([key]) => [key, String(at(key)?.default)]));
  const { xml, ...plain } = at('limits')?.properties ?? {};
  const all = [...Object.keys(plain).map((key) => `limits.${key}`), ...Object.keys(xml?.properties ?? {}).map((key) => `limits.xml.${key}`)];
  assert.deepEqual(all.filter((key) => !rows.some(([row]) => row === key)), []);
});

test('every npm script that a page names is in package.json', () => {
  const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { scripts: Readonly<Record<string, string>> };
  const named = pages().flatMap((page) => [...readPage(page).matchAll(/\bnpm (?:run (?:--silent )?([a-z:]+)|(start|test)\b)/g)].map((match) => match[1] ?? match[2] ?? ''));
  assert.ok(named.includes('start') && named.includes('test'));
  assert.deepEqual(named.filter((script) => scripts[script] === undefined), []);
});
