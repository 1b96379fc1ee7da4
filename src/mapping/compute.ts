/**
 * `compute`: a neutral field from a JSONata expression over the domestic form, one way. JSONata 2 only evaluates through promises, and a
 * translation is one synchronous step; so it runs in a context whose promises settle before control comes back (node:vm,
 * `microtaskMode: 'afterEvaluate'`), which also gives it a time limit and no reach into this process.
 */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { createContext, Script, type Context } from 'node:vm';
import type { JsonValue } from '../stages.ts';
import { Unfit } from './codecs/codec.ts';

/** Milliseconds of wall time: for an expression that never ends, and long enough for a process that waits for its turn on a busy machine. */
const TIME_LIMIT = 5000;

const EVALUATE = new Script('output = failure = undefined; compiled.evaluate(JSON.parse(input)).then((value) => { output = JSON.stringify(value); }, () => { failure = true; });');
let library: Script | undefined;

/** The field's value for a domestic node; undefined when the expression yields nothing. Throws SyntaxError here for a wrong expression, Unfit later. */
export function compileExpression(expression: string): (node: JsonValue) => JsonValue | undefined {
  const context = makeContext();
  context['expression'] = expression;
  try {
    new Script('compiled = jsonata(expression)').runInContext(context);
  } catch (error) {
    throw new SyntaxError(`not a JSONata expression: ${(error as { message?: string }).message ?? ''}`);
  }
  return (node) => {
    context['input'] = JSON.stringify(node);
    try {
      EVALUATE.runInContext(context, { timeout: TIME_LIMIT });
    } catch {
      throw new Unfit('a value that can be computed in time is expected');
    }
    if (context['failure'] === true) throw new Unfit('a value that can be computed is expected');
    const output: unknown = context['output'];
    return typeof output === 'string' ? (JSON.parse(output) as JsonValue) : undefined;
  };
}

function makeContext(): Context {
  library ??= new Script(`(() => { const module = { exports: {} }; const exports = module.exports; ${readFileSync(createRequire(import.meta.url).resolve('jsonata'), 'utf8')}\n; globalThis.jsonata = module.exports; })()`);
  const context = createContext({}, { microtaskMode: 'afterEvaluate', codeGeneration: { strings: false, wasm: false } });
  library.runInContext(context);
  return context;
}
