/** The laws of the house (docs: the rooms and their order) as functions from sources to violations. */
import { SyntaxKind } from 'typescript/unstable/ast';
import type { Import, Source } from './sources.ts';

export interface Violation {
  readonly law: string;
  /** `path:line text` */
  readonly at: string;
}

/** Bottom first: a room imports only rooms of steps below its own. `cli` and `sandbox` stand beside. */
const STEPS: readonly (readonly string[])[] = [
  ['errors'],
  ['stages'],
  ['platform'],
  ['config'],
  ['xml'],
  ['mapping'],
  ['crypto'],
  ['trust', 'trail', 'evidence'],
  ['federation', 'ecosystems'],
  ['exchange'],
  ['http'],
  ['gateway'],
  ['main'],
];
const BESIDE = ['cli', 'sandbox'];

/** Where each package may be imported. What parses XML, does cryptography or listens has exactly one home beside the sandbox. */
export const HOMES: Readonly<Record<string, readonly string[]>> = {
  '@koa/router': ['http', 'sandbox'],
  '@peculiar/asn1-schema': ['crypto'],
  '@peculiar/asn1-x509': ['crypto'],
  '@valibot/to-json-schema': ['config'],
  '@xmldom/xmldom': ['xml'],
  'ajv': ['mapping'],
  'ajv-formats': ['mapping'],
  'asn1js': ['crypto'],
  'pkijs': ['crypto'],
  'canonicalize': ['platform'],
  'commander': ['cli'],
  'fast-check': ['mapping'],
  'gost89': ['crypto'],
  'jose': ['crypto'],
  'jsonata': ['mapping'],
  'koa': ['http', 'sandbox'],
  'libxml2-wasm': ['xml'],
  'lru-cache': ['crypto', 'trail', 'trust'],
  'pino': ['platform'],
  'prom-client': ['platform'],
  'stdnum': ['mapping'],
  'structured-headers': ['crypto'],
  'undici': ['platform'],
  'uuid': ['platform'],
  'valibot': ['config', 'evidence', 'federation', 'trail', 'trust'],
  'xml-crypto': ['crypto'],
  'yaml': ['config', 'sandbox'],
  'yauzl': ['evidence'],
  'yazl': ['evidence'],
};

const MINTS = new Map([
  ['mintReceived', 'ecosystems'],
  ['mintVerified', 'ecosystems'],
  ['mintMapped', 'mapping'],
  ['mintSealed', 'federation'],
  ['mintOpened', 'federation'],
]);

/** Token sequences that read time, chance or the environment; `(` `)` say that the call has no argument. */
const AMBIENT: readonly (readonly string[])[] = [
  ['Date', '.', 'now'],
  ['new', 'Date', '(', ')'],
  ['performance', '.', 'now'],
  ['performance', '.', 'timeOrigin'],
  ['process', '.', 'hrtime'],
  ['process', '.', 'env'],
  ['process', '.', 'argv'],
  ['Math', '.', 'random'],
];
const AMBIENT_ROOMS = ['platform', 'cli', 'main'];
/** In the mapping room: the reader of the folder, and the computed fields, which read the text of a library that they run in a context of its own. */
const READS_FILES = ['src/mapping/folder.ts', 'src/mapping/compute.ts'];
/** Modules that do what a pure room must not. */
const EFFECTS = /^node:(fs|http|https|net|tls|child_process|worker_threads|dgram|dns|sqlite)/;

export function roomOf(path: string): string {
  const first = path.replace(/^src\//, '').split('/')[0] ?? '';
  return first.replace(/\.ts$/, '');
}

function each(sources: readonly Source[], law: string, broken: (source: Source, imported: Import) => boolean): Violation[] {
  return sources.flatMap((source) => source.imports.filter((imported) => broken(source, imported)).map((imported) => ({ law, at: `${source.path}:${imported.line} ${imported.specifier}` })));
}

const stepOf = (room: string): number => STEPS.findIndex((step) => step.includes(room));

export function roomsInNoStep(sources: readonly Source[]): Violation[] {
  return sources
    .filter(({ path }) => stepOf(roomOf(path)) < 0 && !BESIDE.includes(roomOf(path)))
    .map(({ path }) => ({ law: 'every room has a step', at: path }));
}

/** Law 1: imports point down; rooms on one step do not import each other; only the command line reaches those that stand beside. */
export function importOrder(sources: readonly Source[]): Violation[] {
  return each(sources, 'imports point down', ({ path }, { file }) => {
    if (file === undefined) return false;
    const [from, to] = [roomOf(path), roomOf(file)];
    if (!file.startsWith('src/') || to === 'cli') return from !== 'cli' || !file.startsWith('src/');
    if (from === to || from === 'cli') return false;
    if (from === 'sandbox') return ['gateway', 'main', 'http'].includes(to);
    return to === 'sandbox' || stepOf(to) >= stepOf(from);
  });
}

/** Law 1: no file is reached again by following its imports. */
export function cycles(sources: readonly Source[]): Violation[] {
  const imports = new Map(sources.map((source) => [source.path, source.imports.flatMap(({ file }) => (file === undefined ? [] : [file]))]));
  const done = new Set<string>();
  const found: Violation[] = [];
  const visit = (path: string, trail: readonly string[]): void => {
    if (trail.includes(path)) found.push({ law: 'no cycles', at: [...trail.slice(trail.indexOf(path)), path].join(' → ') });
    if (done.has(path) || trail.includes(path)) return;
    for (const next of imports.get(path) ?? []) visit(next, [...trail, path]);
    done.add(path);
  };
  for (const { path } of sources) visit(path, []);
  return found;
}

/** Law 1: a name is imported from the file that holds it. */
export function barrels(sources: readonly Source[]): Violation[] {
  const named = sources.filter(({ path }) => path.endsWith('/index.ts')).map(({ path }) => ({ law: 'no barrels', at: path }));
  return [...named, ...each(sources, 'no barrels', (_source, { form }) => form === 'reexport')];
}

/** Folders of the ecosystems room in which the dialects share what their protocols have in common. */
const SHARED_BY_DIALECTS = new Set(['rest', 'soap']);

/** Law 2: ecosystems know neither each other nor the federation, the trail no message format; mapping has no effects but in load (and compute). */
export function separation(sources: readonly Source[]): Violation[] {
  const dialect = (path: string | undefined): string | undefined => /^src\/ecosystems\/([^/]+)\//.exec(path ?? '')?.[1];
  const shared = (file: string | undefined): boolean => SHARED_BY_DIALECTS.has(dialect(file) ?? '');
  return [
    ...each(sources, 'an ecosystem imports no other', ({ path }, { file }) => dialect(path) !== undefined && dialect(file) !== undefined && dialect(path) !== dialect(file) && !shared(file)),
    ...each(sources, 'ecosystems and federation do not know each other', ({ path }, { file }) => file !== undefined && [roomOf(path), roomOf(file)].sort().join() === 'ecosystems,federation'),
    ...each(sources, 'the trail knows no message format', ({ path }, { file }) => roomOf(path) === 'trail' && file !== undefined && ['xml', 'mapping'].includes(roomOf(file))),
    ...each(sources, 'mapping is pure', ({ path }, { specifier }) => roomOf(path) === 'mapping' && !READS_FILES.includes(path) && EFFECTS.test(specifier)),
  ];
}

/** Law 3: each third-party package has one home. */
export function homes(sources: readonly Source[]): Violation[] {
  const packageOf = (specifier: string): string => specifier.split('/').slice(0, specifier.startsWith('@') ? 2 : 1).join('/');
  return each(sources, 'a package is imported by its home only', ({ path }, { specifier, file }) => {
    if (file !== undefined || specifier.startsWith('node:')) return false;
    return !(HOMES[packageOf(specifier)] ?? []).includes(roomOf(path));
  });
}

/** Law 4: one room mints each stage, and nobody takes all of stages.ts under another name. */
export function mints(sources: readonly Source[]): Violation[] {
  return sources.flatMap((source) => [
    ...mintTokens(source),
    ...each([source], 'stages are imported by name', ({ tokens }, { file, line, form }) => {
      if (file !== 'src/stages.ts') return false;
      return form === 'dynamic' || tokens.some((token, at) => token.line === line && token.text === '*' && tokens[at + 1]?.text === 'as');
    }),
  ]);
}

function mintTokens(source: Source): Violation[] {
  if (source.path === 'src/stages.ts') return [];
  return source.tokens
    .filter(({ kind, text }) => kind === SyntaxKind.Identifier && MINTS.has(text) && MINTS.get(text) !== roomOf(source.path))
    .map(({ line, text }) => ({ law: 'one room mints each stage', at: `${source.path}:${line} ${text}` }));
}

/** Law 5: time, chance and the environment are arguments. */
export function ambient(sources: readonly Source[]): Violation[] {
  const law = 'time, chance and environment are arguments';
  return sources
    .filter(({ path }) => !AMBIENT_ROOMS.includes(roomOf(path)))
    .flatMap((source) => [
      ...each([source], law, (_source, { specifier }) => ['node:process', 'node:perf_hooks'].includes(specifier)),
      ...source.tokens.flatMap(({ line }, at) => {
        const found = AMBIENT.find((sequence) => sequence.every((text, offset) => source.tokens[at + offset]?.text === text));
        return found === undefined ? [] : [{ law, at: `${source.path}:${line} ${found.join('')}` }];
      }),
    ]);
}
