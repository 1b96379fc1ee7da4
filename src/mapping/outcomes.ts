/** Business outcomes: how each form says "found" or "not found" in its body (mapping.md). */
import type { CompiledOutcome } from './compiled.ts';
import type { Slot } from './draft.ts';
import type { Known } from './known.ts';
import type { Kind, NeutralForm } from './neutral.ts';
import type { Step } from './path.ts';
import type { OutcomeCase, Section } from './rules.ts';
import { scalarText } from './run.ts';
import { follow, type Tree } from './tree.ts';

/** The test by which an outcome is known when it is read, and what says it when it is written. */
export function compileOutcome<N>(one: OutcomeCase, slot: Slot, known: Known<N>, tree: Tree<N>): CompiledOutcome<N> {
  const conditions = one.match.map(({ path, values }) => {
    const find = follow(tree, path.steps);
    const texts = new Set(values.map(scalarText));
    return (node: N): boolean => {
      const found = find(node);
      return found !== undefined && texts.has(scalarText(tree.value(found, false)));
    };
  });
  const present = one.present.map(({ steps }) => exists(tree, steps));
  const absent = one.absent.map(({ steps }) => exists(tree, steps));
  const constants = [...one.match.map(({ path, values }) => ({ path, value: values[0] ?? null })), ...one.write];
  const targets = constants.map(({ path, value }) => {
    known.at(path.steps).leaf = true;
    return { slots: slot.path(path.steps), value };
  });
  return {
    applies: (node) => conditions.every((holds) => holds(node)) && present.every((there) => there(node)) && !absent.some((there) => there(node)),
    write: (_source, draft) => {
      for (const { slots, value } of targets) draft.descend(slots).value = value;
    },
  };
}

function exists<N>(tree: Tree<N>, steps: readonly Step[]): (node: N) => boolean {
  const base = follow(tree, steps.slice(0, -1));
  const last = steps.at(-1);
  if (last === undefined) return () => true;
  const items = tree.kind === 'xml' && !last.attribute ? tree.items(last) : undefined;
  const child = tree.child(last);
  return (node) => {
    const at = base(node);
    if (at === undefined) return false;
    const found = items === undefined ? child(at) : items(at);
    return found !== undefined && !(Array.isArray(found) && found.length === 0);
  };
}

/** Every outcome that the neutral schema has can be written, and there is no other. */
export function checkOutcomes(section: Section, neutral: NeutralForm, kind: Kind): void {
  const properties = neutral.schemas[kind]['properties'] as Readonly<Record<string, { readonly enum?: readonly string[] }>> | undefined;
  const known = properties?.['outcome']?.enum;
  if (known === undefined) return;
  if (section.outcomes.length === 0) return section.fields.report('the neutral form has outcomes and this section has none', `add outcomes for ${known.join(', ')}`);
  for (const one of section.outcomes) if (!known.includes(one.outcome)) one.fields.report(`unknown outcome "${one.outcome}"`, `known: ${known.join(', ')}`, 'outcome');
  for (const outcome of known) if (!section.outcomes.some((one) => one.outcome === outcome)) section.fields.report(`no outcome "${outcome}"`, undefined, 'outcomes');
}
